import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Actor } from '#libs/kernel/actor.ts';
import { ROLES } from '#libs/kernel/actor.ts';
import type { JsonObject } from '#libs/kernel/json.ts';
import { openTestLedger, temporaryFolder } from '#libs/testing/test-ledger.ts';
import type { TestLedger } from '#libs/testing/test-ledger.ts';
import { complaintFeature } from '../complaint/feature.ts';
import { customerFeature } from '../customer/feature.ts';
import { policyFeature } from '../policy/feature.ts';
import { DESK_SLA } from '../policy/policy.events.ts';
import { serviceCaseFeature } from '../service-case/feature.ts';
import { slaStatusFeature } from '../sla-status/feature.ts';
import { staffFeature } from '../staff/feature.ts';
import { tieringFeature } from '../tiering/feature.ts';
import { slaFeature } from './feature.ts';

const FEATURES = [
  ...[customerFeature, tieringFeature, policyFeature, complaintFeature, serviceCaseFeature],
  ...[slaFeature, slaStatusFeature, staffFeature],
];
const MONDAY = '2026-03-02T01:00:00.000Z';
const someone = (id: string): Actor => ({ id, grants: ROLES.map((role) => ({ role, team: '*' })) });

let temporary: Awaited<ReturnType<typeof temporaryFolder>>;
let test: TestLedger;
let sent = 0;
const open = async () => {
  test = await openTestLedger(FEATURES, temporary.folder, test?.clock, { runsProcesses: true });
};
beforeEach(async () => {
  temporary = await temporaryFolder();
  await open();
  test.clock.set(MONDAY);
});
afterEach(async () => {
  await test.close();
  await temporary.remove();
});

const send = async (name: string, body: object, id?: string, who = 'ann') => {
  const outcome = await test.ledger.execute({
    name,
    actor: someone(who),
    body: JSON.parse(JSON.stringify(body)) as JsonObject,
    commandId: `command-${(sent += 1)}`,
    ...(id === undefined ? {} : { id }),
  });
  if (!outcome.accepted) throw new Error(`${outcome.code}: ${outcome.message}`);
  return outcome.id;
};
const at = async (moment: string) => {
  test.clock.set(moment);
  await test.ledger.processes!.settle();
  await test.ledger.caughtUp();
};
const clockRow = async (id: string, clock: string) =>
  (await test.ledger.document('sla-status', `${id}:${clock}`, { actor: someone('ann') }))?.document;
const told = async (stream: string) => {
  const found: object[] = [];
  for await (const page of test.store.readStream(stream))
    for (const { type, data, metadata } of page) {
      if (!/threshold|deadline/.test(type)) continue;
      const { clock, percent, cause } = JSON.parse(data) as { clock: string; percent?: number; cause?: string };
      const { occurredAt, recordedAt } = JSON.parse(metadata) as { occurredAt: string; recordedAt: string };
      const more = { ...(percent === undefined ? {} : { percent }), ...(cause === undefined ? {} : { cause }) };
      found.push({ fact: type.split('.')[1], clock, ...more, occurredAt, recordedAt });
    }
  return found;
};

const request = { kind: 'consultation', channel: 'chat', subjectLine: 'Hi', priority: 'low' };

