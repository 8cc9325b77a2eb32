import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isOpen } from '#libs/features/sla/sla.events.ts';
import type { LedgerEvent } from '#libs/kernel/event.ts';
import { foldEvent } from '#libs/kernel/projection.ts';
import type { Document } from '#libs/kernel/projection.ts';
import { judgedMatters } from '#libs/testing/judged-matters.ts';
import type { JudgedMatters } from '#libs/testing/judged-matters.ts';
import { slaBoard } from './sla-board.projection.ts';

const boardOf = (events: readonly LedgerEvent[]): ReadonlyMap<string, Document> => {
  const rows = new Map<string, Document>();
  for (const event of events)
    for (const key of slaBoard.keysOf(event)) {
      const row = foldEvent(slaBoard, rows.get(key) as never, event, key) as Document | undefined;
      if (row === undefined) rows.delete(key);
      else rows.set(key, row);
    }
  return rows;
};
const read = (row: object, now: string) => slaBoard.onRead!(row as never, now, {});

/** What the aggregates themselves hold: every clock that is open, and who has the matter. */
const byHand = ({ clocks, owners }: JudgedMatters) =>
  new Map(
    [...clocks].flatMap(([id, set]) =>
      set.clocks.filter(isOpen).map((clock) => {
        const { servedAs } = clock.targets[clock.governedBy]!;
        const { assigneeId } = owners.get(id)!;
        const told = clock.reached.filter(({ revision }) => revision === clock.deadlineRevision);
        return [
          `${id}:${clock.clock}`,
          {
            ...{ cycle: clock.cycle, dueAt: clock.dueAt, startedAt: clock.startedAt, pausedSince: clock.pausedSince },
            state:
              (clock.breachedAt && 'breached') ??
              (clock.breachedOnChangeAt && 'breached-on-change') ??
              (clock.pausedSince && 'paused') ??
              'running',
            ...{ team: clock.team ?? owners.get(id)!.team, assigneeId, tier: servedAs.tier, urgent: servedAs.urgent },
            reachedPercent: told.length === 0 ? undefined : Math.max(...told.map(({ percent }) => percent)),
          },
        ] as const;
      }),
    ),
  );

const compared = ({
  cycle,
  dueAt,
  startedAt,
  pausedSince,
  state,
  team,
  assigneeId,
  tier,
  urgent,
  reachedPercent,
}: Document) => ({
  ...{ cycle, dueAt, startedAt, pausedSince, state, team, assigneeId, tier, urgent, reachedPercent },
});

describe('the board', () => {
  it('has every open clock and no other, with who has it now and how it stands, whatever happened [SLA 1] [SLA 5]', () =>
    fc.assert(
      fc.property(judgedMatters, (matters) => {
        const rows = [...boardOf(matters.events)].map(([key, row]) => [key, compared(row)]);
        expect(Object.fromEntries(rows)).toEqual(Object.fromEntries(byHand(matters)));
      }),
      { numRuns: 100 },
    ));

  it('is compared over running, paused, late and changed clocks of people and teams', () => {
    const seen = new Set<unknown>();
    for (const matters of fc.sample(judgedMatters, { seed: 7, numRuns: 100 }))
      for (const { state, team, assigneeId, tier, reachedPercent } of byHand(matters).values())
        for (const each of [state, team, assigneeId, tier, reachedPercent]) seen.add(each);
    expect([...seen]).toEqual(
      expect.arrayContaining([
        ...['running', 'paused', 'breached', 'breached-on-change', 'east', 'west', 'wang', 'mei', 'lin'],
        ...['A', 'B', 'C', 75, 100, undefined],
      ]),
    );
  });

  it('tells on read how long there is, and keeps none of it [SLA 1]', () => {
    const row = { dueAt: '2026-03-02T03:00:00.000Z', state: 'running' };
    expect(read(row, '2026-03-02T01:00:30.000Z')).toEqual({ ...row, overdue: false, dueInMinutes: 119 });
    expect(read(row, '2026-03-02T03:00:00.000Z')).toEqual({ ...row, overdue: false, dueInMinutes: 0 });
    expect(read(row, '2026-03-02T04:30:00.000Z')).toEqual({ ...row, overdue: true, overdueForMinutes: 90 });
    const never = { ...row, dueAt: '9999-12-31T23:59:59.999Z' };
    expect(read(never, '2026-03-02T04:30:00.000Z')).toEqual({ ...never, overdue: false });
  });
});
