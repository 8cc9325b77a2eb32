import type { CommandDefinition, DecisionContext } from '#libs/kernel/aggregate.ts';
import type { LedgerEvent, NewEvent } from '#libs/kernel/event.ts';
import { isRejection } from '#libs/kernel/rejection.ts';
import { NO_CLOCKS } from './clock.ts';
import type { ClockSet } from './clock.ts';
import type { ClockFact } from './clock-facts.ts';
import type { ClockRecord } from './clock-records.ts';
import { consultPolicies, consultPoliciesOften, Judging } from './judging.ts';
import type { ClockOwner } from './judging.ts';

/** What has clocks: a case or a complaint. */
// `any` for the events: as everywhere, each declaration checks its own.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export interface Clocked<State, Event extends LedgerEvent<string, any>> {
  /** `service-case`. */
  readonly category: string;
  readonly evolve: (state: State, event: Event) => State;
  /** Absent before there is anything to keep time of. */
  readonly clocksOf: (state: State) => ClockSet | undefined;
  readonly ownerOf: (state: State) => ClockOwner;
  /** What an event means for clocks; undefined: nothing. */
  readonly factOf: (event: Event, state: State) => ClockFact | undefined;
}

/** As far as `evolve` looks: place and proof are given to an event only when it is written. */
const asRecorded = (event: NewEvent, { now, id }: DecisionContext): LedgerEvent =>
  ({
    ...event,
    occurredAt: event.occurredAt ?? now,
    streamId: id,
    metadata: { sourceRow: event.sourceRow },
  }) as unknown as LedgerEvent;

const eventOf = (record: ClockRecord, category: string, sourceRow: string | undefined): NewEvent => ({
  type: `${category}.${record.name}`,
  data: record.data,
  occurredAt: record.occurredAt,
  ...(record.name === 'clocks-judged.v1'
    ? { policyVersions: { sla: record.data.slaVersion, calendar: record.data.calendarVersion } }
    : {}),
  ...(sourceRow === undefined ? {} : { sourceRow }),
});

const judgedDecision = (
  decided: readonly NewEvent[],
  before: unknown,
  context: DecisionContext,
  clocked: Clocked<unknown, LedgerEvent>,
): readonly NewEvent[] => {
  const events: NewEvent[] = [];
  let last: number | undefined;
  const record = (records: readonly ClockRecord[], sourceRow: string | undefined): void => {
    for (const each of records) last = events.push(eventOf(each, clocked.category, sourceRow)) - 1;
  };
  let state = before;
  const facts = decided.map((event) => {
    const recorded = asRecorded(event, context);
    const fact = clocked.factOf(recorded, state);
    state = clocked.evolve(state, recorded);
    return { event, fact, owner: clocked.ownerOf(state) };
  });
  const ownerBefore = clocked.clocksOf(before) === undefined ? undefined : clocked.ownerOf(before);
  const judging = new Judging(
    clocked.clocksOf(before) ?? NO_CLOCKS,
    context,
    // A deadline that passed before it was handed over was missed by whoever had it then.
    (moment) =>
      facts.findLast(({ event }) => (event.occurredAt ?? context.now) <= moment)?.owner ??
      ownerBefore ??
      clocked.ownerOf(state),
  );
  const endsUnknown = facts.some(({ fact }) => fact?.kind === 'closed' && fact.timeUnknown === true);
  for (const { event, fact, owner } of facts) {
    events.push(event);
    if (fact !== undefined) record(judging.take(fact, owner, endsUnknown), event.sourceRow);
  }
  if (clocked.clocksOf(state) !== undefined) record(judging.observe(clocked.ownerOf(state)), undefined);
  if (last === undefined) return events;
  const { data, ...rest } = events[last]!;
  return events.with(last, { ...rest, data: { ...(data as object), nextAt: judging.nextAt } });
};

/** The command, and in the same append what comes of it for the clocks: no deadline is later than the fact that sets it. [SLA 13] */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
const judgedCommand = <Definition extends CommandDefinition<any>>(
  definition: Definition,
  clocked: Clocked<unknown, LedgerEvent>,
  isLook: boolean,
): Definition => ({
  ...definition,
  consults: [...(definition.consults ?? []), ...(isLook ? consultPolicies : consultPoliciesOften)],
  decide: (command, state, context) => {
    const decision = definition.decide(command, state, context);
    // A command that was fulfilled already adds nothing, unless it was sent to look.
    return isRejection(decision) || (decision.length === 0 && !isLook)
      ? decision
      : judgedDecision(decision as readonly NewEvent[], state, context, clocked);
  },
});

/** The commands of what has clocks, each judging them; `<category>.observe-clocks` is sent to do nothing else. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export const judgedCommands = <Commands extends { readonly [name: string]: CommandDefinition<any> }, State, Event>(
  commands: Commands,
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  clocked: Event extends LedgerEvent<string, any> ? Clocked<State, Event> : never,
): Commands =>
  Object.fromEntries(
    Object.entries(commands).map(([name, definition]) => [
      name,
      judgedCommand(definition, clocked as unknown as Clocked<unknown, LedgerEvent>, name.endsWith('.observe-clocks')),
    ]),
  ) as Commands;
