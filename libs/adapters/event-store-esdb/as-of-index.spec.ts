import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { addMinutes } from '#libs/kernel/instant.ts';
import { canonicalJson } from '#libs/kernel/json.ts';
import type { StoredEvent } from '#libs/ports/event-store.ts';
import { AsOfIndex, lastRecordedBy } from './as-of-index.ts';

const noon = '2026-11-24T12:00:00.000Z';
const at = (minutes: number) => addMinutes(noon, minutes);
const event = (position: number, minutes: number): StoredEvent => ({
  id: String(position),
  type: 'thing.happened.v1',
  data: '{}',
  metadata: canonicalJson({ recordedAt: at(minutes) }),
  stream: 'thing-1',
  revision: position,
  position,
  storedAt: noon,
});

/** The definition, word by word. */
const byDefinition = (events: readonly StoredEvent[], minutes: number): number =>
  lastRecordedBy(at(minutes), events, 0);

/** As the store asks: the stretch that the index names is read. */
const ask = (index: AsOfIndex, events: readonly StoredEvent[], minutes: number): number => {
  const found = index.search(at(minutes));
  if ('settled' in found) return found.settled;
  if ('beyond' in found) return found.beyond;
  const [after, upTo] = found.between;
  const stretch = events.filter(({ position }) => position > after && position <= upTo);
  return lastRecordedBy(at(minutes), stretch, after);
};

describe('the index of recording times', () => {
  it('gives what the definition gives, over many stretches, wherever clocks went backwards', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -30, max: 5 }), { minLength: 1, maxLength: 40 }),
        fc.array(fc.integer({ min: -60, max: 6_000 }), { minLength: 1, maxLength: 20 }),
        fc.integer({ min: 1, max: 900 }),
        (jumps, questions, page) => {
          const events = Array.from({ length: 4_321 }, (_, i) => event(7 * (i + 1), i + jumps[i % jumps.length]!));
          const index = new AsOfIndex();
          for (let i = 0; i < events.length; i += page)
            index.extend(events[i - 1]?.position ?? 0, events.slice(i, i + page));
          expect(index.end).toBe(events.at(-1)!.position);
          for (const minutes of questions) expect(ask(index, events, minutes)).toBe(byDefinition(events, minutes));
        },
      ),
      { numRuns: 20 },
    );
  });

  it('takes no events that do not follow what it knows, and none twice', () => {
    const index = new AsOfIndex();
    index.extend(20, [event(30, 3)]);
    expect(index.end).toBe(0);
    index.extend(0, [event(10, 1), event(20, 2)]);
    index.extend(0, [event(10, 1), event(20, 2), event(30, 3)]);
    expect(index.end).toBe(30);
    expect(index.search(at(2))).toEqual({ settled: 20 });
    expect(index.search(at(3))).toEqual({ beyond: 30 });
  });
});
