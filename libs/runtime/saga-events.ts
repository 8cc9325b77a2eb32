import Type from 'typebox';
import type { Static } from 'typebox';
import type { EventOf } from '#libs/kernel/event.ts';
import { defineEvents } from '#libs/kernel/event.ts';
import { field } from '#libs/kernel/fields.ts';
import type { JsonObject } from '#libs/kernel/json.ts';

/** Where an event stands, on whichever store: a copied ledger has other positions, but the same streams. */
const place = Type.Object({ stream: field.text(), revision: field.count() });
const anyJson = () => Type.Unsafe<JsonObject>({ type: 'object' });

const input = Type.Object({
  /** The event's id; of a timer, an id derived from its instance, key, due time and the revision that set it. */
  id: field.id(),
  /** The event's wire name, or `timer`. */
  type: field.text(200),
  /** An event's. */
  place: Type.Optional(place),
  /** A timer's. */
  timer: Type.Optional(Type.Object({ key: field.text(), dueAt: field.instant(), setAt: field.count() })),
});

const command = Type.Object({
  /** Derived from the input: the ledger carries a command out once per id. */
  id: field.id(),
  command: field.text(200),
  aggregateId: Type.Optional(field.id()),
  /** For every aggregate that a read model lists, under ids derived from this one. */
  each: Type.Optional(Type.Object({ collection: field.text(100), filter: anyJson(), idField: field.text(100) })),
  body: anyJson(),
});

const pendingTimer = Type.Object({
  key: field.text(),
  dueAt: field.instant(),
  payload: anyJson(),
  /** The revision of this stream that set it. */
  setAt: field.count(),
  correlationId: field.id(),
});

const suppressed = Type.Object({
  kind: Type.Union([Type.Literal('command'), Type.Literal('schedule')]),
  /** The command's wire name, or the timer's key. */
  what: field.text(),
  dueAt: field.instant(),
});

/**
 * The streams of durable processes. One stream per instance, `process-<saga>:<key>`: each input is one append with all that
 * it led to. State and bodies hold personal values as the sealed tokens they came as.
 */
export const processEvents = defineEvents('process', {
  'process.reacted.v1': {
    meaning: 'A process took an event or a due timer; its new state, and what it asks for, in the same append.',
    data: Type.Object({
      saga: field.text(100),
      key: field.text(),
      input,
      /** The last event that the instance has seen: earlier ones, when they come again, are passed over. */
      seen: Type.Optional(place),
      state: anyJson(),
      commands: Type.Array(command),
      /** All timers that are set after this step. */
      timers: Type.Array(pendingTimer),
      /** What an imported event would have led to, had it not been due before the import. */
      suppressed: Type.Array(suppressed),
      /** While parked inputs still wait: the revision of the first one. */
      waitsFrom: Type.Optional(field.count()),
    }),
    says: { en: 'The process {saga} took {input.type}.', 'zh-CN': '流程{saga}处理了{input.type}。' },
  },
  'process.commands-refused.v1': {
    meaning: 'The ledger refused commands that a process had asked for.',
    data: Type.Object({
      saga: field.text(100),
      key: field.text(),
      refused: Type.Array(Type.Object({ id: field.id(), command: field.text(200), code: field.text(200) })),
    }),
    says: { en: 'Commands of the process {saga} were refused.', 'zh-CN': '流程{saga}的命令被拒绝。' },
  },
  'process.parked.v1': {
    meaning: 'A process could not take an input, or one before it: it waits for a mended programme and a retry.',
    data: Type.Object({ saga: field.text(100), key: field.text(), input, reason: field.text() }),
    says: {
      en: 'The process {saga} could not take {input.type}: {reason}',
      'zh-CN': '流程{saga}无法处理{input.type}：{reason}',
    },
  },
  'process.checkpointed.v1': {
    meaning: 'Up to these events all inputs were taken, and up to here all that was asked for was carried out.',
    data: Type.Object({ cursors: Type.Array(Type.Object({ saga: field.text(100), place: Type.Optional(place) })) }),
    says: { en: 'Processes reached a checkpoint.', 'zh-CN': '流程到达检查点。' },
  },
});

export type ProcessEvent = EventOf<typeof processEvents>;
export type Place = Static<typeof place>;
export type InputRecord = Static<typeof input>;
export type PendingTimer = Static<typeof pendingTimer>;
export type RequestedCommand = Static<typeof command>;
type Data<T extends ProcessEvent['type']> = Extract<ProcessEvent, { type: T }>['data'];
export type Reacted = Data<'process.reacted.v1'>;
export type CommandsRefused = Data<'process.commands-refused.v1'>;
export type Parked = Data<'process.parked.v1'>;
export type Checkpointed = Data<'process.checkpointed.v1'>;

export const CHECKPOINTS = 'process-checkpoints';
