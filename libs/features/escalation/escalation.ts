import { noticeIdFor } from '#libs/features/notices/notices.events.ts';
import { ROLES, mayAct } from '#libs/kernel/actor.ts';
import type { Role } from '#libs/kernel/actor.ts';
import type { Decide } from '#libs/kernel/aggregate.ts';
import { defineAggregate } from '#libs/kernel/aggregate.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import { forbidden, invalid, missing, reject } from '#libs/kernel/rejection.ts';
import { begin, takeThreshold, tellOfChange } from './beginning.ts';
import type { TakeThreshold, TellOfChange } from './beginning.ts';
import { Climb } from './climbing.ts';
import { escalationEvents } from './escalation-events.ts';
import type { EscalationEvent, NewEscalationEvent } from './escalation-events.ts';
import type * as Commands from './escalation.commands.ts';
import { acknowledgementMark, evolve, isBegun, isLive } from './escalation.state.ts';
import type { Begun, Call, Escalation } from './escalation.state.ts';
import { consultMatter, matterOf } from './matter.ts';
import { callKey, emergencyIdFor } from './vocabulary.ts';
import type { About, EndedBecause, Progress } from './vocabulary.ts';

type EscalationDecide<Command> = Decide<Command, Escalation, NewEscalationEvent>;

const ACKNOWLEDGE = 'escalation.acknowledge';
const RAISE = 'escalation.raise-emergency';
const STAND_DOWN = 'escalation.stand-down';
const RAISERS: readonly Role[] = ['supervisor', 'department-head', 'agent'];
const LEADERS: readonly Role[] = ['supervisor', 'department-head', 'committee'];

const allowedIn = (state: Escalation): readonly string[] =>
  isLive(state)
    ? [
        ...(state.status !== 'acknowledged' && state.calls.some((call) => call.acknowledgement) ? [ACKNOWLEDGE] : []),
        ...(state.track === 'emergency' ? [STAND_DOWN] : []),
        ...(state.drill === true ? [RAISE] : []),
      ]
    : state.status === 'watched' || (state.status === 'ended' && state.track === 'ordinary')
      ? []
      : [RAISE];

/** A drill does not stand in the way of the real thing. */
const isEmergencyOn = (state: Escalation): boolean => isLive(state) && state.drill !== true;

/** A critical complaint is met by the crisis group at once. `at`: when it was filed, or found to be critical. [H6.3] */
export interface BeginEmergency {
  readonly about: About;
  readonly at: Instant;
}
const beginEmergency: EscalationDecide<BeginEmergency> = ({ about, at }, state, context) => {
  const { ended } = matterOf(context);
  return isEmergencyOn(state) || (ended !== undefined && ended.at <= at)
    ? []
    : begin(state, about, 'emergency', { because: 'critical-complaint' }, at, context);
};

const raiseEmergency: EscalationDecide<Commands.RaiseEmergency> = ({ kind, matterId, why, drill }, state, context) => {
  const { id, now, actor } = context;
  const about = { kind, id: matterId };
  if (id !== emergencyIdFor(about))
    return invalid(
      'escalation.other-id',
      `The emergencies of ${kind} ${matterId} have the id ${emergencyIdFor(about)}, not ${id}: send it there.`,
      'matterId',
    );
  const { exists, team, ended, reference } = matterOf(context);
  if (!exists)
    return {
      ...missing('escalation.unknown-matter', `There is no ${kind} ${matterId}: check the id.`),
      field: 'matterId',
    };
  if (!mayAct(actor, RAISERS, team))
    return forbidden(
      'escalation.other-team',
      `${actor.id} may not raise an emergency in team ${team}: ask one of its people.`,
    );
  if (ended !== undefined)
    return reject('escalation.matter-ended', `${reference} is over since ${ended.at}: re-open it first.`, [
      `${kind}.reopen`,
    ]);
  if (isEmergencyOn(state) || (drill === true && isLive(state)))
    return reject('escalation.emergency-on', `The emergency of ${reference} is under way.`, allowedIn(state));
  const raised = { because: 'raised-by-hand', raisedBy: actor.id, why } as const;
  return begin(state, about, 'emergency', { ...raised, ...(drill === true ? { drill } : {}) }, now, context);
};

/** The time of the next level, or of progress that did not come, has passed. */
export interface GoOn {
  readonly at: Instant;
}
const goOn: EscalationDecide<GoOn> = ({ at }, state, context) => new Climb(state, context).catchUpTo(at).events;

/** The calls whose acknowledgement stops the climb; the highest level first. */
const callsToAcknowledge = (state: Begun): readonly Call[] =>
  state.calls.filter(({ acknowledgement }) => acknowledgement).toReversed();

/** A notice of some escalation of the matter was acknowledged: by whomever, for the level that it called to. */
export interface TakeAcknowledgement {
  readonly noticeId: string;
  readonly acknowledgedBy: string;
  readonly at: Instant;
}
const takeAcknowledgement: EscalationDecide<TakeAcknowledgement> = (
  { noticeId, acknowledgedBy, at },
  state,
  context,
) => {
  const climb = new Climb(state, context).catchUpBefore(at);
  if (!isBegun(climb.state)) return climb.events;
  const { round } = climb.state;
  const call = callsToAcknowledge(climb.state).find(({ level, called }) =>
    called.some((userId) => noticeIdFor(userId, callKey(context.id, round, level)) === noticeId),
  );
  if (call !== undefined) climb.acknowledge(call, acknowledgedBy, at);
  return climb.events;
};

