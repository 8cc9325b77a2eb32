import type { Aggregate, CommandDefinition } from '#libs/kernel/aggregate.ts';
import type { Clearance } from '#libs/kernel/clearance.ts';
import type { EventDefinition, EventSet, Upcaster } from '#libs/kernel/event.ts';
import type { Feature } from '#libs/kernel/feature.ts';
import type { Projection } from '#libs/kernel/projection.ts';
import type { Saga } from '#libs/kernel/saga.ts';
import { processEvents } from './saga-events.ts';
import { waitingProcesses } from './saga-waiting.ts';

/** Everything that the features contribute, by name. */
export interface Registry {
  readonly features: readonly Feature[];
  readonly eventSets: readonly EventSet[];
  readonly definitions: ReadonlyMap<string, EventDefinition>;
  readonly upcasters: ReadonlyMap<string, Upcaster>;
  /** By the streams' category. */
  readonly aggregates: ReadonlyMap<string, Aggregate>;
  readonly commands: ReadonlyMap<string, { readonly aggregate: Aggregate; readonly definition: CommandDefinition }>;
  /** By logical collection. */
  readonly projections: ReadonlyMap<string, Projection>;
  readonly sagas: readonly Saga[];
  readonly clearance?: Clearance;
}

/** Throws where two features claim the same name: a mistake of the programme, found at start. */
export const registryOf = (features: readonly Feature[], extraEvents: readonly EventSet[] = []): Registry => {
  const definitions = new Map<string, EventDefinition>();
  const upcasters = new Map<string, Upcaster>();
  const aggregates = new Map<string, Aggregate>();
  const commands = new Map<string, { aggregate: Aggregate; definition: CommandDefinition }>();
  const projections = new Map<string, Projection>();
  const claim = <V>(map: Map<string, V>, name: string, value: V) => {
    if (map.has(name)) throw new Error(`Two features declare ${name}: rename one of them.`);
    map.set(name, value);
  };
  const [clearance, another] = features.flatMap((feature) => feature.clearance ?? []);
  if (another !== undefined) throw new Error('Two features declare a clearance: what is needed is said in one place.');
  const sagas = features.flatMap((feature) => feature.sagas ?? []);
  const eventSets = [
    ...new Set([
      ...extraEvents,
      ...(sagas.length > 0 ? [processEvents] : []),
      ...features.flatMap((feature) => [
        ...(feature.events ?? []),
        ...(feature.aggregates ?? []).map((aggregate) => aggregate.events),
      ]),
    ]),
  ];
  for (const set of eventSets) {
    for (const [type, definition] of Object.entries(set.definitions)) claim(definitions, type, definition);
    for (const [type, upcaster] of Object.entries(set.upcasters)) claim(upcasters, type, upcaster);
  }
  for (const feature of features) {
    for (const aggregate of feature.aggregates ?? []) {
      claim(aggregates, aggregate.name, aggregate);
      for (const [name, definition] of Object.entries(aggregate.commands))
        claim(commands, name, { aggregate, definition });
    }
    for (const projection of (feature.projections ?? []) as readonly Projection[])
      claim(projections, projection.collection.name, projection);
  }
  if (sagas.length > 0) claim(projections, waitingProcesses.collection.name, waitingProcesses as unknown as Projection);
  return {
    features,
    eventSets,
    definitions,
    upcasters,
    aggregates,
    commands,
    projections,
    sagas,
    ...(clearance === undefined ? {} : { clearance }),
  };
};

/** The aggregate and the id that a stream's name consists of: `service-case-<id>`; undefined for other streams. */
export const parseStream = (
  registry: Registry,
  stream: string,
): { readonly aggregate: Aggregate; readonly id: string } | undefined => {
  for (let dash = stream.indexOf('-'); dash !== -1; dash = stream.indexOf('-', dash + 1)) {
    const aggregate = registry.aggregates.get(stream.slice(0, dash));
    if (aggregate !== undefined && dash + 1 < stream.length) return { aggregate, id: stream.slice(dash + 1) };
  }
  return undefined;
};
