import type { LedgerEvent } from '#libs/kernel/event.ts';
import type { EventStore } from '#libs/ports/event-store.ts';
import type { ReadModels } from '#libs/ports/read-models.ts';
import { prefixesOf } from './codec.ts';
import type { Decode } from './codec.ts';
import { ProjectionRun } from './projection-run.ts';

/** Events between two writes while many are to be folded: in a rebuild, and when starting far behind. */
export const largeBatch = 5_000;

interface FoldOptions {
  /** Default: as far as the store goes. */
  readonly upTo?: number;
  readonly onBatch?: (events: number) => void;
  /** It is left out from there on. Default: all are given up. */
  readonly onFailed?: (run: ProjectionRun, reason: unknown) => void;
}

/** Folds what these runs lack, in one reading. What the signal cuts off is begun anew, or gone on with, at the next start. */
export const foldMissing = async (
  from: {
    readonly models: ReadModels;
    readonly store: EventStore;
    readonly decode: Decode;
    readonly signal: AbortSignal;
  },
  runs: readonly ProjectionRun[],
  { upTo, onBatch, onFailed }: FoldOptions = {},
): Promise<void> => {
  if (runs.length === 0) return;
  const { models, store, decode, signal } = from;
  const filter = { streamPrefixes: prefixesOf(runs.flatMap((run) => run.projection.reads)) };
  let going = runs;
  let batch: LedgerEvent[] = [];
  const flush = async (position?: number) => {
    signal.throwIfAborted();
    const reached = position ?? batch.at(-1)?.position;
    if (reached !== undefined) {
      const outcomes = await ProjectionRun.takeAll(models, going, batch, reached);
      going = going.filter((run, index) => {
        const outcome = outcomes[index]!;
        if (outcome.status === 'fulfilled') return true;
        if (onFailed === undefined) throw outcome.reason;
        onFailed(run, outcome.reason);
        return false;
      });
    }
    onBatch?.(batch.length);
    batch = [];
  };
  const after = Math.min(...runs.map((run) => run.position));
  if (upTo === undefined || after < upTo)
    for await (const page of store.readAll({ after, filter, ...(upTo === undefined ? {} : { upTo }) })) {
      batch.push(...page.map(decode));
      if (batch.length >= largeBatch) await flush();
    }
  await flush(upTo);
};
