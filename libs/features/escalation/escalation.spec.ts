import { describe, expect, it } from '@jest/globals';
import { noticeIdFor } from '#libs/features/notices/notices.events.ts';
import type { Actor } from '#libs/kernel/actor.ts';
import type { NewEvent } from '#libs/kernel/event.ts';
import { given } from '#libs/testing/given-when-then.ts';
import { happened } from './escalation-events.ts';
import { escalation } from './escalation.ts';
import { escalationCallsSaga } from './escalation-calls.saga.ts';
import {
  asked,
  at,
  away,
  CASE,
  COMPLAINT,
  inForce,
  ladderOf,
  LADDERS,
  level,
  OFFICE,
  PEOPLE,
  person,
  team,
} from './office.fixture.ts';
import { callKey } from './vocabulary.ts';

const ID = 'service-case-9.resolution.1';
const about = { kind: 'service-case', id: '9' } as const;
const threshold = (percent: number, more: object = {}) => ({
  ...{ about, clock: 'resolution', cycle: 1, percent, revision: 1, dueAt: at('10:00'), at: at('10:00') },
  ...more,
});

interface Short {
  readonly level?: number;
  readonly called?: readonly string[];
  readonly recipients?: readonly { readonly how: string }[];
  readonly because?: string;
  readonly acknowledgedBy?: string;
}
/** What happened, in short: `10:30 called 2: max`. */
const told = (events: readonly NewEvent[]): string[] =>
  events.map(({ type, data, occurredAt = '' }) => {
    const { level: n, called = [], recipients = [], because, acknowledgedBy } = data as Short;
    const day = Number(occurredAt.slice(8, 10)) - 2;
    const when = `${day === 0 ? '' : `+${day} `}${occurredAt.slice(11, 16)}`;
    const name = type.split('.')[1]!;
    const who = name === 'nobody-found' ? recipients.map(({ how }) => how) : called;
    return [when, name, n, acknowledgedBy, because, ...who].filter((part) => part !== undefined).join(' ');
  });

/** An escalation that lives through commands, one after another, in an office that may change. */
class Life {
  readonly events: NewEvent[] = [];
  office: Record<string, unknown>;
  readonly id: string;
  constructor(office: object = {}, id = ID) {
    this.office = { ...OFFICE, ...office };
    this.id = id;
  }
  when(name: string, body: object, more: { readonly actor?: Actor; readonly now?: string } = {}) {
    const { decision } = given(
      escalation,
      this.id,
    )(...this.events).when(`escalation.${name}`, body as never, {
      consulted: this.office,
      now: more.now ?? at('+6 00:00'),
      ...(more.actor === undefined ? {} : { actor: more.actor }),
    });
    if (!Array.isArray(decision)) return decision as { readonly code: string };
    this.events.push(...(decision as NewEvent[]));
    return told(decision as NewEvent[]);
  }
  goOn(moment: string) {
    return this.when('go-on', { at: at(moment) });
  }
  acknowledgeNotice(of: string, n: number, moment: string, by = of) {
    return this.when('take-acknowledgement', {
      ...{ noticeId: noticeIdFor(of, callKey(this.id, 1, n)), acknowledgedBy: by, at: at(moment) },
    });
  }
  get last() {
    return this.events.at(-1)!.data as Record<string, unknown>;
  }
}
const by = (id: string): Actor => ({ id, grants: [{ role: 'agent', team: 'elsewhere' }] });

