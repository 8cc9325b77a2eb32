import { canonicalJson } from '#libs/kernel/json.ts';
import type { Ledger, Moment } from '#libs/runtime/ledger.ts';
import { ROLES } from '#libs/kernel/actor.ts';

/** `npm run test:replay` looks at 100 moments, a plain test run at fewer. */
export const momentsLookedAt = (fewer: number): number => Number(process.env['REPLAY_MOMENTS'] ?? fewer);

export const viewer = { actor: { id: 'auditor', grants: ROLES.map((role) => ({ role, team: '*' })) } };

export const collectionsOf = (ledger: Ledger): readonly string[] =>
  ledger.features.flatMap((feature) => (feature.projections ?? []).map((each) => each.collection.name));

/** A read model as it is shown: how many documents, those at both ends of the list, and how they fall into groups. */
export interface Shown {
  readonly count: number;
  /** In canonical form, by id. */
  readonly documents: ReadonlyMap<string, string>;
}

const atEachEnd = 25;

/** Asks all that can be asked of a list. */
export const shownOf = async (ledger: Ledger, collection: string, moment: Moment = {}): Promise<Shown> => {
  const documents = new Map<string, string>();
  for (const direction of ['asc', 'desc'] as const) {
    const query = { limit: atEachEnd, sort: [{ field: '_id', direction }] };
    for (const each of (await ledger.find(collection, query, viewer, moment)).documents)
      documents.set(each.id, canonicalJson(each));
  }
  return { count: await ledger.count(collection, {}, viewer, moment), documents };
};
