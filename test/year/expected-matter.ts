import type { LadderDocument } from '#libs/features/policy/policy.events.ts';
import { ExpectedClimb, ladderFor } from './expected-climb.ts';
import type { Told } from './expected-climb.ts';
import { ExpectedClock } from './expected-clocks.ts';
import type { ExpectedPeople, Recipient } from './expected-people.ts';
import type { MatterStep, Tier, Track } from './story.ts';

/** A customer's class changes; not what happens to one matter only. */
export type Promotion = { readonly at: number; readonly does: 'promote' };

/** What shows that somebody works on it. Handing it around does not. */
const PROGRESS: { readonly [S in MatterStep['does']]?: 'answer' | 'note' | 'step' } = {
  ...{ answer: 'answer', 'answer-finally': 'answer', note: 'note' },
  ...{ identify: 'step', assign: 'step', start: 'step', wait: 'step', 'wait-for-others': 'step', resume: 'step' },
  ...{ accept: 'step', investigate: 'step', find: 'step', plan: 'step', handle: 'step', 'need-nothing': 'step' },
  'pass-review': 'step',
};

/** Lives through one case or complaint, fact by fact, and tells everything that is expected to be escalated. */
export class ExpectedMatter {
  readonly told: Told[] = [];
  readonly #people: ExpectedPeople;
  readonly #ladders: (at: number) => LadderDocument;
  readonly #opened: Extract<MatterStep, { does: 'receive' | 'file' }>;
  readonly #clocks: ExpectedClock[] = [];
  readonly #running = new Set<ExpectedClock>();
  readonly #climbs = new Map<ExpectedClock, ExpectedClimb>();
  readonly #emergencies: ExpectedClimb[] = [];
  readonly #pauses: { from: number; to: number }[] = [];
  #tier: Tier | undefined;
  #urgent: boolean;
  #assignee: string | undefined;
  #isOpen = true;
  #isAnswered = false;
  #cycle = 1;

