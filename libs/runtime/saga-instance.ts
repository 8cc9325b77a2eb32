import { deriveId } from '#libs/kernel/identifiers.ts';
import type { LedgerEvent } from '#libs/kernel/event.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import type { JsonObject } from '#libs/kernel/json.ts';
import type { Saga } from '#libs/kernel/saga.ts';
import type { EventStore } from '#libs/ports/event-store.ts';
import type { Decode } from './codec.ts';
import type { InputRecord, Parked, PendingTimer, Place, Reacted } from './saga-events.ts';

/** An input that an instance could not take yet, and where it is recorded in the instance's stream. */
export interface ParkedInput {
  readonly revision: number;
  readonly input: InputRecord;
  readonly reason: string;
}

/** One process of one saga as its stream stands. */
export interface Instance {
  readonly saga: string;
  readonly key: string;
  readonly stream: string;
  /** −1: it has not begun. */
  readonly revision: number;
  readonly recordedAt: Instant;
  readonly state: JsonObject;
  readonly timers: readonly PendingTimer[];
  /** The last event taken or parked. */
  readonly seen: Place | undefined;
  /** Oldest first. While there is one, nothing else is taken: inputs stay in order. */
  readonly waiting: readonly ParkedInput[];
  /** Whose history the last input belonged to. */
  readonly subject: string;
}

const plainKey = /^[\w.@/-]{1,150}$/;

/** `process-escalation:case-9`. A key of odd characters or great length is named by a hash. */
export const processStream = (saga: string, key: string): string =>
  `process-${saga}:${plainKey.test(key) ? key : deriveId('process-key', key)}`;

/** The saga's name in the name of a process's stream. */
export const sagaOf = (stream: string): string => stream.slice('process-'.length, stream.indexOf(':'));

export const notBegun = (saga: Saga, key: string, stream: string): Instance => ({
  saga: saga.name,
  key,
  stream,
  revision: -1,
  recordedAt: '',
  state: saga.initial,
  timers: [],
  seen: undefined,
  waiting: [],
  subject: key,
});

/** The instance after one more event of its stream. */
export const evolveInstance = (
  before: Instance,
  event: Pick<LedgerEvent, 'type' | 'revision' | 'recordedAt' | 'subject'> & { readonly data: unknown },
): Instance => {
  const { revision, recordedAt, subject } = event;
  const { key } = event.data as { readonly key: string };
  const moved = { ...before, key, revision, recordedAt, subject };
  switch (event.type) {
    case 'process.reacted.v1': {
      const { state, timers, seen, waitsFrom } = event.data as Reacted;
      const waiting = waitsFrom === undefined ? [] : before.waiting.filter((each) => each.revision >= waitsFrom);
      return { ...moved, state, timers, seen, waiting };
    }
    case 'process.parked.v1': {
      const { input, reason } = event.data as Parked;
      return {
        ...moved,
        seen: input.place ?? before.seen,
        waiting: [...before.waiting, { revision, input, reason }],
      };
    }
    default:
      return moved;
  }
};

/** Reads as much of the stream's end as the present state needs: usually one event. `key`: of an instance that has not begun. */
export const loadInstance = async (
  store: EventStore,
  decode: Decode,
  saga: Saga,
  stream: string,
  key = '',
): Promise<Instance> => {
  const start = notBegun(saga, key, stream);
  const newest: LedgerEvent[] = [];
  let needed: number | undefined;
  const isEnough = (event: LedgerEvent): boolean => {
    newest.push(event);
    if (needed === undefined && event.type === 'process.reacted.v1')
      needed = Math.min((event.data as unknown as Reacted).waitsFrom ?? event.revision, event.revision);
    return needed !== undefined && event.revision <= needed;
  };
  const read = async (from: number | undefined, limit: number | undefined): Promise<boolean> => {
    const range = { ...(from === undefined ? {} : { from }), ...(limit === undefined ? {} : { limit }) };
    for await (const page of store.readStream(start.stream, { direction: 'backwards', ...range }))
      for (const stored of page) if (isEnough(decode(stored))) return true;
    return false;
  };
  if (!(await read(undefined, 1)) && newest.length > 0 && newest.at(-1)!.revision > 0)
    await read(newest.at(-1)!.revision - 1, undefined);
  return newest.reduceRight(evolveInstance, start);
};
