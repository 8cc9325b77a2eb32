import { deriveId } from '#libs/kernel/identifiers.ts';
import { memberAt } from '#libs/kernel/json.ts';
import type { JsonObject, JsonValue } from '#libs/kernel/json.ts';
import type { Document, Projection } from '#libs/kernel/projection.ts';
import { checkedPath } from '#libs/ports/checked-query.ts';
import type { AccessedThing, AccessLog } from '#libs/ports/access-log.ts';
import { UnknownCollection } from '#libs/ports/read-models.ts';
import type { Filter, Page, ReadModels, StoredDocument } from '#libs/ports/read-models.ts';
import { checkMayRead, checkMayReadAccesses, mayReadDocument, visibleTo } from './access.ts';
import { eventChecker } from './check-event.ts';
import { decoderOf } from './codec.ts';
import { CommandHandler } from './handle-command.ts';
import { disclosingWith } from './disclosing.ts';
import type { LogForEvidence } from './disclosing.ts';
import { documentsAt } from './documents-at.ts';
import { reportWordsOf } from './evidence-report.ts';
import { historiesOf } from './histories.ts';
import type { CommandPorts } from './command-ports.ts';
import { AccessDenied } from './ledger.ts';
import type { Ledger, Moment, Viewer } from './ledger.ts';
import { plainLanguage } from './plain-language.ts';
import { keepForgettingOldResults } from './old-results.ts';
import { openProcesses } from './open-processes.ts';
import type { RunProcesses } from './open-processes.ts';
import type { PastCollections } from './past-collections.ts';
import { PastStates } from './past-states.ts';
import type { Projections } from './projections.ts';
import { sealerFor } from './seal.ts';
import { showingFor } from './showing.ts';
import { checkStoredField, policiesOf, provenanceOf } from './provenance.ts';
import { checkMoment, pastOf, within } from './replay.ts';

export interface LedgerParts extends Omit<CommandPorts, 'sealer' | 'checkEvent' | 'decode' | 'listed'> {
  readonly models: ReadModels;
  readonly projections: Projections;
  /** Where the features' durable processes run here. Default: they are only looked at. */
  readonly processes?: RunProcesses;
  readonly logFile?: NonNullable<Ledger['logFile']>;
  /** The signed log, where there is one: without it no evidence is handed out. */
  readonly evidence?: LogForEvidence;
  /** Where each look at personal values is put on record. Closed with the ledger. */
  readonly accessLog: AccessLog;
  /** Whether people need a clearance, as a feature declares it, to see personal values; `assumed`: a role is enough. [G1] */
  readonly clearance: 'required' | 'assumed';
  /** Folds anew what no read model keeps; closed with the ledger. Default: such questions are refused. */
  readonly past?: PastCollections;
  /** Closes what was opened for this ledger, after the ledger itself has come to rest. */
  readonly closeParts: () => Promise<void>;
}

/** What counts as now in a question about the past: the time that is asked about, by whichever knowledge. */
const shownAt = ({ asOf, asAt }: Moment) => asAt ?? asOf;