describe('thresholds [SLA 9]', () => {
  it('below the share at which the ladder begins remind the assignee, once a revision', () => {
    const life = new Life();
    expect(life.when('take-threshold', threshold(75, { at: at('09:00') }))).toEqual(['09:00 reminded ada']);
    expect(life.when('take-threshold', threshold(75, { at: at('09:00') }))).toEqual([]);
    expect(life.when('take-threshold', threshold(75, { at: at('09:30'), revision: 2 }))).toEqual([
      '09:30 reminded ada',
    ]);
    expect(life.last).toMatchObject({ percent: 75, dueAt: at('10:00'), channels: ['inbox', 'smtp'], passedOver: [] });
  });

  it('remind the supervisor where nobody is assigned, and whoever stands in for one who is away [SLA 11]', () => {
    const { assigneeId: _, ...unassigned } = CASE;
    const life = new Life({ case: unassigned, people: { ...PEOPLE, sam: away(at('00:00'), at('+1 00:00')) } });
    expect(life.when('take-threshold', threshold(75))).toEqual(['10:00 reminded sue']);
    expect(life.last['recipients']).toEqual([
      { rule: 'assignee', how: 'nobody-assigned' },
      { rule: 'supervisor', originalId: 'sam', recipientId: 'sue', how: 'deputy' },
    ]);
  });

  it('begin the ladder once a run of the clock, whatever is reached later', () => {
    const life = new Life();
    life.when('take-threshold', threshold(75));
    expect(life.when('take-threshold', threshold(100))).toEqual(['10:00 begun threshold', '10:00 called 1 begun ada']);
    expect(life.when('take-threshold', threshold(100, { revision: 2 }))).toEqual([]);
    expect(life.when('take-threshold', threshold(75, { revision: 2 }))).toEqual([]);
  });

  it('begin the ladder at a lower share where the ladders say so', () => {
    const life = new Life({ ladders: inForce({ ...LADDERS, beginsAtPercent: 90 }) });
    expect(life.when('take-threshold', threshold(75))).toEqual(['10:00 reminded ada']);
    expect(life.when('take-threshold', threshold(90))).toContain('10:00 begun threshold');
  });

  it('call nobody about a clock that was stopped by then', () => {
    const clocks = { 'resolution.1': { since: at('01:00'), ended: { at: at('10:00'), outcome: 'met' } } };
    expect(new Life({ case: { ...CASE, clocks } }).when('take-threshold', threshold(100))).toEqual([]);
  });

  it('call nobody before the ledger knew of the clock: a case that is entered late climbs from then on', () => {
    const life = new Life({ case: { ...CASE, clocks: { 'resolution.1': { since: at('15:00') } } } });
    expect(life.when('take-threshold', threshold(100))).toEqual(['15:00 begun threshold', '15:00 called 1 begun ada']);
  });
});

describe('a deadline that a change put into the past [SLA 4]', () => {
  const change = { about, clock: 'resolution', cycle: 1, dueAt: at('09:00'), at: at('10:00') };

  it('is told the supervisor once, with no run through the ladder', () => {
    const life = new Life();
    expect(life.when('tell-of-change', change)).toEqual(['10:00 told-of-change sam']);
    expect(life.when('tell-of-change', change)).toEqual([]);
    expect(life.goOn('+5 10:00')).toEqual([]);
  });
});

