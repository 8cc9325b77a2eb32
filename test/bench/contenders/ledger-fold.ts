import { rm } from 'node:fs/promises';
import { performance } from 'node:perf_hooks';
import { MongoClient } from 'mongodb';
import { openSqliteEventStore } from '#libs/adapters/event-store-sqlite/event-store-sqlite.ts';
import { openMongoReadModels } from '#libs/adapters/read-models-mongodb/read-models-mongodb.ts';
import { openSqliteReadModels } from '#libs/adapters/read-models-sqlite/read-models-sqlite.ts';
import { features } from '#libs/features/features.ts';
import { decoderOf } from '#libs/runtime/codec.ts';
import type { PartitionCount } from '#libs/runtime/partitions.ts';
import { Projector } from '#libs/runtime/projector.ts';
import { registryOf } from '#libs/runtime/registry.ts';
import { contend } from '../contender.ts';

interface Options {
  readonly file: string;
  /** The file of the read models; or their MongoDB database, with the partitions in which they are folded. */
  readonly models?: string;
  readonly modelsUrl?: string;
  readonly partitions?: PartitionCount;
  /** Logical names; all of the product's where left out. */
  readonly collections?: readonly string[];
  /** Builds all anew beside the old ones, and compares, instead of catching up from nothing. */
  readonly rebuild: boolean;
}

/** The projector over events that are there already, from an empty file of read models each round. */
contend<Options>(async ({ file, models: modelsFile = '', modelsUrl, partitions = 1, collections, rebuild }) => {
  const all = registryOf(features);
  const projections = new Map([...all.projections].filter(([name]) => collections?.includes(name) ?? true));
  const categories = new Set([...projections.values()].flatMap((each) => each.reads.map(({ category }) => category)));
  const store = await openSqliteEventStore({ file, readOnly: true, inline: true });
  let operations = 0;
  for await (const page of store.readAll({ filter: { streamPrefixes: [...categories].map((each) => `${each}-`) } }))
    operations += page.length;
  const start = async () => {
    const models = await (modelsUrl === undefined
      ? openSqliteReadModels({ file: modelsFile, inline: true })
      : openMongoReadModels({ url: modelsUrl }));
    const registry = { ...all, projections };
    const projector = await Projector.start({ store, models, registry, decode: decoderOf(registry), partitions });
    await projector.caughtUp(await store.head(), 3_600_000);
    return { projector, models };
  };
  const remove = async () => {
    if (modelsUrl !== undefined) {
      const client = new MongoClient(modelsUrl);
      await client.db().dropDatabase();
      return client.close();
    }
    for (const end of ['', '-wal', '-shm']) await rm(`${modelsFile}${end}`, { force: true });
  };
  return {
    round: async () => {
      await remove();
      const startedAt = performance.now();
      const { projector, models } = await start();
      const caughtUpMs = performance.now() - startedAt;
      const rebuiltAt = performance.now();
      if (rebuild) {
        const reports = await projector.rebuild();
        const different = reports.reduce((sum, each) => sum + each.different, 0);
        if (different > 0) throw new Error(`The rebuilt read models differ in ${different} documents.`);
      }
      const seconds = (rebuild ? performance.now() - rebuiltAt : caughtUpMs) / 1_000;
      await projector.close();
      await models.close();
      return { operations, seconds };
    },
    close: async () => {
      await store.close();
      await remove();
    },
  };
});
