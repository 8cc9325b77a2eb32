import type { Calendar, CalendarDocument, SlaDocument, Target } from '#libs/features/policy/policy.events.ts';
import type { ClockFact, Policies } from '#libs/features/sla/sla.events.ts';
import { openMinutes, wallTable } from './wall-table.ts';
import type { WallTable } from './wall-table.ts';
import type { OpenIn, Step } from './minute-walker.ts';

const MINUTE_MS = 60_000;
/** Minutes of a stretch. */
export const STRETCH = 26 * 1_440;

/** A seeded source of chance (mulberry32). */
export class Chance {
  #state: number;
  constructor(seed: number) {
    this.#state = seed >>> 0;
  }
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  }
  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }
  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }
  of<Each>(choices: readonly Each[]): Each {
    return choices[this.below(choices.length)]!;
  }
  /** Minutes: coarse ones make moments meet, as when a pause begins just at the deadline. */
  grain = 1;
  minutes(low: number, high: number): number {
    return Math.max(1, Math.ceil(this.between(low, high) / this.grain)) * this.grain;
  }
  isLucky(share: number): boolean {
    return this.next() < share;
  }
}

/** Where and when: around changes of the clocks, over midnights that do not exist, holidays with make-up days. */
const PLACES: readonly { readonly from: string; readonly zones: readonly string[] }[] = [
  { from: '2026-03-23', zones: ['Europe/Berlin', 'Asia/Shanghai', 'Atlantic/Azores'] },
  { from: '2026-10-19', zones: ['Europe/Berlin', 'Europe/London', 'America/New_York'] },
  { from: '2026-03-03', zones: ['America/New_York', 'America/St_Johns', 'Asia/Shanghai'] },
  { from: '2026-03-31', zones: ['Australia/Lord_Howe', 'Pacific/Chatham', 'Australia/Sydney'] },
  { from: '2026-09-30', zones: ['Australia/Lord_Howe', 'Asia/Shanghai', 'Asia/Kathmandu'] },
  { from: '2026-04-20', zones: ['Africa/Cairo', 'Asia/Beirut', 'Asia/Kolkata'] },
  { from: '2026-10-25', zones: ['Africa/Cairo', 'America/Havana', 'America/New_York'] },
  { from: '2026-09-02', zones: ['America/Santiago', 'America/Asuncion', 'Asia/Shanghai'] },
  { from: '2026-12-24', zones: ['Europe/Berlin', 'Asia/Shanghai', 'Pacific/Auckland'] },
];

const pad = (value: number) => String(value).padStart(2, '0');
const wall = (minute: number) => `${pad(Math.floor(minute / 60))}:${pad(minute % 60)}`;

const someWindows = (chance: Chance): Calendar['days'][number]['windows'] => {
  if (chance.isLucky(0.12)) return [{ from: '00:00', to: '24:00' }];
  const count = chance.of([1, 1, 2, 2, 3]);
  // Now and then in the hours in which clocks are put forward or back.
  const low = chance.isLucky(0.3) ? 0 : 7 * 60;
  const high = chance.isLucky(0.3) ? 1_440 : 18 * 60;
  const cuts = new Set<number>();
  while (cuts.size < count * 2) {
    const cut = chance.between(low, high);
    cuts.add(chance.grain > 1 || chance.isLucky(0.7) ? Math.round(cut / 30) * 30 : cut);
  }
  const sorted = [...cuts].sort((a, b) => a - b);
  return Array.from({ length: count }, (_, index) => ({
    from: wall(sorted[2 * index]!),
    to: wall(sorted[2 * index + 1]!),
  }));
};

const someCalendar = (chance: Chance, zone: string, dates: readonly string[]): Calendar => ({
  zone,
  week: chance.isLucky(0.15)
    ? [{ weekdays: [1, 2, 3, 4, 5, 6, 7], windows: [{ from: '00:00', to: '24:00' }] }]
    : [
        { weekdays: [1, 2, 3, 4, 5], windows: someWindows(chance) },
        ...(chance.isLucky(0.4) ? [{ weekdays: chance.of([[6], [7], [6, 7]]), windows: someWindows(chance) }] : []),
      ],
  // Days off, partial holidays and make-up days.
  days: dates
    .filter(() => chance.isLucky(0.15))
    .map((date) => ({ date, windows: chance.isLucky(0.5) ? [] : someWindows(chance) })),
});