describe('the ladder [SLA 10]', () => {
  it('is the first that holds for class, urgency and track, recorded with its version', () => {
    const ladderFor = (card: object) => {
      const life = new Life({ case: { ...CASE, ...card } });
      life.when('take-threshold', threshold(100));
      return (life.events[0]!.data as { ladder: string }).ladder;
    };
    expect(ladderFor({ tier: 'A', urgent: true })).toBe('A urgent');
    expect(ladderFor({ tier: 'A', urgent: false })).toBe('A other');
    expect(ladderFor({ tier: 'C', urgent: true })).toBe('urgent');
    expect(ladderFor({ tier: 'B', urgent: false })).toBe('other');
    const life = new Life();
    life.when('take-threshold', threshold(100));
    expect(life.events[0]).toMatchObject({
      data: {
        reference: 'SC-1',
        ladderVersion: 'ladders@1',
        levels: 5,
        fromLevel: 1,
        percent: 100,
        dueAt: at('10:00'),
      },
      policyVersions: { ladder: 'ladders@1' },
    });
  });

  it('climbs from level to level after each wait: assignee, account manager, supervisor, department head, committee', () => {
    const life = new Life({ case: { ...CASE, urgent: true } });
    life.when('take-threshold', threshold(100));
    expect(life.goOn('10:29')).toEqual([]);
    expect(life.goOn('10:30')).toEqual(['10:30 called 2 still-open max']);
    expect(life.goOn('11:00')).toEqual(['11:00 called 3 still-open sam']);
    expect(life.last).toMatchObject({ acknowledgement: true, waitMinutes: 30, nextAt: at('11:30') });
    expect(life.goOn('11:30')).toEqual(['11:30 called 4 not-acknowledged hal']);
    expect(life.goOn('12:00')).toEqual(['12:00 called 5 not-acknowledged cora carl']);
    expect(life.goOn('12:30')).toEqual(['12:30 exhausted not-acknowledged']);
    expect(life.goOn('+5 00:00')).toEqual([]);
  });

  it('calls, for an urgent matter of class A, whoever is on duty besides [T4]', () => {
    const life = new Life({ case: { ...CASE, tier: 'A', urgent: true } });
    expect(life.when('take-threshold', threshold(100))).toContain('10:00 called 1 begun ada dora');
  });

  it('has as many levels as one likes: twelve', () => {
    const twelve = Array.from({ length: 12 }, (_, n) =>
      level([n < 6 ? 'assignee' : 'supervisor'], { waitMinutes: 10 }),
    );
    const life = new Life({ ladders: inForce(ladderOf(twelve)) });
    life.when('take-threshold', threshold(100));
    expect(life.goOn('11:50')).toEqual([
      ...['10:10 called 2', '10:20 called 3', '10:30 called 4', '10:40 called 5', '10:50 called 6'].map(
        (each) => `${each} still-open ada`,
      ),
      ...['11:00 called 7', '11:10 called 8', '11:20 called 9', '11:30 called 10', '11:40 called 11'].map(
        (each) => `${each} still-open sam`,
      ),
      '11:50 called 12 still-open sam',
    ]);
    expect(life.goOn('12:00')).toEqual(['12:00 exhausted still-open']);
  });

  it('in flight keeps the version it began with, to the end', () => {
    const life = new Life({ ladders: inForce(ladderOf([level(['assignee']), level(['supervisor'])])) });
    life.when('take-threshold', threshold(100));
    const newer = ladderOf([level(['assignee']), level(['committee'])], { version: 'ladders@2' });
    life.office['ladders'] = inForce(ladderOf([level(['assignee']), level(['supervisor'])]), newer);
    expect(life.goOn('10:30')).toEqual(['10:30 called 2 still-open sam']);
    const next = new Life({ ladders: life.office['ladders'] });
    next.when('take-threshold', threshold(100));
    expect(next.goOn('10:30')).toEqual(['10:30 called 2 still-open cora carl']);
  });

  it('calls nobody twice at one level', () => {
    const life = new Life({
      ladders: inForce(ladderOf([level(['assignee', 'supervisor', 'duty-roster'])])),
      case: { ...CASE, assigneeId: 'sam' },
      team: team({ roster: [{ userId: 'sam', from: at('00:00'), until: at('+1 00:00') }] }),
    });
    expect(life.when('take-threshold', threshold(100))).toContain('10:00 called 1 begun sam');
    expect(life.last['recipients']).toHaveLength(3);
  });
});

