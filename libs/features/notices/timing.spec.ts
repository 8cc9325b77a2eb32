import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { epochMsOf, instantOf } from '#libs/kernel/instant.ts';
import type { WorkingHours } from '#libs/features/staff/staff.events.ts';
import { whenToDeliver } from './timing.ts';
import type { Urgency } from './vocabulary.ts';

const MINUTE = 60_000;
const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** What hangs on the recipient's wall, by the platform's own calendar: nothing of ours. */
const wallIn = (zone: string) => {
  const format = new Intl.DateTimeFormat('en-GB', {
    ...{ timeZone: zone, weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  });
  return (at: number) => {
    const part = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
    return { weekday: DAYS.indexOf(part['weekday']!) + 1, time: `${part['hour']}:${part['minute']}` };
  };
};

type Quiet = { readonly from: string; readonly to: string };
const isWithin = (time: string, { from, to }: Quiet): boolean =>
  from <= to ? from <= time && time < to : time >= from || time < to;

/** Walks on minute by minute until the recipient may be disturbed; two weeks on there is no such minute at all. */
const walk = (urgency: Urgency, own: WorkingHours | undefined, quiet: Quiet | undefined, from: number): number => {
  const wall = wallIn(own?.zone ?? 'Asia/Shanghai');
  const find = (mayDisturb: (at: { weekday: number; time: string }) => boolean): number | undefined => {
    if (mayDisturb(wall(from))) return from;
    const next = Math.floor(from / MINUTE) * MINUTE + MINUTE;
    for (let at = next; at < from + 14 * 24 * 60 * MINUTE; at += MINUTE) if (mayDisturb(wall(at))) return at;
    return undefined;
  };
  const isQuiet = (time: string) => quiet !== undefined && isWithin(time, quiet);
  const works = ({ weekday, time }: { weekday: number; time: string }) =>
    own === undefined ||
    own.windows.some((window) => window.weekdays.includes(weekday) && window.from <= time && time < window.to);
  if (urgency !== 'ordinary') return find(({ time }) => !isQuiet(time))!;
  return find((at) => works(at) && !isQuiet(at.time)) ?? find(works)!;
};

// Changes of daylight saving come between midnight and four, where no window begins or ends: what holds there is tested with the calendars.
const EDGES = ['00:00', '04:00', '05:30', '08:00', '09:00', '12:00', '13:30', '18:00', '21:00', '22:45', '24:00'];
const window = fc
  .tuple(
    fc.uniqueArray(fc.nat(EDGES.length - 1), { minLength: 2, maxLength: 2 }),
    fc.subarray([1, 2, 3, 4, 5, 6, 7], { minLength: 1 }),
  )
  .map(([edges, weekdays]) => {
    const [from, to] = [...edges].sort((a, b) => a - b);
    return { weekdays, from: EDGES[from!]!, to: EDGES[to!]! };
  });
const ownHours: fc.Arbitrary<WorkingHours> = fc.record({
  zone: fc.constantFrom('Asia/Shanghai', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu'),
  windows: fc.array(window, { minLength: 1, maxLength: 3 }),
});
const quietHours = fc
  .uniqueArray(fc.constantFrom(...EDGES.slice(0, -1)), { minLength: 2, maxLength: 2 })
  .map(([from, to]) => ({ from: from!, to: to! }));

it('a notice goes out at the first moment at which a walk through the minutes allows it [SLA 12]', () => {
  fc.assert(
    fc.property(
      fc.record({
        urgency: fc.constantFrom<Urgency>('ordinary', 'urgent'),
        own: fc.option(ownHours, { nil: undefined }),
        quiet: fc.option(quietHours, { nil: undefined }),
        groupWithinMinutes: fc.constantFrom(0, 5, 90),
        nowMs: fc.integer({ min: Date.parse('2026-01-01T00:00:00Z'), max: Date.parse('2027-12-31T00:00:00Z') }),
      }),
      ({ urgency, own, quiet, groupWithinMinutes, nowMs }) => {
        const rules = { groupWithinMinutes, stormFrom: 20, ...(quiet === undefined ? {} : { quietHours: quiet }) };
        const { deliverAt } = whenToDeliver({ urgency, classA: false }, own, rules, instantOf(nowMs));
        expect(epochMsOf(deliverAt)).toBe(walk(urgency, own, quiet, nowMs + groupWithinMinutes * MINUTE));
      },
    ),
    { numRuns: 300 },
  );
});
