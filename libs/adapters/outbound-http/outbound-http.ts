import { lookup } from 'node:dns/promises';
import { request as plainRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { request as secureRequest } from 'node:https';
import type { LookupFunction } from 'node:net';
import { epochMsOf } from '#libs/kernel/instant.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import { systemClock } from '#libs/ports/clock.ts';
import type { Clock } from '#libs/ports/clock.ts';
import type { OutboundAnswer, OutboundHttp, OutboundRequest } from '#libs/ports/outbound-http.ts';
import { permitted, targetRules } from './target-rules.ts';
import type { Address, TargetRules } from './target-rules.ts';

const mostBodyBytes = 16 * 1_024;

export interface OutboundHttpOptions extends TargetRules {
  /** For the whole exchange, name look-up included; default 15 000. */
  readonly timeoutMs?: number;
  /** Reads a date in Retry-After. */
  readonly clock?: Clock;
  /** All addresses of a host; default: as the machine resolves it. */
  readonly resolve?: (host: string) => Promise<readonly Address[]>;
  /** Certificates (PEM) to trust besides Node's own: a company's own authority. */
  readonly ca?: string;
}

const resolveByMachine = (host: string): Promise<readonly Address[]> => lookup(host, { all: true, verbatim: true });

/** Answers every look-up with the addresses that were checked, however the name resolves by now. */
const pinned =
  (addresses: readonly Address[]): LookupFunction =>
  (_host, options, done) => {
    if (options.all === true) done(null, [...addresses]);
    else done(null, addresses[0]!.address, addresses[0]!.family);
  };

/** Seconds from a Retry-After header: a number of seconds, or a date. */
const secondsAsked = (header: string | undefined, now: Instant): number | undefined => {
  if (header === undefined) return undefined;
  if (/^\d{1,9}$/.test(header)) return Number(header);
  const at = /GMT$/.test(header) ? Date.parse(header) : Number.NaN;
  return Number.isNaN(at) ? undefined : Math.max(0, Math.ceil((at - epochMsOf(now)) / 1_000));
};

/** The beginning of the body, as text; the rest is not read. */
const beginningOf = async (response: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes >= mostBodyBytes) break;
  }
  return Buffer.concat(chunks).subarray(0, mostBodyBytes).toString('utf8');
};

/** Node's codes (`ECONNREFUSED`) name no address; its messages do. */
const codeOf = (error: unknown): string => {
  const { code, name } = error as { readonly code?: unknown; readonly name?: string };
  return typeof code === 'string' && /^[A-Z0-9_]{1,60}$/.test(code) ? code : (name ?? 'unknown error');
};

const untilAborted = <T>(work: Promise<T>, signal: AbortSignal): Promise<T> => {
  const aborted = Promise.withResolvers<never>();
  const give = () => aborted.reject(signal.reason as Error);
  if (signal.aborted) give();
  signal.addEventListener('abort', give, { once: true });
  return Promise.race([work, aborted.promise]).finally(() => signal.removeEventListener('abort', give));
};

/**
 * POSTs to addresses that users configure, without being turned against our own network (SSRF): https on ports 443 and 8443 only, no
 * credentials in the URL, each address of the host must be public, the connection goes to exactly the addresses that were
 * checked, redirects are not followed, no proxy and no kept connection is used. `allowHosts` and `allowNetworks` except receivers inside.
 * Throws on a wrong option only.
 */
export const openOutboundHttp = (options: OutboundHttpOptions = {}): OutboundHttp => {
  const { timeoutMs = 15_000, clock = systemClock, resolve = resolveByMachine, ca } = options;
  const rules = targetRules(options);

  const exchange = async (
    { headers, body }: OutboundRequest,
    url: URL,
    addresses: readonly Address[],
    signal: AbortSignal,
  ): Promise<OutboundAnswer> => {
    const { promise, resolve: answered, reject } = Promise.withResolvers<IncomingMessage>();
    const send = url.protocol === 'https:' ? secureRequest : plainRequest;
    const outgoing = send(url, {
      method: 'POST',
      agent: false,
      lookup: pinned(addresses),
      signal,
      headers: { 'user-agent': 'CareLedger', ...headers, 'content-length': Buffer.byteLength(body) },
      ...(ca === undefined ? {} : { ca }),
    });
    outgoing.on('response', answered);
    // Errors after the answer are the body's as well; this listener stays so that they never go unheard.
    outgoing.on('error', reject);
    outgoing.end(body);
    try {
      const response = await promise;
      const beginning = await beginningOf(response);
      const retryAfterSeconds = secondsAsked(response.headers['retry-after'], clock.now());
      return {
        kind: 'answered',
        status: response.statusCode!,
        body: beginning,
        ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
      };
    } finally {
      outgoing.destroy();
    }
  };

  return {
    post: async (request, signal) => {
      const late = AbortSignal.timeout(timeoutMs);
      const either = AbortSignal.any([signal, late]);
      try {
        const url = URL.parse(request.url);
        if (url === null) return { kind: 'blocked', reason: 'The target is no URL.' };
        const target = await untilAborted(permitted(url, rules, resolve), either);
        if ('refusal' in target) return { kind: 'blocked', reason: target.refusal };
        return await exchange(request, url, target.addresses, either);
      } catch (error) {
        if (late.aborted) return { kind: 'failed', reason: `No whole answer within ${timeoutMs} ms.` };
        if (signal.aborted) return { kind: 'failed', reason: 'The attempt was given up.' };
        return { kind: 'failed', reason: `No whole answer: ${codeOf(error)}.` };
      }
    },
  };
};
