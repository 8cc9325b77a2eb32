import { combinations, fault, repeated, warning } from './finding.ts';
import type { Finding } from './finding.ts';
import type { Ladder, LadderDocument, LadderLevel } from './ladder-document.ts';

const PLACES = combinations({
  track: ['ordinary', 'emergency'],
  tier: ['A', 'B', 'C'],
  urgency: ['urgent', 'other'],
} as const);
type Place = (typeof PLACES)[number];

const holdsFor = ({ when }: Ladder, { track, tier, urgency }: Place): boolean =>
  (when.track ?? track) === track && (when.tiers?.includes(tier) ?? true) && (when.urgency ?? urgency) === urgency;
const ladderFor = ({ ladders }: LadderDocument, place: Place): number =>
  ladders.findIndex((ladder) => holdsFor(ladder, place));

/** How high somebody stands; those on duty and the crisis group stand beside the ranks. */
const RANKS: readonly string[] = ['assignee', 'account-manager', 'supervisor', 'department-head', 'committee'];
const rankOf = ({ recipients }: LadderLevel): number =>
  Math.max(...recipients.map((recipient) => RANKS.indexOf(recipient)));

const lintLevels = (path: string, levels: readonly LadderLevel[]): Finding[] =>
  levels.flatMap((level, index) => {
    const at = `${path}/levels/${index}`;
    const highest = Math.max(-1, ...levels.slice(0, index).map(rankOf));
    const rank = rankOf(level);
    return [
      ...repeated(level.recipients).map((nth) =>
        fault(`${at}/recipients/${nth}`, `${level.recipients[nth]} is called twice on one level.`),
      ),
      ...repeated(level.channels).map((nth) =>
        fault(`${at}/channels/${nth}`, `${level.channels[nth]} stands here twice.`),
      ),
      ...(rank !== -1 && rank < highest
        ? [
            fault(
              `${at}/recipients`,
              `Level ${index + 1} goes back down to ${RANKS[rank]} after ${RANKS[highest]}: the climb would go in a circle.`,
            ),
          ]
        : []),
    ];
  });

const coverage = (document: LadderDocument): Finding[] => [
  ...PLACES.filter((place) => ladderFor(document, place) === -1).map(({ track, tier, urgency }) =>
    fault('/ladders', `No ladder holds for ${track} ${tier} ${urgency}: add one, or widen the conditions of another.`),
  ),
  ...document.ladders.flatMap((ladder, index) =>
    PLACES.some((place) => ladderFor(document, place) === index)
      ? []
      : [warning(`/ladders/${index}`, `${ladder.name} is never reached: the ladders before it hold first.`)],
  ),
];

const calls = ({ ladders }: LadderDocument, recipient: LadderLevel['recipients'][number]): boolean =>
  ladders.some(({ levels }) => levels.some(({ recipients }) => recipients.includes(recipient)));

const nameless = (document: LadderDocument): Finding[] => [
  ...(document.committeeTeam === undefined && calls(document, 'committee')
    ? [warning('/committeeTeam', 'The committee is called, but its team is not named: such calls go to the operator.')]
    : []),
  ...(document.crisisTeam === undefined && calls(document, 'crisis-group')
    ? [warning('/crisisTeam', 'The crisis group is called, but its team is not named: such calls go to the operator.')]
    : []),
];

/** What the schema cannot say about ladders. [SLA 10, SLA 12] */
export const lintLadders = (document: LadderDocument): Finding[] => {
  const { ladders, notices } = document;
  return [
    ...repeated(ladders.map((ladder) => ladder.name)).map((index) =>
      fault(`/ladders/${index}/name`, `Another ladder is called ${ladders[index]!.name}: choose another name.`),
    ),
    ...ladders.flatMap(({ when: { tiers }, levels }, index) => [
      ...(tiers?.length === 0 ? [fault(`/ladders/${index}/when/tiers`, 'Name a class, or leave the list out.')] : []),
      ...repeated(tiers ?? []).map((at) =>
        fault(`/ladders/${index}/when/tiers/${at}`, `${tiers![at]} stands here twice.`),
      ),
      ...lintLevels(`/ladders/${index}`, levels),
    ]),
    ...(notices.quietHours !== undefined && notices.quietHours.from === notices.quietHours.to
      ? [
          fault(
            '/notices/quietHours',
            'Quiet hours that end when they begin are none or all of the day: leave them out.',
          ),
        ]
      : []),
    ...coverage(document),
    ...nameless(document),
  ];
};
