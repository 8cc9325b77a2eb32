import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { SlaClock } from '#libs/features/sla/sla.events.ts';
import type { LedgerEvent, NewEvent } from '#libs/kernel/event.ts';
import { foldEvent } from '#libs/kernel/projection.ts';
import type { Document } from '#libs/kernel/projection.ts';
import { judgedMatters } from '#libs/testing/judged-matters.ts';
import type { JudgedMatters } from '#libs/testing/judged-matters.ts';
import { given, recorded } from '#libs/testing/given-when-then.ts';
import { serviceCase } from '#libs/features/service-case/service-case.ts';
import { slaCompliance } from './sla-compliance.projection.ts';

const figuresOf = (events: readonly LedgerEvent[]): ReadonlyMap<string, Document> => {
  const documents = new Map<string, Document>();
  for (const event of events)
    for (const key of slaCompliance.keysOf(event))
      documents.set(key, foldEvent(slaCompliance, documents.get(key) as never, event, key) as Document);
  return documents;
};
const read = (figures: object) => slaCompliance.onRead!(figures as never, '', {});

// The slow way: what became of each run of each clock, found in what the aggregates hold, and who had the matter then, found by
// reading its events from the beginning.

interface Run {
  readonly matter: string;
  readonly clock: SlaClock;
}
const runsIn = ({ clocks }: JudgedMatters): readonly Run[] =>
  [...clocks].flatMap(([matter, set]) => set.clocks.map((clock) => ({ matter, clock })));

const outcomeOf = ({ clock }: Run): string | undefined =>
  clock.outcome ??
  (clock.breachedAt !== undefined
    ? 'breached'
    : clock.breachedOnChangeAt !== undefined
      ? 'breached-on-change'
      : undefined);

const momentOf = ({ clock }: Run): string => (clock.breachedAt ?? clock.breachedOnChangeAt ?? clock.stoppedAt)!;
const monthInShanghai = (instant: string) => new Date(Date.parse(instant) + 8 * 3_600_000).toISOString().slice(0, 7);

/** Of a broken promise, whoever had the matter at that moment; of another one, whoever has it when the clock ends. */
const teamThen = (events: readonly LedgerEvent[], run: Run): string | undefined => {
  const { matter, clock } = run;
  if (clock.team !== undefined) return clock.team;
  const isIt = (of: object) => 'cycle' in of && 'clock' in of && of.clock === clock.clock && of.cycle === clock.cycle;
  const own = events.filter(({ streamId }) => streamId === matter);
  const broken = own.find(({ type, data }) => /deadline-(missed|passed-by-change)/.test(type) && isIt(data));
  const ended = own.find(
    ({ type, data }) =>
      type.endsWith('.clocks-judged.v1') &&
      (data['clocks'] as unknown as SlaClock[]).some((each) => isIt(each) && each.outcome !== undefined),
  );
  const { revision, metadata } = (broken ?? ended)!;
  return own
    .filter(({ type, data }) => data['team'] !== undefined && !type.endsWith('.clocks-judged.v1'))
    .findLast(
      (given) =>
        given.revision < revision &&
        (broken === undefined || given.metadata.commandId !== metadata.commandId || given.occurredAt <= momentOf(run)),
    )?.data['team'] as string | undefined;
};

const VIEWS: { readonly [by: string]: readonly string[] } = {
  ...{ month: [], tier: ['tier'], kind: ['sort'], team: ['team'], urgency: ['urgent'], policy: ['slaVersion'] },
  all: ['tier', 'sort', 'team', 'urgent', 'slaVersion'],
};
const FIELDS = ['met', 'breached', 'breachedOnChange', 'cancelled', 'undetermined'];
const COUNTS: { readonly [outcome: string]: string } = { 'breached-on-change': 'breachedOnChange' };

/** `by=tier month=2026-02 clock=resolution tier=A breached` → how many. */
const byHand = (matters: JudgedMatters): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>();
  for (const run of runsIn(matters)) {
    const outcome = outcomeOf(run);
    if (outcome === undefined) continue;
    const { clock, matter } = run;
    const target = clock.targets[clock.governedBy]!;
    const opening = matters.events.find(({ streamId }) => streamId === matter)!.data;
    const facts: { readonly [field: string]: string | boolean | undefined } = {
      ...{ tier: target.servedAs.tier, urgent: target.servedAs.urgent, slaVersion: target.slaVersion },
      ...{ sort: (opening['kind'] ?? opening['category']) as string, team: teamThen(matters.events, run) },
    };
    for (const [by, fields] of Object.entries(VIEWS)) {
      const line = [`by=${by} month=${monthInShanghai(momentOf(run))} clock=${clock.clock}`];
      for (const field of fields) if (facts[field] !== undefined) line.push(`${field}=${String(facts[field])}`);
      line.push(COUNTS[outcome] ?? outcome);
      counts.set(line.join(' '), (counts.get(line.join(' ')) ?? 0) + 1);
    }
  }
  return counts;
};

