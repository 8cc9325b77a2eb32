import { ALWAYS, endOfWorkingDay, HOUR, nextOpening, openBetween, SERVICE_DAYS } from './hours.ts';
import type { Hours } from './hours.ts';
import type { Tier } from './story.ts';

// What the clocks of one matter do, by the times of [T2] and [H5.4] and the rules SLA 2-5, 9. Written from the rules alone: shares
// nothing with the engine. Thresholds are 75 and 100 %, no promise of the tables is shorter than an hour.

export interface Promised {
  readonly ms: number;
  /** All hours, or the open ones; or so many working days. */
  readonly counts: 'all' | 'open' | number;
  readonly rolled: boolean;
  /** Of the class: whose waits for the customer count only in them. A complaint's own times have none. */
  readonly hours?: Hours;
}
interface Served {
  readonly tier?: Tier;
  readonly urgent: boolean;
  readonly complex: boolean;
}

const all = (hours: number): Promised => ({ ms: hours * HOUR, counts: 'all', rolled: false, hours: ALWAYS });
const open = (hours: number): Promised => ({ ms: hours * HOUR, counts: 'open', rolled: false, hours: SERVICE_DAYS });
const rolled = (hours: number): Promised => ({ ms: hours * HOUR, counts: 'all', rolled: true, hours: SERVICE_DAYS });

/** Response and closing by class. [T2] */
const byClass = ({ tier, urgent, complex }: Served): readonly [response: Promised, closing: Promised] | undefined => {
  if (tier === 'A') return [all(urgent ? 2 : 8), all(24)];
  if (tier === 'B') return [open(urgent ? 4 : 8), rolled(urgent ? 24 : 48)];
  if (tier === 'C') return [open(8), rolled(complex ? 72 : 48)];
  return undefined;
};

const promisedFor = (clock: string, served: Served): readonly Promised[] => {
  const own = (hours: number): Promised => ({ ms: hours * HOUR, counts: 'all', rolled: false });
  const [response, closing] = byClass(served) ?? [];
  const ofClass = (promised: Promised | undefined) => (promised === undefined ? [] : [promised]);
  switch (clock) {
    case 'first-response':
      return ofClass(response);
    case 'resolution':
      return ofClass(closing);
    case 'response':
      return [own(24), ...ofClass(response)];
    case 'plan':
      return [own(48)];
    default:
      return [{ ms: 0, counts: 10, rolled: false, hours: SERVICE_DAYS }];
  }
};

interface Pause {
  readonly from: number;
  to: number;
}
/** Five working days of eight hours: no more of the open time than that is taken away by waits. */
const CAP = 40 * HOUR;

/** When so much of a promise has counted, walking from one edge to the next. */
const momentOf = (start: number, { counts, hours }: Promised, pauses: readonly Pause[], ms: number): number => {
  let left = ms;
  let credit = CAP;
  for (let at = start; ;) {
    const [opens, closes] = hours === undefined ? [at, Infinity] : hours.windowAfter(at);
    const isOpen = opens <= at;
    const pause = hours === undefined ? undefined : pauses.find(({ to }) => to > at);
    const isPaused = pause !== undefined && pause.from <= at;
    const edge = Math.min(isOpen ? closes : opens, pause === undefined ? Infinity : isPaused ? pause.to : pause.from);
    if (isPaused && isOpen && credit > 0) {
      const taken = Math.min(credit, edge - at);
      credit -= taken;
      at += taken;
      continue;
    }
    if (isOpen || counts === 'all') {
      if (at + left <= edge) return at + left;
      left -= edge - at;
    }
    at = edge;
  }
};

const shareOf = (start: number, promised: Promised, pauses: readonly Pause[], percent: 75 | 100): number => {
  const { ms, counts, rolled: isRolled, hours } = promised;
  if (typeof counts === 'number') {
    const due = endOfWorkingDay(start, counts);
    const whole = openBetween(hours!, start, due);
    return percent === 100
      ? due
      : momentOf(start, { ...promised, counts: 'open' }, [], Math.ceil((whole * percent) / 100));
  }
  const full = momentOf(start, promised, pauses, (ms * percent) / 100);
  return percent === 100 && isRolled ? nextOpening(hours!, full) : full;
};

const same = (a: Promised, b: Promised) =>
  a.ms === b.ms && a.counts === b.counts && a.rolled === b.rolled && a.hours === b.hours;

export class ExpectedClock {
  readonly name: string;
  readonly cycle: number;
  readonly start: number;
  #promised: readonly Promised[];
  readonly #pauses: readonly Pause[];
  revision = 1;
  /** Not told (any more) in this revision. */
  #done = new Set<number>();
  passedOnChange = false;

  constructor(name: string, cycle: number, start: number, served: Served, pauses: readonly Pause[]) {
    [this.name, this.cycle, this.start] = [name, cycle, start];
    this.#promised = promisedFor(name, served);
    this.#pauses = name === 'resolution' ? pauses : [];
  }

  get due(): number {
    return Math.min(...this.#promised.map((each) => shareOf(this.start, each, this.#pauses, 100)));
  }

  #at(percent: 75 | 100): number {
    return percent === 100
      ? this.due
      : Math.min(...this.#promised.map((each) => shareOf(this.start, each, this.#pauses, 75)));
  }

  /** The next threshold; none once the deadline has passed on a change. */
  next(): { readonly at: number; readonly percent: number } | undefined {
    if (this.passedOnChange) return undefined;
    const { due } = this;
    return ([75, 100] as const)
      .filter((percent) => !this.#done.has(percent))
      .map((percent) => ({ at: this.#at(percent), percent }))
      .filter(({ at }) => at <= due)
      .sort((a, b) => a.at - b.at || a.percent - b.percent)[0];
  }

  tell(percent: number): void {
    this.#done.add(percent);
  }

  /**
   * Another class or urgency: the earlier promise stays beside the new one. Tells whether the deadline now lies in the past, or which
   * share is told at once because the deadline was pulled in. [SLA 4, SLA 9]
   */
  serveOtherwise(served: Served, at: number): 'passed' | number | undefined {
    const before = this.due;
    const promised = promisedFor(this.name, served);
    if (this.passedOnChange || before < at || promised.length === 0) return undefined;
    this.#promised = [...this.#promised, ...promised].filter(
      (each, index, every) => every.findIndex((other) => same(other, each)) === index,
    );
    const { due } = this;
    if (due !== before) {
      this.revision++;
      this.#done = new Set();
    }
    if (due < at) {
      this.passedOnChange = true;
      return 'passed';
    }
    const crossed = ([75, 100] as const).filter((percent) => !this.#done.has(percent) && this.#at(percent) <= at);
    for (const percent of crossed) this.#done.add(percent);
    return due < before && crossed.length > 0 ? Math.max(...crossed) : undefined;
  }
}
