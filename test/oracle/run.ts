// npm run test:oracle -- [cases] [seed]: the engine against the minute-walker on every core; exit code 1 on any difference.
import { availableParallelism } from 'node:os';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { compare } from './compare.ts';
import type { Run } from './compare.ts';

if (isMainThread) {
  const [cases = 1_000_000, seed = Date.now() % 1_000_000_000] = process.argv.slice(2).map(Number);
  const workers = availableParallelism();
  const begun = performance.now();
  const runs = await Promise.all(
    Array.from({ length: workers }, (_, index) => {
      const share = Math.floor((cases * (index + 1)) / workers) - Math.floor((cases * index) / workers);
      console.log(`seed ${seed + index}: ${share} cases`);
      const worker = new Worker(new URL(import.meta.url), { workerData: { seed: seed + index, cases: share } });
      return new Promise<Run>((resolve, reject) => {
        worker.on('message', resolve);
        worker.on('error', reject);
      });
    }),
  );
  const seconds = ((performance.now() - begun) / 1_000).toFixed(1);
  const differences = runs.reduce((sum, run) => sum + run.differences, 0);
  for (const { first } of runs) if (first !== undefined) console.error(`the first difference:\n${first}`);
  console.log(`${runs.reduce((sum, run) => sum + run.cases, 0)} cases, ${differences} differences, ${seconds} s`);
  process.exitCode = differences === 0 ? 0 : 1;
} else {
  const { seed, cases } = workerData as { seed: number; cases: number };
  parentPort!.postMessage(compare(seed, cases));
}
