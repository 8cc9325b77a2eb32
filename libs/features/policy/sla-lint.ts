import type { Calendar } from './calendar-document.ts';
import { COMPLEXITIES, firstThatHolds, lintConditions, TIERS, URGENCIES } from './conditions.ts';
import { combinations, fault, repeated } from './finding.ts';
import type { Finding } from './finding.ts';
import { ordinaryWeekOf, WEEK, weekMinuteInWords } from './ordinary-week.ts';
import type { SlaDocument, Target } from './sla-document.ts';

const PLACES = combinations({ tier: TIERS, urgency: URGENCIES, complexity: COMPLEXITIES });
type Place = (typeof PLACES)[number];
/** The promises to customers; a team's own clock is between teams. */
const PROMISES = ['firstResponse', 'nextResponse', 'updateCadence', 'resolution'] as const;

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
const slowerThan = ({ rules }: SlaDocument, calendars: Calendars, higher: Place, lower: Place): Finding[] => {
  const [rule, otherRule] = [firstThatHolds(rules, higher), firstThatHolds(rules, lower)];
  if (rule === otherRule || rule === undefined || otherRule === undefined) return [];
  return PROMISES.flatMap((promise) => {
    const [target, otherTarget] = [rule[promise], otherRule[promise]];
    if (otherTarget === undefined) return [];
    const path = `/rules/${rules.indexOf(rule)}/${promise}`;
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
    ...lintConditions('/rules', 'rule', rules, PLACES),
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
    ...slowerTiers(document, calendars),
  ]);
};

/** The calendars that a policy counts by. */
export const calendarsOf = ({ rules, complaint }: SlaDocument): ReadonlySet<string> =>
  new Set([
    ...rules.map((rule) => rule.calendar),
    ...(complaint.closing === undefined ? [] : [complaint.closing.calendar]),
  ]);
