import { fault, repeated, warning } from './finding.ts';
import type { Finding } from './finding.ts';

/** From the highest class to the lowest. */
export const TIERS = ['A', 'B', 'C'] as const;
export const URGENCIES = ['urgent', 'other'] as const;
export const COMPLEXITIES = ['routine', 'complex'] as const;
export const TRACKS = ['ordinary', 'emergency'] as const;

/** What rules and ladders ask about; what is not known meets no condition on it. */
export interface Place {
  readonly tier?: (typeof TIERS)[number];
  readonly urgency?: (typeof URGENCIES)[number];
  readonly complexity?: (typeof COMPLEXITIES)[number];
  readonly track?: (typeof TRACKS)[number];
}

/** One of several in a document, with the conditions under which it holds; a condition that is left out always does. */
interface Conditional {
  readonly name: string;
  readonly when: Omit<Place, 'tier'> & { readonly tiers?: readonly string[] };
}

const holdsFor = ({ when }: Conditional, { tier, urgency, complexity, track }: Place): boolean =>
  (when.tiers === undefined || (tier !== undefined && when.tiers.includes(tier))) &&
  (when.urgency === undefined || when.urgency === urgency) &&
  (when.complexity === undefined || when.complexity === complexity) &&
  (when.track === undefined || when.track === track);

/** The first whose conditions hold decides; undefined: none does. [C3, SLA 10] */
export const firstThatHolds = <Each extends Conditional>(all: readonly Each[], place: Place): Each | undefined =>
  all.find((each) => holdsFor(each, place));

/** What can be wrong with names and conditions, and where none of them holds or one never does. */
export const lintConditions = (
  path: string,
  noun: string,
  all: readonly Conditional[],
  places: readonly Place[],
): Finding[] => {
  const reached = new Set(places.map((place) => firstThatHolds(all, place)));
  return [
    ...repeated(all.map(({ name }) => name)).map((index) =>
      fault(`${path}/${index}/name`, `Another ${noun} is called ${all[index]!.name}: choose another name.`),
    ),
    ...all.flatMap(({ name, when: { tiers } }, index) => [
      ...(tiers?.length === 0 ? [fault(`${path}/${index}/when/tiers`, 'Name a class, or leave the list out.')] : []),
      ...repeated(tiers ?? []).map((at) =>
        fault(`${path}/${index}/when/tiers/${at}`, `${tiers![at]} stands here twice.`),
      ),
      ...(reached.has(all[index])
        ? []
        : [warning(`${path}/${index}`, `${name} is never reached: the ${noun}s before it hold first.`)]),
    ]),
    ...places
      .filter((place) => firstThatHolds(all, place) === undefined)
      .map((place) =>
        fault(
          path,
          `No ${noun} holds for ${Object.values(place).join(' ')}: add one, or widen the conditions of another.`,
        ),
      ),
  ];
};
