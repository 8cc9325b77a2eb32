import type { Complexity, Tier } from '#libs/features/service-case/service-case.events.ts';
import { isUrgent, serviceCaseEvents } from '#libs/features/service-case/service-case.events.ts';
import type { ServiceCaseEvent } from '#libs/features/service-case/service-case.events.ts';
import type { LedgerEvent } from '#libs/kernel/event.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import { foldEvent, isUnprojectable, projection, unprojectable } from '#libs/kernel/projection.ts';
import type { Document, Fold } from '#libs/kernel/projection.ts';
import { cancel, dueAtOf, pause, pausedMinutesOf, readingAt, resume, retarget, started, stop } from './clock.ts';
import type { Clock, Outcome, Pause, Reading } from './clock.ts';
import type { ServedAs } from './provisional-targets.ts';
import { PROVISIONAL_POLICY, targetsFor } from './provisional-targets.ts';

/** What an earlier cycle came to. It was judged then, and stays. [SLA 5] */
type EarlierCycle = {
  readonly cycle: number;
  readonly startedAt: Instant;
  readonly targetMinutes: number;
  readonly dueAt: Instant;
  readonly pauses: readonly Pause[];
  readonly stoppedAt?: Instant;
  readonly outcome: Outcome;
};

/** One clock of one case: `<case id>:first-response` or `<case id>:resolution`. */
export type ClockRow = Clock & {
  readonly caseId: string;
  readonly reference: string;
  readonly clock: 'first-response' | 'resolution';
  readonly customerId?: string;
  readonly team?: string;
  readonly assigneeId?: string;
  readonly tier: Tier;
  readonly urgent: boolean;
  readonly complexity: Complexity;
  /** The table it is judged by, until the SLA engine comes. */
  readonly policy: string;
  readonly provisional: true;
  readonly cycle: number;
  readonly earlierCycles: readonly EarlierCycle[];
  /** Without regard to now: a running clock may be past its deadline. */
  readonly state: 'running' | 'paused' | Outcome;
  /** The last moment that keeps the target, pauses that are over counted in. */
  readonly dueAt: Instant;
  readonly pausedMinutes: number;
};
type Row = ClockRow & Document;

const FIRST_RESPONSE = ':first-response';
const RESOLUTION = ':resolution';
const isResponse = (key: string): boolean => key.endsWith(FIRST_RESPONSE);

const withClock = (row: Row, clock: Clock): Row => ({
  ...row,
  pausedSince: undefined,
  ...clock,
  state: clock.outcome ?? (clock.pausedSince === undefined ? 'running' : 'paused'),
  dueAt: dueAtOf(clock),
  pausedMinutes: pausedMinutesOf(clock),
});

const clockOf = (row: Row): Clock => {
  const { startedAt, targetMinutes, pauses, pausedSince, stoppedAt, outcome, breachedOnChangeAt } = row;
  return {
    ...{ startedAt, targetMinutes, pauses },
    ...(pausedSince === undefined ? {} : { pausedSince }),
    ...(stoppedAt === undefined ? {} : { stoppedAt }),
    ...(outcome === undefined ? {} : { outcome }),
    ...(breachedOnChangeAt === undefined ? {} : { breachedOnChangeAt }),
  };
};

const targetMinutesOf = (clock: ClockRow['clock'], servedAs: ServedAs): number =>
  clock === 'first-response' ? targetsFor(servedAs).firstResponseMinutes : targetsFor(servedAs).resolutionMinutes;

const change =
  // The events' data differ; each use names its own.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  <Event extends LedgerEvent<string, any>>(changed: (row: Row, event: Event) => Row): Fold<Row, Event> =>
    (row, event) =>
      row === undefined
        ? unprojectable(`${event.stream} has ${event.type} before it was received`)
        : changed(row, event);

/** A clock that the change finds open may have to hurry; one that is done keeps what it was judged by. */
const servedOtherwise = (row: Row, at: Instant, servedAs: Partial<ServedAs>): Row => {
  if (row.outcome === undefined) {
    const changed = { ...row, ...servedAs };
    return withClock(changed, retarget(clockOf(row), at, targetMinutesOf(row.clock, changed)));
  }
  // A later cycle of the resolution starts from what holds then.
  return row.clock === 'resolution' ? { ...row, ...servedAs } : row;
};

const turn = (turned: (clock: Clock, at: Instant) => Clock) =>
  change<LedgerEvent<string, unknown>>((row, event) => withClock(row, turned(clockOf(row), event.occurredAt)));

const reopen = (row: Row, cycle: number, at: Instant): Row => {
  const { startedAt, targetMinutes, dueAt, pauses, stoppedAt, outcome = stop(clockOf(row), at).outcome! } = row;
  const earlier = { cycle: row.cycle, startedAt, targetMinutes, dueAt, pauses, stoppedAt, outcome };
  const { stoppedAt: _stopped, outcome: _outcome, breachedOnChangeAt: _changed, ...kept } = row;
  return withClock(
    { ...kept, cycle, earlierCycles: [...row.earlierCycles, earlier] },
    started(at, targetMinutesOf('resolution', row)),
  );
};

const assigned = change<Extract<ServiceCaseEvent, { type: `service-case.${'assigned' | 'reassigned'}.v1` }>>(
  (row, { data }) => ({ ...row, team: data.team ?? row.team, assigneeId: data.assigneeId }),
);

