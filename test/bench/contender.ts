import { performance } from 'node:perf_hooks';

/** What one round came to. */
export interface RoundResult {
  /** Commands, events, questions: whatever the row counts. */
  readonly operations: number;
  readonly seconds: number;
  /** Of single operations, where they were timed. */
  readonly p50Ms?: number;
  readonly p95Ms?: number;
  readonly p99Ms?: number;
  /** Further figures by name, e.g. `rssMiB`. */
  readonly figures?: { readonly [name: string]: number };
}

/** One side of a comparison: prepared once, then asked for rounds in turn with its rivals. */
export interface Contender {
  round(index: number): Promise<RoundResult>;
  close(): Promise<void>;
}

export type ToContender = { readonly kind: 'round'; readonly index: number } | { readonly kind: 'close' };
export type FromContender =
  | { readonly kind: 'ready' }
  | { readonly kind: 'result'; readonly result: RoundResult }
  | { readonly kind: 'failure'; readonly message: string };

/** Runs a contender as a process of its own, options in the first argument, rounds over the channel to its parent. */
export const contend = <Options>(open: (options: Options) => Promise<Contender>): void => {
  const tell = (message: FromContender) => process.send?.(message);
  const failed = (error: unknown) => {
    tell({ kind: 'failure', message: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  };
  // Also when the benchmark itself was stopped: nothing of it stays behind.
  process.on('disconnect', () => process.exit());
  open(JSON.parse(process.argv[2] ?? '{}') as Options).then((contender) => {
    process.on('message', (message: ToContender) => {
      if (message.kind === 'round')
        contender.round(message.index).then((result) => tell({ kind: 'result', result }), failed);
      else
        contender
          .close()
          .catch(failed)
          .finally(() => process.disconnect());
    });
    tell({ kind: 'ready' });
  }, failed);
};

export const quantile = (sorted: readonly number[], q: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;

export const median = (values: readonly number[]): number =>
  quantile(
    values.toSorted((a, b) => a - b),
    0.5,
  );

/** Latencies as the quantiles of a result. */
export const quantiles = (latenciesMs: number[]): Required<Pick<RoundResult, 'p50Ms' | 'p95Ms' | 'p99Ms'>> => {
  const sorted = latenciesMs.toSorted((a, b) => a - b);
  return { p50Ms: quantile(sorted, 0.5), p95Ms: quantile(sorted, 0.95), p99Ms: quantile(sorted, 0.99) };
};

/** So many clients, each doing the next operation when its last one is answered. */
export const closedLoop = async (
  clients: number,
  operations: number,
  operate: (operation: number, client: number) => Promise<unknown>,
): Promise<RoundResult> => {
  const latencies: number[] = [];
  let next = 0;
  const startedAt = performance.now();
  await Promise.all(
    Array.from({ length: clients }, async (_, client) => {
      while (next < operations) {
        const operation = next++;
        const at = performance.now();
        await operate(operation, client);
        latencies.push(performance.now() - at);
      }
    }),
  );
  return { operations, seconds: (performance.now() - startedAt) / 1_000, ...quantiles(latencies) };
};