const inLines = (documents: ReadonlyMap<string, Document>): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>();
  for (const document of documents.values()) {
    const { by, month, clock } = document as { by: string; month: string; clock: string };
    const line = [`by=${by} month=${month} clock=${clock}`];
    for (const field of VIEWS[by]!) {
      const value = document[field] as string | boolean | undefined;
      if (value !== undefined) line.push(`${field}=${value}`);
    }
    for (const field of FIELDS)
      if (document[field] !== 0) counts.set([...line, field].join(' '), document[field] as number);
  }
  return counts;
};

const sorted = (counts: ReadonlyMap<string, number>) => [...counts].sort();

describe('the figures of promises', () => {
  it('count each run of each clock once, whatever happened in whatever order, as counting by hand does [SLA 4] [SLA 5] [SLA 13]', () =>
    fc.assert(
      fc.property(judgedMatters, (matters) => {
        expect(sorted(inLines(figuresOf(matters.events)))).toEqual(sorted(byHand(matters)));
      }),
      { numRuns: 200 },
    ));

  it('are compared over all outcomes, months and clocks', () => {
    const seen = new Set<string>();
    for (const matters of fc.sample(judgedMatters, { seed: 7, numRuns: 200 }))
      for (const line of byHand(matters).keys())
        if (line.startsWith('by=month ')) for (const word of line.split(' ').slice(1)) seen.add(word);
    const CLOCKS = [
      'first-response',
      'next-response',
      'update',
      'resolution',
      'internal',
      'response',
      'plan',
      'closing',
    ];
    expect([...seen]).toEqual(
      expect.arrayContaining([
        ...CLOCKS.map((clock) => `clock=${clock}`),
        ...['month=2026-01', 'month=2026-02', 'met', 'breached', 'breachedOnChange', 'cancelled'],
      ]),
    );
  });

  it('say what was kept of what could be kept, in tenths rounded down, and leave a change of the target out of it [SLA 4]', () => {
    const figures = { met: 1_999, breached: 1, breachedOnChange: 40, cancelled: 7, undetermined: 2 };
    expect(read(figures)).toMatchObject({ ...figures, judged: 2_000, keptPercent: 99.9 });
    expect(read({ ...figures, breached: 0 })).toMatchObject({ judged: 1_999, keptPercent: 100 });
    const nothing = read({ ...figures, met: 0, breached: 0 });
    expect(nothing).toMatchObject({ judged: 0, breachedOnChange: 40 });
    expect(nothing).not.toHaveProperty('keptPercent');
  });

  it('count a late answer in a history whose end is unknown as the breach that it shows, and the end as undetermined [SLA 13]', () => {
    const row = { row: 'incidents:INC7/1' };
    const facts = [
      { ...row, at: '2016-03-01T01:00:00.000Z', kind: 'received', caseKind: 'consultation', channel: 'phone' },
      { ...row, at: '2016-03-07T01:00:00.000Z', kind: 'first-response', staffId: 'r' },
      { ...row, at: '2016-04-20T01:00:00.000Z', kind: 'closed', timeUnknown: true },
    ].map((each, index) => (index === 0 ? { ...each, priority: 'low' } : each));
    const { decision } = given(serviceCase)().when(
      'service-case.import',
      { reference: 'INC7', facts },
      {
        origin: 'import',
      },
    );
    const events = (decision as readonly NewEvent[]).map((event, index) => recorded('service-case', '7', index, event));
    const figures = [...figuresOf(events).values()].filter(({ by }) => by === 'month');
    expect(figures).toMatchObject([
      { month: '2016-03', clock: 'first-response', met: 0, breached: 1, undetermined: 0 },
      { month: '2016-04', clock: 'resolution', met: 0, breached: 0, undetermined: 1 },
    ]);
  });

  it('count a breach of which an earlier build recorded no more, with those of which nothing is known', () => {
    const missed = recorded('complaint', '42', 3, {
      type: 'complaint.deadline-missed.v1',
      data: { clock: 'response', cycle: 1 },
      occurredAt: '2026-03-31T16:00:00.000Z',
    });
    const figures = figuresOf([missed]);
    expect(figures.get('tier:2026-04:response:')).toEqual({
      ...{ by: 'tier', month: '2026-04', about: 'complaint', clock: 'response' },
      ...{ met: 0, breached: 1, breachedOnChange: 0, cancelled: 0, undetermined: 0 },
    });
  });
});
