import { describe, expect, it } from '@jest/globals';
import { noticeIdFor } from '#libs/features/notices/notices.events.ts';
import { RECIPIENT_RULES } from '#libs/features/policy/policy.events.ts';
import type { LadderLevel } from '#libs/features/policy/policy.events.ts';
import type { NewEvent } from '#libs/kernel/event.ts';
import { addMinutes, minutesBetween } from '#libs/kernel/instant.ts';
import { given } from '#libs/testing/given-when-then.ts';
import fc from 'fast-check';
import { escalation } from './escalation.ts';
import { at, away, CASE, inForce, ladderOf, OFFICE, PEOPLE } from './office.fixture.ts';
import { callKey } from './vocabulary.ts';

const ID = 'service-case-9.resolution.1';
const BEGIN = at('10:00');
const HORIZON = 400;
const NO_PROGRESS = 25;
const STAFF = ['ada', 'max', 'sam', 'sue', 'hal', 'dora', 'cora', 'carl'] as const;
type Rule = LadderLevel['recipients'][number];

/** Minutes after the beginning; the end of an absence does not belong to it. */
type Absences = { readonly [id: string]: readonly [from: number, until: number] };
type Fact = { readonly minute: number } & (
  | { readonly kind: 'notice'; readonly who: string; readonly level: number }
  | { readonly kind: 'directly'; readonly who: string }
  | { readonly kind: 'progress' }
  | { readonly kind: 'end' }
);
interface Story {
  readonly levels: readonly LadderLevel[];
  readonly absences: Absences;
  readonly facts: readonly Fact[];
  /** When somebody looks, besides the facts. */
  readonly looks: readonly number[];
}

/** Whom each rule means, and who is asked in their place, in order: written down by hand for the one office. */
const MEANT: { readonly [R in Rule]: readonly (readonly string[])[] } = {
  assignee: [['ada', 'sam', 'sue', 'hal', 'dora']],
  'account-manager': [['max', 'sam', 'sue', 'hal', 'dora']],
  supervisor: [['sam', 'sue', 'hal', 'dora']],
  'department-head': [['hal', 'dora']],
  committee: [['cora'], ['carl']],
  'duty-roster': [['dora', 'sam', 'sue', 'hal']],
  'crisis-group': [],
};

/** Walks minute by minute. What people do in a minute comes before what is due in it. */
const walk = ({ levels, absences, facts }: Story): string[] => {
  const said: string[] = [];
  const isThere = (id: string, minute: number) =>
    absences[id] === undefined || minute < absences[id][0] || minute >= absences[id][1];
  const calledAt: string[][] = [];
  const stoppedOnce = new Set<string>();
  let mode: 'climbing' | 'held' | 'out' | 'over' = 'climbing';
  let next = 0;
  for (let minute = 0; minute <= HORIZON && mode !== 'over'; minute++) {
    for (const fact of facts.filter((each) => each.minute === minute)) {
      if (fact.kind === 'end') {
        said.push(`${minute} ended`);
        mode = 'over';
        break;
      }
      if (fact.kind === 'progress') {
        if (mode === 'held' && next !== Infinity) {
          next = minute + NO_PROGRESS;
          said.push(`${minute} progressed`);
        }
        continue;
      }
      let level: number | undefined;
      const { who } = fact;
      if (fact.kind === 'notice') level = fact.level;
      else
        for (let n = 1; n <= calledAt.length; n++)
          if (levels[n - 1]!.acknowledgement && calledAt[n - 1]!.includes(who) && !stoppedOnce.has(`${n}${who}`))
            level = n;
      if (level === undefined || !(calledAt[level - 1] ?? []).includes(who)) continue;
      if (!levels[level - 1]!.acknowledgement || stoppedOnce.has(`${level}${who}`) || mode === 'held') continue;
      stoppedOnce.add(`${level}${who}`);
      next = mode === 'out' ? Infinity : minute + NO_PROGRESS;
      mode = 'held';
      said.push(`${minute} acknowledged ${level} ${who}`);
    }
    while (mode !== 'over' && mode !== 'out' && next === minute) {
      const level = calledAt.length + 1;
      if (level > levels.length) {
        said.push(`${minute} exhausted`);
        mode = 'out';
        break;
      }
      const found = levels[level - 1]!.recipients.flatMap((rule) => MEANT[rule])
        .map((chain) => chain.find((id) => isThere(id, minute)))
        .filter((id) => id !== undefined);
      calledAt.push([...new Set(found)]);
      mode = 'climbing';
      said.push([minute, found.length === 0 ? 'nobody' : 'called', level, ...new Set(found)].join(' '));
      if (found.length > 0) next = minute + levels[level - 1]!.waitMinutes;
    }
  }
  return said;
};

