import type { CustomerCard } from '#libs/features/customer/customer.events.ts';
import type { Role } from '#libs/kernel/actor.ts';
import type { CaseIn, KnownCase, ServiceCase } from './service-case.state.ts';
import type { TierUsed } from './vocabulary.ts';

/** Who works on cases, in the case's team. */
export const STAFF: readonly Role[] = ['agent', 'account-manager', 'supervisor', 'department-head'];
/** Programs enter what customers do themselves (portal, mail) and what rules decide. */
export const STAFF_AND_PROGRAMS: readonly Role[] = [...STAFF, 'service'];

/** A caller who is not identified, or a customer without a tier, is served as C. [T2] */
export const tierOf = (card: CustomerCard | undefined): TierUsed =>
  card === undefined
    ? { tier: 'C', tierBasis: 'unidentified' }
    : card.tier === undefined
      ? { tier: 'C', tierBasis: 'untiered' }
      : { tier: card.tier, tierBasis: 'customer' };

export const isUnderWay = (state: ServiceCase): state is CaseIn<'in-progress' | 'waiting'> =>
  state.status === 'in-progress' || state.status === 'waiting';

/** Identified and not yet solved: it can be given to somebody. */
export const isAssignable = (
  state: ServiceCase,
): state is CaseIn<'identified' | 'assigned' | 'in-progress' | 'waiting'> =>
  state.status === 'identified' || state.status === 'assigned' || isUnderWay(state);

/** Not yet solved: deadlines are still open, so what moves them may change. */
export const isOpen = (
  state: ServiceCase,
): state is CaseIn<'received' | 'identified' | 'assigned' | 'in-progress' | 'waiting'> =>
  state.status === 'received' || isAssignable(state);

export const isDone = (state: ServiceCase): state is CaseIn<'solved' | 'confirmed' | 'evaluated'> =>
  state.status === 'solved' || state.status === 'confirmed' || state.status === 'evaluated';

/** Every solved case gets a retrospective, and an execution record signed off. [H5.2, T3] */
export const isReadyToClose = (state: CaseIn<'evaluated'>): boolean =>
  state.retrospectiveRecorded && state.executionRecordSigned;

const when = (condition: boolean, ...commands: readonly string[]): readonly string[] => (condition ? commands : []);

/** What a known case accepts, by wire name. */
const acceptedBy = (state: KnownCase): readonly string[] => [
  ...when(state.status === 'received', 'identify'),
  ...when(isAssignable(state), 'assign'),
  ...when(isAssignable(state) && state.assigneeId !== undefined, 'unassign'),
  ...when(state.status === 'assigned', 'start'),
  ...when(isUnderWay(state) && !isWaitingFor(state, 'customer'), 'wait-for-customer'),
  ...when(isUnderWay(state) && !isWaitingFor(state, 'others'), 'wait-for-others'),
  ...when(state.status === 'waiting', 'resume'),
  ...when(isUnderWay(state), 'solve'),
  ...when(state.status === 'solved', 'confirm-solution', 'refuse-solution'),
  ...when(state.status === 'confirmed', 'evaluate', 'record-no-evaluation'),
  ...when(isDone(state) && !state.retrospectiveRecorded, 'record-retrospective'),
  ...when(state.status === 'evaluated' && !state.executionRecordSigned, 'sign-execution-record'),
  ...when(state.status === 'evaluated' && isReadyToClose(state), 'close'),
  ...when(isDone(state) || state.status === 'closed', 'reopen'),
  ...when(isOpen(state), 'change-priority', 'hand-over', 'loosen-deadlines'),
  ...when(isAssignable(state), 'reclassify'),
  ...when(state.customerId === undefined, 'identify-customer'),
  ...['record-customer-message', 'send-answer', 'send-automatic-answer', 'add-note', 'record-attachment'],
];

export const isWaitingFor = (state: ServiceCase, whom: 'customer' | 'others'): boolean =>
  state.status === 'waiting' && state.waitingFor === whom;

/** The wire names of the commands that people and programs may send now; imports are never asked for. */
export const allowedIn = (state: ServiceCase): readonly string[] =>
  (state.status === 'unknown' ? ['receive'] : acceptedBy(state)).map((name) => `service-case.${name}`);
