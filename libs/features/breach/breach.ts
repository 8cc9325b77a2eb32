import type { Role } from '#libs/kernel/actor.ts';
import { defineAggregate } from '#libs/kernel/aggregate.ts';
import type { Decide, DecisionContext, Decision } from '#libs/kernel/aggregate.ts';
import { addMinutes } from '#libs/kernel/instant.ts';
import { invalid, missing, reject } from '#libs/kernel/rejection.ts';
import { breachEvents } from './breach-events.ts';
import type { BreachEvent, NewBreachEvent } from './breach-events.ts';
import type * as Commands from './breach.commands.ts';
import { evolve, stepsLeft, untold } from './breach.state.ts';
import type { Breach, KnownBreach } from './breach.state.ts';
import { CLOCKS_HOURS } from './vocabulary.ts';

/** What the access records say of some actors in some time; computed by whoever sends it, from `GET /v1/access-records`. */
export interface DetermineAffected {
  readonly actors: readonly string[];
  readonly from: string;
  readonly to: string;
  readonly subjects: readonly string[];
  readonly accesses: number;
  readonly lastRecord: { readonly number: number; readonly hash: string };
}

const STEPS = [
  'breach.isolate',
  'breach.determine-affected',
  'breach.tell-affected',
  'breach.tell-regulator',
  'breach.record-accountability',
  'breach.record-fix',
];
const allowedIn = (breach: Breach): readonly string[] =>
  breach.status === 'unknown'
    ? ['breach.detect']
    : breach.status === 'closed'
      ? []
      : stepsLeft(breach).length === 0
        ? [...STEPS, 'breach.close']
        : STEPS;

const later = (from: string, hours: number) => addMinutes(from, hours * 60);

const detect: Decide<Commands.DetectBreach, Breach, NewBreachEvent> = (command, breach, { now }) => {
  const { kind, detectedAt = now, description } = command;
  if (breach.status !== 'unknown')
    return reject('breach.detected-already', 'This breach is on record already.', allowedIn(breach));
  if (detectedAt > now) return invalid('breach.in-future', 'A breach is recorded once it is detected.', 'detectedAt');
  const data = {
    ...{ kind, detectedAt, description, isolateBy: later(detectedAt, CLOCKS_HOURS.isolation) },
    tellRegulatorBy: later(detectedAt, CLOCKS_HOURS.regulator),
    tellAffectedBy: later(detectedAt, CLOCKS_HOURS.affected),
  };
  return [{ type: 'breach.detected.v1', data }];
};

const whileOpen =
  <Command>(
    decide: (command: Command, breach: KnownBreach, context: DecisionContext) => Decision<NewBreachEvent>,
  ): Decide<Command, Breach, NewBreachEvent> =>
  (command, breach, context) =>
    breach.status === 'unknown'
      ? missing('breach.unknown', `There is no breach ${context.id}: check the id.`)
      : breach.status === 'closed'
        ? reject('breach.closed', 'The breach is closed: record a new one.', [])
        : decide(command, breach, context);

const isolate = whileOpen<Commands.IsolateBreach>(({ how, note }) => [
  { type: 'breach.isolated.v1', data: { how, note } },
]);

const determineAffected = whileOpen<DetermineAffected>(({ actors, from, to, subjects, accesses, lastRecord }) =>
  from >= to
    ? invalid('breach.backwards', 'The time must begin before it ends.', 'to')
    : [
        {
          type: 'breach.affected-determined.v1',
          data: { ...{ actors: [...actors], from, to, subjects: [...subjects], accesses }, lastRecord },
        },
      ],
);

const tellAffected = whileOpen<Commands.TellAffected>(({ subjects, advice }, breach) => {
  if (breach.affected === undefined)
    return reject('breach.not-determined', 'Who is affected is not known yet.', ['breach.determine-affected']);
  const others = (subjects ?? []).filter((subject) => breach.affected?.includes(subject) !== true);
  if (others.length > 0)
    return invalid('breach.not-affected', `Not among those affected: ${others.join(', ')}.`, 'subjects');
  const told = subjects ?? untold(breach);
  return told.length === 0 ? [] : [{ type: 'breach.affected-told.v1', data: { subjects: [...told], advice } }];
});

const tellRegulator = whileOpen<Commands.TellRegulator>(({ authority, fileNumber }) => [
  { type: 'breach.regulator-told.v1', data: { authority, fileNumber } },
]);

const recordAccountability = whileOpen<Commands.RecordAccountability>(({ consequence, note }) => [
  { type: 'breach.accountability-recorded.v1', data: { consequence, note } },
]);

const recordFix = whileOpen<Commands.RecordFix>(({ fix }) => [{ type: 'breach.fixed.v1', data: { fix } }]);

const close = whileOpen<Commands.CloseBreach>((_command, breach) => {
  const left = stepsLeft(breach);
  return left.length > 0
    ? reject('breach.steps-left', `Before it is closed: ${left.join(', ')}.`, left)
    : [{ type: 'breach.closed.v1', data: {} }];
});

const KEEPERS: readonly Role[] = ['privacy-officer', 'legal'];
const step = <Command>(decide: Decide<Command, Breach, NewBreachEvent>, summary: string) => ({
  ...{ decide, roles: KEEPERS, summary, source: '[G5]' },
});

/** A breach of personal data, from its detection until every step is taken. [G5] */
export const breach = defineAggregate<Breach, BreachEvent>({
  name: 'breach',
  collection: 'breaches',
  events: breachEvents,
  initial: { status: 'unknown' },
  evolve,
  allowedIn,
  commands: {
    'breach.detect': {
      decide: detect,
      roles: ['privacy-officer', 'legal', 'operator', 'auditor', 'supervisor', 'department-head'],
      summary: 'Record a breach of personal data; its clocks start',
      source: '[G5]',
      creates: true,
    },
    'breach.isolate': step(isolate, 'Record that what let it happen is shut off'),
    'breach.determine-affected': {
      ...step(determineAffected, 'Record who is affected, as the access records say'),
      // Sent by the route that computes it, never with a list that somebody made up.
      internal: true,
    },
    'breach.tell-affected': step(tellAffected, 'Record that people affected were told, with advice'),
    'breach.tell-regulator': step(tellRegulator, 'Record that the regulator was told'),
    'breach.record-accountability': step(recordAccountability, 'Record what followed for whoever was responsible'),
    'breach.record-fix': step(recordFix, 'Record what was mended'),
    'breach.close': step(close, 'Close the breach, once every step is taken'),
  },
});
