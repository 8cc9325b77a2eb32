import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Actor } from '#libs/kernel/actor.ts';
import { ROLES } from '#libs/kernel/actor.ts';
import { addMinutes } from '#libs/kernel/instant.ts';
import type { JsonObject } from '#libs/kernel/json.ts';
import type { Document } from '#libs/kernel/projection.ts';
import { openTestLedger, temporaryFolder } from '#libs/testing/test-ledger.ts';
import type { TestLedger } from '#libs/testing/test-ledger.ts';
import { complaintFeature } from '../complaint/feature.ts';
import { customerFeature } from '../customer/feature.ts';
import { policyFeature } from '../policy/feature.ts';
import { serviceCaseFeature } from '../service-case/feature.ts';
import { slaFeature } from '../sla/feature.ts';
import { slaBoardFeature } from '../sla-board/feature.ts';
import { slaStatusFeature } from '../sla-status/feature.ts';
import { tieringFeature } from '../tiering/feature.ts';
import { slaComplianceFeature } from './feature.ts';

const FEATURES = [
  ...[customerFeature, tieringFeature, policyFeature, complaintFeature, serviceCaseFeature, slaFeature],
  ...[slaStatusFeature, slaBoardFeature, slaComplianceFeature],
];
const MONDAY = '2026-03-30T01:00:00.000Z';
const all: Actor = { id: 'ann', grants: ROLES.map((role) => ({ role, team: '*' })) };
const ofEast: Actor = { id: 'eve', grants: [{ role: 'supervisor', team: 'east' }] };

let temporary: Awaited<ReturnType<typeof temporaryFolder>>;
let test: TestLedger;
let sent = 0;
const send = async (name: string, body: object, id?: string) => {
  const outcome = await test.ledger.execute({
    name,
    actor: all,
    body: JSON.parse(JSON.stringify(body)) as JsonObject,
    commandId: `command-${(sent += 1)}`,
    ...(id === undefined ? {} : { id }),
  });
  if (!outcome.accepted) throw new Error(`${outcome.code}: ${outcome.message}`);
  return outcome.id;
};
const at = async (minute: number) => {
  test.clock.set(addMinutes(MONDAY, minute));
  await test.ledger.processes!.settle();
  await test.ledger.caughtUp();
};
const found = async (
  collection: string,
  filter: JsonObject = {},
  actor = all,
  asOf?: string,
): Promise<readonly Document[]> => {
  const query = { filter, sort: [{ field: 'dueAt', direction: 'asc' }] as const, limit: 1_000 };
  const page = await test.ledger.find(collection, query, { actor }, asOf === undefined ? {} : { asOf });
  return page.documents.map(({ id, document }) => ({ id, ...document }));
};
const groups = async (
  by: string,
  filter: JsonObject = {},
  actor = all,
): Promise<{ readonly [group: string]: number }> =>
  Object.fromEntries(
    (await test.ledger.groupCounts('sla-board', filter, by, { actor })).map(({ value, count }) => [
      value as string,
      count,
    ]),
  );

/** Cases and complaints of three teams, on a Monday and the ten days after it. */
beforeAll(async () => {
  temporary = await temporaryFolder();
  test = await openTestLedger(FEATURES, temporary.folder, undefined, { runsProcesses: true });
  await at(0);
  const customerId = await send('customer.register', { kind: 'enterprise', organisationName: '海纳机械有限公司' });
  await send('customer.grant-standing', { standing: 'benchmark', why: '行业标杆' }, customerId);
  const cases: string[] = [];
  for (let index = 0; index < 12; index += 1) {
    await at(index * 10);
    const body = { kind: 'consultation', channel: 'chat', subjectLine: 'Hi', team: ['east', 'west'][index % 2]! };
    const priority = index % 3 === 0 ? 'critical' : 'low';
    const id = await send('service-case.receive', { ...body, priority, ...(index % 4 === 0 ? { customerId } : {}) });
    await send('service-case.identify', {}, id);
    await send('service-case.assign', { assigneeId: ['wang', 'chen'][index % 2]! }, id);
    await send('service-case.start', {}, id);
    cases.push(id);
  }
  await send('complaint.file', {
    channel: 'phone',
    category: 'delivery',
    severity: 'minor',
    description: '…',
    team: 'east',
  });
  await at(130);
  for (const id of cases.slice(0, 6)) await send('service-case.send-answer', { channel: 'chat', text: '…' }, id);
  await send('service-case.wait-for-customer', { reason: 'photo' }, cases[1]);
  await send('service-case.assign', { assigneeId: 'li', reason: 'ill' }, cases[2]);
  await send('service-case.hand-over', { team: 'north', reason: 'theirs' }, cases[3]);
  await at(1_500);
  await send('service-case.solve', { resultCode: 'solved', solution: '…' }, cases[0]);
  await send('service-case.solve', { resultCode: 'solved', solution: '…' }, cases[5]);
  await at(1_600);
  await send('service-case.reopen', { reason: 'again' }, cases[0]);
  await at(5_000);
});
afterAll(async () => {
  await test.close();
  await temporary.remove();
});