const CALENDARS = ['one', 'two', 'three'];

const someMinutes = (chance: Chance): number =>
  chance.isLucky(0.3)
    ? chance.minutes(1, 90)
    : chance.isLucky(0.7)
      ? chance.minutes(20, 600)
      : chance.minutes(60, 1_800);

const someTarget = (chance: Chance): Target => {
  const minutes = someMinutes(chance);
  if (chance.isLucky(0.5)) return { minutes, counts: 'business-time' };
  return { minutes, counts: 'calendar-time', ...(chance.isLucky(0.4) ? { rolled: true } : {}) };
};

const someSla = (chance: Chance, version: string): SlaDocument => ({
  version,
  rules: ([['A'], ['B'], ['C'], undefined] as const).flatMap((tiers) => {
    const maybe = () => (chance.isLucky(0.75) ? someTarget(chance) : undefined);
    return (chance.isLucky(0.5) ? (['urgent', undefined] as const) : ([undefined] as const)).map((urgency) => {
      const [nextResponse, updateCadence, resolution, internal] = [maybe(), maybe(), maybe(), maybe()];
      return {
        name: `${tiers?.[0] ?? 'any'} ${urgency ?? ''}`,
        when: { ...(tiers === undefined ? {} : { tiers: [...tiers] }), ...(urgency === undefined ? {} : { urgency }) },
        calendar: chance.of(CALENDARS),
        firstResponse: someTarget(chance),
        ...(nextResponse === undefined ? {} : { nextResponse }),
        ...(updateCadence === undefined ? {} : { updateCadence }),
        ...(resolution === undefined ? {} : { resolution }),
        ...(internal === undefined ? {} : { internal }),
      };
    });
  }),
  complaint: {
    responseMinutes: someMinutes(chance),
    planMinutes: someMinutes(chance),
    startsAt: chance.of(['receipt', 'acceptance']),
  },
  pauseCapMinutes: chance.isLucky(0.4) ? chance.minutes(1, 120) : chance.minutes(60, 900),
  pauseCapWarnPercent: 80,
  reopenGraceMinutes: 10_080,
  thresholds: chance.of([
    { percents: [75, 100], shortUnderMinutes: 60, shortPercents: [100] },
    { percents: [50, 75, 90, 100], shortUnderMinutes: 60, shortPercents: [100] },
    { percents: [33, 66, 99], shortUnderMinutes: 30, shortPercents: [50, 100] },
    { percents: [100], shortUnderMinutes: 0, shortPercents: [] },
  ]),
  ours: [],
});

/** A stock of policies over one stretch: making the calendars is what costs, so many histories share them. */
export interface Stock {
  readonly startMs: number;
  readonly slas: readonly SlaDocument[];
  readonly calendars: readonly CalendarDocument[];
  readonly openIn: OpenIn;
}

const tables = new Map<string, WallTable>();
const tableOf = (zone: string, startMs: number): WallTable => {
  const key = `${zone} ${startMs}`;
  const table = tables.get(key) ?? wallTable(zone, startMs, STRETCH);
  tables.set(key, table);
  return table;
};

export const someStock = (chance: Chance): Stock => {
  chance.grain = chance.of([1, 1, 30]);
  const { from, zones } = chance.of(PLACES);
  const startMs = Date.parse(`${from}T00:00:00.000Z`);
  const open = new Map<Calendar, Uint8Array>();
  const calendars = [1, 2, 3].map((version): CalendarDocument => {
    const documents = CALENDARS.map((name) => {
      const table = tableOf(chance.of(zones), startMs);
      const calendar = someCalendar(chance, table.zone, table.dates);
      open.set(calendar, openMinutes(table, calendar));
      return [name, calendar] as const;
    });
    return { version: `calendar@${version}`, calendars: Object.fromEntries(documents), ours: [] };
  });
  return {
    startMs,
    calendars,
    slas: [1, 2, 3, 4].map((version) => someSla(chance, `sla@${version}`)),
    openIn: ({ calendar }, name) => open.get(calendar.calendars[name]!)!,
  };
};

