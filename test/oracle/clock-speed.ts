// node test/oracle/clock-speed.ts [clocks]: how fast a change of policy re-evaluates open clocks.
import { advance, NO_CLOCKS } from '#libs/features/sla/sla.events.ts';
import type { ClockSet, Policies } from '#libs/features/sla/sla.events.ts';
import { DEFAULT_CALENDARS, DEFAULT_SLA } from '#libs/features/policy/policy.events.ts';

const wanted = Number(process.argv[2] ?? 100_000);
const policies: Policies = { sla: DEFAULT_SLA, calendar: DEFAULT_CALENDARS };
const begun = Date.parse('2026-11-23T01:00:00.000Z');
const at = (minutes: number) => new Date(begun + minutes * 60_000).toISOString();
const open = (nth: number): ClockSet => {
  const tier = (['A', 'B', 'C'] as const)[nth % 3]!;
  let set = advance(
    NO_CLOCKS,
    { kind: 'opened', at: at(nth % 300), tier, urgent: false, complexity: 'routine' },
    policies,
  ).clocks;
  if (nth % 2 === 0) set = advance(set, { kind: 'pause-began', at: at(301) }, policies).clocks;
  if (nth % 4 === 0) set = advance(set, { kind: 'pause-ended', at: at(330) }, policies).clocks;
  return set;
};
const sets = Array.from({ length: wanted / 2 }, (_, nth) => open(nth));
const next: Policies = {
  sla: {
    ...DEFAULT_SLA,
    version: 'sla-next@1',
    rules: DEFAULT_SLA.rules.map((rule) => ({
      ...rule,
      resolution: { minutes: 3_000, counts: 'business-time' as const },
    })),
  },
  calendar: DEFAULT_CALENDARS,
};
const started = performance.now();
let moved = 0;
for (const set of sets) moved += advance(set, { kind: 'policies-moved', at: at(331), cause: 'sla' }, next).moved.length;
const seconds = (performance.now() - started) / 1_000;
const clocks = sets.reduce((sum, set) => sum + set.clocks.filter(({ outcome }) => outcome === undefined).length, 0);
console.log(`${clocks} open clocks, ${moved} moved, ${seconds.toFixed(2)} s, ${Math.round(clocks / seconds)} clocks/s`);
