import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { FromContender, RoundResult, ToContender } from './contender.ts';

/** A contender's program and what it is told. */
export interface Entry {
  readonly name: string;
  /** Relative to this folder. */
  readonly program: string;
  readonly options: object;
  /** A new process for each round, which counts from its start. */
  readonly fresh?: boolean;
}

/** The results of one contender, warm-up left out. */
export interface Results {
  readonly name: string;
  readonly rounds: readonly RoundResult[];
}

/** A contender seen from the benchmark: a child process that ends with it. */
class Running {
  readonly name: string;
  readonly #child: ChildProcess;

  private constructor(name: string, child: ChildProcess) {
    this.name = name;
    this.#child = child;
  }

  static async start({ name, program, options }: Entry, nodeOptions: readonly string[]): Promise<Running> {
    const child = fork(fileURLToPath(new URL(program, import.meta.url)), [JSON.stringify(options)], {
      execArgv: [...process.execArgv, ...nodeOptions],
      // What a server logs costs it the writing, and nobody the reading.
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const running = new Running(name, child);
    try {
      await running.#next();
    } catch (error) {
      child.kill('SIGKILL');
      throw error;
    }
    return running;
  }

  async round(index: number): Promise<RoundResult> {
    this.#tell({ kind: 'round', index });
    const message = await this.#next();
    if (message.kind !== 'result') throw new Error(`${this.name} answered ${message.kind} instead of a result.`);
    return message.result;
  }

  async close(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    if (this.#child.connected) this.#tell({ kind: 'close' });
    const deadline = setTimeout(() => this.#child.kill('SIGKILL'), 10_000);
    await exited;
    clearTimeout(deadline);
  }

  #tell(message: ToContender): void {
    this.#child.send(message);
  }

  async #next(): Promise<FromContender> {
    const stop = new AbortController();
    try {
      const message = await Promise.race([
        once(this.#child, 'message', stop).then(([each]) => each as FromContender),
        once(this.#child, 'exit', stop).then(([code]): FromContender => {
          throw new Error(`${this.name} ended with code ${code}: run its row alone to see why.`);
        }),
      ]);
      if (message.kind === 'failure') throw new Error(`${this.name}: ${message.message}`);
      return message;
    } finally {
      stop.abort();
    }
  }
}

/** All contenders in turn, A B A B, after one round each to warm up (not of those that start afresh). */
export const alternate = async (
  entries: readonly Entry[],
  rounds: number,
  onRound: (text: string) => void,
  profileFolder?: string,
): Promise<readonly Results[]> => {
  const running = new Map<Entry, Running>();
  const start = async (entry: Entry): Promise<Running> => {
    const isProfiled = profileFolder !== undefined && entry === entries[0];
    const started = await Running.start(entry, isProfiled ? ['--cpu-prof', `--cpu-prof-dir=${profileFolder}`] : []);
    running.set(entry, started);
    return started;
  };
  try {
    for (const entry of entries) if (entry.fresh !== true) await start(entry);
    const results = entries.map(({ name }) => ({ name, rounds: [] as RoundResult[] }));
    for (let round = 0; round <= rounds; round += 1)
      for (const [at, entry] of entries.entries()) {
        if (round === 0 && entry.fresh === true) continue;
        onRound(round === 0 ? `${entry.name}: warming up` : `${entry.name}: round ${round} of ${rounds}`);
        const contender = running.get(entry) ?? (await start(entry));
        const result = await contender.round(round);
        if (entry.fresh === true) {
          running.delete(entry);
          await contender.close();
        }
        if (round > 0) results[at]!.rounds.push(result);
      }
    return results;
  } finally {
    await Promise.all([...running.values()].map((each) => each.close()));
  }
};