describe('an acknowledgement [SLA 10]', () => {
  const urgent = { case: { ...CASE, urgent: true } };
  const atLevel3 = () => {
    const life = new Life(urgent);
    life.when('take-threshold', threshold(100));
    life.goOn('11:00');
    return life;
  };

  it('of a level that asks for it stops the climb; the matter stays open', () => {
    const life = atLevel3();
    expect(life.acknowledgeNotice('sam', 3, '11:10')).toEqual(['11:10 acknowledged 3 sam']);
    expect(life.last).toEqual({ level: 3, acknowledgedBy: 'sam', nextAt: at('13:10') });
    expect(life.goOn('13:09')).toEqual([]);
  });

  it('of a level that asks for none stops nothing', () => {
    const life = atLevel3();
    expect(life.acknowledgeNotice('ada', 1, '11:10')).toEqual([]);
    expect(life.when('acknowledge', {}, { actor: by('max'), now: at('11:10') })).toMatchObject({
      code: 'escalation.nothing-to-acknowledge',
    });
    expect(life.goOn('11:30')).toEqual(['11:30 called 4 not-acknowledged hal']);
  });

  it('of a lower level that asks for it stops the climb too', () => {
    const life = atLevel3();
    life.goOn('11:30');
    expect(life.acknowledgeNotice('sam', 3, '11:40')).toEqual(['11:40 acknowledged 3 sam']);
  });

  it('a second one is no new fact', () => {
    const life = atLevel3();
    life.goOn('11:30');
    life.acknowledgeNotice('sam', 3, '11:40');
    expect(life.acknowledgeNotice('sam', 3, '11:41')).toEqual([]);
    expect(life.acknowledgeNotice('hal', 4, '11:42')).toEqual([]);
    expect(life.when('acknowledge', {}, { actor: by('hal'), now: at('11:43') })).toEqual([]);
  });

  it('starts a time without progress, after which the climb goes on from the next level', () => {
    const life = atLevel3();
    life.acknowledgeNotice('sam', 3, '11:10');
    expect(life.goOn('13:10')).toEqual(['13:10 called 4 no-progress hal']);
    // Whoever took it on and did nothing cannot stop it in the same way again.
    expect(life.when('acknowledge', {}, { actor: by('sam'), now: at('13:15') })).toEqual([]);
    expect(life.when('acknowledge', {}, { actor: by('hal'), now: at('13:20') })).toEqual(['13:20 acknowledged 4 hal']);
  });

  it('holds as long as the matter moves', () => {
    const life = atLevel3();
    expect(life.when('note-progress', { progress: 'note', at: at('11:05') })).toEqual([]);
    life.acknowledgeNotice('sam', 3, '11:10');
    expect(life.when('note-progress', { progress: 'answer', at: at('13:00') })).toEqual(['13:00 progressed']);
    expect(life.goOn('13:10')).toEqual([]);
    expect(life.goOn('15:00')).toEqual(['15:00 called 4 no-progress hal']);
  });

  it('can be given by whoever was called, of whatever team, and by nobody else', () => {
    const life = atLevel3();
    expect(life.when('acknowledge', {}, { actor: by('hal'), now: at('11:01') })).toMatchObject({
      code: 'escalation.not-called',
    });
    expect(life.when('acknowledge', {}, { actor: by('sam'), now: at('11:02') })).toEqual(['11:02 acknowledged 3 sam']);
  });

  it('of the last level is followed by the end of the ladder without progress; after that end nothing is waited for', () => {
    const life = new Life({ ladders: inForce(ladderOf([level(['supervisor'], asked)])) });
    life.when('take-threshold', threshold(100));
    life.acknowledgeNotice('sam', 1, '10:10');
    expect(life.goOn('11:10')).toEqual(['11:10 exhausted no-progress']);
    const late = new Life({ ladders: inForce(ladderOf([level(['committee'], asked)])) });
    late.when('take-threshold', threshold(100));
    late.goOn('10:30');
    expect(late.acknowledgeNotice('cora', 1, '10:40')).toEqual(['10:40 acknowledged 1 cora']);
    expect(late.last).toEqual({ level: 1, acknowledgedBy: 'cora' });
    expect(late.goOn('+5 00:00')).toEqual([]);
  });

  it('of another escalation is none of this one', () => {
    const life = atLevel3();
    const other = noticeIdFor('sam', callKey('service-case-9.first-response.1', 1, 3));
    expect(life.when('take-acknowledgement', { noticeId: other, acknowledgedBy: 'sam', at: at('11:10') })).toEqual([]);
  });
});

