import type { Dice, Moments } from './dice.ts';
import { calledBy } from './expected-climb.ts';
import type { Told } from './expected-climb.ts';
import { expectedOf, inOrder } from './expected-year.ts';
import { DAY, HOUR, MINUTE, shanghai } from './hours.ts';
import type { MatterStep, Severity, Story } from './story.ts';

// What people do about one case or complaint: thrown with dice.

/** When processes are away in one of the lives. */
export const OUTAGE = [shanghai('2025-10-14 11:00'), shanghai('2025-10-17 11:00')] as const;
export const isInOutage = (at: number) => OUTAGE[0] - HOUR <= at && at < OUTAGE[1] + HOUR;

export interface Making {
  readonly dice: Dice;
  readonly moment: Moments;
  readonly story: Story;
}
const AGENTS: { readonly [team: string]: readonly string[] } = {
  east: ['ada', 'bo', 'cai'],
  west: ['eva', 'fay', 'max'],
};

/** What people do about a case, if nobody calls them. */
export const caseSteps = (
  matter: string,
  at: number,
  { dice: { chance, among, between }, moment, story }: Making,
): readonly MatterStep[] => {
  const customer = chance(0.92) ? among(story.customers) : undefined;
  const team = customer?.team ?? (chance(0.5) ? among(['east', 'west']) : undefined);
  const by = among(AGENTS[team ?? 'east']!);
  const opened = moment(at);
  const steps: MatterStep[] = [
    {
      ...{ at: opened, matter, by, does: 'receive', urgent: chance(0.45), complex: chance(0.25) },
      ...(customer === undefined ? {} : { customer: customer.key }),
      ...(team === undefined ? {} : { team }),
      // Who is called is who has it when that is decided: nothing is entered late, and assigned later still, in the outage.
      receivedAt: chance(0.06) && !isInOutage(at) ? moment(at - between(20 * MINUTE, 20 * HOUR)) : opened,
    },
  ];
  let last = at;
  const then = (does: Exclude<MatterStep['does'], 'receive'>, after: number, more: object = {}): number => {
    last += Math.max(after, MINUTE);
    steps.push({ at: moment(last), matter, by, does, ...more } as MatterStep);
    return last;
  };
  if (chance(0.04)) return steps;
  then('identify', between(MINUTE, 20 * MINUTE));
  if (chance(0.06)) return steps;
  then('assign', between(MINUTE, 20 * MINUTE), { who: by });
  then('start', between(MINUTE, 2 * HOUR));
  if (chance(0.8)) then('answer', between(10 * MINUTE, chance(0.6) ? 3 * HOUR : 50 * HOUR));
  if (chance(0.07) && !isInOutage(last + HOUR))
    then('prioritise', HOUR, { urgent: !(steps[0] as { urgent: boolean }).urgent });
  if (chance(0.3)) {
    then('wait', between(MINUTE, 5 * HOUR));
    then(
      among(['customer-writes', 'customer-writes', 'resume', 'wait-for-others']),
      between(HOUR, chance(0.8) ? 50 * HOUR : 12 * DAY),
    );
  }
  if (chance(0.1) && !isInOutage(last + HOUR))
    then('reassign', HOUR, { who: among(AGENTS[team ?? 'east']!.filter((who) => who !== by)) });
  if (chance(0.1)) then('note', between(HOUR, 10 * HOUR));
  if (chance(0.12)) return steps;
  then('solve', between(HOUR, chance(0.7) ? 30 * HOUR : 7 * DAY));
  if (chance(0.12) && !isInOutage(last + 20 * HOUR)) {
    then('reopen', 20 * HOUR);
    if (chance(0.6)) then('solve', between(4 * HOUR, 5 * DAY));
  }
  return steps;
};

