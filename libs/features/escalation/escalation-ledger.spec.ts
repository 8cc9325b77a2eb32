import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { complaintFeature } from '#libs/features/complaint/feature.ts';
import { customerFeature } from '#libs/features/customer/feature.ts';
import { noticesFeature } from '#libs/features/notices/feature.ts';
import { OPERATORS } from '#libs/features/notices/notices.events.ts';
import type { NoticeFacts } from '#libs/features/notices/notices.events.ts';
import { policyFeature } from '#libs/features/policy/feature.ts';
import type { LadderDocument } from '#libs/features/policy/policy.events.ts';
import { serviceCaseFeature } from '#libs/features/service-case/feature.ts';
import { slaFeature } from '#libs/features/sla/feature.ts';
import { slaStatusFeature } from '#libs/features/sla-status/feature.ts';
import { staffFeature } from '#libs/features/staff/feature.ts';
import { tieringFeature } from '#libs/features/tiering/feature.ts';
import type { Actor } from '#libs/kernel/actor.ts';
import { ROLES } from '#libs/kernel/actor.ts';
import type { JsonObject } from '#libs/kernel/json.ts';
import { openTestLedger, temporaryFolder } from '#libs/testing/test-ledger.ts';
import type { TestLedger } from '#libs/testing/test-ledger.ts';
import { explainEscalation } from './escalation-explained.ts';
import { escalationFeature } from './feature.ts';
import { at, LADDERS } from './office.fixture.ts';

const FEATURES = [
  ...[staffFeature, tieringFeature, policyFeature, customerFeature, complaintFeature, serviceCaseFeature],
  ...[slaFeature, slaStatusFeature, noticesFeature, escalationFeature],
];
const START = at('01:00');

let temporary: Awaited<ReturnType<typeof temporaryFolder>>;
let test: TestLedger;
let sent: number;

const open = async (runsProcesses = true) => {
  test = await openTestLedger(FEATURES, temporary.folder, test?.clock, { runsProcesses });
};
beforeEach(async () => {
  temporary = await temporaryFolder();
  await open();
  test.clock.set(START);
  sent = 0;
});
afterEach(async () => {
  expect(test.alarms).toEqual([]);
  await test.close();
  await temporary.remove();
});

const someone = (id: string): Actor => ({ id, grants: ROLES.map((role) => ({ role, team: '*' })) });
const send = async (name: string, body: object, id?: string, who = 'ann', origin?: 'import') => {
  const outcome = await test.ledger.execute({
    name,
    actor: someone(who),
    body: JSON.parse(JSON.stringify(body)) as JsonObject,
    commandId: `command-${(sent += 1)}`,
    ...(id === undefined ? {} : { id }),
    ...(origin === undefined ? {} : { origin }),
  });
  if (!outcome.accepted) throw new Error(`${name}: ${outcome.code}: ${outcome.message}`);
  return outcome.id;
};
const settle = async () => {
  await test.ledger.processes!.settle();
  await test.ledger.caughtUp();
};
/** Stops everything and starts it anew on the same files; or all but the processes. */
const restart = async (runsProcesses = true) => {
  await test.close();
  await open(runsProcesses);
};
/** Another ledger, in which nothing has happened. */
const anew = async () => {
  await test.close();
  await temporary.remove();
  temporary = await temporaryFolder();
  await open();
  test.clock.set(START);
  sent = 0;
};
const until = async (moment: string) => {
  test.clock.set(at(moment));
  await settle();
};

