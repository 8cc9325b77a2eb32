import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Actor } from '#libs/kernel/actor.ts';
import { ROLES } from '#libs/kernel/actor.ts';
import type { JsonObject } from '#libs/kernel/json.ts';
import type { StoredEvent } from '#libs/ports/event-store.ts';
import type { Accepted } from '#libs/runtime/ledger.ts';
import { openTestLedger, temporaryFolder } from '#libs/testing/test-ledger.ts';
import type { TestLedger } from '#libs/testing/test-ledger.ts';
import { complaintFeature } from '../complaint/feature.ts';
import { tieringFeature } from '../tiering/feature.ts';
import { customerFeature } from './feature.ts';

const EVERYBODY: Actor = { id: 'ann', grants: ROLES.map((role) => ({ role, team: '*' })) };
const AGENT_OF_T1: Actor = { id: 'bo', grants: [{ role: 'agent', team: 't1' }] };
const GBP = {
  version: 'gbp@1',
  currency: 'GBP',
  rates: [],
  spendDays: 365,
  a: { spend: '5000', tenureDays: 300 },
  b: { spend: '1000', tenureDays: 90 },
  ours: [],
};

let test: TestLedger;
let temporary: Awaited<ReturnType<typeof temporaryFolder>>;
let sent = 0;
beforeEach(async () => {
  temporary = await temporaryFolder();
  test = await openTestLedger([customerFeature, tieringFeature, complaintFeature], temporary.folder);
});
afterEach(async () => {
  await test.close();
  await temporary.remove();
});

const send = (name: string, body: object, id?: string, actor = EVERYBODY) =>
  test.ledger.execute({
    name,
    body: body as JsonObject,
    commandId: `c-${(sent += 1)}`,
    actor,
    ...(id === undefined ? {} : { id }),
  });
const accepted = async (...command: Parameters<typeof send>): Promise<Accepted> => {
  const outcome = await send(...command);
  if (!outcome.accepted) throw new Error(`${outcome.code}: ${outcome.message}`);
  return outcome;
};
const registered = async (more: object = {}) =>
  (await accepted('customer.register', { kind: 'enterprise', organisationName: '海纳机械有限公司', ...more })).id;
const documentOf = async (id: string, collection = 'customers') => {
  await test.ledger.caughtUp();
  return (await test.ledger.document(collection, id, { actor: EVERYBODY }))?.document;
};