describe('sla-board in a ledger', () => {
  it('is what sla-status has of open clocks, in order of their deadlines', async () => {
    const board = await found('sla-board');
    const open = await found('sla-status', { open: true });
    const short = ({ id, state, dueAt, team, assigneeId, tier, urgent, overdue, reference }: Document) => ({
      ...{ id, state, dueAt, team, assigneeId, tier, urgent, overdue, reference },
    });
    expect(board.length).toBeGreaterThan(10);
    expect(board.map(short)).toEqual(open.map(short));
  });

  it('answers what is due next for a team, a person, a tier, and how much there is of it', async () => {
    const east = await found('sla-board', { team: 'east' });
    expect(east.every(({ team }) => team === 'east')).toBe(true);
    expect(east[0]).toMatchObject({ clock: 'first-response', dueAt: '2026-03-30T10:20:00.000Z', overdue: true });
    expect(await groups('team')).toEqual({ east: 12, west: 7, north: 1 });
    expect(await groups('assigneeId')).toEqual({ wang: 8, chen: 7, li: 1, null: 4 });
    expect(await groups('tier')).toEqual({ A: 4, C: 13, null: 3 });
    expect(await groups('team', { state: 'breached' })).toEqual({ east: 11, west: 7, north: 1 });
    expect(await groups('state', { team: 'east' })).toEqual({ breached: 11, running: 1 });
  });

  it('shows a case under the person and the team that have it now, and under no other', async () => {
    const [moved] = await found('sla-board', { team: 'north' });
    expect(moved).toMatchObject({ team: 'north', clock: 'resolution' });
    expect(moved!['assigneeId']).toBeUndefined();
    const [given] = await found('sla-board', { assigneeId: 'li' });
    expect(await found('sla-board', { aboutId: given!['aboutId'] as string, assigneeId: 'wang' })).toEqual([]);
  });

  it('shows a supervisor of one team the clocks of that team', async () => {
    expect(Object.keys(await groups('team', {}, ofEast))).toEqual(['east']);
  });
});

describe('sla-compliance in a ledger', () => {
  /** `first-response met` → how many, from the list of clocks: each run, earlier ones too. */
  const fromStatus = (rows: readonly Document[]) => {
    const counts: { [verdict: string]: number } = {};
    for (const { clock, state, open, earlierCycles } of rows)
      for (const outcome of [
        ...(earlierCycles as unknown as readonly { outcome: string }[]).map((each) => each.outcome),
        ...(open === true && state !== 'breached' ? [] : [state as string]),
      ])
        counts[`${clock as string} ${outcome}`] = (counts[`${clock as string} ${outcome}`] ?? 0) + 1;
    return counts;
  };
  const fromFigures = (figures: readonly Document[]) => {
    const counts: { [verdict: string]: number } = {};
    for (const each of figures)
      for (const outcome of ['met', 'breached', 'breachedOnChange', 'cancelled'])
        if (each[outcome] !== 0) {
          const verdict = `${each['clock'] as string} ${outcome}`;
          counts[verdict] = (counts[verdict] ?? 0) + (each[outcome] as number);
        }
    return counts;
  };

  it.each(['month', 'tier', 'kind', 'team', 'urgency', 'policy', 'all'])(
    'by %s adds up to what sla-status has of each run of each clock',
    async (by) => {
      const counts = fromFigures(await found('sla-compliance', { by }));
      expect(counts).toEqual(fromStatus(await found('sla-status')));
      expect(counts).toMatchObject({ 'first-response met': 5, 'resolution met': 1 });
    },
  );

  it('tells the months apart by the moment of the verdict, and stands as of any time [SLA 13]', async () => {
    const one = { by: 'month', clock: 'resolution' };
    const months = (await found('sla-compliance', one)).map(({ month, breached }) => [month, breached]);
    expect(months.map(([month]) => month)).toEqual(['2026-03', '2026-04']);
    expect(await found('sla-compliance', one, all, addMinutes(MONDAY, 1_300))).toEqual([]);
    const early = await found('sla-compliance', one, all, addMinutes(MONDAY, 1_510));
    expect(early).toMatchObject([{ month: '2026-03', met: 1, breached: 2, judged: 3, keptPercent: 33.3 }]);
  });

  it('shows a supervisor of one team the figures of that team and those of the whole', async () => {
    const teams = await found('sla-compliance', { by: 'team' }, ofEast);
    expect(new Set(teams.map(({ team }) => team))).toEqual(new Set(['east']));
    expect(await found('sla-compliance', { by: 'month' }, ofEast)).toEqual(
      await found('sla-compliance', { by: 'month' }),
    );
  });
});

it('both are the same when they are built anew', async () => {
  for (const collection of ['sla-board', 'sla-compliance', 'sla-status']) {
    const [report] = await test.ledger.rebuild(collection);
    expect(report).toMatchObject({ collection, different: 0 });
    expect(report!.documents).toBeGreaterThan(10);
  }
  expect(test.alarms).toEqual([]);
});
