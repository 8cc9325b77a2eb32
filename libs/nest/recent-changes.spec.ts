import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { DocumentChange } from '#libs/runtime/ledger.ts';
import { RecentChanges } from './recent-changes.ts';

const change = (position: number, id = `d${position}`): DocumentChange => ({
  collection: 'teams',
  id,
  position,
  document: {},
});

it('knows nothing of what was told before it began', () => {
  const recent = new RecentChanges(10);
  expect(recent.since(0)).toBeUndefined();
  recent.add(change(7));
  expect(recent.since(6)).toBeUndefined();
  expect(recent.since(7)).toEqual([]);
});

it('tells again a change of an earlier position that came late (a dead letter taken at last)', () => {
  const recent = new RecentChanges(10);
  for (const each of [change(5), change(9), change(6, 'late')]) recent.add(each);
  expect(recent.since(9)?.map((each) => each.id)).toEqual(['late']);
});

it('answers everything told after the mark, or that it cannot know: never less', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(30), { maxLength: 60 }),
      fc.integer({ min: 1, max: 10 }),
      fc.nat(60),
      (positions, capacity, stop) => {
        const recent = new RecentChanges(capacity);
        const told = positions.map((position, index) => change(position, `n${index}`));
        for (const each of told) recent.add(each);
        // A stream that stopped after `stop` changes has the highest position told so far as its mark.
        const seen = told.slice(0, stop);
        const mark = Math.max(0, ...seen.map((each) => each.position));
        const answer = recent.since(mark);
        if (answer === undefined) return;
        const missed = told.slice(stop).filter((each) => each.position !== mark);
        expect(missed.filter((each) => !answer.includes(each))).toEqual([]);
      },
    ),
  );
});
