import type { Actor } from './actor.ts';
import type { Instant } from './instant.ts';

/** Moments in the past: `asOf` by what was recorded, `asAt` by what had happened. */
export interface Moment {
  readonly asOf?: Instant;
  readonly asAt?: Instant;
}

/** What explanations ask of a ledger: a document of a read model as it stands, or stood; undefined: there is none. */
export interface AskedForDocuments {
  document(
    collection: string,
    id: string,
    viewer: { readonly actor: Actor },
    moment?: Moment,
  ): Promise<{ readonly document: object } | undefined>;
}
