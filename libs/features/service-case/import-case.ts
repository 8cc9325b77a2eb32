import type { DecisionContext } from '#libs/kernel/aggregate.ts';
import type { LedgerEvent } from '#libs/kernel/event.ts';
import { invalid } from '#libs/kernel/rejection.ts';
import type { CaseCommands, CaseDecision } from './deciding.ts';
import { isKnown } from './deciding.ts';
import type { ImportedFact, ImportServiceCase } from './imported-facts.ts';
import { consultCustomer, customerIn, reserveReference } from './reception.ts';
import { isWaitingFor, tierOf } from './rules.ts';
import type { NewServiceCaseEvent, ServiceCaseEvent } from './service-case.events.ts';
import { happened } from './service-case.events.ts';
import type { KnownCase, ServiceCase } from './service-case.state.ts';
import { evolve } from './service-case.state.ts';

type FactOf<Kind extends ImportedFact['kind']> = Extract<ImportedFact, { kind: Kind }>;

/** What comes after the last row that the case has; a row that changed nothing before would mean something else now. */
const newFacts = (facts: readonly ImportedFact[], state: ServiceCase): readonly ImportedFact[] => {
  if (!isKnown(state)) return facts;
  const known = new Set(state.importedRows);
  return facts.slice(facts.findLastIndex(({ row }) => known.has(row)) + 1);
};

/** Each one is a change in the source, also from no group back to the one that owned the case all along. */
const assignedAs = (fact: FactOf<'assigned'>, state: KnownCase): NewServiceCaseEvent => {
  const { team, assigneeId } = fact;
  const { team: fromTeam, assigneeId: fromAssigneeId } = state;
  if (team === undefined && assigneeId === undefined) return happened('unassigned', { fromAssigneeId });
  return state.assignments === 0
    ? happened('assigned', { team, assigneeId })
    : happened('reassigned', { fromTeam, fromAssigneeId, team, assigneeId });
};

/** What a source's fact adds to what is known; undefined: nothing. */
const eventOf = (
  fact: Exclude<ImportedFact, { kind: 'received' }>,
  state: KnownCase,
): NewServiceCaseEvent | undefined => {
  switch (fact.kind) {
    case 'priority-changed': {
      const { priority } = fact;
      return priority === state.priority ? undefined : happened('priority-changed', { from: state.priority, priority });
    }
    case 'assigned':
      return assignedAs(fact, state);
    case 'in-progress':
      return state.status === 'in-progress'
        ? undefined
        : state.status === 'waiting'
          ? happened('resumed', { because: 'by-hand' })
          : happened('started', {});
    case 'waiting-for-customer':
      return isWaitingFor(state, 'customer')
        ? undefined
        : happened('waiting-for-customer-began', { reason: fact.reason });
    case 'waiting-for-others':
      return isWaitingFor(state, 'others') ? undefined : happened('waiting-for-others-began', { reason: fact.reason });
    case 'first-response':
      return state.firstResponseAt === undefined
        ? happened('first-response-recorded', { staffId: fact.staffId })
        : undefined;
    case 'solved': {
      const { resultCode, staffId } = fact;
      return state.status === 'solved' ? undefined : happened('solved', { resultCode, staffId });
    }
    case 'closed':
      return state.status === 'closed' ? undefined : happened('closed', { timeUnknown: fact.timeUnknown });
    case 'reopened':
      return happened('reopened', { cycle: state.cycle + 1, cause: 'import' });
    case 'source-verdict': {
      const verdict = fact.met ? 'kept' : 'missed';
      return verdict === state.sourceVerdict ? undefined : happened('source-verdict-recorded', { verdict });
    }
  }
};

const receivedAs = (
  { caseKind: kind, channel, priority, complexity = 'routine', subjectLine, description }: FactOf<'received'>,
  { reference, customerId }: ImportServiceCase,
  context: DecisionContext,
): NewServiceCaseEvent => {
  const card = customerId === undefined ? undefined : customerIn(context);
  return happened('received', {
    ...{ reference, kind, channel, priority, complexity, subjectLine, description, ...tierOf(card) },
    customerId: card?.mergedInto ?? customerId,
  });
};

/** As far as `evolve` looks: place and proof are given to an event only when it is written. */
const asRecorded = (event: NewServiceCaseEvent, { at, row }: ImportedFact, { id }: DecisionContext) =>
  ({ ...event, occurredAt: at, streamId: id, metadata: { sourceRow: row } }) as unknown as ServiceCaseEvent &
    LedgerEvent;

const importCase = (command: ImportServiceCase, before: ServiceCase, context: DecisionContext): CaseDecision => {
  const events: NewServiceCaseEvent[] = [];
  let state = before;
  for (const fact of newFacts(command.facts, before)) {
    if (!isKnown(state) && fact.kind !== 'received')
      return invalid(
        'service-case.import-without-receipt',
        `${command.reference}: the first fact is ${fact.kind} (${fact.row}); a case begins with being received.`,
        'facts',
      );
    const event =
      fact.kind === 'received'
        ? isKnown(state)
          ? undefined
          : receivedAs(fact, command, context)
        : eventOf(fact, state as KnownCase);
    if (event === undefined) continue;
    events.push({ ...event, occurredAt: fact.at, sourceRow: fact.row });
    state = evolve(state, asRecorded(event, fact, context));
  }
  return events;
};

/** Exempt from gates and order: what the source has, has happened. */
export const importing: CaseCommands = {
  'service-case.import': {
    summary: 'Append what a source system has of a case; what is here already is passed over.',
    roles: ['operator', 'service'],
    internal: true,
    creates: true,
    reserves: reserveReference,
    consults: [consultCustomer],
    decide: importCase,
  },
};