const PEOPLE = ['ada', 'max', 'sam', 'sue', 'hal', 'dora', 'cora', 'carl', 'kim', 'kai'];
const formTeam = async (id: string, ...members: readonly string[]) => {
  await send('team.import', { name: id, zone: 'Asia/Shanghai', members }, id);
};
const takeEffect = async (document: LadderDocument) => {
  const { version } = document;
  const steps: readonly (readonly [string, object, string])[] = [
    ['apply', { document, department: 'management', reason: 'our own groups' }, 'olga'],
    ['review-legally', { version, verdict: 'passed' }, 'leo'],
    ['approve', { version }, 'mei'],
    ['publish', { version }, 'mei'],
    ['record-training', { version, heldOn: '2026-03-01', audience: 'all teams' }, 'olga'],
  ];
  for (const [name, body, who] of steps) await send(`policy.${name}`, body, 'ladder', who);
};
const furnish = async () => {
  for (const id of PEOPLE) await send('user.import', { displayName: id }, id);
  await formTeam('east', 'ada', 'sam', 'sue', 'dora');
  await send('team.name-leaders', { supervisorId: 'sam', deputies: ['sue'] }, 'east');
  await send('team.name-department-head', { userId: 'hal' }, 'east');
  await send('team.roster-duty', { userId: 'dora', from: START, until: at('+5 00:00') }, 'east');
  await formTeam('board', 'cora', 'carl');
  await formTeam('crisis', 'kim', 'kai');
  await takeEffect(LADDERS);
  const customer = await send('customer.register', {
    kind: 'enterprise',
    organisationName: '海纳机械有限公司',
    team: 'east',
  });
  await send('customer.assign-account-manager', { userId: 'max' }, customer);
  await settle();
  return customer;
};
/** Class C, urgent: the first answer is due eight business hours on, at 10:00. */
const urgentCase = async (customerId: string) => {
  const request = { kind: 'technical-support', channel: 'phone', subjectLine: 'standstill', priority: 'critical' };
  const id = await send('service-case.receive', { ...request, customerId, reference: 'SC-1' });
  await send('service-case.identify', {}, id);
  await send('service-case.assign', { assigneeId: 'ada' }, id, 'sam');
  await settle();
  return id;
};

interface Short {
  readonly level?: number;
  readonly called?: readonly string[];
  readonly because?: string;
  readonly acknowledgedBy?: string;
}
/** What happened in a stream, in short: `10:30 called 2 still-open max`. */
const factsOf = async (stream: string) => {
  const found: string[] = [];
  for await (const page of test.store.readStream(stream))
    for (const { type, data, metadata } of page) {
      const { level, called = [], because, acknowledgedBy } = JSON.parse(data) as Short;
      const { occurredAt } = JSON.parse(metadata) as { occurredAt: string };
      const day = Number(occurredAt.slice(8, 10)) - 2;
      const when = `${day === 0 ? '' : `+${day} `}${occurredAt.slice(11, 16)}`;
      const parts = [when, type.split('.')[1], level, acknowledgedBy, because, ...called];
      found.push(parts.filter((part) => part !== undefined).join(' '));
    }
  return found;
};
interface InboxRow {
  readonly noticeId: string;
  readonly recipientId: string;
  readonly template: string;
  readonly facts: NoticeFacts;
}
const inboxOf = async (recipientId: string) => {
  const actor: Actor = recipientId === OPERATORS ? someone('otto') : { ...someone(recipientId) };
  const { documents } = await test.ledger.find('inbox', { filter: { recipientId } }, { actor });
  return documents.map(({ document }) => document as unknown as InboxRow);
};
const noticesOf = async (recipientId: string) =>
  (await inboxOf(recipientId)).map(({ template, facts: { level, clock } }) =>
    [template, clock, level].filter((part) => part !== undefined).join(' '),
  );
const row = async (id: string) => (await test.ledger.document('escalations', id, { actor: someone('ann') }))?.document;
/** Everything that the ledger holds besides the processes' own streams, as far as it does not depend on when it was noticed. */
const ledgerFacts = async () => {
  const found: string[] = [];
  for await (const page of test.store.readAll({
    filter: { streamPrefixes: ['escalation-', 'notice-', 'service-case-'] },
  }))
    for (const { stream, revision, type, data, metadata } of page) {
      const { occurredAt } = JSON.parse(metadata) as { occurredAt: string };
      // Sealed under other keys each time.
      const open = data.replaceAll(/"\$sealed":"[^"]*"/g, '');
      found.push(`${stream} ${revision} ${type} ${type.startsWith('notice.') ? '' : occurredAt} ${open}`);
    }
  return found.sort();
};