describe('absence is resolved when a level fires [SLA 11]', () => {
  const urgent = { ...CASE, urgent: true };
  const calledAt3 = (office: object) => {
    const life = new Life({ case: urgent, ...office });
    life.when('take-threshold', threshold(100));
    life.goOn('11:00');
    return life.last['recipients'];
  };

  it('deputy, then manager, then duty roster; original and substitute are both recorded with how', () => {
    const gone = away(at('00:00'), at('+1 00:00'));
    expect(calledAt3({ people: { ...PEOPLE, sam: gone } })).toEqual([
      { rule: 'supervisor', originalId: 'sam', recipientId: 'sue', how: 'deputy' },
    ]);
    expect(calledAt3({ people: { ...PEOPLE, sam: gone, sue: gone } })).toEqual([
      { rule: 'supervisor', originalId: 'sam', recipientId: 'hal', how: 'manager' },
    ]);
    expect(calledAt3({ people: { ...PEOPLE, sam: gone, sue: gone, hal: gone } })).toEqual([
      { rule: 'supervisor', originalId: 'sam', recipientId: 'dora', how: 'duty-roster' },
    ]);
  });

  it('as it is at that moment, not as it was when the climb began', () => {
    const life = new Life({ case: urgent, people: { ...PEOPLE, sam: away(at('10:45'), at('11:30')) } });
    life.when('take-threshold', threshold(100));
    expect(life.goOn('11:00')).toContain('11:00 called 3 still-open sue');
    const back = new Life({ case: urgent, people: { ...PEOPLE, sam: away(at('09:00'), at('11:00')) } });
    back.when('take-threshold', threshold(100));
    expect(back.goOn('11:00')).toContain('11:00 called 3 still-open sam');
  });

  it('goes in no circle where deputies name each other', () => {
    const gone = (deputy: string) => ({ ...away(at('00:00'), at('+1 00:00')), deputies: [deputy] });
    const people = { ...PEOPLE, sam: gone('sue'), sue: gone('sam') };
    expect(calledAt3({ people })).toEqual([
      { rule: 'supervisor', originalId: 'sam', recipientId: 'hal', how: 'manager' },
    ]);
  });

  it('never calls who does not work here any more', () => {
    expect(calledAt3({ people: { ...PEOPLE, sam: person({ status: 'deactivated' }) } })).toMatchObject([
      { recipientId: 'sue' },
    ]);
  });

  it('a customer without an account manager has none called: the reason is recorded, and the climb goes on at once', () => {
    const life = new Life({ case: urgent, customer: { exists: true, refused: false } });
    life.when('take-threshold', threshold(100));
    expect(life.goOn('10:30')).toEqual([
      '10:30 nobody-found 2 still-open no-account-manager',
      '10:30 called 3 nobody-below sam',
    ]);
  });

  it('a merged customer is the survivor’s account manager’s', () => {
    const life = new Life({
      case: urgent,
      customer: { exists: true, refused: false, accountManagerId: 'ada', mergedInto: 'customer-2' },
      survivor: { exists: true, refused: false, accountManagerId: 'max' },
    });
    life.when('take-threshold', threshold(100));
    expect(life.goOn('10:30')).toEqual(['10:30 called 2 still-open max']);
  });

  it('says why each rule reached nobody, and ends at once where no level reaches anybody', () => {
    const { team: _team, assigneeId: _assignee, customerId: _customer, ...bare } = CASE;
    const life = new Life({
      ...{ case: { ...bare, tier: 'A', urgent: true }, team: { status: 'unknown' }, ladders: { versions: [] } },
      ...{ customer: { exists: false, refused: false }, groups: {} },
    });
    expect(life.when('take-threshold', threshold(100))).toEqual([
      '10:00 begun threshold',
      '10:00 nobody-found 1 begun nobody-assigned no-team',
      '10:00 nobody-found 2 nobody-below no-customer no-team',
      '10:00 nobody-found 3 nobody-below no-team no-team',
      '10:00 nobody-found 4 nobody-below no-team no-team',
      '10:00 nobody-found 5 nobody-below no-group no-team',
      '10:00 exhausted nobody-below',
    ]);
  });

  it('an empty roster is told to the operators besides a level at which nobody was found for other reasons too [SLA 11]', () => {
    const begun = {
      about: { kind: 'service-case', id: '7' },
      reference: 'SC-1',
      urgent: true,
      track: 'ordinary',
      round: 1,
    };
    const recipients = [
      { rule: 'assignee', how: 'nobody-there' },
      { rule: 'duty-roster', how: 'empty-roster' },
    ];
    const input = { type: 'escalation.nobody-found.v1', data: { level: 1, recipients } };
    const problems = (data: object) =>
      escalationCallsSaga
        .react({ begun } as never, { ...input, data }, 'service-case-7.resolution.1')
        .outputs.map((output) => (output as unknown as { body: { facts: { problem: string } } }).body.facts.problem);
    expect(problems(input.data)).toEqual(['empty-roster', 'nobody-found']);
    expect(problems({ level: 1, recipients: [recipients[1]] })).toEqual(['empty-roster']);
    expect(problems({ level: 1, recipients: [recipients[0]] })).toEqual(['nobody-found']);
  });

  it('an empty roster is said, also where others were reached', () => {
    const life = new Life({ case: { ...urgent, tier: 'A' }, team: team({ roster: [] }) });
    life.when('take-threshold', threshold(100));
    expect(life.last).toMatchObject({ called: ['ada'], passedOver: ['duty-roster'] });
    expect(life.last['recipients']).toContainEqual({ rule: 'duty-roster', how: 'empty-roster' });
  });
});

