import type { Aggregate } from './aggregate.ts';
import type { Clearance } from './clearance.ts';
import type { EventSet } from './event.ts';
import type { Projection } from './projection.ts';
import type { Saga } from './saga.ts';
import type { Terms } from './terms.ts';

// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Class = new (...args: any[]) => object;

/**
 * What only the process that answers requests needs: classes with decorators. Loaded lazily, because worker threads run
 * files whose types are merely stripped.
 */
export interface FeatureEdge {
  /** By wire name: the class that validates a command's body and describes it on the API page. */
  readonly commands?: { readonly [name: string]: Class };
  /** Nest controllers for what the generated command and query routes do not cover. */
  readonly controllers?: readonly Class[];
}

/** Everything that a folder under `libs/features` contributes. */
export interface Feature {
  readonly name: string;
  readonly events?: readonly EventSet[];
  readonly aggregates?: readonly Aggregate[];
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly projections?: readonly Projection<any>[];
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly sagas?: readonly Saga<any>[];
  /** What people need on record to see personal values; at most one feature says so. */
  readonly clearance?: Clearance;
  /** Words for the codes in its events and documents, for people. */
  readonly terms?: Terms;
  readonly edge?: () => Promise<FeatureEdge>;
}

/** The features' glossaries, by the category of the events that they put into words. */
export const glossariesOf = (features: readonly Feature[]): ReadonlyMap<string, Terms> =>
  new Map(
    features.flatMap(({ events = [], aggregates = [], terms }) =>
      terms === undefined
        ? []
        : [...events, ...aggregates.map((aggregate) => aggregate.events)].map(
            ({ category }) => [category, terms] as const,
          ),
    ),
  );