describe('deadlines in a ledger', () => {
  it('are noticed by themselves, each once and in order, after an outage with the moments of their own [SLA 13]', async () => {
    const id = await send('service-case.receive', request);
    await at('2026-03-02T08:00:00.000Z');
    await test.close();
    await open();
    const late = '2026-03-05T00:00:00.000Z';
    await at(late);
    await at('2026-03-06T00:00:00.000Z');
    // C: eight business hours, 12:00 to 13:00 does not count; 75 % of them at 16:00.
    const reached = (clock: string, percent: number, occurredAt: string, recordedAt = late) =>
      ({ fact: 'threshold-reached', clock, percent, occurredAt, recordedAt }) as const;
    const missed = (clock: string, occurredAt: string) =>
      ({ fact: 'deadline-missed', clock, occurredAt, recordedAt: late }) as const;
    expect(await told(`service-case-${id}`)).toEqual([
      reached('first-response', 75, '2026-03-02T08:00:00.000Z', '2026-03-02T08:00:00.000Z'),
      reached('first-response', 100, '2026-03-02T10:00:00.000Z'),
      missed('first-response', '2026-03-02T10:00:00.000Z'),
      reached('resolution', 75, '2026-03-03T13:00:00.000Z'),
      reached('resolution', 100, '2026-03-04T01:00:00.000Z'),
      missed('resolution', '2026-03-04T01:00:00.000Z'),
    ]);
  });

  it('go on while whoever has the case is absent: that pauses no clock [SLA 11]', async () => {
    for (const id of ['bo', 'cy']) await send('user.import', { displayName: id }, id);
    await send('team.import', { name: 'East', zone: 'Asia/Shanghai', members: ['bo', 'cy'] }, 'east');
    const ids = [];
    for (const assigneeId of ['bo', 'cy']) {
      const id = await send('service-case.receive', { ...request, team: 'east' });
      await send('service-case.identify', {}, id);
      await send('service-case.assign', { team: 'east', assigneeId }, id);
      ids.push(id);
    }
    const away = { from: '2026-03-02T02:00:00.000Z', until: '2026-03-20T00:00:00.000Z', kind: 'leave' };
    await send('user.declare-absence', away, 'bo');
    await at('2026-03-05T00:00:00.000Z');
    const [ofTheAbsent, ofTheOther] = [await told(`service-case-${ids[0]}`), await told(`service-case-${ids[1]}`)];
    expect(ofTheAbsent.length).toBeGreaterThan(4);
    expect(ofTheAbsent).toEqual(ofTheOther);
  });

  it('are not looked for any more once everything has ended', async () => {
    const id = await send('complaint.file', {
      channel: 'phone',
      category: 'delivery',
      severity: 'minor',
      description: '…',
    });
    await send('complaint.withdraw', { why: 'settled' }, id);
    await at('2027-01-01T00:00:00.000Z');
    expect(await told(`complaint-${id}`)).toEqual([]);
    expect(await clockRow(id, 'plan')).toMatchObject({ state: 'cancelled', open: false });
  });

  it('move when other service times take effect, of open clocks only, at the moment of the change [SLA 8] [H2]', async () => {
    const id = await send('service-case.receive', { ...request, priority: 'critical' });
    const done = await send('complaint.file', {
      channel: 'phone',
      category: 'delivery',
      severity: 'minor',
      description: '…',
    });
    await send('complaint.send-answer', { channel: 'phone', text: '…' }, done);
    const version = 'desk@1';
    const from = '2026-03-02T01:05:00.000Z';
    await send(
      'policy.apply',
      { document: { ...DESK_SLA, version }, department: 'customer-relations', reason: 'faster' },
      'sla',
      'olga',
    );
    await send('policy.review-legally', { version, verdict: 'passed' }, 'sla', 'leo');
    await send('policy.approve', { version }, 'sla', 'mei');
    await send('policy.publish', { version, effectiveFrom: from }, 'sla', 'mei');
    await send('policy.record-training', { version, heldOn: '2026-03-01', audience: 'desk' }, 'sla', 'olga');
    await at('2026-03-02T01:10:00.000Z');
    expect(await told(`service-case-${id}`)).toMatchObject([
      { fact: 'deadline-moved', clock: 'first-response', cause: 'sla', occurredAt: from },
      { fact: 'deadline-moved', clock: 'resolution', cause: 'sla', occurredAt: from },
    ]);
    expect(await clockRow(id, 'first-response')).toMatchObject({
      ...{ startedAt: MONDAY, dueAt: '2026-03-02T01:15:00.000Z', slaVersion: version, deadlineRevision: 2 },
      ...{ remainingMinutes: 5, stateNow: 'running' },
    });
    expect(await clockRow(done, 'response')).toMatchObject({ slaVersion: 'sla-default@1', outcome: 'met' });
  });

  it('move when the customer’s class changes, of open cases and complaints [SLA 4]', async () => {
    const customer = await send('customer.register', { kind: 'enterprise', organisationName: '海纳机械有限公司' });
    const id = await send('service-case.receive', { ...request, customerId: customer });
    await at('2026-03-02T01:01:00.000Z');
    await send('customer.grant-standing', { standing: 'benchmark', why: '行业标杆' }, customer, 'mei');
    await at('2026-03-02T01:02:00.000Z');
    expect(await clockRow(id, 'resolution')).toMatchObject({ tier: 'A' });
  });
});
