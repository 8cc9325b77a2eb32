import { dice, moments } from './dice.ts';
import type { Dice, Moments } from './dice.ts';
import type { ExpectedMessage } from './expected-messages.ts';
import { expectedYear, inOrder } from './expected-year.ts';
import { DAY, HOUR, MINUTE, shanghai } from './hours.ts';
import { caseSteps, complaintSteps, isInOutage, OUTAGE, withCrisis, withReactions } from './matters.ts';
import type { Making } from './matters.ts';
import { LADDERS_OF_JANUARY, LADDERS_OF_JULY, PEOPLE, TEAMS } from './office.ts';
import type { Customer, MatterStep, OfficeStep, Step, Story, Trouble } from './story.ts';

// The story of a year, made from a seed: the same seed, the same story.

const START = shanghai('2025-01-01 08:00');
const LAST = shanghai('2025-12-20 00:00');
const NOBODY: Trouble = { who: '', from: 0, until: 0 };

const customersOf = ({ chance, among }: Dice): readonly Customer[] =>
  Array.from({ length: 200 }, (_, nth) => {
    const tier = among(['A', 'A', 'B', 'B', 'B', 'C', 'C', 'C', 'C', undefined] as const);
    return {
      ...{ key: `C${nth}`, team: nth % 2 === 0 ? 'east' : 'west' },
      ...(tier === undefined ? {} : { tier }),
      ...(chance(0.85) ? { accountManager: nth % 2 === 0 ? among(['ada', 'max']) : 'max' } : {}),
    };
  });

/** Times at which deputies, or whole teams, are away too. */
const TOGETHER = [
  { from: shanghai('2025-03-10 06:00'), days: 9, who: ['ada', 'bo'] },
  { from: shanghai('2025-05-12 06:00'), days: 5, who: ['ada', 'bo', 'cai'] },
  { from: shanghai('2025-06-09 06:00'), days: 6, who: ['eva', 'fay', 'gil', 'hal', 'kim'] },
  { from: shanghai('2025-08-05 06:00'), days: 6, who: ['sam', 'bo', 'hal'] },
];

/** Everybody is away now and then. */
const absencesOf = ({ between, next }: Dice, moment: Moments): readonly OfficeStep[] => {
  const leave = (who: string, from: number, days: number): OfficeStep => ({
    ...{ at: moment(from - 2 * DAY), does: 'leave', who, from: moment(from), until: moment(from + days * DAY) },
  });
  const byChance = PEOPLE.flatMap(({ id }) =>
    [2, 4, 7, 9, 11].map((month) =>
      leave(id, shanghai(`2025-${String(month).padStart(2, '0')}-02 00:00`) + next() * 24 * DAY, between(0.2, 12)),
    ),
  );
  const together = TOGETHER.flatMap(({ from, days, who }) => who.map((each) => leave(each, from, days)));
  return [...byChance, ...together];
};

/** Many at once, until they are withdrawn: of one class-A customer, and such that nobody can be found for. */
const stormSteps = ({ moment, story }: Making, size: number): readonly MatterStep[] => {
  const key = story.customers.find(({ tier, team }) => tier === 'A' && team === 'east')!.key;
  const storm = (letter: string, filed: number, withdrawn: number, more: object) =>
    Array.from({ length: size }, (_, nth): MatterStep[] => {
      const common = { matter: `CP-${letter}${nth}`, by: 'ada' };
      return [
        { ...common, at: moment(filed), does: 'file', severity: 'serious', ...more },
        { ...common, at: moment(withdrawn), does: 'withdraw' },
      ];
    }).flat();
  const morning = shanghai('2025-07-15 10:00');
  return [
    ...storm('A', morning, morning + 2 * HOUR + 10 * MINUTE, { customer: key, team: 'east' }),
    ...storm('N', morning + 57 * DAY, morning + 58 * DAY + 10 * MINUTE, { severity: 'minor' }),
  ];
};

const isHooked = ({ recipient }: ExpectedMessage) => PEOPLE.some(({ id, hook }) => id === recipient && hook);

const toOne = (messages: readonly ExpectedMessage[], { recipient }: ExpectedMessage, from: number, until: number) =>
  messages.filter((other) => other.recipient === recipient && from <= other.at && other.at < until);

