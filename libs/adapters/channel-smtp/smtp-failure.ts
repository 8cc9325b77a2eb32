import type { Delivery } from '#libs/ports/channel.ts';

/** What nodemailer says of a mail that did not go out. Its message and `response` repeat addresses: they are not passed on. */
export interface SmtpFailure {
  /** `ETIMEDOUT`, `EAUTH`, … */
  readonly code?: unknown;
  /** What was being said when the server refused: `RCPT TO`. */
  readonly command?: unknown;
  readonly responseCode?: unknown;
  readonly response?: unknown;
}

/** The enhanced status of RFC 3463 in `550 5.1.1 No such user`. */
const enhancedStatus = (response: unknown): string | undefined =>
  typeof response === 'string' ? /^\d{3}[ -]([245]\.\d{1,3}\.\d{1,3})\b/.exec(response)?.[1] : undefined;

/**
 * Is it the mailbox that is wrong, for good? RFC 3463: 5.1.x address, 5.2.x mailbox (5.2.3: only this mail is too long for it).
 * Without such a status: 550, 551, 553 to RCPT TO (RFC 5321). 5.7.x is a rule of the server, not the mailbox's fault.
 */
const neverWorks = (responseCode: number, enhanced: string | undefined, command: unknown): boolean => {
  if (enhanced !== undefined && !enhanced.endsWith('.0.0'))
    return /^5\.[12]\./.test(enhanced) && enhanced !== '5.2.3' && !/^5\.1\.[78]$/.test(enhanced);
  return command === 'RCPT TO' && [550, 551, 553].includes(responseCode);
};

/** Failures that are not the message's fault, with what an operator can do about them. */
const advice: { readonly [code: string]: string } = {
  EAUTH: 'The mail server does not accept our user and password: correct the SMTP address.',
  ENOAUTH: 'The mail server wants a user and password: add them to the SMTP address.',
  ETLS: 'The mail server offers no STARTTLS, or its certificate is not trusted: nothing was sent in the clear.',
  ETIMEDOUT: 'The mail server did not answer in time.',
  EDNS: "The mail server's name cannot be resolved.",
};

export const deliveryOfFailure = ({ code, command, responseCode, response }: SmtpFailure): Delivery => {
  const name = typeof code === 'string' && /^[A-Z0-9_]{1,60}$/.test(code) ? code : 'an unknown failure';
  const known = Object.hasOwn(advice, name) ? advice[name] : undefined;
  // A wrong password is answered 535: permanent, yet no message's fault.
  if (known !== undefined) return { kind: 'retry', reason: known };
  const permanent = typeof responseCode === 'number' && responseCode >= 500 && responseCode !== 503;
  if (!permanent)
    return {
      kind: 'retry',
      reason:
        typeof responseCode === 'number'
          ? `The mail server answered ${responseCode}: not now.`
          : `The mail server was not reached, or did not confirm: ${name}.`,
    };
  const enhanced = enhancedStatus(response);
  const status = enhanced === undefined ? String(responseCode) : `${responseCode} ${enhanced}`;
  return neverWorks(responseCode, enhanced, command)
    ? { kind: 'bounced', reason: `The mail server answered ${status}: there is no such mailbox.` }
    : { kind: 'refused', reason: `The mail server answered ${status}: it does not take this mail.` };
};
