import { isIP } from 'node:net';
import { isIn, networks, reservedFor } from './reserved-addresses.ts';
import type { Networks } from './reserved-addresses.ts';

export interface Address {
  readonly address: string;
  readonly family: number;
}

export interface TargetRules {
  /** Hosts, as written in the URL, that may be private, spoken to without TLS, and on any port. */
  readonly allowHosts?: readonly string[];
  /** Networks (`10.20.0.0/16`) with the same freedom, for hosts all of whose addresses lie in them. */
  readonly allowNetworks?: readonly string[];
  /** Ports of all other targets; default 443 and 8443. */
  readonly ports?: readonly number[];
}

export interface CheckedRules {
  readonly hosts: ReadonlySet<string>;
  readonly inside: Networks;
  readonly ports: readonly number[];
}

export const targetRules = ({
  allowHosts = [],
  allowNetworks = [],
  ports = [443, 8443],
}: TargetRules): CheckedRules => ({
  hosts: new Set(allowHosts.map((host) => host.toLowerCase())),
  inside: networks(allowNetworks),
  ports,
});

type Verdict = { readonly addresses: readonly Address[] } | { readonly refusal: string };

/** `[::1]` in a URL is the address ::1. */
const bare = (hostname: string) => hostname.replace(/^\[(.*)\]$/, '$1');

const refuse = (refusal: string): Verdict => ({ refusal });

/**
 * The addresses that a request to this URL may connect to, or why it may go to none. The host is resolved once; one forbidden address
 * among several forbids them all, since which one is taken is chance. Rejects when the host cannot be resolved.
 */
export const permitted = async (
  url: URL,
  { hosts, inside, ports }: CheckedRules,
  resolve: (host: string) => Promise<readonly Address[]>,
): Promise<Verdict> => {
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return refuse('The target is no https address.');
  if (url.username !== '' || url.password !== '')
    return refuse('The target holds a user name or password: configure a secret instead.');
  const host = bare(url.hostname);
  const family = isIP(host);
  const addresses = family === 0 ? await resolve(host) : [{ address: host, family }];
  if (addresses.length === 0) throw Object.assign(new Error('no address'), { code: 'ENOTFOUND' });
  const trusted = hosts.has(host.toLowerCase()) || addresses.every(({ address }) => isIn(inside, address));
  if (trusted) return { addresses };
  if (url.protocol !== 'https:') return refuse('The target is not https.');
  const port = url.port === '' ? 443 : Number(url.port);
  if (!ports.includes(port)) return refuse(`The target's port ${port} is not allowed: ${ports.join(', ')} are.`);
  const reserved = addresses.map(({ address }) => reservedFor(address)).find((reason) => reason !== undefined);
  if (reserved !== undefined)
    return refuse(`The target's host is ${reserved}: allow the host or its network if it is meant.`);
  return { addresses };
};