/** Whose webhook answers 503 for an hour: of those who get up to five messages in it, whoever gets most. */
const busyIn = (messages: readonly ExpectedMessage[]): Trouble => {
  const hours = messages
    .filter((message) => message.at < OUTAGE[0] - 10 * DAY && isHooked(message))
    .map((message) => ({
      message,
      count: toOne(messages, message, message.at - MINUTE, message.at + HOUR - MINUTE).length,
    }))
    .filter(({ count }) => count <= 5)
    .sort((a, b) => b.count - a.count);
  const most = hours[0]?.message;
  return most === undefined ? NOBODY : { who: most.recipient, from: most.at - MINUTE, until: most.at + HOUR - MINUTE };
};

/** Whose webhook is gone for three weeks: from a message on that goes to them alone, so that it is no matter of chance which comes back. */
const goneIn = (messages: readonly ExpectedMessage[], busy: Trouble): Trouble => {
  const first = messages.find(
    (message) =>
      message.recipient !== busy.who &&
      message.at < OUTAGE[0] - 25 * DAY &&
      isHooked(message) &&
      toOne(messages, message, message.at - 10 * MINUTE, message.at + 10 * MINUTE).length === 1,
  );
  return first === undefined ? NOBODY : { who: first.recipient, from: first.at - MINUTE, until: first.at + 21 * DAY };
};

/** Some begin when many are away, some before and while the processes are. */
const beginning = (nth: number, { among, next }: Dice): number => {
  if (nth % 3 === 1) {
    const { from, days } = among(TOGETHER);
    return from - DAY + next() * days * DAY;
  }
  if (nth % 6 === 2 || nth % 24 === 3) return OUTAGE[0] - 30 * HOUR + next() * 80 * HOUR;
  return START + DAY + next() * (LAST - START - DAY);
};

/** `matters`: cases and complaints, a quarter of them complaints; besides, two storms of `storm` each. */
export const planOf = (seed: number, matters: number, storm = 24): Story => {
  const rolls = dice(seed);
  const moment = moments();
  const office: OfficeStep[] = [
    { at: moment(START), does: 'found' },
    { at: moment(START + MINUTE), does: 'publish-ladders', document: LADDERS_OF_JANUARY },
    { at: moment(shanghai('2025-07-01 10:00')), does: 'publish-ladders', document: LADDERS_OF_JULY },
  ];
  const customers = customersOf(rolls);
  const fixed = { people: PEOPLE, teams: TEAMS, customers, outage: OUTAGE, busy: NOBODY, gone: NOBODY };
  const promoted = customers.filter(({ tier }) => tier !== 'A' && rolls.chance(0.2));
  const promotions = promoted.map(({ key }): OfficeStep => {
    const at = moment(START + DAY + rolls.next() * (LAST - START));
    return { at: isInOutage(at) ? moment(at + 5 * DAY) : at, does: 'promote', customer: key };
  });
  const wanted = absencesOf(rolls, moment);
  // Nobody can declare two absences over one time.
  const absences = wanted.filter(
    (each, index) =>
      each.does === 'leave' &&
      !wanted
        .slice(index + 1)
        .some(
          (other) =>
            other.does === 'leave' && other.who === each.who && other.from < each.until && each.from < other.until,
        ),
  );
  const steps = inOrder<Step>([...office, ...promotions, ...absences]);
  const making: Making = { dice: rolls, moment, story: { ...fixed, steps } };
  const found = Array.from({ length: matters }, (_, nth) => {
    const at = beginning(nth, rolls);
    const isComplaint = nth % 4 === 3;
    const own = isComplaint ? complaintSteps(`CP-${nth}`, at, making) : caseSteps(`SC-${nth}`, at, making);
    return withReactions(!isComplaint && rolls.chance(0.05) ? withCrisis(own, making) : own, making);
  });
  const story = { ...fixed, steps: inOrder([...steps, ...found.flat(), ...stormSteps(making, storm)]) };
  const messages = expectedYear(story).messages.filter(({ channels }) => channels.includes('webhook'));
  const busy = busyIn(messages);
  const gone = goneIn(messages, busy);
  if (gone === NOBODY) return { ...story, busy };
  const resumed: Step = { at: moment(gone.until), does: 'resume-hook', who: gone.who };
  return { ...story, busy, gone, steps: inOrder([...story.steps, resumed]) };
};
