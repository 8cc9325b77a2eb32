import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Actor } from '#libs/kernel/actor.ts';
import { ROLES } from '#libs/kernel/actor.ts';
import type { JsonObject } from '#libs/kernel/json.ts';
import { openTestLedger, temporaryFolder } from '#libs/testing/test-ledger.ts';
import type { TestLedger } from '#libs/testing/test-ledger.ts';
import { decoderOf } from '#libs/runtime/codec.ts';
import { registryOf } from '#libs/runtime/registry.ts';
import { SagaRunner } from '#libs/runtime/saga-runner.ts';
import { glossariesOf } from '#libs/kernel/feature.ts';
import { auditTrailFeature } from '#libs/features/audit-trail/feature.ts';
import { policyFeature } from './feature.ts';
import { policyEvents } from './policy-events.ts';
import { DESK_SLA } from './policy.events.ts';

const START = '2026-03-02T01:00:00.000Z';
const EFFECTIVE = '2026-04-01T00:00:00.000Z';

const auditTrail = auditTrailFeature([policyEvents], glossariesOf([policyFeature]));

let temporary: { readonly folder: string; remove(): Promise<void> };
let test: TestLedger;
let runner: SagaRunner;
let sent: number;

const someone = (id: string): Actor => ({ id, grants: ROLES.map((role) => ({ role, team: '*' })) });
const startRunner = () =>
  SagaRunner.start({
    tenant: 'test',
    sagas: policyFeature.sagas!,
    store: test.store,
    decode: decoderOf(registryOf([policyFeature])),
    clock: test.clock,
    execute: (request) => test.ledger.execute(request),
    onAlarm: (message) => {
      throw new Error(message);
    },
    models: test.models,
  });
beforeEach(async () => {
  temporary = await temporaryFolder();
  test = await openTestLedger([policyFeature, auditTrail], temporary.folder);
  test.clock.set(START);
  sent = 0;
  runner = startRunner();
});
afterEach(async () => {
  await runner.close();
  await test.close();
  await temporary.remove();
});

const send = async (who: string, name: string, body: object) => {
  const outcome = await test.ledger.execute({
    name: `policy.${name}`,
    id: 'sla',
    actor: someone(who),
    body: JSON.parse(JSON.stringify(body)) as JsonObject,
    commandId: `command-${(sent += 1)}`,
  });
  if (!outcome.accepted) throw new Error(`${outcome.code}: ${outcome.message}`);
};
const throughApproval = async (version: string, effectiveFrom: string) => {
  const document = { ...DESK_SLA, version };
  await send('olga', 'apply', { document, department: 'customer-relations', reason: 'faster answers' });
  await send('leo', 'review-legally', { version, verdict: 'passed' });
  await send('mei', 'approve', { version });
  await send('mei', 'publish', { version, effectiveFrom });
};
const train = (version: string) =>
  send('olga', 'record-training', { version, heldOn: '2026-03-01', audience: 'service desk' });
const at = async (moment: string) => {
  test.clock.set(moment);
  await runner.settle();
  await test.ledger.caughtUp();
};
const row = async (version: string) =>
  (await test.ledger.document('policies', `sla:${version}`, { actor: someone('olga') }))?.document;

describe('a version on its way through the ledger', () => {
  it('takes effect by itself, at its moment, and supersedes the one before [H1]', async () => {
    await throughApproval('desk@1', START);
    await train('desk@1');
    await at(START);
    expect(await row('desk@1')).toMatchObject({ status: 'effective', supersedes: 'sla-default@1' });
    await throughApproval('desk@2', EFFECTIVE);
    await train('desk@2');
    await at('2026-03-31T23:59:59.999Z');
    expect(await row('desk@2')).toMatchObject({
      status: 'trained',
      applicantId: 'olga',
      reviewerId: 'leo',
      approverId: 'mei',
      effectiveFrom: EFFECTIVE,
      takesEffectAt: EFFECTIVE,
    });
    // Noticed late: it happened when it was due all the same.
    await at('2026-04-03T12:00:00.000Z');
    expect(await row('desk@2')).toMatchObject({ status: 'effective', supersedes: 'desk@1' });
    expect(await row('desk@1')).toMatchObject({
      status: 'superseded',
      supersededBy: 'desk@2',
      supersededAt: EFFECTIVE,
    });
    const history = await test.ledger.history('policy-sla', { actor: someone('olga') });
    const last = history!.entries.at(-1)!;
    expect(last.event).toMatchObject({ type: 'policy.took-effect.v1', occurredAt: EFFECTIVE });
    expect(last.event.recordedAt).toBe('2026-04-03T12:00:00.000Z');
    expect(last.text).toEqual({
      en: 'Version desk@2 of the service times took effect in place of desk@1.',
      'zh-CN': '服务时限版本desk@2生效，取代desk@1。',
    });
  });

  it('takes effect once, also after an outage [H1, SLA 13]', async () => {
    await throughApproval('desk@1', EFFECTIVE);
    await train('desk@1');
    await runner.settle();
    await runner.close();
    test.clock.set('2026-05-01T00:00:00.000Z');
    runner = startRunner();
    await at('2026-05-01T00:00:00.000Z');
    await at('2026-05-02T00:00:00.000Z');
    const history = await test.ledger.history('policy-sla', { actor: someone('olga') });
    expect(history!.entries.filter(({ event }) => event.type === 'policy.took-effect.v1')).toHaveLength(1);
  });

  it('does not take effect when it was withdrawn in time [H1]', async () => {
    await throughApproval('desk@1', EFFECTIVE);
    await train('desk@1');
    await at(START);
    await send('olga', 'withdraw', { version: 'desk@1', reason: 'second thoughts' });
    await at('2026-05-01T00:00:00.000Z');
    expect(await row('desk@1')).toMatchObject({ status: 'withdrawn', withdrawalReason: 'second thoughts' });
    expect((await runner.status()).timers).toBe(0);
  });

  it('is found as it stood at any moment of the past [H2]', async () => {
    await send('olga', 'apply', { document: DESK_SLA, department: 'customer-relations', reason: 'r' });
    test.clock.set('2026-03-03T00:00:00.000Z');
    await send('leo', 'review-legally', { version: DESK_SLA.version, verdict: 'objected', remarks: 'too much' });
    await at('2026-03-04T00:00:00.000Z');
    const statusAt = async (asOf: string) =>
      (await test.ledger.document('policies', `sla:${DESK_SLA.version}`, { actor: someone('olga') }, { asOf }))
        ?.document.status;
    expect(await statusAt('2026-03-02T12:00:00.000Z')).toBe('applied');
    expect(await statusAt('2026-03-03T12:00:00.000Z')).toBe('objected');
  });
});
