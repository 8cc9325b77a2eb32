/** `service-cases@2~3`: the third time that version 2 of the fold was built. */
export const physicalName = (projection: string, generation: number): string => `${projection}~${generation}`;

/** How often the collection was built before and including this one; grows over all versions of the fold. */
export const generationOf = (physical: string): number => Number(physical.slice(physical.lastIndexOf('~') + 1)) || 0;
