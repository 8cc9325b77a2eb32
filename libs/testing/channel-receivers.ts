import { createServer } from 'node:http';
import type { IncomingHttpHeaders, Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import type { SMTPServerOptions } from 'smtp-server';

export interface HttpReceived {
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}
export interface HttpReply {
  readonly status: number;
  readonly headers?: { readonly [name: string]: string };
  readonly body?: string;
}

export interface HttpReceiver {
  readonly url: string;
  readonly received: readonly HttpReceived[];
  /** How it answers from now on; undefined: never. */
  reply(to: ((request: HttpReceived) => HttpReply | undefined) | HttpReply | undefined): void;
  /** Nobody listens any more. */
  close(): Promise<void>;
}

/** A real HTTP server on loopback that keeps what it is sent; `tls`: with that certificate. */
export const startHttpReceiver = async (tls?: {
  readonly certificate: string;
  readonly key: string;
}): Promise<HttpReceiver> => {
  const received: HttpReceived[] = [];
  let replyTo: (request: HttpReceived) => HttpReply | undefined = () => ({ status: 200 });
  const server: Server =
    tls === undefined ? createServer() : createSecureServer({ cert: tls.certificate, key: tls.key });
  server.on('request', (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const one = { url: request.url!, headers: request.headers, body: Buffer.concat(chunks).toString('utf8') };
      received.push(one);
      const reply = replyTo(one);
      if (reply !== undefined) response.writeHead(reply.status, reply.headers).end(reply.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    reply: (to) => void (replyTo = typeof to === 'function' ? to : () => to),
    close: async () => {
      if (!server.listening) return;
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
};

export interface MailReceived {
  readonly from: string;
  readonly to: readonly string[];
  /** By name in small letters, encoded words as they came. */
  readonly headers: { readonly [name: string]: string };
  readonly text: string;
  readonly html: string;
  readonly raw: string;
}

/** What the server answers to a step: a code and words; undefined: yes. */
export interface MailReply {
  readonly at: 'MAIL' | 'RCPT' | 'DATA';
  readonly code: number;
  readonly words: string;
}

export interface MailReceiver {
  readonly port: number;
  readonly received: readonly MailReceived[];
  /** undefined: takes every mail. `silent`: never answers the mail itself. */
  reply(with_: MailReply | 'silent' | undefined): void;
  close(): Promise<void>;
}

const headersOf = (head: string): { readonly [name: string]: string } =>
  Object.fromEntries(
    head
      .replace(/\r\n[ \t]+/g, ' ')
      .split('\r\n')
      .map((line) => {
        const colon = line.indexOf(':');
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
      }),
  );

const splitAt = (text: string, mark: string): readonly [string, string] => {
  const at = text.indexOf(mark);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + mark.length)];
};

/** RFC 2045, 6.7 and 6.8. */
const bytesOf = (content: string, encoding: string | undefined): Buffer => {
  if (encoding === 'base64') return Buffer.from(content, 'base64');
  if (encoding !== 'quoted-printable') return Buffer.from(content, 'latin1');
  const plain = content
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(plain, 'latin1');
};

/** The parts of a mail of two alternatives, decoded. */
const readMail = (raw: string, from: string, to: readonly string[]): MailReceived => {
  const [head, body] = splitAt(raw, '\r\n\r\n');
  const headers = headersOf(head);
  const boundary = /boundary="?([^";]+)/.exec(headers['content-type'] ?? '')?.[1];
  const parts = boundary === undefined ? [] : body.split(`--${boundary}`).slice(1, -1);
  const partOf = (type: string): string => {
    for (const part of parts) {
      const [partHead, content] = splitAt(part.replace(/^\r\n/, ''), '\r\n\r\n');
      const own = headersOf(partHead);
      if (!own['content-type']?.startsWith(type)) continue;
      const encoding = own['content-transfer-encoding'];
      return bytesOf(content, encoding).toString('utf8').replaceAll('\r\n', '\n').trim();
    }
    return '';
  };
  return { from, to, headers, text: partOf('text/plain'), html: partOf('text/html'), raw };
};

/** A real SMTP server on loopback that keeps the mails it takes. */
export const startMailReceiver = async (options: SMTPServerOptions = {}): Promise<MailReceiver> => {
  const received: MailReceived[] = [];
  let refusal: MailReply | 'silent' | undefined;
  const refusalAt = (step: MailReply['at']): Error | undefined =>
    typeof refusal === 'object' && refusal.at === step
      ? Object.assign(new Error(refusal.words), { responseCode: refusal.code })
      : undefined;
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    logger: false,
    ...options,
    onMailFrom: (_address, _session, done) => done(refusalAt('MAIL')),
    onRcptTo: (_address, _session, done) => done(refusalAt('RCPT')),
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        if (refusal === 'silent') return;
        const error = refusalAt('DATA');
        if (error !== undefined) return done(error);
        const { mailFrom, rcptTo } = session.envelope;
        const from = mailFrom === false ? '' : mailFrom.address;
        const to = rcptTo.map(({ address }) => address);
        received.push(readMail(Buffer.concat(chunks).toString('latin1'), from, to));
        done();
      });
    },
  });
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.server.address() as AddressInfo).port,
    received,
    reply: (with_) => void (refusal = with_),
    close: () => new Promise<void>((resolve) => (server.server.listening ? server.close(() => resolve()) : resolve())),
  };
};
