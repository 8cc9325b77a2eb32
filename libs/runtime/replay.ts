import type { Aggregate } from '#libs/kernel/aggregate.ts';
import type { LedgerEvent } from '#libs/kernel/event.ts';
import { isInstant } from '#libs/kernel/instant.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import { foldEvent, isUnprojectable } from '#libs/kernel/projection.ts';
import type { Document, Projection } from '#libs/kernel/projection.ts';
import type { EventStore } from '#libs/ports/event-store.ts';
import type { StoredDocument } from '#libs/ports/read-models.ts';
import { prefixesOf } from './codec.ts';
import type { Decode } from './codec.ts';
import { InvalidMoment } from './ledger.ts';
import type { Moment } from './ledger.ts';

/** Refuses what is no moment, and the future: what will have been recorded by then is not known. */
export const checkMoment = (moment: Moment, now: Instant): void => {
  for (const [name, instant] of Object.entries(moment)) {
    if (instant === undefined) continue;
    if (!isInstant(instant))
      throw new InvalidMoment(
        `${name}: ${JSON.stringify(instant)} is not a moment. Write it as 2026-11-24T09:30:00.000Z (UTC, three decimals).`,
      );
    if (name === 'asOf' && instant > now)
      throw new InvalidMoment(
        `asOf: ${String(instant)} is in the future (it is ${now}): what will be recorded is not known.`,
      );
  }
};

/** Which events a question about the past may use: the prefix of the store (as of) and what had happened (as at). */
export type Within = (event: Pick<LedgerEvent, 'position' | 'occurredAt'>) => boolean;

export const withinMoment = async (store: EventStore, { asOf, asAt }: Moment): Promise<Within> => {
  const upTo = asOf === undefined ? Number.MAX_SAFE_INTEGER : await store.positionAsOf(asOf);
  return ({ position, occurredAt }) => position <= upTo && (asAt === undefined || occurredAt <= asAt);
};

/** Folds one stream's events as far as the question allows; undefined where none is left. */
export const stateWithin = async (
  store: EventStore,
  decode: Decode,
  aggregate: Aggregate,
  stream: string,
  within: Within,
): Promise<{ readonly state: unknown; readonly revision: number } | undefined> => {
  let state: unknown = aggregate.initial;
  let revision = -1;
  for await (const page of store.readStream(stream))
    for (const event of page.map(decode)) {
      if (!within(event)) continue;
      state = aggregate.evolve(state, event);
      ({ revision } = event);
    }
  return revision === -1 ? undefined : { state, revision };
};

/** One document folded anew from the log, as it stood after the event at `upTo`: what the read model must equal. */
export const documentFromLog = async (
  store: EventStore,
  decode: Decode,
  projection: Projection,
  id: string,
  upTo: number,
): Promise<StoredDocument | undefined> => {
  let document: Document | undefined;
  let position = 0;
  if (upTo === 0) return undefined;
  for await (const page of store.readAll({ upTo, filter: { streamPrefixes: prefixesOf(projection.reads) } }))
    for (const event of page.map(decode)) {
      if (projection.on[event.type] === undefined || !projection.keysOf(event).includes(id)) continue;
      const after = foldEvent(projection, document, event, id);
      if (isUnprojectable(after) || after === document) continue;
      document = after;
      ({ position } = event);
    }
  return document === undefined ? undefined : { id, position, document };
};
