import { isIP } from 'node:net';

/** Where mails are handed over, and how the connection is protected. */
export interface SmtpServer {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte. */
  readonly secure: boolean;
  /** `required`: STARTTLS, or nothing is sent. `none`: in the clear. Without meaning when `secure`. */
  readonly startTls: 'required' | 'none';
  readonly user?: string;
  readonly password?: string;
}

const isLoopback = (host: string) =>
  host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));

/**
 * Reads `smtp://user:password@host:587`, `smtps://host:465`, with `?tls=none` to send in the clear to another machine, or
 * `?tls=required` to demand STARTTLS of this one too. Throws, without repeating the password, what is wrong and what is allowed.
 */
export const readSmtpUrl = (text: string): SmtpServer => {
  const url = URL.parse(text);
  const wrong = (what: string) =>
    new Error(`The SMTP address ${what}: write smtp://user:password@host:587 or smtps://user:password@host:465.`);
  if (url === null) throw wrong('is no URL');
  if (url.protocol !== 'smtp:' && url.protocol !== 'smtps:') throw wrong(`begins with ${url.protocol}//`);
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  if (host === '') throw wrong('names no host');
  if ((url.pathname !== '' && url.pathname !== '/') || url.hash !== '') throw wrong('goes on after the host');
  for (const name of url.searchParams.keys()) if (name !== 'tls') throw wrong(`has the unknown option ${name}`);
  const tls = url.searchParams.get('tls');
  const secure = url.protocol === 'smtps:';
  if (tls !== null && (secure || (tls !== 'none' && tls !== 'required')))
    throw wrong(`has tls=${tls}, smtp:// takes none or required, smtps:// takes no such option`);
  if ((url.username === '') !== (url.password === '')) throw wrong('has a user without a password, or the reverse');
  let user: string;
  let password: string;
  try {
    user = decodeURIComponent(url.username);
    password = decodeURIComponent(url.password);
  } catch {
    throw wrong('has a % in user or password that is not written %25');
  }
  return {
    host,
    port: url.port === '' ? (secure ? 465 : 587) : Number(url.port),
    secure,
    startTls: (tls ?? (isLoopback(host) ? 'none' : 'required')) === 'none' ? 'none' : 'required',
    ...(user === '' ? {} : { user, password }),
  };
};
