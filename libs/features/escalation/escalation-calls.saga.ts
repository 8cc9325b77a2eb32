import { giveNotice, OPERATORS } from '#libs/features/notices/notices.events.ts';
import type { NoticeFacts } from '#libs/features/notices/notices.events.ts';
import { defineSaga, schedule } from '#libs/kernel/saga.ts';
import type { SagaOutput } from '#libs/kernel/saga.ts';
import { escalationEvents } from './escalation-events.ts';
import type { DataOf } from './escalation-events.ts';
import { reminderMark } from './escalation.state.ts';
import { callKey, climbKey } from './vocabulary.ts';

type Sought = Pick<DataOf<'called'>, 'recipients' | 'called'>;
type Matter = Pick<DataOf<'begun'>, 'about' | 'reference' | 'tier' | 'urgent'>;
type Begun = Matter & Pick<DataOf<'begun'>, 'track' | 'clock' | 'dueAt' | 'drill' | 'round'>;
/** What its calls tell; of the latest emergency, where there were several. */
type State = { readonly begun?: Begun };

const NEXT = 'next';

const factsOf = ({ reference, tier }: Matter): NoticeFacts => ({ reference, ...(tier === undefined ? {} : { tier }) });

/** In whose place somebody was reached: the first of them. */
const standsInFor = ({ recipients }: Sought, userId: string): NoticeFacts => {
  const own = recipients.filter(({ recipientId }) => recipientId === userId);
  const originalId = own.some(({ how }) => how === 'self') ? undefined : own[0]?.originalId;
  return originalId === undefined ? {} : { standsInFor: originalId };
};

/** Reminders and what is told of a change: nobody has to act at once. Where nobody is found, the operators are told. [SLA 11] */
const tell = (
  key: string,
  template: 'deadline-near' | 'passed-on-change',
  told: DataOf<'told-of-change'> & { readonly percent?: number },
): readonly SagaOutput[] => {
  const { about, clock, dueAt, percent, channels, called } = told;
  return (called.length === 0 ? [OPERATORS] : called).map((recipientId) =>
    giveNotice(key, {
      ...{ recipientId, cause: 'deadline', about, urgency: 'ordinary', classA: told.tier === 'A', template },
      facts: {
        ...{ ...factsOf(told), clock, dueAt, ...standsInFor(told, recipientId) },
        ...(percent === undefined ? {} : { percent }),
      },
      ...{ channels, needsAcknowledgement: false },
    }),
  );
};

const call = (id: string, begun: Begun, data: DataOf<'called'>): readonly SagaOutput[] => {
  const { about, track, tier, urgent, round, clock, dueAt, drill } = begun;
  const { level, called, channels, acknowledgement } = data;
  const isCrisis = track === 'emergency';
  return called.map((recipientId) =>
    giveNotice(callKey(id, round, level), {
      ...{ recipientId, cause: isCrisis ? 'crisis' : 'escalation', about },
      ...{ urgency: isCrisis ? 'crisis' : urgent ? 'urgent' : 'ordinary', classA: tier === 'A' },
      template: isCrisis ? 'crisis-call' : 'escalation-call',
      facts: {
        ...{ ...factsOf(begun), level, ...standsInFor(data, recipientId) },
        ...(clock === undefined ? {} : { clock }),
        ...(dueAt === undefined ? {} : { dueAt }),
        ...(drill === undefined ? {} : { drill }),
      },
      ...{ channels, needsAcknowledgement: acknowledgement },
    }),
  );
};

const alert = (key: string, { about, ...begun }: Begun, more: NoticeFacts): SagaOutput =>
  giveNotice(key, {
    ...{ recipientId: OPERATORS, cause: 'operations', about, urgency: 'urgent', classA: false },
    ...{ template: 'operator-alert', facts: { ...factsOf({ about, ...begun }), ...more } },
    ...{ channels: ['inbox', 'smtp'], needsAcknowledgement: false },
  });

/** An empty roster is the operators' business once an escalation, also where others of the level were reached. */
const alertOfRoster = (id: string, begun: Begun, { recipients }: Pick<Sought, 'recipients'>): readonly SagaOutput[] =>
  recipients.some(({ how }) => how === 'empty-roster')
    ? [alert(`${climbKey(id, begun.round)}/empty-roster`, begun, { problem: 'empty-roster' })]
    : [];

const goOnAt = (at: string): SagaOutput => schedule({}, { at, key: NEXT });
const waitNoMore: SagaOutput = { kind: 'cancel', key: NEXT };

/**
 * Gives the notices of each escalation, and waits for the moment at which it goes on. One instance per escalation. [SLA 10, SLA 12]
 */
export const escalationCallsSaga = defineSaga<State, [typeof escalationEvents]>('escalation-calls', {
  reads: [escalationEvents],
  initial: {},
  keyOf: (event) => event.streamId,
  react: (state, input, id) => {
    if (input.type === 'timer')
      return { state, outputs: [{ kind: 'command', name: 'escalation.go-on', id, body: { at: input.dueAt } }] };
    switch (input.type) {
      case 'escalation.reminded.v1': {
        const key = `${id}/reminder-${reminderMark(input.data.revision, input.data.percent)}`;
        return { state, outputs: tell(key, 'deadline-near', input.data) };
      }
      case 'escalation.told-of-change.v1':
        return { state, outputs: tell(`${id}/change`, 'passed-on-change', input.data) };
      case 'escalation.begun.v1': {
        const { about, reference, tier, urgent, track, clock, dueAt, drill, round } = input.data;
        const begun: Begun = {
          ...{ about, reference, urgent, track, round },
          ...(tier === undefined ? {} : { tier }),
          ...(clock === undefined ? {} : { clock }),
          ...(dueAt === undefined ? {} : { dueAt }),
          ...(drill === undefined ? {} : { drill }),
        };
        return { state: { begun }, outputs: [] };
      }
    }
    const { begun } = state;
    if (begun === undefined) return { state, outputs: [] };
    switch (input.type) {
      case 'escalation.called.v1': {
        const { data } = input;
        const alerts = alertOfRoster(id, begun, data);
        return { state, outputs: [...call(id, begun, data), ...alerts, goOnAt(data.nextAt)] };
      }
      case 'escalation.nobody-found.v1': {
        const { level, recipients } = input.data;
        const isRosterOnly = recipients.every(({ how }) => how === 'empty-roster');
        const key = callKey(id, begun.round, level);
        const alerts = isRosterOnly ? [] : [alert(key, begun, { level, problem: 'nobody-found' })];
        return { state, outputs: [...alertOfRoster(id, begun, { recipients }), ...alerts] };
      }
      case 'escalation.acknowledged.v1': {
        const { nextAt } = input.data;
        return { state, outputs: [nextAt === undefined ? waitNoMore : goOnAt(nextAt)] };
      }
      case 'escalation.progressed.v1':
        return { state, outputs: [goOnAt(input.data.nextAt)] };
      case 'escalation.exhausted.v1': {
        const key = `${climbKey(id, begun.round)}/exhausted`;
        return { state, outputs: [alert(key, begun, { problem: 'ladder-exhausted' }), waitNoMore] };
      }
      case 'escalation.ended.v1':
        return { state: {}, outputs: [waitNoMore] };
    }
  },
});