const acknowledge: EscalationDecide<object> = (_command, state, context) => {
  const { actor, id, now } = context;
  const climb = new Climb(state, context).catchUpBefore(now);
  if (!isBegun(climb.state)) return missing('escalation.unknown', `There is no escalation ${id}: check the id.`);
  if (!climb.state.calls.some(({ called }) => called.includes(actor.id)))
    return forbidden('escalation.not-called', 'Only who was called can acknowledge an escalation.');
  const own = callsToAcknowledge(climb.state).filter(({ called }) => called.includes(actor.id));
  if (own.length === 0)
    return reject(
      'escalation.nothing-to-acknowledge',
      'The levels at which you were called ask for no acknowledgement, and none stops the climb: work on the matter.',
      allowedIn(climb.state),
    );
  // Who acknowledged a level already may have been called again, at a higher one.
  const { acknowledged } = climb.state;
  const call = own.find(({ level }) => !acknowledged.includes(acknowledgementMark(level, actor.id)));
  if (call !== undefined) climb.acknowledge(call, actor.id, now);
  return climb.events;
};

export interface NoteProgress {
  readonly progress: Progress;
  readonly at: Instant;
}
const noteProgress: EscalationDecide<NoteProgress> = ({ progress, at }, state, context) => {
  const climb = new Climb(state, context).catchUpBefore(at);
  climb.progress(progress, at);
  return climb.events;
};

export interface End {
  readonly because: EndedBecause;
  readonly at: Instant;
}
const end: EscalationDecide<End> = ({ because, at }, state, context) => {
  const climb = new Climb(state, context).catchUpBefore(at);
  climb.end({ because }, at);
  return climb.events;
};

const standDown: EscalationDecide<Commands.StandDown> = ({ why }, state, context) => {
  const { actor, now } = context;
  if (!isBegun(state) || state.track !== 'emergency')
    return reject(
      'escalation.no-emergency',
      'Only an emergency is stood down; any other ends with its clock.',
      allowedIn(state),
    );
  if (!isLive(state)) return [];
  const wasCalled = state.calls.some(({ called }) => called.includes(actor.id));
  const { team } = matterOf(context);
  if (!wasCalled && !mayAct(actor, LEADERS, team))
    return forbidden(
      'escalation.other-team',
      `${actor.id} may not stand down an emergency in team ${team}: ask one of its leaders.`,
    );
  const climb = new Climb(state, context).catchUpBefore(now);
  climb.end({ because: 'stood-down', stoodDownBy: actor.id, why }, now);
  return climb.events;
};

const byProcesses = { roles: ['service'], internal: true, commutative: true, consults: consultMatter } as const;

/** A climb up a ladder, one stream for each run of a clock; the emergencies of a case or complaint share one. [SLA 10, E1] */
export const escalation = defineAggregate<Escalation, EscalationEvent>({
  name: 'escalation',
  collection: 'escalations',
  events: escalationEvents,
  initial: { status: 'unknown' },
  evolve,
  subjectOf: (state, id) => (state.status === 'unknown' ? id : (state.customerId ?? state.about.id)),
  allowedIn,
  commands: {
    'escalation.take-threshold': {
      ...byProcesses,
      decide: takeThreshold as EscalationDecide<TakeThreshold>,
      summary: 'Remind, or begin to climb',
      source: 'SLA 9, SLA 10',
      opens: true,
    },
    'escalation.tell-of-change': {
      ...byProcesses,
      decide: tellOfChange as EscalationDecide<TellOfChange>,
      summary: 'Tell of a deadline that a change put into the past',
      source: 'SLA 4',
      opens: true,
    },
    'escalation.begin-emergency': {
      ...byProcesses,
      decide: beginEmergency,
      summary: 'Call the crisis group to a critical complaint',
      source: '[H6.3]',
      opens: true,
    },
    [RAISE]: {
      decide: raiseEmergency,
      roles: RAISERS,
      summary: 'Raise an emergency, or a drill of one: the crisis group is called at once',
      source: '[H6.3]',
      opens: true,
      consults: consultMatter,
    },
    'escalation.go-on': {
      ...byProcesses,
      decide: goOn,
      summary: 'Call the next level',
      source: 'SLA 10',
    },
    'escalation.take-acknowledgement': {
      ...byProcesses,
      decide: takeAcknowledgement,
      summary: 'Take the acknowledgement of a notice',
      source: 'SLA 10',
    },
    [ACKNOWLEDGE]: {
      decide: acknowledge,
      // Who may is decided by who was called, of whatever team.
      roles: ROLES,
      summary: 'Take it on: stops the climb as long as the matter moves, for those who were called',
      source: 'SLA 10',
      commutative: true,
      consults: consultMatter,
    },
    'escalation.note-progress': {
      ...byProcesses,
      decide: noteProgress,
      summary: 'Note that the matter moved',
      source: 'SLA 10',
    },
    // Of a clock that ended before anybody was called there is nothing yet, and nothing to end.
    'escalation.end': { ...byProcesses, decide: end, summary: 'End the climb', source: 'SLA 10', opens: true },
    [STAND_DOWN]: {
      decide: standDown,
      roles: LEADERS,
      summary: 'End an emergency, or a drill',
      source: '[H6.3]',
      consults: consultMatter,
    },
  },
});
