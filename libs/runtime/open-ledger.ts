import { streamOf } from '#libs/kernel/event.ts';
import type { LedgerEvent } from '#libs/kernel/event.ts';
import { deriveId } from '#libs/kernel/identifiers.ts';
import type { JsonObject, JsonValue } from '#libs/kernel/json.ts';
import type { Document, Projection } from '#libs/kernel/projection.ts';
import { mayAct } from '#libs/kernel/actor.ts';
import { UnknownCollection } from '#libs/ports/read-models.ts';
import type { Filter, Page, Query, ReadModels, StoredDocument } from '#libs/ports/read-models.ts';
import { checkMayRead, HISTORY_READERS, maySeeClass, mayReadDocument, visibleTo } from './access.ts';
import { eventChecker } from './check-event.ts';
import { decoderOf } from './codec.ts';
import { CommandHandler } from './handle-command.ts';
import type { CommandPorts } from './command-ports.ts';
import { AccessDenied } from './ledger.ts';
import type { HistoryPage, Ledger, Moment, Viewer } from './ledger.ts';
import { plainLanguage } from './plain-language.ts';
import type { Lease } from './lease.ts';
import type { Projections } from './projections.ts';
import { parseStream } from './registry.ts';
import { sealerFor } from './seal.ts';
import { LeasedProcesses } from './saga-lease.ts';
import { observedProcesses } from './saga-observed.ts';
import type { Processes } from './saga-processes.ts';
import { SagaRunner } from './saga-runner.ts';
import type { SagaRunnerOptions } from './saga-runner.ts';
import { checkMoment, documentFromLog, stateWithin, withinMoment } from './replay.ts';
import type { Within } from './replay.ts';

export interface LedgerParts extends Omit<CommandPorts, 'sealer' | 'checkEvent' | 'decode'> {
  readonly models: ReadModels;
  readonly projections: Projections;
  /**
   * Whether the features' durable processes run here: in one process per ledger, or in any number that share a lease. Default:
   * they are only looked at.
   */
  readonly processes?: { readonly onAlarm: (message: string) => void; readonly lease?: Lease };
  /** Closes what was opened for this ledger, after the ledger itself has come to rest. */
  readonly closeParts: () => Promise<void>;
}

/** The read model that histories are read from: one document per event, in store order of its ids. */
const AUDIT_TRAIL = 'audit-trail';

type AuditRow = { readonly stream: string; readonly revision: number };