export interface History {
  readonly steps: readonly Step[];
  /** Looks between the facts, in ms since the stretch began: they must change nothing in the end. */
  readonly looks: readonly number[];
  readonly end: number;
}

const CASE_KINDS = [
  ...['customer-message', 'customer-message', 'answered', 'answered', 'pause-began', 'pause-began', 'pause-began'],
  ...['pause-ended', 'pause-ended', 'solved', 'reopened', 'reopened', 'closed', 'served-otherwise', 'served-otherwise'],
  ...['policies-moved', 'policies-moved', 'assigned', 'withdrawn'],
] as const;
const COMPLAINT_KINDS = [
  ...['accepted', 'accepted', 'answered', 'plan-set', 'served-otherwise', 'served-otherwise', 'policies-moved'],
  ...['closed', 'reopened', 'customer-message', 'withdrawn'],
] as const;

export const someHistory = (chance: Chance, { startMs, slas, calendars }: Stock): History => {
  let policies: Policies = { sla: chance.of(slas), calendar: chance.of(calendars) };
  const isComplaint = chance.isLucky(0.15);
  // After some days, so that walls of the first day are whole.
  let minute = 2 * 1_440 + chance.minutes(0, 6 * 1_440);
  const pace = chance.of([30, 120, 400, 900]);
  const tier = () => chance.of(['A', 'B', 'C'] as const);
  const complexity = () => chance.of(['routine', 'complex'] as const);
  const steps: Step[] = [];
  const add = (fact: ClockFact) => steps.push({ minute, fact, policies });
  const at = () => new Date(startMs + minute * MINUTE_MS).toISOString();
  const served = { urgent: chance.isLucky(0.5), complexity: complexity() };
  add(
    isComplaint
      ? { kind: 'filed', at: at(), ...served, ...(chance.isLucky(0.7) ? { tier: tier() } : {}) }
      : { kind: 'opened', at: at(), tier: tier(), ...served },
  );
  const count = chance.between(1, 11);
  for (let nth = 0; nth < count; nth++) {
    minute += chance.isLucky(0.1) ? 0 : chance.minutes(1, pace);
    const kind = chance.of<(typeof CASE_KINDS)[number] | (typeof COMPLAINT_KINDS)[number]>(
      isComplaint ? COMPLAINT_KINDS : CASE_KINDS,
    );
    const wait = chance.isLucky(0.3) ? { wait: chance.of(['papers', 'access']) } : {};
    switch (kind) {
      case 'pause-began':
      case 'pause-ended':
        add({ kind, at: at(), ...wait });
        break;
      case 'served-otherwise':
        add({
          ...{ kind, at: at() },
          ...(chance.isLucky(0.6) ? { tier: tier() } : {}),
          ...(chance.isLucky(0.6) ? { urgent: chance.isLucky(0.5) } : {}),
          ...(chance.isLucky(0.25) ? { loosenedBy: 'head' } : {}),
        });
        break;
      case 'policies-moved': {
        const cause = chance.of(['sla', 'calendar'] as const);
        policies =
          cause === 'sla' ? { ...policies, sla: chance.of(slas) } : { ...policies, calendar: chance.of(calendars) };
        add({ kind, at: at(), cause });
        break;
      }
      case 'assigned':
        add({ kind, at: at(), team: chance.of(['north', 'south']) });
        break;
      default:
        add({ kind, at: at() });
    }
  }
  const end = minute + chance.between(1, 2_880);
  const looks = Array.from({ length: chance.below(4) }, () =>
    chance.between(steps[0]!.minute * MINUTE_MS, end * MINUTE_MS),
  ).sort((a, b) => a - b);
  return { steps, looks, end };
};
