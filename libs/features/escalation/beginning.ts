import { firstThatHolds } from '#libs/features/policy/policy.events.ts';
import type { Ladder, LadderDocument } from '#libs/features/policy/policy.events.ts';
import { knownClockKey } from '#libs/features/sla/sla.events.ts';
import type { ClockName } from '#libs/features/sla/sla.events.ts';
import type { DecisionContext } from '#libs/kernel/aggregate.ts';
import { later } from '#libs/kernel/instant.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import { Climb, overSince } from './climbing.ts';
import type { DataOf, NewEscalationEvent } from './escalation-events.ts';
import { happened } from './escalation-events.ts';
import { CHANGE_MARK, isBegun, reminderMark } from './escalation.state.ts';
import type { Escalation } from './escalation.state.ts';
import { laddersAt, matterOf, surroundingsIn } from './matter.ts';
import type { Matter } from './matter.ts';
import { seekFirst } from './recipients.ts';
import type { About, Track } from './vocabulary.ts';

/** A share of a clock's target was used: `at` that moment. */
export interface TakeThreshold {
  readonly about: About;
  readonly clock: ClockName;
  readonly cycle: number;
  readonly percent: number;
  /** Of the deadline. */
  readonly revision: number;
  readonly dueAt: Instant;
  readonly at: Instant;
}
export type TellOfChange = Omit<TakeThreshold, 'percent' | 'revision'>;

const ladderIn = ({ ladders, version }: LadderDocument, track: Track, { tier = 'C', urgent }: Matter): Ladder => {
  // Who has no class is served as C. [T2]
  const ladder = firstThatHolds(ladders, { track, tier, urgency: urgent ? 'urgent' : 'other' });
  if (ladder === undefined)
    throw new Error(`Version ${version} has no ladder for ${track} ${tier}: its lint lets none pass.`);
  return ladder;
};

const matterData = (about: About, { reference, customerId, team, tier, urgent }: Matter) => ({
  ...{ about, reference, urgent },
  ...(customerId === undefined ? {} : { customerId }),
  ...(team === undefined ? {} : { team }),
  ...(tier === undefined ? {} : { tier }),
});

/** Nobody could be told before the ledger knew of the clock: a case that is entered late begins to climb when it is entered. */
const momentOf = ({ clock, cycle, at }: TellOfChange, { clocks }: Matter): Instant =>
  later(at, clocks[knownClockKey(clock, cycle)]?.since ?? at);

type Why = Pick<DataOf<'begun'>, 'because' | 'clock' | 'cycle' | 'percent' | 'dueAt' | 'drill' | 'raisedBy' | 'why'>;

/** Chooses the ladder, and calls its first level. */
export const begin = (
  state: Escalation,
  about: About,
  track: Track,
  why: Why,
  at: Instant,
  context: DecisionContext,
): readonly NewEscalationEvent[] => {
  const matter = matterOf(context);
  const document = laddersAt(context, at);
  const ladder = ladderIn(document, track, matter);
  // A crisis calls its group at once, whatever happened before. [H6.3]
  const isOneLevelUp = track === 'ordinary' && matter.isReopenedComplaint;
  const climb = new Climb(state, context).catchUpBefore(at);
  // Only a drill may be under way.
  climb.end({ because: 'overtaken' }, at);
  climb.record(
    happened(
      'begun',
      {
        ...{ ...matterData(about, matter), track, ...why },
        ...{ ladderVersion: document.version, ladder: ladder.name, levels: ladder.levels.length },
        fromLevel: isOneLevelUp ? Math.min(2, ladder.levels.length) : 1,
        round: isBegun(state) ? state.round + 1 : 1,
      },
      { occurredAt: at, policyVersions: { ladder: document.version } },
    ),
  );
  return climb.catchUpTo(at).events;
};

/** The share at which the ladder begins, once a run of a clock; less than that reminds whoever has the matter. [SLA 9, SLA 10] */
export const takeThreshold = (
  command: TakeThreshold,
  state: Escalation,
  context: DecisionContext,
): readonly NewEscalationEvent[] => {
  if (isBegun(state)) return [];
  const { about, clock, cycle, percent, revision, dueAt } = command;
  const matter = matterOf(context);
  const at = momentOf(command, matter);
  const over = overSince({ clock, cycle }, matter);
  if (over !== undefined && over.at <= at) return [];
  const document = laddersAt(context, at);
  if (percent >= document.beginsAtPercent)
    return begin(state, about, 'ordinary', { because: 'threshold', clock, cycle, percent, dueAt }, at, context);
  if (state.status !== 'unknown' && state.told.includes(reminderMark(revision, percent))) return [];
  const sought = seekFirst(['assignee', 'supervisor'], surroundingsIn(context, document), at);
  const { channels } = ladderIn(document, 'ordinary', matter).levels[0]!;
  const what = { clock, cycle, percent, revision, dueAt };
  return [happened('reminded', { ...matterData(about, matter), ...what, ...sought, channels }, { occurredAt: at })];
};

/** Told once to the supervisor: nobody broke that promise. [SLA 4] */
export const tellOfChange = (
  command: TellOfChange,
  state: Escalation,
  context: DecisionContext,
): readonly NewEscalationEvent[] => {
  if (state.status !== 'unknown' && state.told.includes(CHANGE_MARK)) return [];
  const { about, clock, cycle, dueAt } = command;
  const matter = matterOf(context);
  const at = momentOf(command, matter);
  const document = laddersAt(context, at);
  const sought = seekFirst(['supervisor'], surroundingsIn(context, document), at);
  const { channels } = ladderIn(document, 'ordinary', matter).levels[0]!;
  const what = { clock, cycle, dueAt };
  return [
    happened('told-of-change', { ...matterData(about, matter), ...what, ...sought, channels }, { occurredAt: at }),
  ];
};
