import type { Instant } from '#libs/kernel/instant.ts';
import type { LedgerEvent } from '#libs/kernel/event.ts';
import type { ClockName, Outcome } from './clock.ts';
import type { ClockRecordData } from './clock-records.ts';

/** From when to when the ledger knew that a clock runs. */
export interface KnownClock {
  readonly since: Instant;
  readonly ended?: { readonly at: Instant; readonly outcome: Outcome };
}
/** By `knownClockKey`. */
export interface KnownClocks {
  readonly [clock: string]: KnownClock;
}

export const knownClockKey = (clock: ClockName, cycle: number): string => `${clock}.${cycle}`;

/**
 * Since when the ledger could act on a fact: on what a process found, since it came to pass, however late the process was; on what
 * people or imports tell, since they told it, whenever it happened. [SLA 13]
 */
export const knownAt = ({ metadata, occurredAt, recordedAt }: LedgerEvent<string, unknown>): Instant =>
  metadata.origin === 'process' ? occurredAt : recordedAt;

/** What is known of clocks after a judgement of them: for the cards of cases and complaints. */
export const clocksKnownAfter = (
  before: KnownClocks,
  event: LedgerEvent<string, ClockRecordData<'clocks-judged.v1'>>,
): KnownClocks => ({
  ...before,
  ...Object.fromEntries(
    event.data.clocks.map(({ clock, cycle, outcome }) => {
      const key = knownClockKey(clock, cycle);
      const known = before[key] ?? { since: knownAt(event) };
      const isNews = outcome !== undefined && known.ended === undefined;
      return [key, isNews ? { ...known, ended: { at: knownAt(event), outcome } } : known];
    }),
  ),
});
