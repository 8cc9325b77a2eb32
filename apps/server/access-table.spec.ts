import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { features } from '#libs/features/features.ts';
import { ROLES } from '#libs/kernel/actor.ts';
import type { Role } from '#libs/kernel/actor.ts';
import { serve } from '../../test/http/server-under-test.ts';
import type { ServerUnderTest } from '../../test/http/server-under-test.ts';
import { accessPage, accessTable } from './access-table.ts';
import type { TableRow } from './access-table.ts';

/** Stands in every personal value that is recorded here, and nowhere else. */
const CANARY = '金丝雀';
const LONG_MS = 240_000;

let server: ServerUnderTest;
let rows: readonly TableRow[];
/** An id for each collection that holds something. */
const ids: { [collection: string]: string } = {};
const tokens = new Map<Role, string>();

beforeAll(async () => {
  server = await serve();
  rows = accessTable(server.openApi);
  for (const role of ROLES) tokens.set(role, await server.token([`${role}@*`], { subject: `a-${role}` }));
  const as = await server.token(ROLES.map((role) => `${role}@*`));
  const make = async (collection: string, body: object) => {
    const made = await server.post(`/v1/${collection}`, { as, body });
    expect([collection, made.status, made.text]).toEqual([collection, 201, made.text]);
    ids[collection] = made.json.id as string;
  };
  await make('users', { displayName: `${CANARY}一` });
  await make('customers', { kind: 'individual', personName: `${CANARY}二` });
  const added = await server.post(`/v1/customers/${ids['customers']}/add-contact`, {
    ...{ as, body: { name: `${CANARY}三`, role: 'purchasing', phone: '+86 21 5555 0100' } },
  });
  expect([added.status, added.text]).toEqual([200, added.text]);
  const customerId = ids['customers'];
  const matter = { customerId, channel: 'phone', contact: `${CANARY}四`, description: `${CANARY}五` };
  await make('complaints', { ...matter, category: 'delivery', severity: 'moderate', complainant: `${CANARY}六` });
  await make('service-cases', { ...matter, kind: 'consultation', subjectLine: `${CANARY}七` });
  await make('use-approvals', {
    ...{ purpose: 'survey', subjects: [customerId], why: `${CANARY}八` },
    until: new Date(Date.now() + 3_600_000).toISOString(),
  });
  await server.ledger.caughtUp();
}, LONG_MS);
afterAll(() => server.close());

const pathFor = ({ path }: TableRow, query = ''): string => {
  const collection = path.split('/')[2]!;
  const id = path.startsWith('/v1/history') ? ids['customers']! : (ids[collection] ?? 'some-id');
  return path.replaceAll(/\{\w+\}/g, id) + query;
};

describe('who sees what', () => {
  it('is said for every operation of the API: a new one without a rule fails here [G1]', () => {
    const { paths } = server.openApi as { paths: { [path: string]: object } };
    expect(rows).toHaveLength(Object.values(paths).flatMap((methods) => Object.keys(methods)).length);
    const added = { '/v1/secrets': { get: { operationId: 'secrets', 'x-roles': ['agent'], responses: { 200: {} } } } };
    expect(() => accessTable({ paths: { ...paths, ...added } })).toThrow(
      /Nothing says what secrets shows of people.*add a rule/,
    );
  });

  it(
    'is so in every answer, for every role: shown, masked or refused [G1]',
    async () => {
      const shown = new Set<string>();
      const questions = rows.filter(({ method, operation }) => method === 'get' && !operation.startsWith('watch'));
      for (const row of questions) {
        const query = row.operation.startsWith('group')
          ? '?by=status'
          : row.operation === 'provenance'
            ? '?field=name'
            : '';
        for (const role of ROLES) {
          const sight = row.sights[role];
          const { status, text } = await server.get(pathFor(row, query), { as: tokens.get(role)! });
          const seen = [row.operation, role, sight, status === 403, text.includes(CANARY)];
          if (sight === 'refused') expect(seen).toEqual([row.operation, role, sight, true, false]);
          else if (sight !== 'seen') expect(seen.at(-1)).toBe(false);
          else if (text.includes(CANARY)) shown.add(row.operation);
        }
      }
      expect([...shown]).toEqual(
        expect.arrayContaining([
          ...['listCustomers', 'getCustomers', 'stateOfCustomer', 'history', 'listComplaints', 'getComplaints'],
          ...['listServiceCases', 'getServiceCases', 'stateOfServiceCase', 'listUsers', 'stateOfUser'],
          ...['listUseApprovals', 'listAuditTrail'],
        ]),
      );
    },
    LONG_MS,
  );

  it('stands in a page, with every personal field and every role [G1]', () => {
    const page = accessPage(server.openApi, features);
    expect(page).toContain(`| field | class | ${ROLES.join(' | ')} |`);
    expect(page).toMatch(/\| customer: `contactId`|\| customer: `name` \| personal \| ● \| ●/);
    expect(page).toMatch(/\| `GET \/v1\/customers\/\{id\}` \(getCustomers\) \| ● \|/);
    expect(page).toMatch(/\| `GET \/v1\/operations\/lag` \(lag\) \|( – \|){12} ○ \| – \|/);
    expect(page.match(/^\| `(GET|POST) /gm)).toHaveLength(rows.length);
  });
});
