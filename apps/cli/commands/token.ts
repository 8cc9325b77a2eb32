import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { tenantOf } from '../local-ledger.ts';
import type { Output } from '../output.ts';
import { notFound, wrongUsage } from '../problem.ts';
import type { GlobalOptions } from '../global-options.ts';

const UNIT_SECONDS: { readonly [unit: string]: number } = { s: 1, m: 60, h: 3_600, d: 86_400 };
const MAX_SECONDS = 366 * 86_400;

const secondsOf = (ttl: string): number => {
  const match = /^(\d{1,6})([smhd])$/.exec(ttl);
  const seconds = match === null ? 0 : Number(match[1]) * UNIT_SECONDS[match[2]!]!;
  if (seconds < 1 || seconds > MAX_SECONDS)
    throw wrongUsage(`--ttl ${ttl} is not a duration.`, 'Write it like 30m, 12h or 7d; at most 366d.');
  return seconds;
};

/** Signs a token with the folder's own key; the tenant comes from CARE_TENANT. */
export const makeToken = async (
  folder: string,
  request: {
    readonly user: string;
    readonly grants: readonly string[];
    readonly ttlSeconds: number;
    readonly purpose?: string;
  },
): Promise<string> => {
  const { TOKEN_KEY_FILE, issueToken, loadOrCreateTokenKey, parseGrant } = await import('#apps/server/tokens.ts');
  const { user, ...rest } = request;
  for (const grant of request.grants)
    try {
      parseGrant(grant);
    } catch (error) {
      throw wrongUsage(`--grant ${grant}: ${(error as Error).message}`);
    }
  const key = await loadOrCreateTokenKey(join(folder, TOKEN_KEY_FILE));
  return issueToken({ key, tenant: tenantOf(), subject: user, ...rest });
};

export const token = async (
  output: Output,
  globals: GlobalOptions,
  { user, grant, ttl }: { readonly user: string; readonly grant: readonly string[]; readonly ttl: string },
): Promise<void> => {
  const ttlSeconds = secondsOf(ttl);
  if (!/^[\x21-\x7e]{1,200}$/.test(user))
    throw wrongUsage(`--user ${user} is not an id.`, 'Give 1 to 200 visible ASCII characters.');
  if (!existsSync(globals.data))
    throw notFound(`There is no ledger in ${globals.data}.`, 'Name its folder with --data, or begin one: care serve.');
  const { purpose } = globals;
  const signed = await makeToken(globals.data, {
    ...{ user, grants: grant, ttlSeconds },
    ...(purpose === undefined ? {} : { purpose }),
  });
  const expiresAt = new Date(Date.now() + ttlSeconds * 1_000).toISOString();
  if (output.json) output.document({ token: signed, user, grants: grant, expiresAt });
  else output.line(signed);
};
