import type { Calendar } from './calendar-document.ts';
import { combinations, fault, repeated, warning } from './finding.ts';
import type { Finding } from './finding.ts';
import { ordinaryWeekOf, WEEK, weekMinuteInWords } from './ordinary-week.ts';
import type { SlaDocument, SlaRule, Target } from './sla-document.ts';

/** From the highest class to the lowest. */
const TIERS = ['A', 'B', 'C'] as const;
const PLACES = combinations({ tier: TIERS, urgency: ['urgent', 'other'], complexity: ['routine', 'complex'] } as const);
type Place = (typeof PLACES)[number];
/** The promises to customers; a team's own clock is between teams. */
const PROMISES = ['firstResponse', 'nextResponse', 'updateCadence', 'resolution'] as const;

const holdsFor = ({ when }: SlaRule, { tier, urgency, complexity }: Place): boolean =>
  (when.tiers?.includes(tier) ?? true) &&
  (when.urgency ?? urgency) === urgency &&
  (when.complexity ?? complexity) === complexity;

/** The first rule that holds decides; -1: none does. */
const ruleFor = ({ rules }: SlaDocument, place: Place): number => rules.findIndex((rule) => holdsFor(rule, place));

const placeInWords = ({ tier, urgency, complexity }: Place): string => `${tier} ${urgency} ${complexity}`;

const coverage = (document: SlaDocument): Finding[] => [
  ...PLACES.filter((place) => ruleFor(document, place) === -1).map((place) =>
    fault('/rules', `No rule holds for ${placeInWords(place)}: add one, or widen the conditions of another.`),
  ),
  ...document.rules.flatMap((rule, index) =>
    PLACES.some((place) => ruleFor(document, place) === index)
      ? []
      : [warning(`/rules/${index}`, `${rule.name} is never reached: the rules before it hold first.`)],
  ),
];

const unknownCalendar = (path: string, name: string, calendars: Calendars): Finding[] =>
  Object.hasOwn(calendars, name)
    ? []
    : [fault(path, `There is no calendar ${name}: choose one of ${Object.keys(calendars).join(', ')}.`)];

interface Calendars {
  readonly [name: string]: Calendar;
}

/** The first minute of an ordinary week in which the one promise is kept later than the other; undefined: never. */
const laterFrom = (
  one: { readonly target: Target; readonly calendar: Calendar },
  other: { readonly target: Target; readonly calendar: Calendar },
): { readonly start: number; readonly minutes: number; readonly otherMinutes: number } | undefined => {
  const [week, otherWeek] = [ordinaryWeekOf(one.calendar), ordinaryWeekOf(other.calendar)];
  if (week === undefined || otherWeek === undefined) return undefined;
  for (let start = 0; start < WEEK; start += 1) {
    const [due, otherDue] = [week.dueAt(one.target, start), otherWeek.dueAt(other.target, start)];
    if (due > otherDue) return { start, minutes: due - start, otherMinutes: otherDue - start };
  }
  return undefined;
};

const hours = (minutes: number): string => `${Math.round((minutes / 60) * 100) / 100} h`;

/** A higher class that is promised less than a lower one, in the same place otherwise. [C3] */
const slowerThan = (document: SlaDocument, calendars: Calendars, higher: Place, lower: Place): Finding[] => {
  const [index, otherIndex] = [ruleFor(document, higher), ruleFor(document, lower)];
  if (index === otherIndex || index === -1 || otherIndex === -1) return [];
  const [rule, otherRule] = [document.rules[index]!, document.rules[otherIndex]!];
  return PROMISES.flatMap((promise) => {
    const [target, otherTarget] = [rule[promise], otherRule[promise]];
    if (otherTarget === undefined) return [];
    const path = `/rules/${index}/${promise}`;
    if (target === undefined)
      return [fault(path, `${rule.name} promises none, but the lower class does (${otherRule.name}) [C3].`)];
    const [calendar, otherCalendar] = [calendars[rule.calendar], calendars[otherRule.calendar]];
    if (calendar === undefined || otherCalendar === undefined) return [];
    const later = laterFrom({ target, calendar }, { target: otherTarget, calendar: otherCalendar });
    return later === undefined
      ? []
      : [
          fault(
            path,
            `${rule.name} is slower than the lower class (${otherRule.name}): from ${weekMinuteInWords(later.start)}, ` +
              `${hours(later.minutes)} against ${hours(later.otherMinutes)} [C3].`,
          ),
        ];
  });
};

const slowerTiers = (document: SlaDocument, calendars: Calendars): Finding[] =>
  PLACES.flatMap((higher) =>
    TIERS.slice(TIERS.indexOf(higher.tier) + 1).flatMap((tier) =>
      slowerThan(document, calendars, higher, { ...higher, tier }),
    ),
  );

const percents = (path: string, values: readonly number[]): Finding[] => [
  ...repeated(values).map((index) => fault(`${path}/${index}`, `${values[index]} stands here twice.`)),
  ...values.flatMap((value, index) =>
    index > 0 && value < values[index - 1]! ? [fault(`${path}/${index}`, 'The shares must rise: sort them.')] : [],
  ),
  ...(values.includes(100) ? [] : [fault(path, 'The deadline itself is missing: add 100.')]),
];

const distinct = (findings: readonly Finding[]): Finding[] =>
  findings.filter(
    ({ path, problem }, index) =>
      findings.findIndex((other) => other.path === path && other.problem === problem) === index,
  );

/** What the schema cannot say about the agreed times. [C3, B3, SLA 9] */
export const lintSla = (document: SlaDocument, { calendars }: { readonly calendars: Calendars }): Finding[] => {
  const { rules, complaint, thresholds } = document;
  return distinct([
    ...repeated(rules.map((rule) => rule.name)).map((index) =>
      fault(`/rules/${index}/name`, `Another rule is called ${rules[index]!.name}: choose another name.`),
    ),
    ...rules.flatMap(({ when: { tiers } }, index) => [
      ...(tiers?.length === 0 ? [fault(`/rules/${index}/when/tiers`, 'Name a class, or leave the list out.')] : []),
      ...repeated(tiers ?? []).map((at) =>
        fault(`/rules/${index}/when/tiers/${at}`, `${tiers![at]} stands here twice.`),
      ),
    ]),
    ...rules.flatMap((rule, index) => unknownCalendar(`/rules/${index}/calendar`, rule.calendar, calendars)),
    ...rules.flatMap((rule, index) =>
      ([...PROMISES, 'internal'] as const).flatMap((promise) =>
        rule[promise]?.rolled === true && rule[promise].counts === 'business-time'
          ? [fault(`/rules/${index}/${promise}/rolled`, 'Business time is never due outside the hours: leave it out.')]
          : [],
      ),
    ),
    ...(complaint.closing === undefined
      ? []
      : unknownCalendar('/complaint/closing/calendar', complaint.closing.calendar, calendars)),
    ...(complaint.planMinutes < complaint.responseMinutes
      ? [fault('/complaint/planMinutes', 'A plan cannot be due before the first response [B3].')]
      : []),
    ...percents('/thresholds/percents', thresholds.percents),
    ...percents('/thresholds/shortPercents', thresholds.shortPercents),
    ...coverage(document),
    ...slowerTiers(document, calendars),
  ]);
};

/** The calendars that a policy counts by. */
export const calendarsOf = ({ rules, complaint }: SlaDocument): ReadonlySet<string> =>
  new Set([
    ...rules.map((rule) => rule.calendar),
    ...(complaint.closing === undefined ? [] : [complaint.closing.calendar]),
  ]);
