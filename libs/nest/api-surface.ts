import type { Aggregate, CommandDefinition } from '#libs/kernel/aggregate.ts';
import type { Feature, FeatureEdge } from '#libs/kernel/feature.ts';
import type { Projection } from '#libs/kernel/projection.ts';
import type { Class } from './command-schema.ts';

/** A command that is offered over HTTP. */
export interface OfferedCommand {
  /** Wire name: `service-case.assign`. */
  readonly name: string;
  /** Last part of its path: `assign`. */
  readonly shortName: string;
  readonly aggregate: Aggregate;
  readonly definition: CommandDefinition;
  readonly type: Class;
}

/** What the features offer over HTTP. */
export interface ApiSurface {
  readonly aggregates: readonly { readonly aggregate: Aggregate; readonly commands: readonly OfferedCommand[] }[];
  readonly commands: ReadonlyMap<string, OfferedCommand>;
  readonly projections: readonly Projection[];
  readonly controllers: readonly Class[];
}

/** Path segments under `/v1` that are the API's own. */
const RESERVED = ['access-records', 'bulk', 'history', 'operations', 'openapi.json', 'provenance'];
const SEGMENT = /^[a-z][a-z0-9-]*$/;

const checked = (segment: string): string => {
  if (!SEGMENT.test(segment) || RESERVED.includes(segment))
    throw new Error(`${segment} cannot be a path under /v1: use a-z, 0-9, - and none of ${RESERVED.join(', ')}.`);
  return segment;
};

/** Loads the features' edges. Throws where a class belongs to no command, or a name cannot be a path. */
export const apiSurfaceOf = async (features: readonly Feature[]): Promise<ApiSurface> => {
  const edges = await Promise.all(
    features.map(async (feature): Promise<FeatureEdge> => (await feature.edge?.()) ?? {}),
  );
  const types = new Map(edges.flatMap((edge) => Object.entries(edge.commands ?? {})));
  const commands = new Map<string, OfferedCommand>();
  const aggregates = features
    .flatMap((feature) => feature.aggregates ?? [])
    .map((aggregate) => {
      checked(aggregate.collection);
      const offered: OfferedCommand[] = [];
      for (const [name, definition] of Object.entries(aggregate.commands)) {
        const type = types.get(name);
        types.delete(name);
        if (type === undefined || definition.internal === true) continue;
        const command = { name, shortName: checked(name.slice(name.indexOf('.') + 1)), aggregate, definition, type };
        offered.push(command);
        commands.set(name, command);
      }
      return { aggregate, commands: offered };
    });
  const [orphan] = types.keys();
  if (orphan !== undefined) throw new Error(`A class is given for ${orphan}, but no aggregate has that command.`);
  const projections = features.flatMap((feature): readonly Projection[] => feature.projections ?? []);
  for (const { collection } of projections) checked(collection.name);
  return { aggregates, commands, projections, controllers: edges.flatMap((edge) => edge.controllers ?? []) };
};

/** `service-cases` → `ServiceCases`. */
export const pascalCase = (kebab: string): string =>
  kebab.replace(/(?:^|[-.])([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