/** Puts the parts together: everything that users ask of the ledger, on whichever stores. */
export const openLedger = (parts: LedgerParts): Ledger => {
  const { tenant, registry, store, models, projections, clock, vault, closeParts } = parts;
  const decode = decoderOf(registry);
  const sealer = sealerFor(vault, registry.eventSets);
  const checkEvent = eventChecker(registry.definitions);
  const listed = async (collection: string, filter: JsonObject, limit: number): Promise<readonly string[]> => {
    await projections.caughtUp(await store.head(), 10_000);
    return (await models.find(collection, { filter, limit })).documents.map(({ id }) => id);
  };
  const handler = new CommandHandler({ ...parts, decode, sealer, checkEvent, listed });
  const processes = openProcesses({ ...parts, decode, execute: (request) => handler.execute(request) });
  const forgetting = keepForgettingOldResults(parts.results, clock);
  const clearance = parts.clearance === 'required' ? registry.clearance : undefined;
  const showing = showingFor({ ...{ sealer, clock, clearance, accessLog: parts.accessLog }, states: handler.states });
  const language = plainLanguage({ registry, models, showing });
  const { entriesOf, namesOf } = language;
  const histories = historiesOf({ ...{ registry, store, models, decode, entriesOf }, states: handler.states });
  const documents = documentsAt({ ...parts, decode });
  const pastStates = new PastStates(store, decode);

  const disclose =
    parts.evidence === undefined
      ? undefined
      : disclosingWith({
          ...{ tenant, store, models, clock, decode, sealer, showing, language, log: parts.evidence },
          edition: reportWordsOf(registry).edition,
          checkMayRead: histories.checkMayRead,
          caughtUp: async () => projections.caughtUp(await store.head(), 10_000),
          execute: (request) => handler.execute(request),
        });

  const projectionOf = (collection: string): Projection => {
    const projection = registry.projections.get(collection);
    if (projection === undefined) throw new UnknownCollection(collection, [...registry.projections.keys()].sort());
    return projection;
  };

  /** Shows documents of one collection as a viewer sees them; what all of them need besides is looked up once. */
  const presenter = async (projection: Projection, viewer: Viewer, what: AccessedThing, now = clock.now()) => {
    const { onRead, readWith = [] } = projection;
    const consulted: { [as: string]: unknown } = {};
    for (const { as, view, id } of readWith) consulted[as] = await handler.states.consult(view, id);
    return async (documents: readonly Document[]): Promise<readonly Document[]> => {
      const opened = (await showing.show(documents as readonly JsonObject[], viewer, what)) as readonly Document[];
      return onRead === undefined ? opened : opened.map((each) => onRead(each, now, consulted));
    };
  };

  const checkMayReadDocument = (projection: Projection, { id, document }: StoredDocument, { actor }: Viewer) => {
    if (!mayReadDocument(actor, projection, document))
      throw new AccessDenied(
        `${actor.id} may not read ${projection.collection.name}/${id}: it belongs to another team. Ask that team, or for a grant in it.`,
      );
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
        : await pastStates.within(aggregate, parsed.stream, await pastOf(store, moment));
      if (found === undefined || found.revision === -1) return undefined;
      const state = await showing.show(found.state as JsonValue, viewer, { kind: 'state', of: parsed.stream });
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
      const past = await pastOf(store, moment);
      const named = histories.streamNamed(id);
      const filters: readonly Filter[] =
        named === undefined
          ? [{ subject: id }, { aggregateId: id }]
          : [{ aggregateId: named.id, stream: named.stream }];
      if (named !== undefined) await histories.checkMayRead(named.stream, viewer);
      const { any, ...page } = await histories.page(filters, viewer, within(past), {
        of: id,
        ...(after === undefined ? {} : { after }),
        ...(limit === undefined ? {} : { limit }),
      });
      return any || after !== undefined ? page : undefined;
    },

    async document(collection, id, viewer, moment = {}) {
      const projection = projectionOf(collection);
      checkMayRead(viewer.actor, projection);
      const found = await documents.document(projection, id, moment);
      if (found === undefined) return undefined;
      checkMayReadDocument(projection, found, viewer);
      const what = { kind: 'document', of: `${collection}/${id}` } as const;
      const present = await presenter(projection, viewer, what, shownAt(moment));
      const [document] = await present([found.document]);
      return { ...found, document: document! };
    },

    async provenance(collection, id, field, viewer, moment = {}) {
      const projection = projectionOf(collection);
      checkMayRead(viewer.actor, projection);
      const found = await documents.origin(projection, id, checkedPath(field, 'field'), moment);
      if (found === undefined) return undefined;
      const { stored, setBy } = found;
      checkMayReadDocument(projection, stored, viewer);
      if (setBy !== undefined) await histories.checkMayRead(setBy.stream, viewer);
      const what = { kind: 'document', of: `${collection}/${id}` } as const;
      return showing.asOne(viewer, what, async (looking) => {
        const present = await presenter(projection, looking, what, shownAt(moment));
        const [shown] = await present([stored.document]);
        checkStoredField(stored.document, shown, field);
        const [entry] = setBy === undefined ? [] : await entriesOf([setBy], looking);
        const policies = await policiesOf(setBy, { models, registry });
        const names = await namesOf(
          policies.flatMap(({ approverId }) => approverId ?? []),
          looking,
        );
        return provenanceOf({
          ...{ collection, id, field, setBy: entry },
          value: memberAt(shown, field) as JsonValue | undefined,
          policies: policies.map((each) => {
            const approverName = names.get(each.approverId ?? '');
            return approverName === undefined ? each : { ...each, approverName };
          }),
          rule: setBy === undefined ? undefined : registry.definitions.get(setBy.type)?.source,
        });
      });
    },

    async find(collection, query, viewer, moment = {}): Promise<Page> {
      const projection = projectionOf(collection);
      const filter = visibleTo(viewer.actor, projection, query.filter ?? {});
      const page = await documents.find(projection, { ...query, filter }, moment);
      const present = await presenter(projection, viewer, { kind: 'list', of: collection }, shownAt(moment));
      const shown = await present(page.documents.map(({ document }) => document));
      return { ...page, documents: page.documents.map((each, index) => ({ ...each, document: shown[index]! })) };
    },

    async count(collection, filter, viewer, moment = {}) {
      const projection = projectionOf(collection);
      return documents.count(projection, visibleTo(viewer.actor, projection, filter), moment);
    },

    async groupCounts(collection, filter, by, viewer, moment = {}) {
      const projection = projectionOf(collection);
      return documents.groupCounts(projection, visibleTo(viewer.actor, projection, filter), by, moment);
    },

    caughtUp: async (position, timeoutMs = 10_000) => projections.caughtUp(position ?? (await store.head()), timeoutMs),
    lag: () => projections.lag(),
    rebuild: (collection, onProgress) => projections.rebuild(collection, onProgress),
    deadLetters: () => projections.deadLetters(),
    retryDeadLetters: () => projections.retryDeadLetters(),
    onApplied: (listener) => projections.onApplied(listener),

    mayRead: (collection, document, viewer) => mayReadDocument(viewer.actor, projectionOf(collection), document),
    present: async (collection, document, viewer) => {
      const present = await presenter(projectionOf(collection), viewer, { kind: 'change', of: collection });
      return (await present([document]))[0]!;
    },
    async accesses(query, { actor }) {
      checkMayReadAccesses(actor);
      return parts.accessLog.find(query);
    },

    ...(disclose === undefined ? {} : { disclose }),
    ...(parts.logFile === undefined ? {} : { logFile: parts.logFile }),

    pseudonym: (kind, value) => deriveId(tenant, `${kind}/${vault.blindIndex(kind, value)}`),

    async close() {
      await processes?.close();
      await forgetting.stop();
      await handler.settled();
      await projections.close();
      await parts.accessLog.close();
      await parts.past?.close();
      await closeParts();
    },
  };
};
