import { advance, NEVER_DUE, nextMomentOf, NO_CLOCKS, observe, reading } from '#libs/features/sla/sla.events.ts';
import type { ClockSet, Policies } from '#libs/features/sla/sla.events.ts';
import { Chance, someHistory, someStock, STRETCH } from './cases.ts';
import type { History, Stock } from './cases.ts';
import { walk } from './minute-walker.ts';

const MINUTE_MS = 60_000;

interface Outcome {
  readonly told: readonly string[];
  readonly clocks: readonly string[];
}

const lineOf = (clock: object): string => JSON.stringify(clock);

/** The engine's view, in the walker's words. */
const byEngine = ({ steps, looks, end }: History, { startMs }: Stock): Outcome => {
  const since = (instant: string) => Date.parse(instant) - startMs;
  const minute = (instant: string) => {
    const at = since(instant) / MINUTE_MS;
    // What lies beyond the stretch, the walker cannot see.
    return instant === NEVER_DUE || at > STRETCH - 1 ? Infinity : at;
  };
  const told: string[] = [];
  let set: ClockSet = NO_CLOCKS;
  let policies: Policies = steps[0]!.policies;
  const take = (result: ReturnType<typeof observe> & Partial<ReturnType<typeof advance>>) => {
    for (const { clock, cycle, percent, at, revision } of result.reached)
      told.push(`${since(at)} reached ${clock} ${cycle} ${percent} rev ${revision}`);
    for (const { clock, cycle, at } of result.missed) told.push(`${since(at)} missed ${clock} ${cycle}`);
    for (const { clock, cycle, at, dueAt } of result.passedOnChange ?? [])
      told.push(`${since(at)} passed ${clock} ${cycle} due ${minute(dueAt)}`);
    for (const { clock, cycle, from, to, cause, at } of (result.moved ?? []).map((moved) => ({ ...moved, at: now })))
      if (cause !== 'pause' && minute(from) !== minute(to))
        told.push(`${since(at)} moved ${clock} ${cycle} ${minute(from)} ${minute(to)} ${cause}`);
    set = result.clocks;
  };
  let now = '';
  const pending = [...looks];
  const lookUpTo = (ms: number) => {
    while (pending[0] !== undefined && pending[0] < ms) {
      now = new Date(startMs + pending.shift()!).toISOString();
      const next = nextMomentOf(set);
      const seen = observe(set, now);
      if ((next === undefined || next > now) !== (seen.reached.length + seen.missed.length === 0))
        told.push(`nextMomentOf said ${next}, a look at ${now} found ${seen.reached.length + seen.missed.length}`);
      take(seen);
    }
  };
  for (const step of steps) {
    lookUpTo(step.minute * MINUTE_MS);
    now = step.fact.at;
    ({ policies } = step);
    take(advance(set, step.fact, policies));
  }
  lookUpTo(end * MINUTE_MS);
  now = new Date(startMs + end * MINUTE_MS).toISOString();
  take(observe(set, now));
  const clocks = set.clocks.map((clock) => {
    const isOpen = clock.outcome === undefined;
    const read = isOpen ? reading(clock, now, policies) : undefined;
    const overdue = isOpen ? (read!.overdueMinutes ?? 0) : (clock.result?.overdueMs ?? 0) / MINUTE_MS;
    return lineOf({
      ...{ clock: clock.clock, cycle: clock.cycle, start: minute(clock.startedAt) },
      ...{ outcome: clock.outcome, stop: clock.stoppedAt === undefined ? undefined : minute(clock.stoppedAt) },
      ...{ breached: clock.breachedAt !== undefined, onChange: clock.breachedOnChangeAt !== undefined },
      ...{ revision: clock.deadlineRevision, due: isOpen ? String(minute(clock.dueAt)) : undefined, overdue },
    });
  });
  return { told: told.toSorted(), clocks };
};

const byWalker = ({ steps, end }: History, { openIn }: Stock): Outcome | undefined => {
  const { clocks, told, isBlind } = walk(steps, end, STRETCH, openIn);
  if (isBlind) return undefined;
  return {
    told: told.toSorted(),
    clocks: clocks.map((clock) =>
      lineOf({
        ...{ clock: clock.name, cycle: clock.cycle, start: clock.start, outcome: clock.outcome, stop: clock.stop },
        ...{ breached: clock.breached, onChange: clock.passedOnChange, revision: clock.revision },
        ...{ due: clock.outcome === undefined ? String(clock.projected) : undefined, overdue: clock.overdue },
      }),
    ),
  };
};

const BLIND = 'blind';
/** Undefined: there is none. BLIND: the walker cannot tell. */
const differenceOf = (history: History, stock: Stock): string | undefined => {
  const walker = byWalker(history, stock);
  if (walker === undefined) return BLIND;
  const engine = byEngine(history, stock);
  const found = (['told', 'clocks'] as const).flatMap((what) => {
    const [mine, theirs] = [engine[what], walker[what]];
    return [
      ...mine.filter((line) => !theirs.includes(line)).map((line) => `  engine only: ${line}`),
      ...theirs.filter((line) => !mine.includes(line)).map((line) => `  walker only: ${line}`),
      ...(mine.length === theirs.length
        ? []
        : [`  ${what}: ${mine.length} by the engine, ${theirs.length} by the walker`]),
    ];
  });
  return found.length === 0 ? undefined : found.join('\n');
};

/** Leaves out what is not needed for the difference. */
const shrunk = (history: History, stock: Stock): History => {
  let smallest = history;
  for (let again = true; again;) {
    again = false;
    const { steps, looks } = smallest;
    const fewer = [
      ...steps.slice(1).map((step) => ({ ...smallest, steps: steps.filter((each) => each !== step) })),
      ...looks.map((look) => ({ ...smallest, looks: looks.filter((each) => each !== look) })),
    ];
    const next = fewer.find((each) => {
      const difference = differenceOf(each, stock);
      return difference !== undefined && difference !== BLIND;
    });
    if (next !== undefined) {
      smallest = next;
      again = true;
    }
  }
  return smallest;
};

const inWords = (history: History, stock: Stock): string =>
  [
    ...history.steps.map(
      ({ minute, fact, policies }) =>
        `  ${minute} ${JSON.stringify(fact)} by ${policies.sla.version}, ${policies.calendar.version}`,
    ),
    `  looks ${JSON.stringify(history.looks)}, end ${history.end}`,
    JSON.stringify(stock.slas.filter((sla) => history.steps.some(({ policies }) => policies.sla === sla))),
    JSON.stringify(stock.calendars.filter((each) => history.steps.some(({ policies }) => policies.calendar === each))),
    differenceOf(history, stock) ?? '',
  ].join('\n');

const HISTORIES_A_STOCK = 200;

export interface Run {
  readonly cases: number;
  readonly differences: number;
  /** Of the first difference, shrunk. */
  readonly first?: string;
}

/** Compares so many random histories; the same seed gives the same histories. */
export const compare = (seed: number, cases: number, progress: (done: number) => void = () => undefined): Run => {
  const chance = new Chance(seed);
  let differences = 0;
  let first: string | undefined;
  for (let done = 0; done < cases;) {
    const stock = someStock(chance);
    for (let nth = 0; nth < HISTORIES_A_STOCK && done < cases; nth++) {
      const history = someHistory(chance, stock);
      const difference = differenceOf(history, stock);
      if (difference === BLIND) continue;
      done++;
      if (difference === undefined) continue;
      differences++;
      first ??= inWords(shrunk(history, stock), stock);
    }
    progress(done);
  }
  return { cases, differences, ...(first === undefined ? {} : { first }) };
};