describe('an escalation in a ledger', () => {
  it('reminds, calls level after level, holds while it is acknowledged, and ends with the clock [SLA 9, SLA 10]', async () => {
    const id = await urgentCase(await furnish());
    const escalationId = `service-case-${id}.first-response.1`;
    await until('08:00');
    expect(await factsOf(`escalation-${escalationId}`)).toEqual(['08:00 reminded ada']);
    expect(await noticesOf('ada')).toEqual(['deadline-near first-response']);
    await until('10:00');
    expect(await row(escalationId)).toMatchObject({
      ...{ state: 'climbing', level: 1, recipients: ['ada'], waitingFor: ['ada'], nextLevelAt: at('10:30') },
      ...{ reference: 'SC-1', team: 'east', ladder: 'urgent', ladderVersion: 'ladders@1', open: true },
    });
    await until('11:00');
    expect(await row(escalationId)).toMatchObject({ level: 3, recipients: ['ada', 'max', 'sam'], waitingFor: ['sam'] });
    const [call] = await inboxOf('sam');
    expect(call).toMatchObject({
      ...{ template: 'escalation-call', needsAcknowledgement: true, urgency: 'urgent', cause: 'escalation' },
      facts: { reference: 'SC-1', clock: 'first-response', dueAt: at('10:00'), level: 3, tier: 'C' },
    });
    test.clock.set(at('11:10'));
    await send('notice.acknowledge', {}, call!.noticeId, 'sam');
    await settle();
    expect(await row(escalationId)).toMatchObject({
      ...{ state: 'acknowledged', acknowledgedBy: 'sam', waitingFor: [], nextLevelAt: at('13:10') },
    });
    test.clock.set(at('13:00'));
    await send('service-case.add-note', { text: 'looking' }, id, 'sam');
    await until('15:00');
    await until('15:20');
    test.clock.set(at('15:25'));
    await send('service-case.send-answer', { channel: 'phone', text: 'It runs again.' }, id, 'ada');
    await until('+1 00:30');
    expect(await factsOf(`escalation-${escalationId}`)).toEqual([
      '08:00 reminded ada',
      '10:00 begun threshold',
      '10:00 called 1 begun ada',
      '10:30 called 2 still-open max',
      '11:00 called 3 still-open sam',
      '11:10 acknowledged 3 sam',
      '13:00 progressed',
      '15:00 called 4 no-progress hal',
      '15:25 ended clock-stopped',
    ]);
    expect(await row(escalationId)).toMatchObject({ state: 'ended', open: false, endedBecause: 'clock-stopped' });
    expect(await noticesOf('hal')).toEqual(['escalation-call first-response 4']);
    expect(await noticesOf('cora')).toEqual([]);
    const waiting = (
      await test.ledger.find('escalations', { filter: { recipients: 'max' } }, { actor: someone('ann') })
    ).documents;
    expect(waiting).toHaveLength(1);
  });

  it('explains for each level when and why it was called, whom a rule meant and who was reached, as at any moment [SLA 10, SLA 11]', async () => {
    const customer = await furnish();
    // Max is away: Sue stands in.
    await send('user.name-deputies', { deputies: ['sue'] }, 'max', 'max');
    await send('user.declare-absence', { from: START, until: at('+5 00:00'), kind: 'leave' }, 'max', 'max');
    const escalationId = `service-case-${await urgentCase(customer)}.first-response.1`;
    await until('10:30');
    const viewer = { actor: someone('ann') };
    const explained = (await explainEscalation(test.ledger, escalationId, viewer))!;
    expect(explained.lines.en).toEqual([
      'Escalation of SC-1, begun 2026-03-02 18:00 (+08:00): the time ran out: first response, run 1, due 2026-03-02 18:00 (+08:00); ladder “urgent” of ladders@1.',
      'Level 1 at 2026-03-02 18:00 (+08:00): the first.',
      '  the assignee (ada (ada)) → ada (ada): in person',
      'Level 2 at 2026-03-02 18:30 (+08:00): the matter still waits.',
      '  the account manager (max (max)) → sue (sue): the deputy',
    ]);
    for (const line of explained.lines['zh-CN'].filter((each) => !each.startsWith('  ')))
      expect(line).toMatch(/\p{Script=Han}/u);
    const earlier = await explainEscalation(test.ledger, escalationId, viewer, { asAt: at('10:10') });
    expect(earlier!.calls.map(({ level }) => level)).toEqual([1]);
    // The processes looked at the clock at 10:30 only: nothing was recorded before.
    expect(await explainEscalation(test.ledger, escalationId, viewer, { asOf: at('10:10') })).toBeUndefined();
  });

  it('tells the operators of an empty roster and of a ladder without end, once each', async () => {
    await furnish();
    const request = { kind: 'technical-support', channel: 'phone', subjectLine: 'standstill', priority: 'critical' };
    const id = await send('service-case.receive', { ...request, reference: 'SC-2' });
    await until('+2 00:00');
    const escalationId = `service-case-${id}.first-response.1`;
    expect(await factsOf(`escalation-${escalationId}`)).toEqual([
      '08:00 reminded',
      '10:00 begun threshold',
      '10:00 nobody-found 1 begun',
      '10:00 nobody-found 2 nobody-below',
      '10:00 nobody-found 3 nobody-below',
      '10:00 nobody-found 4 nobody-below',
      '10:00 called 5 nobody-below cora carl',
      '10:30 exhausted not-acknowledged',
    ]);
    const alerts = (await inboxOf(OPERATORS))
      .filter(({ facts }) => facts.problem !== undefined)
      .map(({ facts: { problem, level } }) => (level === undefined ? problem : `${problem} ${level}`));
    expect(alerts.sort()).toEqual([
      'ladder-exhausted',
      ...['nobody-found 1', 'nobody-found 2', 'nobody-found 3', 'nobody-found 4'],
    ]);
  });

  it('calls nobody for imported history, and nobody anew when read models are rebuilt [SLA 12]', async () => {
    await furnish();
    await send(
      'complaint.import',
      {
        reference: 'CFPB-1',
        channel: 'web',
        category: 'Mortgage',
        severity: 'critical',
        filedAt: '2020-01-01T00:00:00.000Z',
      },
      'imported-1',
      'ann',
      'import',
    );
    await until('+3 00:00');
    expect(await factsOf('escalation-complaint-imported-1.response.1')).toEqual([]);
    expect(await factsOf('escalation-complaint-imported-1.emergency')).toEqual([]);
    expect(await factsOf('process-escalations:complaint-imported-1')).toEqual([]);
    const before = await ledgerFacts();
    await test.ledger.rebuild('escalations');
    await test.ledger.rebuild('inbox');
    await settle();
    expect(await ledgerFacts()).toEqual(before);
  });

  it('calls the crisis group to a critical complaint at once, until the complaint ends [H6.3]', async () => {
    const customerId = await furnish();
    const file = { channel: 'phone', category: 'conduct', description: '…', customerId };
    const id = await send('complaint.file', { ...file, severity: 'serious', reference: 'CP-1' });
    await until('01:10');
    expect(await noticesOf('kim')).toEqual([]);
    await send('complaint.change-severity', { severity: 'critical', why: 'a fire' }, id);
    await until('01:30');
    expect(await noticesOf('kim')).toEqual(['crisis-call 1', 'crisis-call 2']);
    await send('complaint.withdraw', { why: 'mistaken' }, id);
    await until('+3 00:00');
    expect(await factsOf(`escalation-complaint-${id}.emergency`)).toEqual([
      '01:10 begun critical-complaint',
      '01:10 called 1 begun kim kai',
      '01:25 called 2 not-acknowledged kim kai hal',
      '01:30 ended withdrawn',
    ]);
    expect(await test.ledger.processes!.status()).toMatchObject({ timers: 0 });
  });

  it('says in every notice of a drill that it is one', async () => {
    const id = await urgentCase(await furnish());
    const emergencyId = `service-case-${id}.emergency`;
    await send(
      'escalation.raise-emergency',
      { kind: 'service-case', matterId: id, why: 'yearly exercise', drill: true },
      emergencyId,
      'sam',
    );
    await settle();
    expect(await inboxOf('kim')).toMatchObject([
      { template: 'crisis-call', urgency: 'crisis', facts: { drill: true, level: 1 } },
    ]);
    await send('escalation.acknowledge', {}, emergencyId, 'kim');
    test.clock.set(at('01:10'));
    await send('escalation.stand-down', { why: 'well done' }, emergencyId, 'sam');
    await until('+1 00:00');
    expect((await factsOf(`escalation-${emergencyId}`)).slice(2)).toEqual([
      '01:00 acknowledged 1 kim',
      '01:10 ended stood-down',
    ]);
  });

  it('begins to climb when a case is entered that is late already: nobody could be called before', async () => {
    const customerId = await furnish();
    test.clock.set(at('+2 09:00'));
    const request = { kind: 'technical-support', channel: 'phone', subjectLine: 'standstill', priority: 'critical' };
    const id = await send('service-case.receive', { ...request, customerId, receivedAt: START });
    await until('+2 09:30');
    expect((await factsOf(`escalation-service-case-${id}.first-response.1`)).slice(1)).toEqual([
      '+2 09:00 begun threshold',
      '+2 09:00 nobody-found 1 begun',
      '+2 09:00 called 2 nobody-below max',
      '+2 09:30 called 3 still-open sam',
    ]);
  });

  it('a re-opened complaint enters one level up [SLA 5]', async () => {
    const customerId = await furnish();
    const file = { channel: 'phone', category: 'delivery', description: '…', severity: 'minor', customerId };
    const id = await send('complaint.file', { ...file, team: 'east' });
    await send('complaint.assign', { responsibleId: 'ada' }, id);
    await send('complaint.withdraw', { why: 'settled' }, id);
    await send('complaint.reopen', { why: 'not settled' }, id);
    // Response due after 24 hours.
    await until('+1 01:00');
    expect((await factsOf(`escalation-complaint-${id}.response.2`)).slice(-1)).toEqual(['+1 01:00 called 2 begun max']);
  });

  it('tells a deadline that a change put into the past once, to the supervisor [SLA 4]', async () => {
    const id = await urgentCase(await furnish());
    await send('service-case.send-answer', { channel: 'phone', text: '…' }, id, 'ada');
    await send('service-case.change-priority', { priority: 'low', reason: 'it runs' }, id, 'sam');
    await until('+1 12:00');
    const customer = (await test.ledger.document('service-cases', id, { actor: someone('ann') }))!.document[
      'customerId'
    ] as string;
    // Class A: closing within 24 hours of the receipt, which is over.
    await send('customer.grant-standing', { standing: 'benchmark', why: '行业标杆' }, customer, 'mei');
    await settle();
    await until('+1 13:00');
    expect((await factsOf(`escalation-service-case-${id}.resolution.1`)).slice(-1)).toEqual([
      '+1 12:00 told-of-change sam',
    ]);
    expect(await noticesOf('sam')).toEqual(['passed-on-change resolution']);
    expect(await row(`service-case-${id}.resolution.1`)).toBeUndefined();
  });
});