describe('a re-opened complaint [SLA 5]', () => {
  const complaintThreshold = threshold(100, { about: { kind: 'complaint', id: '4' }, clock: 'response', cycle: 2 });

  it('enters the ladder one level up', () => {
    const life = new Life({ case: undefined, complaint: { ...COMPLAINT, cycle: 2 } }, 'complaint-4.response.2');
    life.office['case'] = { exists: false, urgent: false, clocks: {} };
    expect(life.when('take-threshold', complaintThreshold)).toEqual([
      '10:00 begun threshold',
      '10:00 called 2 begun max',
    ]);
    expect(life.events[0]!.data).toMatchObject({ fromLevel: 2, levels: 5 });
  });

  it('one that was not re-opened enters at the first, and a ladder of one level has no second', () => {
    const first = new Life({ complaint: COMPLAINT }, 'complaint-4.response.1');
    first.office['case'] = { exists: false, urgent: false, clocks: {} };
    expect(first.when('take-threshold', complaintThreshold)).toContain('10:00 called 1 begun ada');
    const short = new Life({
      complaint: { ...COMPLAINT, cycle: 3 },
      ladders: inForce(ladderOf([level(['assignee'])])),
    });
    short.office['case'] = { exists: false, urgent: false, clocks: {} };
    expect(short.when('take-threshold', complaintThreshold)).toContain('10:00 called 1 begun ada');
  });
});

