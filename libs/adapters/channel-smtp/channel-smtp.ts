import { createTransport } from 'nodemailer';
import { epochMsOf } from '#libs/kernel/instant.ts';
import { isMessageId, malformedId } from '#libs/ports/channel.ts';
import type { Channel, Delivery, OutwardMessage } from '#libs/ports/channel.ts';
import { deliveryOfFailure } from './smtp-failure.ts';
import type { SmtpFailure } from './smtp-failure.ts';
import { readSmtpUrl } from './smtp-url.ts';

export interface SmtpChannelOptions {
  /** `smtp://user:password@host:587` or `smtps://…`: see readSmtpUrl. */
  readonly url: string;
  /** Our own address, and the name beside it. */
  readonly from: { readonly address: string; readonly name?: string };
  /** For one attempt, waiting for a free connection included; default 60 000. */
  readonly timeoutMs?: number;
  /** Connections kept open at once; default 5. */
  readonly connections?: number;
  /** Certificates (PEM) to trust instead of Node's own: a company's own authority. */
  readonly ca?: string;
}

/** One plain address: no name, no list, no quotes, no comments, nothing that ends a line. */
export const isAddress = (text: string): boolean =>
  text.length <= 254 && /^[^\s@<>()[\],;:\\"\p{Cc}]{1,64}@[\p{L}\p{N}](?:[\p{L}\p{N}.-]*[\p{L}\p{N}])?$/u.test(text);

/** A header is one line, whatever its text holds. */
const oneLine = (text: string): string => text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim();

const textWithLink = ({ text, link }: OutwardMessage): string => (link === undefined ? text : `${text}\n\n${link}`);

const ENTITIES: { readonly [character: string]: string } = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character]!);

/** The same words for those who read HTML; nothing in them is taken for markup. */
const html = ({ text, link, language }: OutwardMessage): string =>
  [
    `<!doctype html><html lang="${language}"><meta charset="utf-8"><body>`,
    ...text.split('\n').map((line) => `<p>${escaped(line)}</p>`),
    ...(link === undefined ? [] : [`<p><a href="${escaped(link)}">${escaped(link)}</a></p>`]),
    '</body></html>',
  ].join('\n');

/**
 * Mails over SMTP, on kept connections. A password goes only over TLS (smtps, or STARTTLS), unless the server is on this machine or
 * the address says `?tls=none`. Throws at once on a wrong option.
 */
export const openSmtpChannel = (options: SmtpChannelOptions): Channel => {
  const { from, timeoutMs = 60_000, connections = 5, ca } = options;
  const server = readSmtpUrl(options.url);
  if (!isAddress(from.address)) throw new Error('The sender is no mail address: write it as care@example.com.');
  const domain = from.address.slice(from.address.lastIndexOf('@') + 1);
  const stepMs = Math.min(timeoutMs, 15_000);
  const transport = createTransport({
    pool: true,
    host: server.host,
    port: server.port,
    secure: server.secure,
    requireTLS: !server.secure && server.startTls === 'required',
    ignoreTLS: !server.secure && server.startTls === 'none',
    ...(server.user === undefined ? {} : { auth: { user: server.user, pass: server.password! } }),
    ...(ca === undefined ? {} : { tls: { ca } }),
    maxConnections: connections,
    // Each attempt is the outbox's: it counts them and waits between them.
    maxRequeues: 0,
    connectionTimeout: stepMs,
    greetingTimeout: stepMs,
    dnsTimeout: stepMs,
    socketTimeout: timeoutMs,
    allowInternalNetworkInterfaces: true,
    // A message is data: nothing in it may name a file or an address to read from.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  // The pool tells of a connection that broke while idle; the next attempt opens another.
  transport.on('error', () => {});

  const send = async (message: OutwardMessage, signal: AbortSignal): Promise<Delivery> => {
    const info = await transport.sendMail({
      signal,
      envelope: { from: from.address, to: [message.to] },
      from: { address: from.address, name: oneLine(from.name ?? '') },
      to: { address: message.to, name: '' },
      messageId: `<${message.id}@${domain}>`,
      date: new Date(epochMsOf(message.sentAt)),
      subject: oneLine(message.subject),
      text: textWithLink(message),
      html: html(message),
      headers: {
        // RFC 3834: no out-of-office notice comes back.
        'Auto-Submitted': 'auto-generated',
        'X-Auto-Response-Suppress': 'All',
        'Content-Language': message.language,
      },
    });
    return { kind: 'delivered', receipt: info.serverMessageId ?? info.messageId };
  };

  return {
    name: 'smtp',
    deliver: async (message, signal) => {
      if (!isMessageId(message.id)) return malformedId;
      if (!isAddress(message.to)) return { kind: 'refused', reason: 'The receiver is no single mail address.' };
      const late = AbortSignal.timeout(timeoutMs);
      try {
        return await send(message, AbortSignal.any([signal, late]));
      } catch (error) {
        if (late.aborted) return { kind: 'retry', reason: `The mail server did not take the mail in ${timeoutMs} ms.` };
        if (signal.aborted) return { kind: 'retry', reason: 'The attempt was given up.' };
        return deliveryOfFailure(error as SmtpFailure);
      }
    },
    close: async () => transport.close(),
  };
};
