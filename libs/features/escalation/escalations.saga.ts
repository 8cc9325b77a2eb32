import { complaintEvents } from '#libs/features/complaint/complaint.events.ts';
import type { ComplaintEvent } from '#libs/features/complaint/complaint.events.ts';
import { noticeEvents } from '#libs/features/notices/notices.events.ts';
import type { NoticeEvent } from '#libs/features/notices/notices.events.ts';
import { serviceCaseEvents } from '#libs/features/service-case/service-case.events.ts';
import type { ServiceCaseEvent } from '#libs/features/service-case/service-case.events.ts';
import { isOpen, knownAt } from '#libs/features/sla/sla.events.ts';
import type { SlaClock } from '#libs/features/sla/sla.events.ts';
import type { JsonObject } from '#libs/kernel/json.ts';
import { streamOf } from '#libs/kernel/event.ts';
import { defineSaga } from '#libs/kernel/saga.ts';
import type { SagaOutput, SagaStep, TimerFired } from '#libs/kernel/saga.ts';
import type { TakeThreshold, TellOfChange } from './beginning.ts';
import { escalationEvents } from './escalation-events.ts';
import type { EscalationEvent } from './escalation-events.ts';
import type { BeginEmergency, End, NoteProgress, TakeAcknowledgement } from './escalation.ts';
import { emergencyIdFor, escalationIdFor } from './vocabulary.ts';
import type { About, Progress } from './vocabulary.ts';

type Sets = [typeof serviceCaseEvents, typeof complaintEvents, typeof escalationEvents, typeof noticeEvents];
type Input = ServiceCaseEvent | ComplaintEvent | EscalationEvent | NoticeEvent;
type MatterEvent = ServiceCaseEvent | ComplaintEvent;

/** The escalations of one case or complaint that may still be under way. `watched`: asked for, or only reminded so far. */
type State = { readonly open: { readonly [escalationId: string]: 'watched' | 'begun' } };

const aboutOf = ({ type, streamId }: MatterEvent): About => ({
  kind: type.startsWith('complaint.') ? 'complaint' : 'service-case',
  id: streamId,
});

/** What in the matter shows that somebody works on it. Handing it around does not. */
const PROGRESS_BY: { readonly [type: string]: Progress } = {
  'service-case.answer-sent.v1': 'answer',
  'service-case.first-response-recorded.v1': 'answer',
  'service-case.note-added.v1': 'note',
  'service-case.identified.v1': 'step',
  'service-case.assigned.v1': 'step',
  'service-case.started.v1': 'step',
  'service-case.waiting-for-customer-began.v1': 'step',
  'service-case.waiting-for-others-began.v1': 'step',
  'service-case.resumed.v1': 'step',
  'complaint.answer-sent.v1': 'answer',
  'complaint.interim-answer-sent.v1': 'answer',
  'complaint.final-answer-sent.v1': 'answer',
  'complaint.note-added.v1': 'note',
  'complaint.accepted.v1': 'step',
  'complaint.investigation-begun.v1': 'step',
  'complaint.finding-recorded.v1': 'step',
  'complaint.handling-begun.v1': 'step',
  'complaint.plan-set.v1': 'step',
  'complaint.plan-revised.v1': 'step',
  'complaint.corrective-action-recorded.v1': 'step',
  'complaint.no-corrective-action-needed.v1': 'step',
  'complaint.review-passed.v1': 'step',
  'complaint.review-failed.v1': 'step',
} satisfies { readonly [T in MatterEvent['type']]?: Progress };

/** Imported history calls nobody. What of it ends a climb is found when the climb would go on. */
const streamOfMatter = (event: MatterEvent): string | undefined => {
  if (event.metadata.origin === 'import') return undefined;
  switch (event.type) {
    case 'complaint.filed.v1':
    case 'complaint.severity-raised.v1':
      return event.data.severity === 'critical' ? event.stream : undefined;
    case 'service-case.clocks-judged.v1':
    case 'complaint.clocks-judged.v1':
      return event.data.clocks.every(isOpen) ? undefined : event.stream;
    case 'service-case.threshold-reached.v1':
    case 'complaint.threshold-reached.v1':
    case 'service-case.deadline-passed-by-change.v1':
    case 'complaint.deadline-passed-by-change.v1':
    case 'service-case.solved.v1':
    case 'service-case.closed.v1':
    case 'complaint.closed.v1':
    case 'complaint.withdrawn.v1':
    case 'complaint.merged-into.v1':
      return event.stream;
    default:
      return PROGRESS_BY[event.type] === undefined ? undefined : event.stream;
  }
};

const keyOf = (event: Input): string | undefined => {
  switch (event.type) {
    case 'notice.acknowledged.v1': {
      const { cause, about } = event.data;
      const isCall = cause === 'escalation' || cause === 'crisis';
      return isCall && (about.kind === 'service-case' || about.kind === 'complaint')
        ? streamOf(about.kind, about.id)
        : undefined;
    }
    case 'escalation.begun.v1':
    case 'escalation.ended.v1':
      return streamOf(event.data.about.kind, event.data.about.id);
    default:
      return event.type.startsWith('service-case.') || event.type.startsWith('complaint.')
        ? streamOfMatter(event as MatterEvent)
        : undefined;
  }
};