describe('the end', () => {
  const begun = () => {
    const life = new Life({ case: { ...CASE, urgent: true } });
    life.when('take-threshold', threshold(100));
    return life;
  };

  it('calls nobody any more', () => {
    const life = begun();
    expect(life.when('end', { because: 'clock-stopped', at: at('10:20') })).toEqual(['10:20 ended clock-stopped']);
    expect(life.goOn('+5 00:00')).toEqual([]);
    expect(life.acknowledgeNotice('ada', 1, '10:30')).toEqual([]);
    expect(life.when('end', { because: 'closed', at: at('10:30') })).toEqual([]);
  });

  it('a late look records first what was due before it, each thing at its own moment [SLA 13]', () => {
    expect(begun().when('end', { because: 'clock-stopped', at: at('11:15') })).toEqual([
      '10:30 called 2 still-open max',
      '11:00 called 3 still-open sam',
      '11:15 ended clock-stopped',
    ]);
    const life = begun();
    life.goOn('11:00');
    life.acknowledgeNotice('sam', 3, '11:10');
    expect(life.when('note-progress', { progress: 'note', at: at('14:00') })).toEqual([
      '13:10 called 4 no-progress hal',
      '13:40 called 5 not-acknowledged cora carl',
    ]);
  });

  it('is found when the climb would go on, where nobody said so: an import ended the matter', () => {
    const life = begun();
    const clocks = { 'resolution.1': { since: at('01:00'), ended: { at: at('10:12'), outcome: 'met' } } };
    life.office['case'] = { ...CASE, clocks };
    expect(life.goOn('10:30')).toEqual(['10:12 ended clock-stopped']);
  });

  it('has the reason for which its matter ended, where that ended the clock, however late somebody looks [SLA 13]', () => {
    const life = begun();
    const clocks = { 'resolution.1': { since: at('01:00'), ended: { at: at('10:12'), outcome: 'breached' } } };
    life.office = { ...life.office, case: { ...CASE, clocks, ended: { at: at('10:12'), because: 'closed' } } };
    expect(life.goOn('10:30')).toEqual(['10:12 ended closed']);
  });

  it('of something only reminded of is nothing', () => {
    const life = new Life();
    life.when('take-threshold', threshold(75));
    expect(life.when('end', { because: 'clock-stopped', at: at('10:20') })).toEqual([]);
    expect(new Life().when('end', { because: 'clock-stopped', at: at('10:20') })).toEqual([]);
  });
});

