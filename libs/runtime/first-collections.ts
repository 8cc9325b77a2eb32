import type { ReadModels } from '#libs/ports/read-models.ts';
import { physicalName } from './physical-name.ts';
import type { Registry } from './registry.ts';

/** Makes the collections that do not exist in any version yet, so that they can be asked before a worker fills them. */
export const ensureFirstCollections = async (models: ReadModels, registry: Registry): Promise<void> => {
  const known = new Set((await models.collections()).map((each) => each.logical));
  for (const [logical, { name, collection }] of registry.projections)
    if (!known.has(logical)) await models.ensure(physicalName(name, 1), collection);
};
