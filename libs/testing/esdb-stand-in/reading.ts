import { randomUUID } from 'node:crypto';
import type { ServerWritableStream } from '@grpc/grpc-js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import type { Faults } from './faults.ts';
import type { EsdbLog, LoggedEvent } from './log.ts';
import {
  caughtUp,
  checkpoint,
  confirmation,
  eventResponse,
  nameOf,
  streamDeleted,
  streamNotFound,
} from './messages.ts';

type ReadCall = ServerWritableStream<streams.ReadReq, streams.ReadResp>;
type Options = streams.ReadReq.Options;

/** The server's window for filtered reads where the client names none. */
const DEFAULT_WINDOW = 32;

/** Resolves when the client has taken what was sent, or is gone. */
const send = async (call: ReadCall, response: streams.ReadResp): Promise<void> => {
  if (call.cancelled || call.destroyed || call.write(response)) return;
  await new Promise<void>((resolve) => {
    const done = () => {
      for (const event of ['drain', 'cancelled', 'close', 'error']) call.off(event, done);
      resolve();
    };
    for (const event of ['drain', 'cancelled', 'close', 'error']) call.on(event, done);
  });
};

const passes = (options: Options): ((event: LoggedEvent) => boolean) => {
  const filter = options.getFilter();
  if (filter === undefined) return () => true;
  const expression = filter.getStreamIdentifier() ?? filter.getEventType();
  const textOf = (event: LoggedEvent) => (filter.hasStreamIdentifier() ? event.stream : event.type);
  const prefixes = expression?.getPrefixList() ?? [];
  if (prefixes.length > 0) return (event) => prefixes.some((prefix) => textOf(event).startsWith(prefix));
  const regex = new RegExp(expression?.getRegex() ?? '');
  return (event) => regex.test(textOf(event));
};

const readStream = async (log: EsdbLog, call: ReadCall, options: Options): Promise<void> => {
  const from = options.getStream()!;
  const stream = nameOf(from.getStreamIdentifier());
  const events = log.visible(stream);
  if (events === 'deleted') return void call.emit('error', streamDeleted(stream));
  if (events === undefined) await send(call, streamNotFound(stream));
  const count = Number(options.getCount());
  const backwards = options.getReadDirection() === streams.ReadReq.Options.ReadDirection.BACKWARDS;
  const revision = BigInt(from.getRevision());
  const inRange = (events ?? []).filter((event) => {
    if (from.hasStart()) return !backwards;
    if (from.hasEnd()) return backwards;
    return backwards ? event.revision <= revision : event.revision >= revision;
  });
  for (const event of (backwards ? inRange.reverse() : inRange).slice(0, count)) await send(call, eventResponse(event));
  call.end();
};

/** First index in the log at or after (or only after) the position. */
const indexAt = (log: EsdbLog, position: number, exclusive: boolean): number => {
  let low = 0;
  let high = log.events.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const at = log.events[middle]!.position;
    if (exclusive ? at <= position : at < position) low = middle + 1;
    else high = middle;
  }
  return low;
};

const readAll = async (log: EsdbLog, call: ReadCall, options: Options): Promise<void> => {
  const from = options.getAll()!;
  const position = Number(from.getPosition()?.getCommitPosition() ?? 0);
  let left = Number(options.getCount());
  if (options.getReadDirection() === streams.ReadReq.Options.ReadDirection.BACKWARDS) {
    let index = from.hasEnd() ? log.events.length : from.hasStart() ? 0 : indexAt(log, position, false);
    for (; index > 0 && left > 0 && !call.cancelled; left--) await send(call, eventResponse(log.events[--index]!));
  } else {
    let index = from.hasStart() ? 0 : from.hasEnd() ? log.events.length : indexAt(log, position, false);
    for (; index < log.events.length && left > 0 && !call.cancelled; left--)
      await send(call, eventResponse(log.events[index++]!));
  }
  call.end();
};

/** Waits for the next write, or for the client to go. */
const written = (log: EsdbLog, call: ReadCall): Promise<void> =>
  new Promise((resolve) => {
    const done = () => {
      stop();
      call.off('cancelled', done);
      call.off('close', done);
      resolve();
    };
    const stop = log.onWrite(done);
    call.on('cancelled', done);
    call.on('close', done);
  });

const subscribeToAll = async (log: EsdbLog, call: ReadCall, options: Options, faults: Faults): Promise<void> => {
  const from = options.getAll()!;
  const matches = passes(options);
  const filter = options.getFilter();
  const every =
    filter === undefined ? Infinity : (filter.getMax() || DEFAULT_WINDOW) * filter.getCheckpointintervalmultiplier();
  let index = from.hasEnd()
    ? log.events.length
    : from.hasStart()
      ? 0
      : indexAt(log, Number(from.getPosition()!.getCommitPosition()), true);
  await send(call, confirmation(randomUUID()));
  for (let considered = 0, live = false; !call.cancelled && !call.destroyed;) {
    const event = log.events[index];
    if (event === undefined) {
      if (!live) await send(call, caughtUp());
      live = true;
      if (index === log.events.length) await written(log, call);
      continue;
    }
    index++;
    if (live && faults.muteSubscriptions) continue;
    if (matches(event)) await send(call, eventResponse(event));
    if (++considered % every === 0) await send(call, checkpoint(event.position));
  }
};

const subscribeToStream = async (log: EsdbLog, call: ReadCall, options: Options): Promise<void> => {
  const from = options.getStream()!;
  const stream = nameOf(from.getStreamIdentifier());
  const current = () => log.visible(stream) ?? [];
  const present = current();
  if (present === 'deleted') return void call.emit('error', streamDeleted(stream));
  let next = from.hasStart()
    ? 0n
    : from.hasEnd()
      ? (present.at(-1)?.revision ?? -1n) + 1n
      : BigInt(from.getRevision()) + 1n;
  await send(call, confirmation(randomUUID()));
  for (let live = false; !call.cancelled && !call.destroyed;) {
    const events = current();
    if (events === 'deleted') return void call.emit('error', streamDeleted(stream));
    for (const event of events) {
      if (event.revision < next) continue;
      await send(call, eventResponse(event));
      next = event.revision + 1n;
    }
    // A stream that does not exist yet is caught up with only after its first event.
    if (!live && events.length > 0) {
      live = true;
      await send(call, caughtUp());
    }
    const after = current();
    if (after !== 'deleted' && after.length === events.length) await written(log, call);
  }
};

/** Answers one Read call: a read or a subscription, of a stream or of everything. */
export const answerRead = (log: EsdbLog, call: ReadCall, faults: Faults): Promise<void> => {
  const options = call.request.getOptions()!;
  if (options.hasSubscription())
    return options.hasStream() ? subscribeToStream(log, call, options) : subscribeToAll(log, call, options, faults);
  return options.hasStream() ? readStream(log, call, options) : readAll(log, call, options);
};