const lived = ({ levels, absences, facts, looks }: Story): string[] => {
  const people = Object.fromEntries(
    Object.entries(absences).map(([id, [from, until]]) => [
      id,
      away(addMinutes(BEGIN, from), addMinutes(BEGIN, until)),
    ]),
  );
  const ladders = inForce({
    ...ladderOf(levels),
    ladders: ladderOf(levels).ladders.map((ladder) => ({ ...ladder, noProgressMinutes: NO_PROGRESS })),
  });
  const { crisis: _none, ...groups } = OFFICE.groups;
  const consulted = { ...OFFICE, ladders, groups, case: CASE, people: { ...PEOPLE, ...people } };
  const past: NewEvent[] = [];
  const when = (name: string, body: object, actor: string, now: string) => {
    const { decision } = given(
      escalation,
      ID,
    )(...past).when(`escalation.${name}`, body as never, {
      ...{ consulted, now, actor: { id: actor, grants: [] } },
    });
    if (Array.isArray(decision)) past.push(...(decision as NewEvent[]));
  };
  const threshold = { clock: 'resolution', cycle: 1, percent: 100, revision: 1, dueAt: BEGIN, at: BEGIN };
  when('take-threshold', { about: { kind: 'service-case', id: '9' }, ...threshold }, 'careledger', BEGIN);
  const steps = [
    ...facts.map((fact) => ({ ...fact, order: 0 })),
    ...looks.map((minute) => ({ kind: 'look', minute, order: 1 }) as const),
    { kind: 'look', minute: HORIZON, order: 1 } as const,
  ].sort((a, b) => a.minute - b.minute || a.order - b.order);
  for (const step of steps) {
    const moment = addMinutes(BEGIN, step.minute);
    switch (step.kind) {
      case 'look':
        when('go-on', { at: moment }, 'careledger', moment);
        break;
      case 'notice': {
        const noticeId = noticeIdFor(step.who, callKey(ID, 1, step.level));
        when('take-acknowledgement', { noticeId, acknowledgedBy: step.who, at: moment }, 'careledger', moment);
        break;
      }
      case 'directly':
        when('acknowledge', {}, step.who, moment);
        break;
      case 'progress':
        when('note-progress', { progress: 'note', at: moment }, 'careledger', moment);
        break;
      case 'end':
        when('end', { because: 'clock-stopped', at: moment }, 'careledger', moment);
    }
  }
  return past.slice(1).map(({ type, data, occurredAt }) => {
    const { level, called, acknowledgedBy } = data as { level?: number; called?: string[]; acknowledgedBy?: string };
    const minute = minutesBetween(BEGIN, occurredAt!);
    const name = type.split('.')[1] === 'nobody-found' ? 'nobody' : type.split('.')[1];
    return [minute, name, level, acknowledgedBy, ...(called ?? [])].filter((part) => part !== undefined).join(' ');
  });
};

const minute = fc.integer({ min: 1, max: HORIZON - 1 });
const levels: fc.Arbitrary<LadderLevel[]> = fc.array(
  fc.record({
    recipients: fc.uniqueArray(fc.constantFrom(...RECIPIENT_RULES), { minLength: 1, maxLength: 3 }),
    waitMinutes: fc.integer({ min: 1, max: 40 }),
    channels: fc.constant(['inbox' as const]),
    acknowledgement: fc.boolean(),
  }),
  { minLength: 1, maxLength: 12 },
);
const facts = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('notice' as const),
        minute,
        who: fc.constantFrom(...STAFF),
        level: fc.integer({ min: 1, max: 12 }),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({ kind: fc.constant('directly' as const), minute, who: fc.constantFrom(...STAFF) }),
    },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('progress' as const), minute }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('end' as const), minute }) },
  ),
  { maxLength: 25 },
);
const absences = fc.dictionary(
  fc.constantFrom(...STAFF),
  fc
    .tuple(fc.integer({ min: -10, max: 200 }), fc.integer({ min: 1, max: 300 }))
    .map(([from, length]) => [from, from + length] as const),
);
const stories: fc.Arbitrary<Story> = fc
  .record({ levels, absences, facts, looks: fc.array(minute, { maxLength: 30 }) })
  .map((story) => ({ ...story, facts: story.facts.toSorted((a, b) => a.minute - b.minute) }));

describe('any ladder in any office [SLA 10, SLA 11, SLA 13]', () => {
  it('calls those whom a walk minute by minute finds, whenever somebody looks', () => {
    fc.assert(
      fc.property(stories, (story) => {
        expect(lived(story)).toEqual(walk(story));
      }),
      { numRuns: 1_500 },
    );
  });
});
