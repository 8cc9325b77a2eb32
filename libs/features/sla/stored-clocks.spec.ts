import { expect, it } from '@jest/globals';
import { canonicalJson } from '#libs/kernel/json.ts';
import { clockIn, DEFAULTS, monday, opened } from './clocks.fixture.ts';
import { advance, NO_CLOCKS } from './sla.events.ts';
import type { ClockFact, ClockSet } from './sla.events.ts';

/** As the store keeps it: the fields of every object in order of their names. */
const stored = (clocks: ClockSet): ClockSet => JSON.parse(canonicalJson(clocks)) as ClockSet;

it('clocks that were read from the store are judged as those that were kept in memory [SLA 1, SLA 14]', () => {
  const { clocks } = advance(NO_CLOCKS, opened(monday('09:00'), 'B', { urgent: true }), DEFAULTS);
  const changes: readonly ClockFact[] = [
    // As it stands: no other promise.
    { kind: 'served-otherwise', at: monday('09:10'), urgent: true, complexity: 'routine' },
    { kind: 'served-otherwise', at: monday('09:20'), urgent: false },
    { kind: 'served-otherwise', at: monday('09:30'), urgent: true },
  ];
  let [kept, read] = [clocks, clocks];
  for (const change of changes) {
    kept = advance(kept, change, DEFAULTS).clocks;
    read = advance(stored(read), change, DEFAULTS).clocks;
    expect(read).toEqual(kept);
  }
  expect(clockIn(read, 'resolution').targets).toHaveLength(2);
});