/** The clocks that an event touches; the first response never pauses and has one cycle. [SLA 2, SLA 3, SLA 5] */
const clocksTouchedBy = (event: ServiceCaseEvent): readonly string[] => {
  const { streamId } = event;
  switch (event.type) {
    case 'service-case.answer-sent.v1':
    case 'service-case.first-response-recorded.v1':
      return [streamId + FIRST_RESPONSE];
    case 'service-case.waiting-for-customer-began.v1':
    case 'service-case.waiting-for-others-began.v1':
    case 'service-case.started.v1':
    case 'service-case.resumed.v1':
    case 'service-case.solved.v1':
    case 'service-case.reopened.v1':
      return [streamId + RESOLUTION];
    default:
      return [streamId + FIRST_RESPONSE, streamId + RESOLUTION];
  }
};

/** First-response and resolution clocks of every case, by the provisional table. */
export const slaStatus = projection<Row>()('sla-status@1', {
  collection: {
    kind: 'versioned',
    indexes: [['caseId'], ['state', 'dueAt'], ['team'], ['assigneeId'], ['customerId']],
  },
  access: {
    roles: ['agent', 'account-manager', 'supervisor', 'department-head', 'committee', 'auditor', 'operator', 'service'],
    teamField: 'team',
  },
  reads: [serviceCaseEvents],
  keyOf: clocksTouchedBy,
  on: {
    'service-case.received.v1': (_row, { data, occurredAt, streamId }, key) => {
      const { reference, customerId, team, tier, complexity, priority } = data;
      const servedAs = { tier, complexity, urgent: isUrgent(priority) };
      const clock = isResponse(key) ? 'first-response' : 'resolution';
      const begun = started(occurredAt, targetMinutesOf(clock, servedAs));
      return {
        ...{ caseId: streamId, reference, clock, customerId, team, ...servedAs },
        ...{ policy: PROVISIONAL_POLICY, provisional: true, cycle: 1, earlierCycles: [], ...begun },
        ...{ state: 'running', dueAt: dueAtOf(begun), pausedMinutes: 0 },
      };
    },
    'service-case.identified.v1': change((row, { data, occurredAt }) =>
      servedOtherwise(row, occurredAt, { urgent: isUrgent(data.priority), complexity: data.complexity }),
    ),
    'service-case.priority-changed.v1': change((row, { data, occurredAt }) =>
      servedOtherwise(row, occurredAt, { urgent: isUrgent(data.priority) }),
    ),
    'service-case.complexity-changed.v1': change((row, { data, occurredAt }) =>
      servedOtherwise(row, occurredAt, { complexity: data.complexity }),
    ),
    'service-case.customer-identified.v1': change((row, { data, occurredAt }) =>
      servedOtherwise({ ...row, customerId: data.customerId }, occurredAt, { tier: data.tier }),
    ),
    'service-case.assigned.v1': assigned,
    'service-case.reassigned.v1': assigned,
    'service-case.unassigned.v1': change((row) => ({ ...row, assigneeId: undefined })),
    'service-case.handed-over.v1': change((row, { data }) => ({ ...row, team: data.team, assigneeId: undefined })),
    'service-case.answer-sent.v1': turn((clock, at) => stop(clock, at)),
    'service-case.first-response-recorded.v1': turn((clock, at) => stop(clock, at)),
    'service-case.waiting-for-customer-began.v1': turn(pause),
    // Whoever else is waited for, the customer is not: the clock goes on.
    'service-case.waiting-for-others-began.v1': turn(resume),
    'service-case.started.v1': turn(resume),
    'service-case.resumed.v1': turn(resume),
    'service-case.solved.v1': turn((clock, at) => stop(clock, at)),
    'service-case.reopened.v1': change((row, { data, occurredAt }) => reopen(row, data.cycle, occurredAt)),
    'service-case.closed.v1': change((row, { data, occurredAt }) => {
      const known = { time: data.timeUnknown !== true };
      const end = row.clock === 'first-response' ? cancel : stop;
      return withClock(row, end(clockOf(row), occurredAt, known));
    }),
  },
  ignores: [
    'service-case.classification-proposed.v1',
    'service-case.type-changed.v1',
    'service-case.source-verdict-recorded.v1',
    'service-case.customer-message-received.v1',
    'service-case.automatic-answer-sent.v1',
    'service-case.note-added.v1',
    'service-case.attachment-recorded.v1',
    'service-case.solution-confirmed.v1',
    'service-case.solution-refused.v1',
    'service-case.evaluated.v1',
    'service-case.evaluation-not-answered.v1',
    'service-case.retrospective-recorded.v1',
    'service-case.execution-record-signed.v1',
  ],
  onRead: (row, now) => ({ ...row, ...readingAt(clockOf(row), now) }),
});

/** Both clocks of a case as a pure function of its events and now. Throws on a history that no case has. [SLA 1] */
export const clocksOf = (
  history: readonly ServiceCaseEvent[],
  now: Instant,
): { readonly firstResponse: ClockRow & Reading; readonly resolution: ClockRow & Reading } | undefined => {
  const received = history[0];
  if (received === undefined) return undefined;
  const read = (suffix: string): ClockRow & Reading => {
    const key = received.streamId + suffix;
    let row: Row | undefined;
    for (const event of history) {
      if (!slaStatus.keysOf(event).includes(key)) continue;
      const next = foldEvent(slaStatus, row, event as LedgerEvent, key);
      if (isUnprojectable(next)) throw new Error(next.unprojectable);
      row = next;
    }
    if (row === undefined) throw new Error(`${received.stream} begins with ${received.type}, not with being received`);
    return { ...row, ...readingAt(clockOf(row), now) };
  };
  return { firstResponse: read(FIRST_RESPONSE), resolution: read(RESOLUTION) };
};