/** Puts the parts together: everything that users ask of the ledger, on whichever stores. */
export const openLedger = (parts: LedgerParts): Ledger => {
  const { tenant, registry, store, models, projections, clock, vault, closeParts } = parts;
  const decode = decoderOf(registry);
  const sealer = sealerFor(vault, registry.eventSets);
  const checkEvent = eventChecker(registry.definitions);
  const handler = new CommandHandler({ ...parts, decode, sealer, checkEvent });
  /** Ids of all aggregates that a read model lists, once it shows all that the store holds now. */
  async function* listed(collection: string, filter: Filter, idField: string): AsyncIterable<readonly string[]> {
    await projections.caughtUp(await store.head(), 600_000);
    const query = { filter, limit: 1_000 };
    for (let cursor: string | undefined; ;) {
      const page = await models.find(collection, { ...query, ...(cursor === undefined ? {} : { cursor }) });
      yield [...new Set(page.documents.map(({ document }) => document[idField]))].filter(
        (id) => typeof id === 'string',
      );
      if (page.next === undefined) return;
      cursor = page.next;
    }
  }
  const runner = (options: Pick<SagaRunnerOptions, 'onAlarm' | 'lease' | 'onEnd'>) =>
    SagaRunner.start({
      ...{ tenant, sagas: registry.sagas, store, decode, clock, models },
      execute: (request) => handler.execute(request),
      listed: ({ collection, filter, idField }) => listed(collection, filter, idField),
      ...options,
    });
  const processesOf = (): Processes | undefined => {
    if (registry.sagas.length === 0) return undefined;
    const observed = observedProcesses({ tenant, store, models, now: () => clock.now() });
    if (parts.processes === undefined) return observed;
    const { onAlarm, lease } = parts.processes;
    if (lease === undefined) return runner({ onAlarm });
    const start = (held: Lease, onEnd: (error: Error) => void) => runner({ onAlarm, lease: held, onEnd });
    return LeasedProcesses.start({ lease, start, observed, onAlarm });
  };
  const processes = processesOf();
  const entriesOf = plainLanguage({ registry, models, sealer });

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

  const present = async (
    projection: Projection,
    document: Document,
    viewer: Viewer,
    now = clock.now(),
  ): Promise<Document> => {
    const opened = (await sealer.openAll(document as JsonObject, maySeeClass(viewer.actor))) as Document;
    return projection.onRead === undefined ? opened : projection.onRead(opened, now);
  };

  /** undefined: the document is of a collection without versions and has to be folded from the log. */
  const stored = async (projection: Projection, id: string, position: number | undefined) => {
    const { name, kind } = projection.collection;
    if (position === undefined) return models.get(name, id);
    return kind === 'versioned'
      ? models.get(name, id, { asOfPosition: position })
      : documentFromLog(store, decode, projection, id, position);
  };

  /** The events that the rows name, in the rows' order; each stream is read once. */
  const eventsOf = async (rows: readonly AuditRow[]): Promise<LedgerEvent[]> => {
    const found = new Map<string, LedgerEvent>();
    for (const [stream, own] of Map.groupBy(rows, (row) => row.stream)) {
      const revisions = own.map((row) => row.revision);
      const from = Math.min(...revisions);
      for await (const page of store.readStream(stream, { from, limit: Math.max(...revisions) - from + 1 }))
        for (const event of page.map(decode)) found.set(`${stream} ${event.revision}`, event);
    }
    return rows.flatMap(({ stream, revision }) => found.get(`${stream} ${revision}`) ?? []);
  };

  const streamNamed = (id: string) => {
    const parsed = parseStream(registry, id);
    return parsed === undefined ? undefined : { ...parsed, stream: streamOf(parsed.aggregate.name, parsed.id) };
  };

  const checkMayReadHistory = async (stream: string, viewer: Viewer): Promise<void> => {
    const parsed = parseStream(registry, stream);
    if (parsed === undefined) return;
    const { state } = await handler.states.load(parsed.aggregate, stream);
    const team = parsed.aggregate.owningTeamOf?.(state);
    if (!mayAct(viewer.actor, HISTORY_READERS, team))
      throw new AccessDenied(
        `${viewer.actor.id} may not read ${stream}${team === undefined ? '' : ` of team ${team}`}: it needs one of the roles ${HISTORY_READERS.join(', ')} there.`,
      );
  };

  /** The next rows that meet any of the filters, by position. One question each: no index serves them joined by $or. */
  const trailAfter = async (filters: readonly Filter[], from: number, limit: number) => {
    const found = new Map<string, StoredDocument>();
    for (const filter of filters) {
      const { documents } = await models.find(AUDIT_TRAIL, {
        filter: { $and: [filter, { position: { $gt: from } }] },
        sort: [{ field: 'position', direction: 'asc' }],
        limit,
      });
      for (const each of documents) found.set(each.id, each);
    }
    return [...found.values()].sort((a, b) => a.position - b.position).slice(0, limit);
  };

  const historyPage = async (
    filters: readonly Filter[],
    viewer: Viewer,
    within: Within,
    { after = 0, limit = 100 }: { readonly after?: number; readonly limit?: number },
  ): Promise<HistoryPage & { readonly any: boolean }> => {
    const shown: LedgerEvent[] = [];
    const checked = new Map<string, boolean>();
    let from = after;
    let any = false;
    // As many as asked for; not fewer than this, since the moment or the viewer's teams may leave most of them out.
    const rows = Math.min(Math.max(limit, 100), 500);
    for (;;) {
      const documents = await trailAfter(filters, from, rows);
      any ||= documents.length > 0;
      const events = await eventsOf(documents.map((each) => each.document as unknown as AuditRow));
      for (const event of events) {
        if (!within(event)) continue;
        // A customer's history leads into streams of several teams: each shows to those who may read it.
        let visible = checked.get(event.stream);
        if (visible === undefined) {
          visible = await checkMayReadHistory(event.stream, viewer).then(
            () => true,
            (error: unknown) => {
              if (error instanceof AccessDenied) return false;
              throw error;
            },
          );
          checked.set(event.stream, visible);
        }
        if (!visible) continue;
        shown.push(event);
        if (shown.length === limit) return { entries: await entriesOf(shown, viewer), next: event.position, any };
      }
      const last = events.at(-1);
      if (documents.length < rows || last === undefined) return { entries: await entriesOf(shown, viewer), any };
      from = last.position;
    }
  };

  return {
    tenant,
    features: registry.features,
    now: () => clock.now(),
    execute: (request) => handler.execute(request),
    ...(processes === undefined ? {} : { processes }),

    async stateOf(stream, viewer, moment = {}) {
      checkMoment(moment, clock.now());
      const parsed = streamNamed(stream);
      if (parsed === undefined) return undefined;
      const { aggregate, id } = parsed;
      await checkMayReadHistory(parsed.stream, viewer);
      const isPresent = moment.asOf === undefined && moment.asAt === undefined;
      const found = isPresent
        ? await handler.states.load(aggregate, parsed.stream)
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
      const named = streamNamed(id);
      const filters: readonly Filter[] =
        named === undefined
          ? [{ subject: id }, { aggregateId: id }]
          : [{ aggregateId: named.id, stream: named.stream }];
      if (named !== undefined) await checkMayReadHistory(named.stream, viewer);
      const { any, ...page } = await historyPage(filters, viewer, within, {
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
      return { ...found, document: await present(projection, found.document, viewer, moment.asOf) };
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
      const documents: StoredDocument[] = [];
      for (const each of page.documents)
        documents.push({ ...each, document: await present(projection, each.document, viewer, moment.asOf) });
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
    present: (collection, document, viewer) => present(projectionOf(collection), document, viewer),

    pseudonym: (kind, value) => deriveId(tenant, `${kind}/${vault.blindIndex(kind, value)}`),

    async close() {
      await processes?.close();
      await handler.settled();
      await projections.close();
      await closeParts();
    },
  };
};
