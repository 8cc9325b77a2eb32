import type { Consultation, DecisionContext } from '#libs/kernel/aggregate.ts';
import { inTimeOrder } from '#libs/kernel/instant.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import {
  CALENDAR_POLICY_ID,
  calendarPolicies,
  calendarPolicyAt,
  documentOf,
  inOrderOfEffect,
  SLA_POLICY_ID,
  slaPolicies,
  slaPolicyAt,
} from '#libs/features/policy/policy.events.ts';
import type {
  CalendarDocument,
  Policies as Versions,
  ScheduledVersion,
  SlaDocument,
} from '#libs/features/policy/policy.events.ts';
import { isOpen, isPastDeadline, NEVER_DUE } from './clock.ts';
import type { ClockSet, JudgedBy, SlaClock } from './clock.ts';
import type { ClockFact } from './clock-facts.ts';
import type { ClockRecord, ClockRecordData } from './clock-records.ts';
import { advance, changedClocks } from './clock-engine.ts';
import { nextMomentOf, observe } from './observing.ts';
import type { Advanced } from './observing.ts';
import { promisedBy } from './promised.ts';
import type { Policies } from './targets.ts';

/** What a command looks at before it judges clocks. */
export const consultPolicies: readonly Consultation[] = [
  { as: 'slaPolicies', view: slaPolicies, idOf: () => SLA_POLICY_ID },
  { as: 'calendarPolicies', view: calendarPolicies, idOf: () => CALENDAR_POLICY_ID },
];

/** The same for commands that are sent all the time: who judges by a version just superseded is looked at again afterwards. */
export const consultPoliciesOften: readonly Consultation[] = consultPolicies.map((each) => ({
  ...each,
  mayLagMs: 250,
}));

/** All versions of both policies. */
export interface PolicyVersions {
  readonly sla: Versions<SlaDocument>;
  readonly calendar: Versions<CalendarDocument>;
}
export const policyVersionsIn = ({ consulted }: Pick<DecisionContext, 'consulted'>): PolicyVersions => ({
  sla: consulted['slaPolicies'] as Versions<SlaDocument>,
  calendar: consulted['calendarPolicies'] as Versions<CalendarDocument>,
});

/** The documents of the versions that something was judged by. */
export const policiesOf = (versions: PolicyVersions, { slaVersion, calendarVersion }: JudgedBy): Policies => ({
  sla: documentOf('sla', versions.sla, slaVersion),
  calendar: documentOf('calendar', versions.calendar, calendarVersion),
});

/** The documents by which what happens at that moment is judged. */
export const policiesAt = ({ sla, calendar }: PolicyVersions, moment: Instant): Policies => ({
  sla: slaPolicyAt(sla, moment),
  calendar: calendarPolicyAt(calendar, moment),
});

interface PolicyMove {
  readonly at: Instant;
  readonly cause: 'sla' | 'calendar';
  readonly version: string;
}

/** The versions that came after the one judged by, up to a moment. */
const movesOf = (
  cause: PolicyMove['cause'],
  versions: Versions<SlaDocument> | Versions<CalendarDocument>,
  judgedBy: string,
  until: Instant,
  momentOf: (version: ScheduledVersion<unknown>) => Instant,
): readonly PolicyMove[] => {
  const inOrder: readonly ScheduledVersion<unknown>[] = inOrderOfEffect<unknown>(versions);
  const known = inOrder.findIndex(({ version }) => version === judgedBy);
  return inOrder
    .slice(known + 1)
    .map((version) => ({ at: momentOf(version), cause, version: version.version }))
    .filter(({ at }) => at <= until);
};

/** What has a clock's name and whose it is: what lists of clocks show beside it. */
export type ClockOwner = Pick<
  ClockRecordData<'clocks-judged.v1'>,
  'reference' | 'customerId' | 'team' | 'assigneeId' | 'sort'
>;

const names = (clocks: readonly SlaClock[], which: (clock: SlaClock) => boolean) =>
  clocks.filter(which).map(({ clock }) => clock);

const isLate = ({ outcome }: SlaClock): boolean => outcome === 'breached' || outcome === 'breached-on-change';

const nextDueOf = ({ clocks }: ClockSet): { readonly nextDueAt?: Instant } => {
  const due = clocks
    .filter((clock) => isOpen(clock) && !isPastDeadline(clock) && clock.dueAt !== NEVER_DUE)
    .map(({ dueAt }) => dueAt)
    .sort();
  return due[0] === undefined ? {} : { nextDueAt: due[0] };
};

/** Who had the matter at a moment, of whom the decision knows. */
export type OwnerAt = (moment: Instant) => ClockOwner;