describe('whatever crashes [SLA 13, SLA 14]', () => {
  /** A day of one case; `between` comes between any two moments of it. */
  const day = async (between: () => Promise<void>) => {
    const id = await urgentCase(await furnish());
    await send('user.declare-absence', { from: at('09:00'), until: at('12:00'), kind: 'sickness' }, 'max');
    for (const moment of ['08:00', '10:00', '10:30', '11:00']) {
      await between();
      await until(moment);
    }
    const call = (await inboxOf('sam'))[0]!;
    test.clock.set(at('11:10'));
    await send('notice.acknowledge', {}, call.noticeId, 'sam');
    await between();
    for (const moment of ['11:11', '13:10', '13:40']) {
      await until(moment);
      await between();
    }
    test.clock.set(at('13:50'));
    await send('service-case.send-answer', { channel: 'phone', text: '…' }, id, 'ada');
    await between();
    await until('+1 06:00');
    return { id, facts: await ledgerFacts() };
  };

  it('a worker that dies between any two moments leaves the same ledger', async () => {
    const calm = await day(async () => undefined);
    await anew();
    const stormy = await day(restart);
    expect(stormy.facts).toEqual(calm.facts);
    expect(calm.facts.filter((fact) => fact.includes('escalation.called.v1')).length).toBeGreaterThanOrEqual(5);
  });

  it('processes that are away for three days, while people work, record the same climb, and call the same people', async () => {
    /** What does not depend on when it was noticed. */
    const climb = async () =>
      (await ledgerFacts()).flatMap((fact) =>
        fact.startsWith('escalation-')
          ? [fact]
          : fact.includes(' notice.given.v1 ')
            ? [fact.slice(0, fact.indexOf(' '))]
            : [],
      );
    const days = async (areAway: boolean) => {
      const wait = async (moment: string) => (areAway ? test.clock.set(at(moment)) : until(moment));
      const id = await urgentCase(await furnish());
      await until('09:00');
      if (areAway) await restart(false);
      for (const moment of ['10:00', '10:30', '11:00', '11:20']) await wait(moment);
      await send('service-case.send-answer', { channel: 'phone', text: '…' }, id, 'ada');
      for (const moment of ['+1 13:00', '+1 14:00']) await wait(moment);
      await send('service-case.start', {}, id, 'ada');
      await send('service-case.solve', { resultCode: 'solved', solution: '…' }, id, 'ada');
      await wait('+3 12:00');
      if (areAway) await restart();
      await until('+4 00:00');
      return climb();
    };
    const calm = await days(false);
    await anew();
    const late = await days(true);
    expect(late).toEqual(calm);
    expect(calm.filter((fact) => fact.includes('escalation.called.v1'))).toHaveLength(3);
  });
});
