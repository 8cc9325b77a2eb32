import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Document } from '#libs/kernel/projection.ts';
import { openSqliteReadModels } from '#libs/adapters/read-models-sqlite/read-models-sqlite.ts';
import type { Filter, ReadModels, Sort } from '#libs/ports/read-models.ts';
import { startMongoStandIn } from '#libs/testing/mongodb-stand-in/server.ts';
import type { MongoStandIn } from '#libs/testing/mongodb-stand-in/server.ts';
import { openMongoReadModels } from './read-models-mongodb.ts';

let folder: string;
let server: MongoStandIn;
let stores: readonly [ReadModels, ReadModels];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'read-models-'));
  server = await startMongoStandIn();
  stores = [
    await openSqliteReadModels({ file: join(folder, 'models.db') }),
    await openMongoReadModels({ url: server.url }),
  ];
});
afterAll(async () => {
  await Promise.all(stores.map((each) => each.close()));
  await server.close();
  await rm(folder, { recursive: true });
});

const scalars = fc.constantFrom(null, 0, 1, '', 'a', '1', true, false);
// Lists of objects, objects in lists in objects: where MongoDB's paths go further than the port's.
const { value: values } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalars,
    fc.array(tie('value'), { maxLength: 2 }),
    fc.record({ x: tie('value'), '0': tie('value') }, { requiredKeys: [] }),
  ),
}));
const documents = fc.record({ f: values, o: values }, { requiredKeys: [] }) as fc.Arbitrary<Document>;
const fields = fc.constantFrom('f', 'o', 'o.x', 'f.x', 'f.0', 'o.x.x', 'o.0.x');
const conditions = fc.oneof(
  scalars,
  fc.record({ $ne: scalars }),
  fc.record({ $in: fc.array(scalars, { maxLength: 3 }) }),
  fc.record({ $exists: fc.boolean() }),
  fc.record({ $prefix: fc.constantFrom('', 'a') }),
  fc.record({ $gt: fc.constantFrom(0, '') }),
);
const filters = fc.dictionary(fields, conditions, { maxKeys: 2, noNullPrototype: true }) as fc.Arbitrary<Filter>;
const sorts: fc.Arbitrary<Sort> = fc.array(
  fc.record({ field: fields, direction: fc.constantFrom('asc' as const, 'desc' as const) }),
  { maxLength: 2 },
);

it('MongoDB answers as SQLite does where lists and objects nest', async () => {
  let version = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(documents, { minLength: 1, maxLength: 6 }),
      fc.array(fc.tuple(filters, sorts), { minLength: 6, maxLength: 6 }),
      async (written, queries) => {
        version += 1;
        const physical = `things@${version}`;
        const answers = await Promise.all(
          stores.map(async (models) => {
            await models.ensure(physical, { name: 'things', kind: 'current', indexes: [['f']] });
            await models.apply({
              projection: physical,
              expected: undefined,
              next: { position: 1, epoch: 1 },
              writes: written.map((document, index) => ({
                collection: physical,
                id: `d${index}`,
                versions: [{ position: 1, document }],
              })),
            });
            const results: unknown[] = [];
            for (const [filter, sort] of queries) {
              for (let cursor: string | undefined, first = true; first || cursor !== undefined; first = false) {
                const page = await models.find(physical, {
                  filter,
                  sort,
                  limit: 2,
                  ...(cursor === undefined ? {} : { cursor }),
                });
                results.push(page.documents.map((each) => each.id));
                cursor = page.next;
              }
              results.push(await models.count(physical, filter));
              results.push(await models.groupCounts(physical, filter, sort[0]?.field ?? 'o.x'));
            }
            return JSON.parse(JSON.stringify(results)) as unknown;
          }),
        );
        expect(answers[1]).toEqual(answers[0]);
      },
    ),
    { numRuns: 40 },
  );
});
