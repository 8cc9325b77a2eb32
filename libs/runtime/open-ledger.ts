import { deriveId } from '#libs/kernel/identifiers.ts';
import type { JsonObject, JsonValue } from '#libs/kernel/json.ts';
import type { Document, Projection } from '#libs/kernel/projection.ts';
import { UnknownCollection } from '#libs/ports/read-models.ts';
import type { Filter, Page, Query, ReadModels, StoredDocument } from '#libs/ports/read-models.ts';
import { checkMayRead, maySeeClass, mayReadDocument, visibleTo } from './access.ts';
import { eventChecker } from './check-event.ts';
import { decoderOf } from './codec.ts';
import { CommandHandler } from './handle-command.ts';
import { historiesOf } from './histories.ts';
import type { CommandPorts } from './command-ports.ts';
import { AccessDenied } from './ledger.ts';
import type { Ledger, Moment, Viewer } from './ledger.ts';
import { plainLanguage } from './plain-language.ts';
import { keepForgettingOldResults } from './old-results.ts';
import { openProcesses } from './open-processes.ts';
import type { RunProcesses } from './open-processes.ts';
import type { Projections } from './projections.ts';
import { sealerFor } from './seal.ts';
import { checkMoment, documentFromLog, stateWithin, withinMoment } from './replay.ts';

export interface LedgerParts extends Omit<CommandPorts, 'sealer' | 'checkEvent' | 'decode'> {
  readonly models: ReadModels;
  readonly projections: Projections;
  /** Where the features' durable processes run here. Default: they are only looked at. */
  readonly processes?: RunProcesses;
  /** Closes what was opened for this ledger, after the ledger itself has come to rest. */
  readonly closeParts: () => Promise<void>;
}

