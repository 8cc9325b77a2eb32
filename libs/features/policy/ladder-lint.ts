import { lintConditions, TIERS, TRACKS, URGENCIES } from './conditions.ts';
import { combinations, fault, repeated, warning } from './finding.ts';
import type { Finding } from './finding.ts';
import type { LadderDocument, LadderLevel } from './ladder-document.ts';

const PLACES = combinations({ track: TRACKS, tier: TIERS, urgency: URGENCIES });

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
    ...lintConditions('/ladders', 'ladder', ladders, PLACES),
    ...ladders.flatMap(({ levels }, index) => lintLevels(`/ladders/${index}`, levels)),
    ...(notices.quietHours !== undefined && notices.quietHours.from === notices.quietHours.to
      ? [
          fault(
            '/notices/quietHours',
            'Quiet hours that end when they begin are none or all of the day: leave them out.',
          ),
        ]
      : []),
    ...nameless(document),
  ];
};
