import type { LedgerEvent } from '#libs/kernel/event.ts';
import { glossariesOf } from '#libs/kernel/feature.ts';
import type { JsonObject, JsonValue } from '#libs/kernel/json.ts';
import { idsToldOf, tell } from '#libs/kernel/terms.ts';
import type { Language, Terms } from '#libs/kernel/terms.ts';
import type { ReadModels } from '#libs/ports/read-models.ts';
import { maySeeClass, mayReadDocument } from './access.ts';
import type { HistoryEntry, Viewer } from './ledger.ts';
import type { Registry } from './registry.ts';
import type { Sealer } from './seal.ts';

/** The read models that know what an id is called, and their field for it. Ids are unique over all of them. */
const NAMED_IN = { users: 'displayName', teams: 'name', customers: 'name', 'service-cases': 'reference' } as const;

interface Parts {
  readonly registry: Registry;
  readonly models: Pick<ReadModels, 'getMany'>;
  readonly sealer: Pick<Sealer, 'openAll'>;
}

/**
 * Tells events in plain language, a page at a time: what ids are called is looked up once per page, as it is now. A name
 * that is a personal value is opened or masked for the viewer; an id that nothing is known of, or whose document is not the
 * viewer's to read, stays as it is.
 */
export const plainLanguage = ({ registry, models, sealer }: Parts) => {
  const glossaries = glossariesOf(registry.features);
  const termsByType = new Map<string, Terms>(
    registry.eventSets.flatMap(({ category, definitions }) =>
      Object.keys(definitions).map((type) => [type, glossaries.get(category) ?? {}] as const),
    ),
  );

  const namesIn = async (collection: keyof typeof NAMED_IN, ids: readonly string[], viewer: Viewer) => {
    const projection = registry.projections.get(collection);
    if (projection === undefined) return {};
    const found = await models.getMany(collection, ids);
    return Object.fromEntries(
      found
        .filter(({ document }) => mayReadDocument(viewer.actor, projection, document))
        .map(({ id, document }) => [id, document[NAMED_IN[collection]] ?? null]),
    );
  };

  const namesOf = async (ids: readonly string[], viewer: Viewer): Promise<ReadonlyMap<string, string>> => {
    if (ids.length === 0) return new Map();
    const collections = Object.keys(NAMED_IN) as (keyof typeof NAMED_IN)[];
    const found = await Promise.all(collections.map((each) => namesIn(each, ids, viewer)));
    const names = (await sealer.openAll(Object.assign({}, ...found) as JsonObject, maySeeClass(viewer.actor))) as {
      readonly [id: string]: JsonValue;
    };
    return new Map(
      Object.entries(names).filter((each): each is [string, string] => typeof each[1] === 'string' && each[1] !== ''),
    );
  };

  const idsIn = ({ type, data, metadata }: LedgerEvent): readonly string[] => {
    const definition = registry.definitions.get(type);
    return [metadata.actor, ...(definition === undefined ? [] : idsToldOf(definition, data))];
  };

  const entryOf = async (
    event: LedgerEvent,
    names: ReadonlyMap<string, string>,
    viewer: Viewer,
  ): Promise<HistoryEntry> => {
    const data = (await sealer.openAll(event.data, maySeeClass(viewer.actor))) as JsonObject;
    const definition = registry.definitions.get(event.type);
    const terms = termsByType.get(event.type) ?? {};
    const nameOf = (id: string) => names.get(id);
    const told = (language: Language) =>
      definition === undefined ? event.type : tell(definition, data, { language, terms, nameOf });
    const actorName = names.get(event.metadata.actor);
    return {
      event: { ...event, data },
      text: { en: told('en'), 'zh-CN': told('zh-CN') },
      ...(actorName === undefined ? {} : { actorName }),
    };
  };

  return async (events: readonly LedgerEvent[], viewer: Viewer): Promise<readonly HistoryEntry[]> => {
    const names = await namesOf([...new Set(events.flatMap(idsIn))], viewer);
    const entries: HistoryEntry[] = [];
    for (const event of events) entries.push(await entryOf(event, names, viewer));
    return entries;
  };
};