  constructor(
    people: ExpectedPeople,
    ladders: (at: number) => LadderDocument,
    opened: Extract<MatterStep, { does: 'receive' | 'file' }>,
    tier: Tier | undefined,
  ) {
    [this.#people, this.#ladders, this.#opened] = [people, ladders, opened];
    if (opened.does === 'receive') {
      // Whoever has no class, or is not known, is served as C.
      [this.#tier, this.#urgent] = [tier ?? 'C', opened.urgent];
      this.#begin(['first-response', 'resolution'], opened.receivedAt);
    } else {
      const { severity } = opened;
      [this.#tier, this.#urgent] = [tier, severity === 'serious' || severity === 'critical'];
      this.#begin(['response', 'plan', 'closing'], opened.at);
      if (severity === 'critical') this.#beginEmergency(opened.at, { because: 'critical-complaint' });
    }
    this.#until(opened.at, opened.at);
  }

  /** Everything that comes to pass by itself before that moment, and then the fact. */
  live(step: MatterStep | Promotion): void {
    this.#until(step.at);
    this.#take(step);
    this.#until(step.at, step.at);
  }
  /** All that is still to come if nobody does anything more. */
  end(until: number): void {
    this.#until(until);
  }

  #served() {
    const complex = this.#opened.does === 'receive' && this.#opened.complex;
    return { tier: this.#tier, urgent: this.#urgent, complex };
  }
  #begin(names: readonly string[], start: number): void {
    for (const name of names) {
      if ([...this.#running].some((clock) => clock.name === name)) continue;
      const cycle = this.#clocks.filter((clock) => clock.name === name).length + 1;
      const clock = new ExpectedClock(name, cycle, start, this.#served(), this.#pauses);
      this.#clocks.push(clock);
      this.#running.add(clock);
    }
  }

  /** `notBefore`: what came to pass before the ledger knew of it is told when it does. */
  #until(end: number, notBefore = -Infinity): void {
    for (;;) {
      const thresholds = [...this.#running].flatMap((clock) => {
        const next = clock.next();
        return next === undefined ? [] : [{ ...next, clock }];
      });
      const first = thresholds.sort((a, b) => a.at - b.at)[0];
      const climbing = [...this.#climbs.values(), ...this.#emergencies]
        .filter(({ next }) => next !== undefined)
        .sort((a, b) => a.next! - b.next!)[0];
      const isDue = (at: number | undefined) => at !== undefined && (notBefore === end ? at <= end : at < end);
      if (isDue(first?.at) && (climbing === undefined || first!.at <= climbing.next!)) {
        first!.clock.tell(first!.percent);
        this.#reach(first!.clock, first!.percent, Math.max(first!.at, notBefore));
      } else if (isDue(climbing?.next)) climbing!.goOn(climbing!.next!);
      else return;
    }
  }

  #tell(of: Track, round: number, told: Omit<Told, 'matter' | 'of' | 'round' | 'tier' | 'urgent'>): void {
    const { matter } = this.#opened;
    this.told.push({ matter, of, round, tier: this.#tier, urgent: this.#urgent, ...told });
  }

  #around = () => {
    const { customer, team } = this.#opened;
    return { assignee: this.#assignee, customer, team };
  };
  /** The first rule that reaches somebody, and what came of those before it. */
  #seekFirst(rules: readonly string[], at: number): readonly Recipient[] {
    const tried: Recipient[] = [];
    for (const rule of rules) {
      const none = { committee: undefined, crisis: undefined };
      tried.push(...this.#people.seek(rule, this.#around(), none, at));
      if (tried.some(({ reached }) => reached !== undefined)) break;
    }
    return tried;
  }

  #reach(clock: ExpectedClock, percent: number, at: number): void {
    const { name, cycle, revision } = clock;
    const of = { clock: name, cycle };
    if (this.#climbs.has(clock)) return;
    const document = this.#ladders(at);
    const ladder = ladderFor(document, 'ordinary', this.#served());
    if (percent < document.beginsAtPercent) {
      const recipients = this.#seekFirst(['assignee', 'supervisor'], at);
      const { channels } = ladder.levels[0]!;
      return this.#tell(of, 1, { at, fact: 'reminded', percent, revision, recipients, channels });
    }
    const isReopenedComplaint = this.#opened.does === 'file' && this.#cycle > 1;
    const begins = { at, because: 'threshold', fromLevel: isReopenedComplaint ? 2 : 1, document };
    const served = { tier: this.#tier, urgent: this.#urgent };
    this.#climbs.set(
      clock,
      new ExpectedClimb(this.#people, this.#around, ladder, begins, (told) =>
        this.#tell(of, 1, { ...told, ...served }),
      ),
    );
  }

  #beginEmergency(at: number, why: { readonly because: string; readonly by?: string; readonly drill?: true }): void {
    if (this.#emergencies.some(({ isLive, isDrill }) => isLive && !isDrill)) return;
    for (const drill of this.#emergencies) drill.end(at, 'overtaken');
    const document = this.#ladders(at);
    const ladder = ladderFor(document, 'emergency', this.#served());
    const round = this.#emergencies.length + 1;
    const served = { tier: this.#tier, urgent: this.#urgent };
    this.#emergencies.push(
      new ExpectedClimb(this.#people, this.#around, ladder, { at, ...why, fromLevel: 1, document }, (told) =>
        this.#tell('emergency', round, { ...told, ...served }),
      ),
    );
  }

  #stop(at: number, because: string, ...names: readonly string[]): void {
    for (const clock of this.#running)
      if (names.length === 0 || names.includes(clock.name)) {
        this.#running.delete(clock);
        this.#climbs.get(clock)?.end(at, because);
      }
  }

  #resume(at: number): boolean {
    const open = this.#pauses.find(({ to }) => to === Infinity);
    if (open !== undefined) open.to = at;
    return open !== undefined;
  }

  #serveOtherwise(at: number): void {
    for (const clock of this.#running) {
      const came = clock.serveOtherwise(this.#served(), at);
      if (came === undefined) continue;
      if (came !== 'passed') {
        this.#reach(clock, came, at);
        continue;
      }
      const recipients = this.#seekFirst(['supervisor'], at);
      const { channels } = ladderFor(this.#ladders(at), 'ordinary', this.#served()).levels[0]!;
      const of = { clock: clock.name, cycle: clock.cycle };
      this.#tell(of, 1, { at, fact: 'told-of-change', recipients, channels });
    }
  }

  #progress(at: number, how: 'answer' | 'note' | 'step'): void {
    for (const climb of [...this.#climbs.values(), ...this.#emergencies]) climb.progress(at, how);
  }

  #take(step: MatterStep | Promotion): void {
    const { at, does } = step;
    // Of a complaint, putting somebody in charge is handing it around.
    const isHandedAround = does === 'assign' && this.#opened.does === 'file';
    const progress = does === 'promote' || isHandedAround ? undefined : PROGRESS[does];
    if (progress !== undefined) this.#progress(at, progress);
    switch (does) {
      case 'assign':
      case 'reassign':
        this.#assignee = step.who;
        return;
      case 'accept':
        this.#assignee = step.by;
        return;
      case 'wait':
        this.#pauses.push({ from: at, to: Infinity });
        return;
      case 'customer-writes':
        // What the customer was waited for has come: work goes on.
        if (this.#resume(at)) this.#progress(at, 'step');
        return;
      case 'start':
      case 'wait-for-others':
      case 'resume':
        this.#resume(at);
        return;
      case 'answer':
      case 'answer-finally':
        this.#isAnswered = true;
        return this.#stop(at, 'clock-stopped', 'first-response', 'response');
      case 'plan':
        return this.#stop(at, 'clock-stopped', 'plan');
      case 'solve':
        this.#resume(at);
        this.#isOpen = false;
        this.#stop(at, 'clock-stopped', 'resolution');
        return this.#emergencies.forEach((climb) => climb.end(at, 'solved'));
      case 'close':
      case 'withdraw': {
        const because = does === 'close' ? 'closed' : 'withdrawn';
        this.#isOpen = false;
        this.#stop(at, because);
        return this.#emergencies.forEach((climb) => climb.end(at, because));
      }
      case 'reopen':
        [this.#isOpen, this.#cycle] = [true, this.#cycle + 1];
        if (this.#opened.does === 'file') return this.#begin(['response', 'plan', 'closing'], at);
        return this.#begin(this.#isAnswered ? ['resolution'] : ['first-response', 'resolution'], at);
      case 'prioritise':
        this.#urgent = step.urgent;
        return this.#serveOtherwise(at);
      case 'raise-severity':
        this.#urgent = step.severity === 'serious' || step.severity === 'critical';
        this.#serveOtherwise(at);
        return step.severity === 'critical' ? this.#beginEmergency(at, { because: 'critical-complaint' }) : undefined;
      case 'promote':
        if (!this.#isOpen) return;
        this.#tier = 'A';
        return this.#serveOtherwise(at);
      case 'acknowledge':
        return this.#climbOf(step.of, step.round)?.acknowledge(at, step.by, step.inInbox ? step.level : undefined);
      case 'raise-emergency':
        return this.#beginEmergency(at, {
          ...{ because: 'raised-by-hand', by: step.by },
          ...(step.drill ? { drill: true } : {}),
        });
      case 'stand-down':
        return this.#emergencies.forEach((climb) => climb.end(at, 'stood-down', step.by));
    }
  }

  #climbOf(of: Track, round: number): ExpectedClimb | undefined {
    if (of === 'emergency') return this.#emergencies[round - 1];
    const clock = this.#clocks.find(({ name, cycle }) => name === of.clock && cycle === of.cycle);
    return clock === undefined ? undefined : this.#climbs.get(clock);
  }
}
