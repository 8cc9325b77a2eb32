import { mayAct } from '#libs/kernel/actor.ts';
import { streamOf } from '#libs/kernel/event.ts';
import type { LedgerEvent } from '#libs/kernel/event.ts';
import type { EventStore } from '#libs/ports/event-store.ts';
import type { Filter, ReadModels, StoredDocument } from '#libs/ports/read-models.ts';
import { HISTORY_READERS } from './access.ts';
import type { AggregateStates, LoadedState } from './aggregate-states.ts';
import type { Decode } from './codec.ts';
import { AccessDenied } from './ledger.ts';
import type { HistoryEntry, HistoryPage, Viewer } from './ledger.ts';
import { parseStream } from './registry.ts';
import type { Registry } from './registry.ts';
import type { Within } from './replay.ts';

/** The read model that histories are read from: one document per event, in store order of its ids. */
const AUDIT_TRAIL = 'audit-trail';

type AuditRow = { readonly stream: string; readonly revision: number };

interface HistoryPorts {
  readonly registry: Registry;
  readonly store: EventStore;
  readonly models: ReadModels;
  readonly decode: Decode;
  readonly states: AggregateStates;
  readonly entriesOf: (events: readonly LedgerEvent[], viewer: Viewer, of?: string) => Promise<readonly HistoryEntry[]>;
}

/** Histories: which events they consist of, who may read them, and a page of them at a time. */
export const historiesOf = ({ registry, store, models, decode, states, entriesOf }: HistoryPorts) => {
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

  /** Resolves with the aggregate as it stands, on which it depends who may read it. */
  const checkMayRead = async (stream: string, viewer: Viewer): Promise<LoadedState | undefined> => {
    const parsed = parseStream(registry, stream);
    if (parsed === undefined) return undefined;
    const loaded = await states.load(parsed.aggregate, stream);
    const team = parsed.aggregate.owningTeamOf?.(loaded.state);
    if (!mayAct(viewer.actor, HISTORY_READERS, team))
      throw new AccessDenied(
        `${viewer.actor.id} may not read ${stream}${team === undefined ? '' : ` of team ${team}`}: it needs one of the roles ${HISTORY_READERS.join(', ')} there.`,
      );
    return loaded;
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

  const page = async (
    filters: readonly Filter[],
    viewer: Viewer,
    within: Within,
    { of, after = 0, limit = 100 }: { readonly of: string; readonly after?: number; readonly limit?: number },
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
          visible = await checkMayRead(event.stream, viewer).then(
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
        if (shown.length === limit) return { entries: await entriesOf(shown, viewer, of), next: event.position, any };
      }
      const last = events.at(-1);
      if (documents.length < rows || last === undefined) return { entries: await entriesOf(shown, viewer, of), any };
      from = last.position;
    }
  };

  return { streamNamed, checkMayRead, page };
};