const ask = (name: string, id: string, body: object): SagaOutput => ({
  kind: 'command',
  name: `escalation.${name}`,
  id,
  body: body as JsonObject,
});

const without = ({ open }: State, ids: readonly string[]): State => ({
  open: Object.fromEntries(Object.entries(open).filter(([id]) => !ids.includes(id))),
});
const withOne = ({ open }: State, id: string, how: 'watched' | 'begun'): State => ({
  open: { ...open, [id]: how === 'watched' ? (open[id] ?? how) : how },
});

const ended = (state: State, ids: readonly string[], end: End): SagaStep<State> => ({
  state: without(state, ids),
  outputs: ids.map((id) => ask('end', id, end)),
});

const clocksEnded = (state: State, event: MatterEvent, clocks: readonly SlaClock[]): SagaStep<State> =>
  clocks.reduce<SagaStep<State>>(
    (step, { clock, cycle, outcome }) => {
      const id = escalationIdFor(aboutOf(event), clock, cycle);
      if (outcome === undefined || step.state.open[id] === undefined) return step;
      const because = outcome === 'cancelled' ? 'clock-cancelled' : 'clock-stopped';
      const next = ended(step.state, [id], { because, at: knownAt(event) });
      return { state: next.state, outputs: [...step.outputs, ...next.outputs] };
    },
    { state, outputs: [] },
  );

const begunIn = ({ open }: State): readonly string[] => Object.keys(open).filter((id) => open[id] === 'begun');

const reactToMatter = (state: State, event: MatterEvent): SagaStep<State> => {
  const about = aboutOf(event);
  const { occurredAt } = event;
  const at = knownAt(event);
  switch (event.type) {
    case 'service-case.threshold-reached.v1':
    case 'complaint.threshold-reached.v1': {
      const { clock, cycle, percent, revision, dueAt } = event.data;
      const id = escalationIdFor(about, clock, cycle);
      const threshold: TakeThreshold = { about, clock, cycle, percent, revision, dueAt, at: occurredAt };
      return { state: withOne(state, id, 'watched'), outputs: [ask('take-threshold', id, threshold)] };
    }
    case 'service-case.deadline-passed-by-change.v1':
    case 'complaint.deadline-passed-by-change.v1': {
      const { clock, cycle, dueAt } = event.data;
      const change: TellOfChange = { about, clock, cycle, dueAt, at };
      return { state, outputs: [ask('tell-of-change', escalationIdFor(about, clock, cycle), change)] };
    }
    case 'complaint.filed.v1':
    case 'complaint.severity-raised.v1': {
      const id = emergencyIdFor(about);
      const emergency: BeginEmergency = { about, at };
      return { state: withOne(state, id, 'watched'), outputs: [ask('begin-emergency', id, emergency)] };
    }
    case 'service-case.clocks-judged.v1':
    case 'complaint.clocks-judged.v1':
      return clocksEnded(state, event, event.data.clocks);
    case 'service-case.solved.v1':
      // Its clocks end by themselves.
      return ended(
        state,
        Object.keys(state.open).filter((id) => id === emergencyIdFor(about)),
        { because: 'solved', at },
      );
    case 'service-case.closed.v1':
    case 'complaint.closed.v1':
      return ended(state, Object.keys(state.open), { because: 'closed', at });
    case 'complaint.withdrawn.v1':
      return ended(state, Object.keys(state.open), { because: 'withdrawn', at });
    case 'complaint.merged-into.v1':
      return ended(state, Object.keys(state.open), { because: 'merged', at });
    default: {
      const progress: NoteProgress = { progress: PROGRESS_BY[event.type]!, at };
      return { state, outputs: begunIn(state).map((id) => ask('note-progress', id, progress)) };
    }
  }
};

/**
 * Follows the cases and complaints: what of them begins, holds up or ends a climb is handed to the escalations concerned, which decide
 * what comes of it. One instance per case or complaint; it waits for nothing. [SLA 4, SLA 9, SLA 10, H6.3]
 */
export const escalationsSaga = defineSaga<State, Sets>('escalations', {
  reads: [serviceCaseEvents, complaintEvents, escalationEvents, noticeEvents],
  initial: { open: {} },
  keyOf,
  react: (state, input: Input | TimerFired) => {
    switch (input.type) {
      case 'escalation.begun.v1':
        return { state: withOne(state, input.streamId, 'begun'), outputs: [] };
      case 'escalation.ended.v1':
        return { state: without(state, [input.streamId]), outputs: [] };
      case 'notice.acknowledged.v1': {
        const taken: TakeAcknowledgement = {
          noticeId: input.streamId,
          acknowledgedBy: input.data.acknowledgedBy,
          at: knownAt(input),
        };
        return { state, outputs: begunIn(state).map((id) => ask('take-acknowledgement', id, taken)) };
      }
      default:
        return input.type.startsWith('service-case.') || input.type.startsWith('complaint.')
          ? reactToMatter(state, input as MatterEvent)
          : { state, outputs: [] };
    }
  },
});