export const complaintSteps = (
  matter: string,
  at: number,
  { dice: { chance, among, between }, moment, story }: Making,
): readonly MatterStep[] => {
  const customer = chance(0.9) ? among(story.customers) : undefined;
  const team = customer?.team ?? among(['east', 'west']);
  const by = among(AGENTS[team]!);
  const severity: Severity = isInOutage(at) ? 'minor' : among(['minor', 'moderate', 'serious', 'serious', 'critical']);
  const steps: MatterStep[] = [
    {
      ...{ at: moment(at), matter, by, does: 'file', team, severity },
      ...(customer === undefined ? {} : { customer: customer.key }),
    },
  ];
  let last = at;
  const then = (does: Exclude<MatterStep['does'], 'file'>, after: number, more: object = {}) => {
    last += Math.max(after, MINUTE);
    steps.push({ at: moment(last), matter, by, does, ...more } as MatterStep);
  };
  then('assign', between(MINUTE, HOUR), { who: by });
  if (severity !== 'critical' && chance(0.12) && !isInOutage(last + 3 * HOUR))
    then('raise-severity', 3 * HOUR, { severity: among(['serious', 'critical']) });
  if (chance(0.1)) {
    then('withdraw', between(HOUR, 60 * HOUR), {});
    if (chance(0.7) && !isInOutage(last + 9 * HOUR)) then('reopen', 9 * HOUR);
    return steps;
  }
  if (chance(0.85)) then('answer', between(20 * MINUTE, 45 * HOUR));
  then('accept', between(MINUTE, 10 * HOUR));
  if (chance(0.15)) return steps;
  if (chance(0.8)) then('plan', between(HOUR, 60 * HOUR));
  then('investigate', between(HOUR, 20 * HOUR));
  then('find', between(HOUR, 40 * HOUR));
  if (chance(0.2)) return steps;
  then('handle', between(HOUR, 4 * DAY));
  then('need-nothing', HOUR);
  then('answer-finally', between(HOUR, 10 * DAY));
  then('pass-review', between(HOUR, 3 * DAY), { by: 'hal' });
  then('close', between(HOUR, 2 * DAY));
  if (chance(0.25) && !isInOutage(last + 30 * HOUR)) then('reopen', 30 * HOUR);
  return steps;
};

/** Some of those who are called take it on, and some of them get on with it: that is added to what happens, as often as it may be. */
export const withReactions = (steps: readonly MatterStep[], { dice: { chance, between }, moment, story }: Making) => {
  let all = steps;
  const reacted = new Set<string>();
  for (let round = 0; round < 4; round++) {
    const call = expectedOf(all, story).find(
      (told): told is Told & { level: number } =>
        told.fact === 'called' &&
        told.acknowledgement === true &&
        !reacted.has(JSON.stringify([told.of, told.round, told.level])) &&
        !isInOutage(told.at),
    );
    if (call === undefined) return all;
    reacted.add(JSON.stringify([call.of, call.round, call.level]));
    const at = call.at + between(2 * MINUTE, chance(0.8) ? 25 * MINUTE : 6 * HOUR);
    if (!chance(0.55) || isInOutage(at)) continue;
    const by = calledBy(call)[0]!;
    const { matter, of, round: nth, level } = call;
    const more: MatterStep[] = [
      { at: moment(at), matter, by, does: 'acknowledge', of, round: nth, level, inInbox: chance(0.6) },
    ];
    if (chance(0.4) && !isInOutage(at + HOUR))
      more.push({ at: moment(at + between(MINUTE, 3 * HOUR)), matter, by, does: 'note' });
    if (of === 'emergency' && chance(0.4)) more.push({ at: moment(at + 4 * HOUR), matter, by, does: 'stand-down' });
    all = inOrder([...all, ...more]);
  }
  return all;
};

/** A crisis of a case is raised by hand, sometimes after an exercise. */
export const withCrisis = (
  steps: readonly MatterStep[],
  { dice: { chance }, moment }: Making,
): readonly MatterStep[] => {
  const { matter, by, at } = steps[0]!;
  const begins = at + 3 * HOUR;
  const solved = steps.find(({ does }) => does === 'solve')?.at ?? Infinity;
  if (isInOutage(begins) || isInOutage(begins + 10 * HOUR) || solved < begins + 2 * HOUR) return steps;
  const drill: MatterStep = { at: moment(begins - 40 * MINUTE), matter, by, does: 'raise-emergency', drill: true };
  const crisis: MatterStep = { at: moment(begins), matter, by, does: 'raise-emergency', drill: false };
  return inOrder([...steps, ...(chance(0.5) ? [drill] : []), crisis]);
};
