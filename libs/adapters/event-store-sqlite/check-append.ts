import { MAX_APPEND_BYTES, MAX_EVENT_BYTES, TooLarge } from '#libs/ports/event-store.ts';
import type { EventToAppend, ExpectedRevision } from '#libs/ports/event-store.ts';

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '' && value.isWellFormed();

/**
 * Refuses on the caller's thread what no stream takes, so that it never reaches the others' transaction.
 * @throws TooLarge, TypeError
 */
export const checkAppend = (stream: string, expected: ExpectedRevision, events: readonly EventToAppend[]): void => {
  if (!isText(stream)) throw new TypeError(`${JSON.stringify(stream)} is not a stream's name: service-case-42.`);
  if (stream.startsWith('$')) throw new TypeError(`${stream} is a system stream: only the store itself writes there.`);
  if (
    typeof expected === 'number'
      ? !Number.isSafeInteger(expected) || expected < 0
      : !['no-stream', 'any', 'exists'].includes(expected)
  )
    throw new TypeError(
      `${stream}: ${JSON.stringify(expected)} is not an expected revision: a number from 0, no-stream, any or exists.`,
    );
  let bytes = 0;
  for (const [index, event] of events.entries()) {
    for (const name of ['id', 'type', 'data', 'metadata'] as const)
      if (!isText(event[name]))
        throw new TypeError(
          `${stream}: ${name} of event ${index} is not a text of whole characters. Write JSON with canonicalJson, which escapes halves of pairs.`,
        );
    const size = Buffer.byteLength(event.data) + Buffer.byteLength(event.metadata);
    if (size > MAX_EVENT_BYTES) throw new TooLarge(stream, size, MAX_EVENT_BYTES);
    bytes += size;
  }
  if (bytes > MAX_APPEND_BYTES) throw new TooLarge(stream, bytes, MAX_APPEND_BYTES);
  if (events.length > 1 && new Set(events.map((event) => event.id)).size < events.length)
    throw new TypeError(`${stream}: two events of one append have the same id.`);
};