describe('customers in a ledger', () => {
  it('have a credit code and a source key each alone [A13]', async () => {
    const first = await registered({
      unifiedSocialCreditCode: '91350100M000100Y43',
      externalIds: [{ system: 'erp', value: 'K-1' }],
    });
    expect(
      await send('customer.register', {
        kind: 'enterprise',
        organisationName: 'B',
        unifiedSocialCreditCode: '91350100M000100Y43',
      }),
    ).toMatchObject({
      code: 'customer.credit-code-taken',
    });
    const second = await registered();
    expect(await send('customer.link-external-id', { system: 'erp', value: 'K-1' }, second)).toMatchObject({
      code: 'customer.external-id-taken',
    });
    expect(await documentOf(first)).toMatchObject({ externalIds: ['erp/K-1'] });
  });

  it('keep personal values sealed in the store and open them for those who may see them [A1]', async () => {
    const id = await registered({ legalRepresentative: '陈建国' });
    await accepted('customer.add-contact', { name: '李雷', role: 'purchasing', phone: '+86 21 5555 0100' }, id);
    expect(await documentOf(id)).toMatchObject({ name: '海纳机械有限公司', legalRepresentative: '陈建国' });
    expect(JSON.stringify((await documentOf(id))!['contacts'])).toContain('李雷');
    for await (const page of test.store.readStream(`customer-${id}`))
      for (const { data } of page) expect(data).not.toMatch(/陈建国|李雷|5555 0100/);
  });

  it('are judged by the policy that is in force, published meanwhile [A6]', async () => {
    const id = await registered();
    const pay = (key: string, at: string) =>
      accepted('customer.record-transactions', { transactions: [{ key, at, amount: '3000', currency: 'GBP' }] }, id);
    await pay('1', '2025-03-10T00:00:00.000Z');
    expect(await documentOf(id)).toMatchObject({ tier: 'undetermined', needsReview: true });
    await accepted('tier-policy.publish', { policy: GBP, effectiveFrom: '2026-01-01T00:00:00.000Z' }, 'abc');
    await pay('2', '2026-02-10T00:00:00.000Z');
    expect(await documentOf(id)).toMatchObject({
      tier: 'A',
      tierReason: { policyVersion: 'gbp@1', previousTier: 'undetermined', inputs: { spend: '6000' } },
      spend: { GBP: '6000' },
    });
    const history = await test.ledger.history(`customer-${id}`, { actor: EVERYBODY }).catch(() => undefined);
    if (history !== undefined) expect(history.entries.at(-1)!.text.en).toMatch(/[A-Z]/);
  });

  it('merge into one who counts their dealings; both ids keep answering; a split gives them back [A13]', async () => {
    const [absorbed, survivor] = [await registered(), await registered({ organisationName: '海纳集团' })];
    const transactions = [{ key: '1', at: '2026-02-01T00:00:00.000Z', amount: '12.5', currency: 'CNY' }];
    await accepted('customer.record-transactions', { transactions }, absorbed);
    await accepted('customer.merge-into', { survivorId: survivor, why: '同一家' }, absorbed);
    await accepted('customer.absorb', { otherId: absorbed }, survivor);
    expect(await documentOf(survivor)).toMatchObject({ spend: { CNY: '12.5' }, transactions: 1 });
    expect(await documentOf(absorbed)).toMatchObject({ mergedInto: survivor, spend: { CNY: '12.5' } });
    expect(await send('customer.rename', { organisationName: 'X' }, absorbed)).toMatchObject({
      code: 'customer.merged',
    });
    await accepted('customer.separate', { why: '误并' }, absorbed);
    await accepted('customer.release', { otherId: absorbed }, survivor);
    expect(await documentOf(survivor)).toMatchObject({ transactions: 0 });
    await accepted('customer.rename', { organisationName: '海纳机械' }, absorbed);
  });

  it('belong to a team, whose grants alone open them', async () => {
    const id = await registered({ team: 't2' });
    expect(await send('customer.screen', {}, id, AGENT_OF_T1)).toMatchObject({ code: 'command.forbidden' });
    await accepted('customer.assign-team', { team: 't1' }, id);
    await accepted('customer.screen', {}, id, AGENT_OF_T1);
  });

  it('of ten thousand transactions stay quick to change [A1]', async () => {
    const id = await registered();
    const invoice = (index: number) => ({
      key: `INV-${index}`,
      at: new Date(Date.parse('2025-03-03T00:00:00.000Z') + index * 60_000).toISOString(),
      amount: '0.125',
      currency: 'CNY',
    });
    for (let batch = 0; batch < 20; batch += 1)
      await accepted(
        'customer.import-transaction',
        { transactions: Array.from({ length: 500 }, (_, index) => invoice(batch * 500 + index)) },
        id,
      );
    const started = process.hrtime.bigint();
    for (let index = 10_000; index < 10_020; index += 1)
      await accepted('customer.record-transactions', { transactions: [invoice(index)] }, id);
    const each = Number(process.hrtime.bigint() - started) / 20e6;
    expect(await documentOf(id)).toMatchObject({ transactions: 10_020, spend: { CNY: '1252.5' } });
    expect(each).toBeLessThan(250);
  });
});

describe('complaints in a ledger', () => {
  const complaint = { channel: 'phone', category: 'delivery', severity: 'minor', description: '送错两次' };
  it('may be filed by a customer who was refused admission, into that customer’s history [A2, B1]', async () => {
    const id = await registered();
    await accepted('customer.refuse', { reasonCode: 'risk', why: '风险高' }, id);
    const filed = await accepted('complaint.file', { ...complaint, customerId: id });
    const events: StoredEvent[] = [];
    for await (const page of test.store.readStream(filed.stream)) events.push(...page);
    expect(events.map(({ metadata }) => (JSON.parse(metadata) as { subject: string }).subject)).toEqual([id, id, id]);
    expect(events[0]!.data).not.toContain('送错');
    expect(await documentOf(filed.id, 'complaints')).toMatchObject({
      customerId: id,
      response: { status: 'running', dueAt: '2026-03-03T01:00:00.000Z' },
    });
  });

  it('have their reference alone [B1]', async () => {
    await accepted('complaint.file', { ...complaint, reference: 'CP-1' });
    expect(await send('complaint.file', { ...complaint, reference: 'CP-1' })).toMatchObject({
      code: 'complaint.reference-taken',
    });
  });
});