describe('an emergency [E1, H6.3]', () => {
  const EMERGENCY = 'service-case-9.emergency';
  const raise = { kind: 'service-case', matterId: '9', why: 'a reporter is at the door' };
  const supervisor: Actor = { id: 'sam', grants: [{ role: 'supervisor', team: 'east' }] };
  const raised = (more: object = {}) => {
    const life = new Life({}, EMERGENCY);
    life.when('raise-emergency', { ...raise, ...more }, { actor: supervisor, now: at('10:00') });
    return life;
  };

  it('calls the crisis group at once, with a clock of its own for the acknowledgement', () => {
    const life = raised();
    expect(told(life.events)).toEqual(['10:00 begun raised-by-hand', '10:00 called 1 begun kim kai']);
    expect(life.events[0]!.data).toMatchObject({
      track: 'emergency',
      ladder: 'crisis',
      raisedBy: 'sam',
      why: raise.why,
    });
    expect(life.goOn('10:15')).toEqual(['10:15 called 2 not-acknowledged kim kai hal']);
    expect(life.acknowledgeNotice('hal', 2, '10:20')).toEqual(['10:20 acknowledged 2 hal']);
    expect(life.goOn('11:20')).toEqual(['11:20 called 3 no-progress kim kai cora carl']);
  });

  it('a drill is recorded as one', () => {
    expect(raised({ drill: true }).events[0]!.data).toMatchObject({ drill: true });
    expect(raised().events[0]!.data).not.toHaveProperty('drill');
  });

  it('is one at a time; the next one calls anew', () => {
    const life = raised({ drill: true });
    expect(
      life.when('raise-emergency', { ...raise, drill: true }, { actor: supervisor, now: at('10:05') }),
    ).toMatchObject({ code: 'escalation.emergency-on' });
    expect(life.when('stand-down', { why: 'well done' }, { actor: supervisor, now: at('10:10') })).toEqual([
      '10:10 ended stood-down',
    ]);
    expect(life.when('raise-emergency', raise, { actor: supervisor, now: at('12:00') })).toEqual([
      '12:00 begun raised-by-hand',
      '12:00 called 1 begun kim kai',
    ]);
    expect(life.events.filter(({ type }) => type === 'escalation.begun.v1')[1]!.data).toMatchObject({ round: 2 });
    // A notice of the drill acknowledges nothing of the emergency.
    expect(life.acknowledgeNotice('kim', 1, '12:05')).toEqual([]);
    const second = noticeIdFor('kim', callKey(EMERGENCY, 2, 1));
    expect(life.when('take-acknowledgement', { noticeId: second, acknowledgedBy: 'kim', at: at('12:05') })).toEqual([
      '12:05 acknowledged 1 kim',
    ]);
  });

  it('takes the place of a drill, as a critical complaint does', () => {
    const life = raised({ drill: true });
    expect(
      life.when('raise-emergency', { ...raise, drill: true }, { actor: supervisor, now: at('10:05') }),
    ).toMatchObject({
      code: 'escalation.emergency-on',
    });
    expect(life.when('raise-emergency', raise, { actor: supervisor, now: at('10:05') })).toEqual([
      '10:05 ended overtaken',
      '10:05 begun raised-by-hand',
      '10:05 called 1 begun kim kai',
    ]);
    const begin = { about, at: at('10:20') };
    expect(life.when('begin-emergency', begin)).toEqual([]);
    const drill = raised({ drill: true });
    expect(drill.when('begin-emergency', begin)).toContain('10:20 begun critical-complaint');
  });

  it('is refused for what does not exist, has ended, is another’s, or under another id', () => {
    const refused = (office: object, body: object = raise, actor = supervisor, id = EMERGENCY) =>
      new Life(office, id).when('raise-emergency', body, { actor, now: at('10:00') });
    const unknown = { exists: false, urgent: false, clocks: {} };
    const elsewhere: Actor = { id: 'zoe', grants: [{ role: 'supervisor', team: 'west' }] };
    expect(refused({ case: unknown })).toMatchObject({ code: 'escalation.unknown-matter' });
    expect(refused({ case: { ...CASE, ended: { at: at('09:00'), because: 'solved' } } })).toMatchObject({
      code: 'escalation.matter-ended',
    });
    expect(refused({}, raise, elsewhere)).toMatchObject({ code: 'escalation.other-team' });
    expect(refused({}, raise, supervisor, 'service-case-8.emergency')).toMatchObject({ code: 'escalation.other-id' });
  });

  it('begins by itself with a critical complaint, also a re-opened one, at the first level', () => {
    const life = new Life({ complaint: { ...COMPLAINT, severity: 'critical', cycle: 2 } }, 'complaint-4.emergency');
    life.office['case'] = { exists: false, urgent: false, clocks: {} };
    const begin = { about: { kind: 'complaint', id: '4' }, at: at('10:00') };
    expect(life.when('begin-emergency', begin)).toEqual([
      '10:00 begun critical-complaint',
      '10:00 called 1 begun kim kai',
    ]);
    expect(life.when('begin-emergency', begin)).toEqual([]);
  });

  it('is stood down by leaders of its team or those who were called; other climbs are not', () => {
    const agent: Actor = { id: 'kim', grants: [{ role: 'committee', team: 'board' }] };
    const stranger: Actor = { id: 'zoe', grants: [{ role: 'committee', team: 'board' }] };
    const down = { why: 'over' };
    expect(raised().when('stand-down', down, { actor: stranger, now: at('10:10') })).toMatchObject({
      code: 'escalation.other-team',
    });
    expect(raised().when('stand-down', down, { actor: agent, now: at('10:10') })).toEqual(['10:10 ended stood-down']);
    const life = new Life();
    life.when('take-threshold', threshold(100));
    expect(life.when('stand-down', down, { actor: supervisor, now: at('10:10') })).toMatchObject({
      code: 'escalation.no-emergency',
    });
  });
});

describe('what is allowed', () => {
  it('is said of every state', () => {
    const allowed = (...events: readonly NewEvent[]) => given(escalation)(...events).allowed;
    const life = new Life({ case: { ...CASE, urgent: true } });
    life.when('take-threshold', threshold(100));
    expect(allowed()).toEqual(['escalation.raise-emergency']);
    expect(allowed(...life.events)).toEqual([]);
    life.goOn('11:00');
    expect(allowed(...life.events)).toEqual(['escalation.acknowledge']);
    const end = happened('ended', { about, because: 'solved' }, { occurredAt: at('12:00') });
    expect(allowed(...life.events, end)).toEqual([]);
  });
});
