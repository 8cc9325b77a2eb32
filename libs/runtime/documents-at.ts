import type { JsonValue } from '#libs/kernel/json.ts';
import type { Projection } from '#libs/kernel/projection.ts';
import type { Clock } from '#libs/ports/clock.ts';
import type { EventStore } from '#libs/ports/event-store.ts';
import { InvalidQuery } from '#libs/ports/read-models.ts';
import type { Filter, Page, Query, ReadModels, StoredDocument } from '#libs/ports/read-models.ts';
import type { Decode } from './codec.ts';
import { InvalidMoment } from './ledger.ts';
import type { Moment } from './ledger.ts';
import type { PastCollections, PastOf } from './past-collections.ts';
import { checkMoment, documentFromLog, originOf, pastOf } from './replay.ts';
import type { FieldOrigin } from './replay.ts';

interface Parts {
  readonly store: EventStore;
  readonly models: ReadModels;
  readonly decode: Decode;
  readonly clock: Clock;
  /** Absent: only what the read models keep, and single streams, can be shown in the past. */
  readonly past?: PastCollections;
}

type ListQuery = Omit<Query, 'asOfPosition'>;
type Groups = readonly { readonly value: JsonValue; readonly count: number }[];

/** Documents and lists at any moment: from the read models where they know it, else folded from the log. */
export interface DocumentsAt {
  document(projection: Projection, id: string, moment: Moment): Promise<StoredDocument | undefined>;
  origin(projection: Projection, id: string, field: string, moment: Moment): Promise<FieldOrigin | undefined>;
  find(projection: Projection, query: ListQuery, moment: Moment): Promise<Page>;
  count(projection: Projection, filter: Filter, moment: Moment): Promise<number>;
  groupCounts(projection: Projection, filter: Filter, by: string, moment: Moment): Promise<Groups>;
}

/** A page of a folded past says in its cursor how far the log was read for it: what is recorded meanwhile does not move its followers. */
const PINNED = /^(\d{1,16})\.(.+)$/s;

export const documentsAt = ({ store, models, decode, clock, past }: Parts): DocumentsAt => {
  const folded = (): PastCollections => {
    if (past === undefined)
      throw new InvalidMoment(
        'This moment has to be folded from the log, which is not possible here: ask care query in the folder, or the server.',
      );
    return past;
  };

  /** Where the read models know the answer; undefined: it has to be folded. `current` ones know the present only. */
  const asked = async (
    { collection: { kind } }: Projection,
    moment: Moment,
  ): Promise<{ readonly asOfPosition?: number } | undefined> => {
    checkMoment(moment, clock.now());
    if (moment.asAt !== undefined) return undefined;
    if (moment.asOf === undefined) return {};
    return kind === 'versioned' ? { asOfPosition: (await pastOf(store, moment)).upTo } : undefined;
  };

  const pastOfList = async ({ collection: { name } }: Projection, moment: Moment): Promise<PastOf> => {
    const { upTo, ...rest } = await pastOf(store, moment);
    return { collection: name, ...rest, upTo: Math.min(upTo, await store.head()) };
  };

  return {
    async document(projection, id, moment) {
      const known = await asked(projection, moment);
      if (known !== undefined) return models.get(projection.collection.name, id, known);
      return projection.streamsOf === undefined
        ? folded().document(await pastOfList(projection, moment), id)
        : documentFromLog(store, decode, projection, id, await pastOf(store, moment));
    },

    async origin(projection, id, field, moment) {
      checkMoment(moment, clock.now());
      return projection.streamsOf === undefined
        ? folded().origin(await pastOfList(projection, moment), id, field)
        : originOf(store, decode, projection, { id, field, past: await pastOf(store, moment) });
    },

    async find(projection, query, moment) {
      const known = await asked(projection, moment);
      if (known !== undefined) return models.find(projection.collection.name, { ...query, ...known });
      const { cursor, ...first } = query;
      if (cursor === undefined) {
        const of = await pastOfList(projection, moment);
        return pinned(await folded().find(of, first), of);
      }
      const [, upTo, inner] = PINNED.exec(cursor) ?? [];
      if (upTo === undefined || inner === undefined)
        throw new InvalidQuery('cursor: belongs to another moment. Use `next` of the page before, unchanged.');
      const { asAt } = moment;
      const of = {
        collection: projection.collection.name,
        upTo: Number(upTo),
        ...(asAt === undefined ? {} : { asAt }),
      };
      return pinned(await folded().find(of, { ...first, cursor: inner }), of);
    },

    async count(projection, filter, moment) {
      const known = await asked(projection, moment);
      return known === undefined
        ? folded().count(await pastOfList(projection, moment), filter)
        : models.count(projection.collection.name, filter, known);
    },

    async groupCounts(projection, filter, by, moment) {
      const known = await asked(projection, moment);
      return known === undefined
        ? folded().groupCounts(await pastOfList(projection, moment), filter, by)
        : models.groupCounts(projection.collection.name, filter, by, known);
    },
  };
};

const pinned = (page: Page, { upTo }: PastOf): Page =>
  page.next === undefined ? page : { ...page, next: `${upTo}.${page.next}` };
