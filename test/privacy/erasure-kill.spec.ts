import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { openEmbeddedLedger } from '#apps/server/embedded-ledger.ts';
import { readErasureList } from '#libs/adapters/key-vault-file/erasure-list.ts';
import { openSqliteEventStore } from '#libs/adapters/event-store-sqlite/event-store-sqlite.ts';
import { ROLES } from '#libs/kernel/actor.ts';
import type { JsonObject } from '#libs/kernel/json.ts';
import { liveUntil } from '../crash/live-until.ts';
import { care, temporaryFolder } from '../import/care.ts';
import { filesBelow } from './clear-values.ts';

const CUSTOMERS = 12;
const KILLS = 5;
const temporary = temporaryFolder();
const folder = temporary.path;
const everybody = (id: string) => ({ id, grants: ROLES.map((role) => ({ role, team: '*' })) });
const nameOf = (index: number) => `Ouyang Number ${index}`;
const customers: string[] = [];

beforeAll(async () => {
  // Approved in a ledger that carries nothing out.
  const ledger = await openEmbeddedLedger({ folder, clearance: 'assumed' });
  let sent = 0;
  const send = async (name: string, body: JsonObject, id?: string, actor = everybody('wang')): Promise<string> => {
    const commandId = `c-${(sent += 1)}`;
    const outcome = await ledger.execute({ name, body, commandId, actor, ...(id === undefined ? {} : { id }) });
    if (!outcome.accepted) throw new Error(outcome.message);
    return outcome.id;
  };
  for (let index = 0; index < CUSTOMERS; index += 1) {
    const id = await send('customer.register', { kind: 'individual', personName: nameOf(index) });
    await send('customer.add-contact', { name: `Contact of ${nameOf(index)}`, role: 'family' }, id);
    customers.push(id);
  }
  for (const id of customers) {
    await send('erasure.request', { reason: 'legal-duty' }, id);
    await send('erasure.approve', {}, id, everybody('li'));
  }
  await ledger.close();
}, 60_000);
afterAll(() => temporary.remove());

const factsIn = async (): Promise<readonly string[]> => {
  const store = await openSqliteEventStore({ file: `${folder}/ledger.db`, readOnly: true });
  const types: string[] = [];
  for await (const page of store.readAll({ filter: { streamPrefixes: ['erasure-'] } }))
    types.push(...page.map(({ type }) => type));
  await store.close();
  return types;
};
const carriedOut = (types: readonly string[]): number =>
  types.filter((type) => type === 'erasure.carried-out.v1').length;

it('killed again and again while it erases, it carries each erasure out once, and keeps no key [G4]', async () => {
  const child = new URL('./erasing-child.ts', import.meta.url);
  const done: number[] = [];
  while (done.length < KILLS && done.at(-1) !== CUSTOMERS) {
    await liveUntil(child, [folder], 1 + Math.floor(Math.random() * 3), Math.random() * 30);
    done.push(carriedOut(await factsIn()));
  }
  // Otherwise nothing was cut off.
  expect(done[0]).toBeLessThan(CUSTOMERS);
  expect((await liveUntil(child, [folder], Number.MAX_SAFE_INTEGER, 0)).killed).toBe(false);

  const types = await factsIn();
  for (const type of ['erasure.requested.v1', 'erasure.approved.v1', 'erasure.begun.v1', 'erasure.carried-out.v1'])
    expect([type, types.filter((each) => each === type).length]).toEqual([type, CUSTOMERS]);

  const ledger = await openEmbeddedLedger({ folder, readOnly: true, clearance: 'assumed' });
  const shown = await ledger.find('customers', { limit: 100 }, { actor: everybody('reader') });
  await ledger.close();
  expect(shown.documents.map(({ document }) => document.name)).toEqual(customers.map(() => '[erased]'));
  expect((await readErasureList(`${folder}/keys/erased.list`)).size).toBe(2 * CUSTOMERS);
  expect([...(await filesBelow(folder)).values()].filter((bytes) => bytes.includes('Ouyang Number'))).toEqual([]);
  expect(JSON.parse((await care('verify', '--data', folder, '--json')).stdout)).toMatchObject({ verified: true });
}, 180_000);
