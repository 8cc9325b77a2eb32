import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { deriveId } from '#libs/kernel/identifiers.ts';
import { PARTITION_COUNTS, isIn, partitionCountOf, partitionName, partitionsOf, reachedBy } from './partitions.ts';

const at = (positions: Readonly<Record<string, number>>) =>
  new Map(Object.entries(positions).map(([name, position]) => [name, { position, epoch: 1 }]));

describe('partitions', () => {
  it('take every key exactly once, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.constantFrom(...PARTITION_COUNTS), (key, count) => {
        expect(partitionsOf(count).filter((each) => isIn(each, key))).toHaveLength(1);
      }),
    );
  });

  it('share ids evenly, and keep each key where it was first put', () => {
    const ids = Array.from({ length: 8_000 }, (_, index) => deriveId('test', String(index)));
    for (const each of partitionsOf(4)) {
      const share = ids.filter((id) => isIn(each, id)).length / ids.length;
      expect(share).toBeGreaterThan(0.23);
      expect(share).toBeLessThan(0.27);
    }
    const partitionOf = (key: string) => partitionsOf(4).findIndex((each) => isIn(each, key));
    expect(['case-1', 'case-2', '', '客户'].map(partitionOf)).toEqual([3, 2, 3, 3]);
  });

  it('are named by number and count; the whole by the collection alone', () => {
    expect(partitionsOf(2).map((each) => partitionName('cases@1~1', each))).toEqual(['cases@1~1#0/2', 'cases@1~1#1/2']);
    expect(partitionsOf(1).map((each) => partitionName('cases@1~1', each))).toEqual(['cases@1~1']);
  });

  it('have come as far as the slowest of them, and nowhere while one has not begun', () => {
    const whole = at({ 'cases@1~1': 7, 'cases@1~10#0/2': 3 });
    expect([partitionCountOf(whole, 'cases@1~1'), reachedBy(whole, 'cases@1~1')]).toEqual([1, 7]);
    const parts = at({ 'cases@1~1#0/2': 9, 'cases@1~1#1/2': 5 });
    expect([partitionCountOf(parts, 'cases@1~1'), reachedBy(parts, 'cases@1~1')]).toEqual([2, 5]);
    expect(reachedBy(at({ 'cases@1~1#0/2': 9 }), 'cases@1~1')).toBe(0);
    expect(partitionCountOf(at({}), 'cases@1~1')).toBeUndefined();
  });
});