const told = (
  { clocks: set, reached, missed, moved, passedOnChange }: Advanced,
  at: Instant,
  ownerAt: OwnerAt,
): ClockRecord[] => {
  const withPromised = <Data extends Pick<SlaClock, 'clock' | 'cycle'>>(data: Data, moment: Instant) => {
    const clock = set.clocks.find((each) => each.clock === data.clock && each.cycle === data.cycle)!;
    return { ...data, promised: promisedBy(clock, ownerAt(moment)) };
  };
  const records: ClockRecord[] = [
    ...reached.map(({ at: occurredAt, ...data }) => ({ name: 'threshold-reached.v1', occurredAt, data }) as const),
    ...missed.map(
      ({ at: occurredAt, ...data }) =>
        ({ name: 'deadline-missed.v1', occurredAt, data: withPromised(data, occurredAt) }) as const,
    ),
    ...moved.map((data) => ({ name: 'deadline-moved.v1', occurredAt: at, data }) as const),
    ...passedOnChange.map(
      ({ at: occurredAt, ...data }) =>
        ({ name: 'deadline-passed-by-change.v1', occurredAt, data: withPromised(data, occurredAt) }) as const,
    ),
  ];
  return records.sort((a, b) => inTimeOrder(a.occurredAt, b.occurredAt));
};

/**
 * Judges the clocks of one case or complaint while a command is decided: takes fact after fact, catches up with policies that took
 * effect meanwhile, and looks at last at what has come to pass by now. What it returns is to be recorded in the same append.
 */
export class Judging {
  readonly #versions: PolicyVersions;
  readonly #now: Instant;
  readonly #momentOf: (version: ScheduledVersion<unknown>) => Instant;
  readonly #ownerAt: OwnerAt;
  clocks: ClockSet;

  constructor(
    clocks: ClockSet,
    { now, origin, consulted }: Pick<DecisionContext, 'now' | 'origin' | 'consulted'>,
    ownerAt: OwnerAt,
  ) {
    this.clocks = clocks;
    this.#ownerAt = ownerAt;
    this.#now = now;
    this.#versions = policyVersionsIn({ consulted });
    // What a source has happened under the policies of its time, whenever they were published here.
    this.#momentOf = origin === 'import' ? ({ effectiveFrom }) => effectiveFrom : ({ takesEffectAt }) => takesEffectAt;
  }

  /** What comes of a fact: to be recorded after it. `endsUnknown`: of one of several facts the last of which is such an end. */
  take(fact: ClockFact, owner: ClockOwner, endsUnknown: boolean): readonly ClockRecord[] {
    const moved = this.#catchUp(fact.at, owner);
    const policies =
      this.clocks.judgedBy === undefined
        ? policiesAt(this.#versions, fact.at)
        : policiesOf(this.#versions, this.clocks.judgedBy);
    return [...moved, ...this.#advance(fact, policies, owner, endsUnknown)];
  }

  /** What has come to pass by now besides. */
  observe(owner: ClockOwner): readonly ClockRecord[] {
    return [...this.#catchUp(this.#now, owner), ...this.#look(this.#now)];
  }

  #look(moment: Instant): readonly ClockRecord[] {
    const observed = observe(this.clocks, moment);
    this.clocks = observed.clocks;
    return told({ ...observed, moved: [], passedOnChange: [] }, moment, this.#ownerAt);
  }

  #catchUp(until: Instant, owner: ClockOwner): readonly ClockRecord[] {
    const { judgedBy } = this.clocks;
    if (judgedBy === undefined) return [];
    const { sla, calendar } = this.#versions;
    const moves = [
      ...movesOf('sla', sla, judgedBy.slaVersion, until, this.#momentOf),
      ...movesOf('calendar', calendar, judgedBy.calendarVersion, until, this.#momentOf),
    ].sort((a, b) => inTimeOrder(a.at, b.at));
    let by = judgedBy;
    return moves.flatMap(({ at, cause, version }) => {
      by = cause === 'sla' ? { ...by, slaVersion: version } : { ...by, calendarVersion: version };
      return this.#advance({ kind: 'policies-moved', at, cause }, policiesOf(this.#versions, by), owner);
    });
  }

  #advance(fact: ClockFact, policies: Policies, owner: ClockOwner, endsUnknown = false): readonly ClockRecord[] {
    // What had come to pass by then is recorded as a look in time would have recorded it. [SLA 13]
    const seen = endsUnknown ? [] : this.#look(fact.at);
    const before = this.clocks;
    const advanced = advance(before, fact, policies, endsUnknown ? { endsUnknown } : {});
    this.clocks = advanced.clocks;
    const clocks = changedClocks(before, this.clocks);
    const records = [...seen, ...told(advanced, fact.at, this.#ownerAt)];
    if (clocks.length === 0) return records;
    const { slaVersion, calendarVersion } = this.clocks.judgedBy!;
    return [
      ...records,
      {
        name: 'clocks-judged.v1',
        occurredAt: fact.at,
        data: {
          ...owner,
          slaVersion,
          calendarVersion,
          clocks: [...clocks],
          running: names(clocks, isOpen),
          kept: names(clocks, ({ outcome }) => outcome === 'met'),
          late: names(clocks, isLate),
          ...nextDueOf(this.clocks),
        },
      },
    ];
  }

  /** When somebody has to look again, if nothing else happens; NEVER_DUE: there is nothing to come. */
  get nextAt(): Instant {
    return nextMomentOf(this.clocks) ?? NEVER_DUE;
  }
}
