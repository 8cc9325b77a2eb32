import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { addMinutes } from '#libs/kernel/instant.ts';
import type { Clock } from './clock.ts';
import { cancel, dueAtOf, pause, pausedMinutesOf, readingAt, resume, retarget, started, stop } from './clock.ts';

const START = '2026-03-02T01:00:00.000Z';
const minute = (n: number): string => addMinutes(START, n);

/** The oracle: a man who looks at every minute and asks whether any pause holds it. */
const countedMinutes = (pauses: readonly (readonly [number, number])[], until: number): number => {
  let counted = 0;
  for (let now = 0; now < until; now += 1) if (!pauses.some(([from, to]) => from <= now && now < to)) counted += 1;
  return counted;
};

const pausesArbitrary = fc.array(
  fc
    .tuple(fc.integer({ min: -30, max: 300 }), fc.integer({ min: 0, max: 120 }))
    .map(([from, length]) => [from, from + length] as const),
  { maxLength: 8 },
);
const clockWith = (target: number, pauses: readonly (readonly [number, number])[]): Clock =>
  pauses.reduce((clock, [from, to]) => resume(pause(clock, minute(from)), minute(to)), started(minute(0), target));

describe('a clock', () => {
  it('counts what a minute-by-minute walk counts, for any overlapping pauses in any order [SLA 1] [SLA 3]', () =>
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 400 }),
        pausesArbitrary,
        fc.integer({ min: 0, max: 700 }),
        (target, pauses, now) => {
          const clock = clockWith(target, pauses);
          const counted = countedMinutes(pauses, now);
          expect(readingAt(clock, minute(now))).toEqual({
            stateNow: counted > target ? 'breached' : 'running',
            overdue: counted > target,
            remainingMinutes: target - counted,
            percentUsed: Math.floor((counted * 1000) / target) / 10,
          });
          expect(pausedMinutesOf(clock)).toBe(800 - countedMinutes(pauses, 800));
          expect(stop(clock, minute(now)).outcome).toBe(counted > target ? 'breached' : 'met');
        },
      ),
      { numRuns: 500 },
    ));

  it('is due at the last minute that keeps its target', () =>
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 400 }), pausesArbitrary, (target, pauses) => {
        let due = 0;
        while (countedMinutes(pauses, due + 1) <= target) due += 1;
        expect(dueAtOf(clockWith(target, pauses))).toBe(minute(due));
      }),
      { numRuns: 500 },
    ));

  it('keeps its target when it stops at the deadline itself, and not a millisecond later', () => {
    const clock = started(minute(0), 120);
    expect(stop(clock, minute(120)).outcome).toBe('met');
    expect(stop(clock, '2026-03-02T03:00:00.001Z').outcome).toBe('breached');
  });

  it('freezes while paused: what is left, and what is overdue [SLA 3]', () => {
    const paused = pause(started(minute(0), 120), minute(100));
    expect(readingAt(paused, minute(100))).toMatchObject({ stateNow: 'paused', remainingMinutes: 20, overdue: false });
    expect(readingAt(paused, minute(900))).toMatchObject({ stateNow: 'paused', remainingMinutes: 20, overdue: false });
    const late = pause(started(minute(0), 120), minute(150));
    expect(readingAt(late, minute(900))).toMatchObject({ stateNow: 'breached', remainingMinutes: -30, overdue: true });
    expect(dueAtOf(resume(late, minute(900)))).toBe(minute(120));
  });

  it('settles an open pause before it stops [SLA 3]', () => {
    const stopped = stop(pause(started(minute(0), 120), minute(100)), minute(500));
    expect(stopped).toMatchObject({ outcome: 'met', pauses: [{ from: minute(100), to: minute(500) }] });
    expect(stopped).not.toHaveProperty('pausedSince');
    expect(readingAt(stopped, minute(9_999))).toMatchObject({ remainingMinutes: 20, percentUsed: 83.3 });
  });

  it('takes no pause from a message that was sent before it began [SLA 3]', () =>
    expect(resume(pause(started(minute(0), 120), minute(50)), minute(40))).toEqual(started(minute(0), 120)));

  it('once stopped, is moved by nothing', () => {
    const done = stop(started(minute(0), 120), minute(60));
    expect(pause(done, minute(70))).toBe(done);
    expect(resume(done, minute(70))).toBe(done);
    expect(stop(done, minute(700))).toBe(done);
    expect(retarget(done, minute(70), 1)).toBe(done);
  });

  it('takes the earlier of two deadlines when the target changes, with start and pauses kept', () => {
    const clock = clockWith(480, [[10, 40]]);
    expect(retarget(clock, minute(60), 120)).toEqual({ ...clock, targetMinutes: 120 });
    expect(retarget(clock, minute(60), 2_880)).toBe(clock);
  });

  it('tells a breach that a change of target made from one that somebody made', () => {
    const clock = retarget(started(minute(0), 480), minute(200), 120);
    expect(readingAt(clock, minute(200))).toMatchObject({ stateNow: 'breached-on-change', overdue: true });
    expect(stop(clock, minute(210)).outcome).toBe('breached-on-change');
    const broken = retarget(started(minute(0), 480), minute(500), 120);
    expect(stop(broken, minute(510)).outcome).toBe('breached');
  });

  it('is not judged by a time that nobody knows', () => {
    const clock = started(minute(0), 120);
    expect(stop(clock, minute(60), { time: false })).toEqual({ ...clock, outcome: 'met' });
    const unknown = stop(clock, minute(600), { time: false });
    expect(unknown).toEqual({ ...clock, outcome: 'undetermined' });
    expect(readingAt(unknown, minute(700))).toEqual({ stateNow: 'undetermined', overdue: false });
  });

  it('is cancelled where nothing is left to be done in time, unless it was late already', () => {
    expect(cancel(started(minute(0), 120), minute(60)).outcome).toBe('cancelled');
    expect(cancel(started(minute(0), 120), minute(121)).outcome).toBe('breached');
    const met = stop(started(minute(0), 120), minute(60));
    expect(cancel(met, minute(70))).toBe(met);
  });
});
