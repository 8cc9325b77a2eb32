import type { Ladder } from '#libs/features/policy/policy.events.ts';
import { knownClockKey } from '#libs/features/sla/sla.events.ts';
import type { DecisionContext } from '#libs/kernel/aggregate.ts';
import { addMinutes, later } from '#libs/kernel/instant.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import type { DataOf, NewEscalationEvent } from './escalation-events.ts';
import { happened } from './escalation-events.ts';
import { acknowledgementMark, evolve, isLive } from './escalation.state.ts';
import type { Begun, Call, Escalation, Folded, Live } from './escalation.state.ts';
import { laddersOf, matterOf, surroundingsIn } from './matter.ts';
import type { Matter } from './matter.ts';
import { seek } from './recipients.ts';
import type { CalledBecause, EndedBecause, Progress } from './vocabulary.ts';

/** When the ledger learned that there is nothing to climb for any more; undefined: there still is. */
export const overSince = (
  { clock, cycle }: Pick<Begun, 'clock' | 'cycle'>,
  { clocks, ended }: Matter,
): { readonly at: Instant; readonly because: EndedBecause } | undefined => {
  if (clock === undefined || cycle === undefined) return ended;
  const known = clocks[knownClockKey(clock, cycle)]?.ended;
  if (known === undefined) return undefined;
  // What ended with its matter ended for that reason, however late it is looked at.
  if (ended?.at === known.at && ended.because !== 'solved') return ended;
  return { at: known.at, because: known.outcome === 'cancelled' ? 'clock-cancelled' : 'clock-stopped' };
};

/** Why the climb goes on from where it stands. */
const becauseOf = ({ status, level, fromLevel, calls }: Live): CalledBecause => {
  if (status === 'acknowledged') return 'no-progress';
  if (level < fromLevel) return 'begun';
  const last = calls.at(-1);
  if (last?.level !== level) return 'nobody-below';
  return last.acknowledgement ? 'not-acknowledged' : 'still-open';
};

/**
 * One climb being decided upon: everything that was due before a fact is recorded first, each thing at its own moment, so that a late
 * look records what a look in time would have. [SLA 13]
 */
export class Climb {
  readonly #context: DecisionContext;
  readonly events: NewEscalationEvent[] = [];
  state: Escalation;

  constructor(state: Escalation, context: DecisionContext) {
    this.state = state;
    this.#context = context;
  }

  record(event: NewEscalationEvent): void {
    this.events.push(event);
    this.state = evolve(this.state, event as Folded);
  }

  /** All that comes to pass by itself before a moment. */
  catchUpBefore(moment: Instant): this {
    while ('nextAt' in this.state && this.state.nextAt !== undefined && this.state.nextAt < moment)
      this.#goOn(this.state, this.state.nextAt);
    return this;
  }

  /** All that comes to pass by itself up to and at a moment. */
  catchUpTo(moment: Instant): this {
    while ('nextAt' in this.state && this.state.nextAt !== undefined && this.state.nextAt <= moment)
      this.#goOn(this.state, this.state.nextAt);
    return this;
  }

  /** Stops the climb; a second one of the same person and level, or one while it stands still, is no new fact. */
  acknowledge({ level }: Pick<Call, 'level'>, acknowledgedBy: string, moment: Instant): void {
    const { state } = this;
    if (!isLive(state) || state.status === 'acknowledged') return;
    if (state.acknowledged.includes(acknowledgementMark(level, acknowledgedBy))) return;
    const at = later(moment, state.lastAt);
    const nextAt = addMinutes(at, this.#ladderOf(state).noProgressMinutes);
    // After the last level there is nothing to go on to.
    const rest = state.status === 'exhausted' ? {} : { nextAt };
    this.record(happened('acknowledged', { level, acknowledgedBy, ...rest }, { occurredAt: at }));
  }

  progress(progress: Progress, moment: Instant): void {
    const { state } = this;
    if (!isLive(state) || state.status !== 'acknowledged' || state.nextAt === undefined) return;
    const at = later(moment, state.lastAt);
    const nextAt = addMinutes(at, this.#ladderOf(state).noProgressMinutes);
    this.record(happened('progressed', { progress, nextAt }, { occurredAt: at }));
  }

  end(data: Omit<DataOf<'ended'>, 'about'>, moment: Instant): void {
    if (!isLive(this.state)) return;
    const { about, lastAt } = this.state;
    this.record(happened('ended', { about, ...data }, { occurredAt: later(moment, lastAt) }));
  }

  #ladderOf(state: Begun): Ladder {
    const { version, ladders } = laddersOf(state, this.#context);
    const ladder = ladders.find(({ name }) => name === state.ladder);
    if (ladder === undefined) throw new Error(`Version ${version} of the ladders has none called ${state.ladder}.`);
    return ladder;
  }

  /** The next level at its moment, or the end. */
  #goOn(state: Live, at: Instant): void {
    const over = overSince(state, matterOf(this.#context));
    if (over !== undefined && over.at <= at) return this.end({ because: over.because }, over.at);
    const because = becauseOf(state);
    const level = state.level + 1;
    const rung = this.#ladderOf(state).levels[level - 1];
    if (rung === undefined) return this.record(happened('exhausted', { because }, { occurredAt: at }));
    const surroundings = surroundingsIn(this.#context, laddersOf(state, this.#context));
    const { recipients, passedOver, ...sought } = seek(rung.recipients, surroundings, at);
    if (sought.called.length === 0)
      return this.record(happened('nobody-found', { level, because, recipients, passedOver }, { occurredAt: at }));
    const { channels, acknowledgement, waitMinutes } = rung;
    const nextAt = addMinutes(at, waitMinutes);
    this.record(
      happened(
        'called',
        { level, because, recipients, ...sought, passedOver, channels, acknowledgement, waitMinutes, nextAt },
        { occurredAt: at },
      ),
    );
  }
}
