import { AccessDenied } from '#libs/runtime/ledger.ts';
import type { AskedLedger } from './asked.ts';
import { EXIT, Problem } from './problem.ts';

/** Which read model calls what these fields hold by a name, and in which of its fields. */
const NAMED: { readonly [collection: string]: { readonly name: string; readonly fields: readonly string[] } } = {
  users: {
    name: 'displayName',
    fields: [
      ...[
        'accountManager',
        'accountManagerId',
        'acknowledgedBy',
        'assigneeId',
        'deputies',
        'departmentHeadId',
        'managerId',
        'members',
      ],
      ...['person', 'raisedBy', 'recipientId', 'recipients', 'supervisorId', 'waitingFor'],
    ],
  },
  teams: { name: 'name', fields: ['team', 'teamId'] },
  customers: { name: 'name', fields: ['customerId'] },
};
const AT_ONCE = 100;

const idsIn = (value: unknown): readonly string[] =>
  typeof value === 'string' ? [value] : Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];

const isRefused = (error: unknown): boolean =>
  error instanceof AccessDenied || (error instanceof Problem && error.exitCode === EXIT.denied);

const namesOf = async (ledger: AskedLedger, collection: string, name: string, ids: readonly string[]) => {
  const names = new Map<string, string>();
  for (let from = 0; from < ids.length; from += AT_ONCE) {
    const values = ids.slice(from, from + AT_ONCE);
    const conditions = [{ field: '_id', operator: 'in', values }] as const;
    const { items } = await ledger.list(collection, { conditions, limit: AT_ONCE });
    for (const { id, document } of items) if (typeof document[name] === 'string') names.set(id, document[name]);
  }
  return names;
};

/**
 * Puts names in the place of ids, for people: of users, teams and customers, as they are called now. Where whoever asks may
 * not see a name, or nobody has one, the id stays.
 */
export const namesFor = async (
  ledger: AskedLedger,
  cells: readonly { readonly field: string; readonly value: unknown }[],
): Promise<(field: string, value: unknown) => unknown> => {
  const known = new Map<string, ReadonlyMap<string, string>>();
  for (const [collection, { name, fields }] of Object.entries(NAMED)) {
    const ids = [...new Set(cells.flatMap(({ field, value }) => (fields.includes(field) ? idsIn(value) : [])))];
    if (ids.length === 0) continue;
    try {
      const names = await namesOf(ledger, collection, name, ids);
      for (const field of fields) known.set(field, names);
    } catch (error) {
      if (!isRefused(error)) throw error;
    }
  }
  return (field, value) => {
    const names = known.get(field);
    if (names === undefined) return value;
    const called = (id: string) => names.get(id) ?? id;
    if (Array.isArray(value)) return idsIn(value).map(called).join(', ');
    return typeof value === 'string' ? called(value) : value;
  };
};
