import { complaintEvents } from '#libs/features/complaint/complaint.events.ts';
import { serviceCaseEvents } from '#libs/features/service-case/service-case.events.ts';
import { FACTS_BEHIND_CLOCKS, promisedBy } from '#libs/features/sla/sla.events.ts';
import type { ClockName, ClockRecordData, Outcome, Promised } from '#libs/features/sla/sla.events.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import { projection } from '#libs/kernel/projection.ts';
import type { Document } from '#libs/kernel/projection.ts';
import { monthOf } from './month.ts';

/**
 * By what promises are told apart beside their month and clock. `month`: by nothing else; `all`: by everything at once, for
 * questions about several. Each promise is counted once in the figures of each.
 */
const VIEWS = {
  month: [],
  tier: ['tier'],
  kind: ['sort'],
  team: ['team'],
  urgency: ['urgent'],
  policy: ['slaVersion'],
  all: ['tier', 'sort', 'team', 'urgent', 'slaVersion'],
} as const satisfies { readonly [view: string]: readonly (keyof Promised)[] };
type View = keyof typeof VIEWS;

/** How many promises of one group came out how. One run of one clock is one promise. */
interface Figures extends Document, Partial<Promised> {
  readonly by: View;
  /** Of the verdict: when the deadline passed, or else when the clock ended. `2026-03`, on the readers' clocks. */
  readonly month: string;
  readonly about: 'case' | 'complaint';
  readonly clock: ClockName;
  readonly met: number;
  /** The deadline passed; whether or not the clock has ended since. */
  readonly breached: number;
  /** A change put the deadline into the past: no breach, and no part of any percentage. [SLA 4] */
  readonly breachedOnChange: number;
  readonly cancelled: number;
  /** The source does not say when it ended. */
  readonly undetermined: number;
}

const COUNTED = {
  met: 'met',
  breached: 'breached',
  'breached-on-change': 'breachedOnChange',
  cancelled: 'cancelled',
  undetermined: 'undetermined',
} as const satisfies { readonly [O in Outcome]: keyof Figures };

interface Verdict {
  readonly about: Figures['about'];
  readonly clock: ClockName;
  readonly month: string;
  readonly outcome: Outcome;
  /** Absent: a record of an earlier build did not say. It counts with those of which nothing is known. */
  readonly promised?: Promised;
}

interface OfMatter<Data> {
  readonly type: string;
  readonly occurredAt: Instant;
  readonly data: Data;
}

const aboutOf = ({ type }: { readonly type: string }) => (type.startsWith('complaint.') ? 'complaint' : 'case');

// Each promise is judged by one event, once and for all: a broken one by the record of that, which comes before its clock ends if it
// ends at all, every other one by the end of its clock. [SLA 5, SLA 13]

const ended = (event: OfMatter<ClockRecordData<'clocks-judged.v1'>>): readonly Verdict[] =>
  event.data.clocks.flatMap((clock) => {
    const { outcome } = clock;
    if (outcome === undefined || outcome === 'breached' || outcome === 'breached-on-change') return [];
    const of = { about: aboutOf(event), clock: clock.clock, month: monthOf(event.occurredAt) } as const;
    return [{ ...of, outcome, promised: promisedBy(clock, event.data) }];
  });

const broken =
  (outcome: 'breached' | 'breached-on-change') =>
  (event: OfMatter<Pick<ClockRecordData<'deadline-missed.v1'>, 'clock' | 'promised'>>): readonly Verdict[] => {
    const { clock, promised } = event.data;
    const of = { about: aboutOf(event), clock, month: monthOf(event.occurredAt), outcome } as const;
    return [{ ...of, ...(promised === undefined ? {} : { promised }) }];
  };

const missed = broken('breached');
const passedByChange = broken('breached-on-change');

/** `tier:2026-03:resolution:A` */
const keyIn = (view: View, { month, clock, promised }: Verdict): string =>
  [view, month, clock, ...VIEWS[view].map((field) => encodeURIComponent(String(promised?.[field] ?? '')))].join(':');

const keysOf = (verdicts: readonly Verdict[]): readonly string[] => {
  const views = Object.keys(VIEWS) as readonly View[];
  return [...new Set(verdicts.flatMap((verdict) => views.map((view) => keyIn(view, verdict))))];
};

const noFigures = (view: View, { about, clock, month, promised }: Verdict): Figures => ({
  ...{ by: view, month, about, clock },
  ...Object.fromEntries(
    VIEWS[view].flatMap((field) => (promised?.[field] === undefined ? [] : [[field, promised[field]]])),
  ),
  ...{ met: 0, breached: 0, breachedOnChange: 0, cancelled: 0, undetermined: 0 },
});

const counting =
  <Event>(verdictsOf: (event: Event) => readonly Verdict[]) =>
  (figures: Figures | undefined, event: Event, key: string): Figures | undefined => {
    const view = key.slice(0, key.indexOf(':')) as View;
    return verdictsOf(event)
      .filter((verdict) => keyIn(view, verdict) === key)
      .reduce<Figures | undefined>((before, verdict) => {
        const counted = before ?? noFigures(view, verdict);
        const field = COUNTED[verdict.outcome];
        return { ...counted, [field]: counted[field] + 1 };
      }, figures);
  };

/** How many promises were kept and how many broken, month by month, as of any time. */
export const slaCompliance = projection<Figures>()('sla-compliance@1', {
  collection: { kind: 'versioned', indexes: [['by', 'month'], ['by', 'clock', 'month'], ['team']] },
  access: {
    roles: [
      ...['agent', 'account-manager', 'supervisor', 'department-head', 'committee', 'auditor', 'operator'],
      ...['policy-owner', 'service'],
    ] as const,
    teamField: 'team',
  },
  reads: [serviceCaseEvents, complaintEvents],
  keyOf: (event) => {
    switch (event.type) {
      case 'service-case.clocks-judged.v1':
      case 'complaint.clocks-judged.v1':
        return keysOf(ended(event));
      case 'service-case.deadline-missed.v1':
      case 'complaint.deadline-missed.v1':
        return keysOf(missed(event));
      case 'service-case.deadline-passed-by-change.v1':
      case 'complaint.deadline-passed-by-change.v1':
        return keysOf(passedByChange(event));
      default:
        return undefined;
    }
  },
  on: {
    'service-case.clocks-judged.v1': counting(ended),
    'complaint.clocks-judged.v1': counting(ended),
    'service-case.deadline-missed.v1': counting(missed),
    'complaint.deadline-missed.v1': counting(missed),
    'service-case.deadline-passed-by-change.v1': counting(passedByChange),
    'complaint.deadline-passed-by-change.v1': counting(passedByChange),
  },
  ignores: [
    ...FACTS_BEHIND_CLOCKS,
    'service-case.threshold-reached.v1',
    'complaint.threshold-reached.v1',
    // A verdict says whose it is itself, and stays with them.
    'service-case.customer-identified.v1',
    'complaint.customer-identified.v1',
    'service-case.assigned.v1',
    'service-case.reassigned.v1',
    'service-case.unassigned.v1',
    'service-case.handed-over.v1',
    'complaint.assigned.v1',
    'complaint.accepted.v1',
  ],
  /** `keptPercent`: of those kept or breached, in tenths, rounded down: 100 means all of them. */
  onRead: (figures) => {
    const { met, breached } = figures;
    const judged = met + breached;
    return { ...figures, judged, ...(judged === 0 ? {} : { keptPercent: Math.floor((met * 1_000) / judged) / 10 }) };
  },
});
