import { epochMsOf, instantOf } from '#libs/kernel/instant.ts';
import { openSqliteEventStore } from '#libs/adapters/event-store-sqlite/event-store-sqlite.ts';
import { openFileKeyVault } from '#libs/adapters/key-vault-file/key-vault-file.ts';
import { openSqliteReadModels } from '#libs/adapters/read-models-sqlite/read-models-sqlite.ts';
import { manualClock } from '#libs/ports/clock.ts';
import { decoderOf } from '#libs/runtime/codec.ts';
import type { CommandRequest } from '#libs/runtime/ledger.ts';
import { openLedger } from '#libs/runtime/open-ledger.ts';
import { observedProjections } from '#libs/runtime/observed-projections.ts';
import { registryOf } from '#libs/runtime/registry.ts';
import { SagaRunner } from '#libs/runtime/saga-runner.ts';
import { daysAfter, reminderFeature } from '#libs/testing/reminder-process.ts';
import { AGENT, temporaryFolder } from '#libs/testing/test-ledger.ts';

// How long 100 000 timers take that are due within one second, each with a command: node test/crash/saga-timers-load.ts [timers]
const timers = Number(process.argv[2] ?? 100_000);
const start = '2026-03-02T08:00:00.000Z';
const feature = reminderFeature();
const temporary = await temporaryFolder();
const { folder } = temporary;
const clock = manualClock(start);
const vault = await openFileKeyVault({ folder: `${folder}/keys` });
const store = await openSqliteEventStore({ file: `${folder}/ledger.db` });
const models = await openSqliteReadModels({ file: `${folder}/models.db`, inline: true });
const registry = registryOf([feature]);
const decode = decoderOf(registry);
const ledger = openLedger({
  tenant: 'test',
  registry,
  store,
  results: store.results,
  vault,
  clock,
  models,
  projections: observedProjections(store, models, registry),
  closeParts: async () => {
    await models.close();
    await store.close();
    await vault.close();
  },
});
const parts = {
  ...{ tenant: 'test', sagas: registry.sagas, store, decode, clock },
  execute: (request: CommandRequest) => ledger.execute(request),
};
const megabytes = () => {
  globalThis.gc?.();
  return Math.round(process.memoryUsage().heapUsed / 1024 / 1024);
};
const timed = async (what: string, work: () => Promise<unknown>) => {
  const began = performance.now();
  const cpu = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(cpu);
  const seconds = (performance.now() - began) / 1_000;
  const { commits } = await store.stats();
  console.log(
    `${what}: ${seconds.toFixed(1)} s (CPU ${((user + system) / 1e6).toFixed(1)} s), ${Math.round(timers / seconds)}/s, ${commits} commits so far, heap ${megabytes()} MiB`,
  );
};

await timed(`${timers} parcels stored`, async () => {
  for (let from = 0; from < timers; from += 1_000) {
    // Spread over one second.
    clock.set(instantOf(epochMsOf(start) + Math.floor((from * 1_000) / timers)));
    await Promise.all(
      Array.from({ length: 1_000 }, (_, nth) =>
        ledger.execute({
          name: 'parcel.store',
          body: { box: `${from + nth}` },
          commandId: `c-${from + nth}`,
          actor: AGENT,
        }),
      ),
    );
  }
});
let runner = SagaRunner.start(parts);
await timed('their processes begun', () => runner.settle());
await runner.close();
await timed('started again', async () => {
  runner = SagaRunner.start(parts);
  await runner.settle();
});
console.log(await runner.status());
clock.set(daysAfter(instantOf(epochMsOf(start) + 1_000), 2));
await timed('all timers fired, all recipients reminded', () => runner.settle());
let fired = 0;
for await (const page of store.readAll({ filter: { streamPrefixes: ['parcel-'] } }))
  fired += page.filter((event) => event.type === 'parcel.reminded.v1').length;
console.log({ fired, rssMiB: Math.round(process.memoryUsage().rss / 1024 / 1024), ...(await runner.status()) });
await runner.close();
await ledger.close();
await temporary.remove();
