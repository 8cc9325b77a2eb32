import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { instantOf } from '#libs/kernel/instant.ts';
import { Timers } from './timers.ts';

describe('the index of due times', () => {
  it('gives what is due in the order of a sorted list, whatever was set, moved and cancelled before', () => {
    const timersOf = fc.array(fc.record({ key: fc.constantFrom('a', 'b', 'c'), ms: fc.integer({ min: 0, max: 50 }) }), {
      maxLength: 3,
    });
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 200 }), timersOf), { maxLength: 3_000 }), (puts) => {
        const timers = new Timers();
        const model = new Map<string, { key: string; dueAt: string }[]>();
        for (const [nth, set] of puts) {
          const all = [...new Map(set.map(({ key, ms }) => [key, { key, dueAt: instantOf(ms) }])).values()];
          model.set(`p-${nth}`, all);
          timers.put(`p-${nth}`, all);
        }
        expect(timers.size).toBe([...model.values()].flat().length);
        const expected = [...model]
          .flatMap(([stream, all]) => all.map(({ key, dueAt }) => `${dueAt} ${stream} ${key}`))
          .sort();
        const fired: string[] = [];
        for (let due = timers.first(); due !== undefined; due = timers.first()) {
          fired.push(`${instantOf(due.dueMs)} ${due.stream} ${due.timer}`);
          const left = model.get(due.stream)!.filter((each) => each.key !== due.timer);
          model.set(due.stream, left);
          timers.put(due.stream, left);
        }
        expect(fired).toEqual(expected);
        expect([timers.size, timers.instances]).toEqual([0, 0]);
      }),
      { numRuns: 50 },
    );
  });

  it('does not grow with what is moved', () => {
    const timers = new Timers();
    for (let nth = 0; nth < 100_000; nth += 1)
      timers.put(`p-${nth % 10}`, [{ key: 'k', dueAt: instantOf(100_000 - nth) }]);
    expect(timers.soon(1_000_000).length).toBeLessThan(1_100);
    expect(timers.first()?.dueMs).toBe(1);
  });
});