/** Puts the parts together: everything that users ask of the ledger, on whichever stores. */
export const openLedger = (parts: LedgerParts): Ledger => {
  const { tenant, registry, store, models, projections, clock, vault, closeParts } = parts;
  const decode = decoderOf(registry);
  const sealer = sealerFor(vault, registry.eventSets);
  const checkEvent = eventChecker(registry.definitions);
  const handler = new CommandHandler({ ...parts, decode, sealer, checkEvent });
  const processes = openProcesses({ ...parts, decode, execute: (request) => handler.execute(request) });
  const forgetting = keepForgettingOldResults(parts.results, clock);
  const histories = historiesOf({
    ...{ registry, store, models, decode },
    states: handler.states,
    entriesOf: plainLanguage({ registry, models, sealer }),
  });

  const projectionOf = (collection: string): Projection => {
    const projection = registry.projections.get(collection);
    if (projection === undefined) throw new UnknownCollection(collection, [...registry.projections.keys()].sort());
    return projection;
  };

  /** undefined: the present. */
  const positionOf = async (moment: Pick<Moment, 'asOf'>): Promise<number | undefined> => {
    checkMoment(moment, clock.now());
    return moment.asOf === undefined ? undefined : store.positionAsOf(moment.asOf);
  };

  /** Shows documents of one collection as a viewer sees them; what all of them need besides is looked up once. */
  const presenter = async (projection: Projection, viewer: Viewer, now = clock.now()) => {
    const { onRead, readWith = [] } = projection;
    const consulted: { [as: string]: unknown } = {};
    for (const { as, view, id } of readWith) consulted[as] = await handler.states.consult(view, id);
    return async (document: Document): Promise<Document> => {
      const opened = (await sealer.openAll(document as JsonObject, maySeeClass(viewer.actor))) as Document;
      return onRead === undefined ? opened : onRead(opened, now, consulted);
    };
  };

  /** undefined: the document is of a collection without versions and has to be folded from the log. */
  const stored = async (projection: Projection, id: string, position: number | undefined) => {
    const { name, kind } = projection.collection;
    if (position === undefined) return models.get(name, id);
    return kind === 'versioned'
      ? models.get(name, id, { asOfPosition: position })
      : documentFromLog(store, decode, projection, id, position);
  };

  return {
    tenant,
    features: registry.features,
    now: () => clock.now(),
    execute: (request) => handler.execute(request),
    ...(processes === undefined ? {} : { processes }),

    async stateOf(stream, viewer, moment = {}) {
      checkMoment(moment, clock.now());
      const parsed = histories.streamNamed(stream);
      if (parsed === undefined) return undefined;
      const { aggregate, id } = parsed;
      const present = await histories.checkMayRead(parsed.stream, viewer);
      const isPresent = moment.asOf === undefined && moment.asAt === undefined;
      const found = isPresent
        ? present
        : await stateWithin(store, decode, aggregate, parsed.stream, await withinMoment(store, moment));
      if (found === undefined || found.revision === -1) return undefined;
      const state = await sealer.openAll(found.state as JsonValue, maySeeClass(viewer.actor));
      return {
        id,
        stream: parsed.stream,
        revision: found.revision,
        state,
        allowed: aggregate.allowedIn(found.state),
      };
    },

    async history(id, viewer, options = {}) {
      const { asOf, asAt, after, limit } = options;
      const moment: Moment = { ...(asOf === undefined ? {} : { asOf }), ...(asAt === undefined ? {} : { asAt }) };
      checkMoment(moment, clock.now());
      const within = await withinMoment(store, moment);
      const named = histories.streamNamed(id);
      const filters: readonly Filter[] =
        named === undefined
          ? [{ subject: id }, { aggregateId: id }]
          : [{ aggregateId: named.id, stream: named.stream }];
      if (named !== undefined) await histories.checkMayRead(named.stream, viewer);
      const { any, ...page } = await histories.page(filters, viewer, within, {
        ...(after === undefined ? {} : { after }),
        ...(limit === undefined ? {} : { limit }),
      });
      return any || after !== undefined ? page : undefined;
    },

    async document(collection, id, viewer, moment = {}) {
      const projection = projectionOf(collection);
      checkMayRead(viewer.actor, projection);
      const found = await stored(projection, id, await positionOf(moment));
      if (found === undefined) return undefined;
      if (!mayReadDocument(viewer.actor, projection, found.document))
        throw new AccessDenied(
          `${viewer.actor.id} may not read ${collection}/${id}: it belongs to another team. Ask that team, or for a grant in it.`,
        );
      const present = await presenter(projection, viewer, moment.asOf);
      return { ...found, document: await present(found.document) };
    },

    async find(collection, query, viewer, moment = {}): Promise<Page> {
      const projection = projectionOf(collection);
      const asOfPosition = await positionOf(moment);
      const full: Query = {
        ...query,
        filter: visibleTo(viewer.actor, projection, query.filter ?? {}),
        ...(asOfPosition === undefined ? {} : { asOfPosition }),
      };
      const page = await models.find(collection, full);
      const present = await presenter(projection, viewer, moment.asOf);
      const documents: StoredDocument[] = [];
      for (const each of page.documents) documents.push({ ...each, document: await present(each.document) });
      return { ...page, documents };
    },

    async count(collection, filter, viewer, moment = {}) {
      const projection = projectionOf(collection);
      const asOfPosition = await positionOf(moment);
      return models.count(
        collection,
        visibleTo(viewer.actor, projection, filter),
        asOfPosition === undefined ? {} : { asOfPosition },
      );
    },

    async groupCounts(collection, filter, by, viewer, moment = {}) {
      const projection = projectionOf(collection);
      const asOfPosition = await positionOf(moment);
      return models.groupCounts(
        collection,
        visibleTo(viewer.actor, projection, filter),
        by,
        asOfPosition === undefined ? {} : { asOfPosition },
      );
    },

    caughtUp: async (position, timeoutMs = 10_000) => projections.caughtUp(position ?? (await store.head()), timeoutMs),
    lag: () => projections.lag(),
    rebuild: (collection, onProgress) => projections.rebuild(collection, onProgress),
    deadLetters: () => projections.deadLetters(),
    retryDeadLetters: () => projections.retryDeadLetters(),
    onApplied: (listener) => projections.onApplied(listener),

    mayRead: (collection, document, viewer) => mayReadDocument(viewer.actor, projectionOf(collection), document),
    present: async (collection, document, viewer) => (await presenter(projectionOf(collection), viewer))(document),

    pseudonym: (kind, value) => deriveId(tenant, `${kind}/${vault.blindIndex(kind, value)}`),

    async close() {
      await processes?.close();
      await forgetting.stop();
      await handler.settled();
      await projections.close();
      await closeParts();
    },
  };
};
