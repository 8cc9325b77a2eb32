import type { LedgerEvent } from '#libs/kernel/event.ts';
import { glossariesOf } from '#libs/kernel/feature.ts';
import type { JsonObject } from '#libs/kernel/json.ts';
import { idsToldOf, tell } from '#libs/kernel/terms.ts';
import type { Language, Terms } from '#libs/kernel/terms.ts';
import type { ReadModels } from '#libs/ports/read-models.ts';
import { mayReadDocument } from './access.ts';
import type { HistoryEntry, Viewer } from './ledger.ts';
import type { Registry } from './registry.ts';
import type { Showing } from './showing.ts';

/** The read models that know what an id is called, and their field for it. Ids are unique over all of them. */
const NAMED_IN = { users: 'displayName', teams: 'name', customers: 'name', 'service-cases': 'reference' } as const;

interface Parts {
  readonly registry: Registry;
  readonly models: Pick<ReadModels, 'getMany'>;
  readonly showing: Showing;
}

/**
 * Tells events in plain language, a page at a time: what ids are called is looked up once per page, as it is now. A name
 * that is a personal value is opened or masked for the viewer; an id that nothing is known of, or whose document is not the
 * viewer's to read, stays as it is.
 */
export const plainLanguage = ({ registry, models, showing }: Parts) => {
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
    const sealed = Object.assign({}, ...found) as JsonObject;
    const names = (await showing.show(sealed, viewer, { kind: 'list', of: 'names' })) as JsonObject;
    return new Map(
      Object.entries(names).filter((each): each is [string, string] => typeof each[1] === 'string' && each[1] !== ''),
    );
  };

  const idsIn = ({ type, data, metadata }: LedgerEvent): readonly string[] => {
    const definition = registry.definitions.get(type);
    return [metadata.actor, ...(definition === undefined ? [] : idsToldOf(definition, data))];
  };

  const entryOf = (event: LedgerEvent, data: JsonObject, names: ReadonlyMap<string, string>): HistoryEntry => {
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

  /** `of`: the id whose history it is, as the access record names it. */
  const entriesOf = (
    events: readonly LedgerEvent[],
    viewer: Viewer,
    of = events[0]?.stream ?? '',
  ): Promise<readonly HistoryEntry[]> => {
    const what = { kind: 'history', of } as const;
    return showing.asOne(viewer, what, async (looking) => {
      const names = await namesOf([...new Set(events.flatMap(idsIn))], looking);
      const sealed = events.map(({ data }) => data);
      const data = (await showing.show(sealed, looking, what)) as readonly JsonObject[];
      return events.map((event, index) => entryOf(event, data[index]!, names));
    });
  };

  return { entriesOf, namesOf, idsIn };
};
export type PlainLanguage = ReturnType<typeof plainLanguage>;
