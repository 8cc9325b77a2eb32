import type { LedgerEvent } from '#libs/kernel/event.ts';
import { isInstant } from '#libs/kernel/instant.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import { canonicalJson, memberAt } from '#libs/kernel/json.ts';
import { foldEvent, isUnprojectable } from '#libs/kernel/projection.ts';
import type { Document, Projection } from '#libs/kernel/projection.ts';
import type { EventStore } from '#libs/ports/event-store.ts';
import type { StoredDocument } from '#libs/ports/read-models.ts';
import { prefixesOf } from './codec.ts';
import type { Decode } from './codec.ts';
import { InvalidMoment } from './ledger.ts';
import type { Moment } from './ledger.ts';

/** Refuses what is no moment, and the future: what will have been recorded or have happened by then is not known. */
export const checkMoment = (moment: Moment, now: Instant): void => {
  for (const [name, instant] of Object.entries(moment)) {
    if (instant === undefined) continue;
    if (!isInstant(instant))
      throw new InvalidMoment(
        `${name}: ${JSON.stringify(instant)} is not a moment. Write it as 2026-11-24T09:30:00.000Z (UTC, three decimals).`,
      );
    if (instant > now)
      throw new InvalidMoment(
        `${name}: ${String(instant)} is in the future (it is ${now}): what will ${name === 'asOf' ? 'be recorded' : 'have happened'} is not known.`,
      );
  }
};

/** What a question about the past may use: the store up to and including a position and, of that, what had happened by a moment. */
export interface Past {
  readonly upTo: number;
  readonly asAt?: Instant;
}

export type Within = (event: Pick<LedgerEvent, 'position' | 'occurredAt'>) => boolean;

export const within =
  ({ upTo, asAt }: Past): Within =>
  ({ position, occurredAt }) =>
    position <= upTo && (asAt === undefined || occurredAt <= asAt);

export const pastOf = async (store: EventStore, { asOf, asAt }: Moment): Promise<Past> => ({
  upTo: asOf === undefined ? Number.MAX_SAFE_INTEGER : await store.positionAsOf(asOf),
  ...(asAt === undefined ? {} : { asAt }),
});

/** What folding anew needs of the store. */
export type EventReads = Pick<EventStore, 'readStream' | 'readAll'>;

/** One stream's events as far as the question allows, from a revision on. Nothing is read that is beyond. */
export async function* eventsOfStream(
  store: EventReads,
  decode: Decode,
  stream: string,
  past: Past,
  from = 0,
): AsyncGenerator<LedgerEvent> {
  const isWithin = within(past);
  for await (const page of store.readStream(stream, { from }))
    for (const stored of page) {
      if (stored.position > past.upTo) return;
      const event = decode(stored);
      if (isWithin(event)) yield event;
    }
}

/** The events that one document may be folded from, in store order: of its own streams where these are known, else of all. */
async function* eventsFor(
  store: EventReads,
  decode: Decode,
  projection: Projection,
  id: string,
  past: Past,
): AsyncGenerator<LedgerEvent> {
  const streams = projection.streamsOf?.(id);
  if (streams !== undefined) {
    const events: LedgerEvent[] = [];
    for (const stream of streams)
      for await (const event of eventsOfStream(store, decode, stream, past)) events.push(event);
    yield* events.sort((a, b) => a.position - b.position);
    return;
  }
  if (past.upTo === 0) return;
  const isWithin = within(past);
  const filter = { streamPrefixes: prefixesOf(projection.reads) };
  for await (const page of store.readAll({ upTo: past.upTo, filter }))
    for (const event of page.map(decode)) if (isWithin(event)) yield event;
}

/** A document as it stood after one event. */
export interface DocumentStep {
  readonly event: LedgerEvent;
  readonly document: Document | undefined;
}

/**
 * The same folds, for a question as at: there a fact may stand without what came before it in the store, and happened later. What cannot
 * be taken so is passed over; a read model that follows the log would park it, and all of its subject behind it.
 */
export const passingOver = (projection: Projection): Projection => ({
  ...projection,
  on: Object.fromEntries(
    Object.entries(projection.on).map(([type, fold]) => [
      type,
      (document, event, key) => {
        try {
          const after = fold(document, event, key);
          return isUnprojectable(after) ? document : after;
        } catch {
          return document;
        }
      },
    ]),
  ),
});

/** How one document came to be: each event that changed it, with what it was afterwards. */
export async function* stepsOf(
  store: EventReads,
  decode: Decode,
  projection: Projection,
  id: string,
  past: Past,
): AsyncGenerator<DocumentStep> {
  const folds = past.asAt === undefined ? projection : passingOver(projection);
  let document: Document | undefined;
  const parked = new Set<string>();
  for await (const event of eventsFor(store, decode, projection, id, past)) {
    if (projection.on[event.type] === undefined || !projection.keysOf(event).includes(id)) continue;
    if (parked.has(event.subject)) continue;
    const after = foldEvent(folds, document, event, id);
    if (isUnprojectable(after)) parked.add(event.subject);
    else if (after !== document) yield { event, document: (document = after) };
  }
}

/** One document folded anew from the log: what the read model must have been. */
export const documentFromLog = async (
  ...[store, decode, projection, id, past]: Parameters<typeof stepsOf>
): Promise<StoredDocument | undefined> => {
  let last: DocumentStep | undefined;
  for await (const step of stepsOf(store, decode, projection, id, past)) last = step;
  return last?.document === undefined ? undefined : { id, position: last.event.position, document: last.document };
};

/** A document, and the event that gave one of its fields the value it has; none where the field was never set. */
export interface FieldOrigin {
  readonly stored: StoredDocument;
  readonly setBy?: LedgerEvent;
}

const textAt = (document: Document | undefined, field: string): string | undefined => {
  const value = memberAt(document, field);
  return value === undefined ? undefined : canonicalJson(value);
};

/** Folds the document event by event and watches the field. Undefined: there is no such document. */
export const originOf = async (
  store: EventReads,
  decode: Decode,
  projection: Projection,
  { id, field, past }: { readonly id: string; readonly field: string; readonly past: Past },
): Promise<FieldOrigin | undefined> => {
  let last: DocumentStep | undefined;
  let text: string | undefined;
  let setBy: LedgerEvent | undefined;
  for await (const step of stepsOf(store, decode, projection, id, past)) {
    const after = textAt(step.document, field);
    if (after !== text) setBy = step.event;
    text = after;
    last = step;
  }
  if (last?.document === undefined) return undefined;
  const stored = { id, position: last.event.position, document: last.document };
  return setBy === undefined ? { stored } : { stored, setBy };
};
