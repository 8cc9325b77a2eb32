import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { canonicalJson } from '#libs/kernel/json.ts';
import type { JsonValue } from '#libs/kernel/json.ts';
import type { CollectionSpec, Document } from '#libs/kernel/projection.ts';
import { CheckpointMismatch, InvalidQuery, UnknownCollection } from '#libs/ports/read-models.ts';
import type { DocumentWrite, Filter, Page, Query, ReadModels, Sort, StoredDocument } from '#libs/ports/read-models.ts';

export interface ReadModelsFixture {
  readonly models: ReadModels;
  dispose(): Promise<void>;
}

// The oracle: slow and obvious.

type Value = JsonValue | undefined;

const at = (stored: StoredDocument, path: string): Value => {
  if (path === '_id') return stored.id;
  let value: Value = stored.document as JsonValue;
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, name))
      return undefined;
    value = (value as { readonly [name: string]: JsonValue })[name];
  }
  return value;
};

const bytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));

const someValue = (value: Value, test: (one: Value) => boolean): boolean =>
  test(value) || (Array.isArray(value) && value.some((element: JsonValue) => test(element)));

const equals = (value: Value, operand: JsonValue) => someValue(value, (one) => (one ?? null) === operand);

const holds = (value: Value, operator: string, operand: JsonValue): boolean => {
  const inRange = (test: (order: number) => boolean) =>
    someValue(value, (one) => {
      if (typeof one === 'string' && typeof operand === 'string') return test(bytes(one, operand));
      return typeof one === 'number' && typeof operand === 'number' && test(one - operand);
    });
  switch (operator) {
    case '$in':
      return (operand as readonly JsonValue[]).some((each) => equals(value, each));
    case '$ne':
      return !equals(value, operand);
    case '$gt':
      return inRange((order) => order > 0);
    case '$gte':
      return inRange((order) => order >= 0);
    case '$lt':
      return inRange((order) => order < 0);
    case '$lte':
      return inRange((order) => order <= 0);
    case '$exists':
      return (value !== undefined) === operand;
    case '$prefix':
      return someValue(value, (one) => typeof one === 'string' && one.startsWith(operand as string));
    default:
      throw new Error(`the oracle knows no ${operator}`);
  }
};

const matches = (stored: StoredDocument, filter: Filter): boolean =>
  Object.entries(filter).every(([key, condition]) => {
    if (key === '$and') return (condition as unknown as Filter[]).every((each) => matches(stored, each));
    if (key === '$or') return (condition as unknown as Filter[]).some((each) => matches(stored, each));
    const value = at(stored, key);
    return typeof condition === 'object' && condition !== null
      ? Object.entries(condition).every(([operator, operand]) => holds(value, operator, operand))
      : equals(value, condition);
  });

const rank = (value: Value): number =>
  value === undefined || value === null
    ? 0
    : (({ number: 1, string: 2, boolean: 3 } as Record<string, number>)[typeof value] ?? 4);

const order = (a: Value, b: Value): number => {
  if (rank(a) !== rank(b)) return rank(a) - rank(b);
  if (typeof a === 'string') return bytes(a, b as string);
  if (typeof a === 'number' || typeof a === 'boolean') return Number(a) - Number(b);
  return rank(a) === 0 ? 0 : bytes(canonicalJson(a), canonicalJson(b));
};

const sorted = (all: readonly StoredDocument[], sort: Sort): StoredDocument[] =>
  all.toSorted((a, b) => {
    for (const { field, direction } of sort) {
      const difference = order(at(a, field), at(b, field));
      if (difference !== 0) return direction === 'asc' ? difference : -difference;
    }
    return bytes(a.id, b.id);
  });

// Arbitraries: few fields and values, so that they meet.

const texts = fc.constantFrom(
  '',
  'a',
  'ab',
  'B',
  'b',
  '[',
  '[1]',
  '1',
  'é',
  '\u{1F600}',
  '\uFFFD',
  `'"\\`,
  '%',
  'a\u0000b',
);
const numbers = fc.constantFrom(-1.5, 0, 1, 2, 0.1, 1e21, 2 ** 60, 5e-324, 1.7976931348623157e308, -(2 ** 63));
const scalars: fc.Arbitrary<string | number | boolean | null> = fc.oneof(
  texts,
  numbers,
  fc.boolean(),
  fc.constant(null),
);
const arrays = fc.array(scalars, { maxLength: 3 });
const fieldNames = ['f', 'g', 'h', 'o.x', 'o.y-1', '_id'] as const;
/** Field h holds texts only: stores may treat fields of one type in their own way. */
const documents: fc.Arbitrary<Document> = fc.record(
  {
    f: fc.oneof({ weight: 4, arbitrary: scalars }, arrays),
    g: fc.oneof(numbers, fc.constant(null)),
    h: texts,
    o: fc.oneof(
      fc.record({ x: fc.oneof(scalars, arrays), 'y-1': fc.boolean() }, { requiredKeys: [] }),
      fc.constantFrom(null, 'a'),
    ),
  },
  { requiredKeys: [] },
);
const ids = fc.constantFrom(...'0123456789'.split('').map((digit) => `d${digit}`), 'a', 'B', 'é', `x'"`);

const conditions: fc.Arbitrary<JsonValue> = fc.oneof(
  scalars,
  fc.dictionary(fc.constantFrom('$gt', '$gte', '$lt', '$lte'), fc.oneof(texts, numbers), { minKeys: 1, maxKeys: 2 }),
  fc.record({ $ne: scalars }),
  fc.record({ $in: fc.array(scalars, { maxLength: 4 }) }),
  fc.record({ $exists: fc.boolean() }),
  fc.record({ $prefix: texts }),
  fc.record({ $exists: fc.boolean(), $ne: scalars }),
);
const { filter: filters } = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.dictionary(fc.constantFrom(...fieldNames), conditions, { maxKeys: 2 }),
    fc.record({ $and: fc.array(tie('filter'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ $or: fc.array(tie('filter'), { minLength: 1, maxLength: 3 }) }),
  ),
}));
const sorts: fc.Arbitrary<Sort> = fc.array(
  fc.record({ field: fc.constantFrom(...fieldNames), direction: fc.constantFrom('asc' as const, 'desc' as const) }),
  { maxLength: 3 },
);

const plain = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

export const describeReadModels = (name: string, make: () => Promise<ReadModelsFixture>): void => {
  describe(`${name}: read models`, () => {
    let fixture: ReadModelsFixture;
    let models: ReadModels;
    let versions = 0;
    beforeEach(async () => {
      fixture = await make();
      models = fixture.models;
    });
    afterEach(() => fixture.dispose());

    const spec = (kind: CollectionSpec['kind'], logical = 'things'): CollectionSpec => ({
      name: logical,
      kind,
      indexes: [['f'], ['h', 'g'], ['o.x']],
    });

    /** A new collection, empty. */
    const create = async (kind: CollectionSpec['kind'], logical?: string): Promise<string> => {
      const physical = `${logical ?? 'things'}@${++versions}`;
      await models.ensure(physical, spec(kind, logical));
      return physical;
    };

    const write = async (physical: string, position: number, writes: Readonly<Record<string, Document | null>>) => {
      const expected = await models.checkpoint(physical);
      await models.apply({
        projection: physical,
        expected,
        next: { position, epoch: expected?.epoch ?? 1 },
        writes: Object.entries(writes).map(([id, document]) => ({
          collection: physical,
          id,
          versions: [{ position, document }],
        })),
      });
    };

    const pages = async (physical: string, query: Query): Promise<Page[]> => {
      const all: Page[] = [];
      let cursor: string | undefined;
      do {
        const page: Page = await models.find(physical, cursor === undefined ? query : { ...query, cursor });
        all.push(page);
        cursor = page.next;
      } while (cursor !== undefined);
      return all;
    };
    const list = async (physical: string, query: Query = {}): Promise<StoredDocument[]> =>
      plain((await pages(physical, query)).flatMap((page) => page.documents));
    const idsOf = async (physical: string, filter: Filter) => (await list(physical, { filter })).map((each) => each.id);

    describe.each(['current', 'versioned'] as const)('a %s collection', (kind) => {
      it('finds, sorts, pages and counts as the oracle does', async () => {
        await fc.assert(
          fc.asyncProperty(
            fc.dictionary(ids, documents, { noNullPrototype: true }),
            fc.array(fc.tuple(filters, sorts, fc.integer({ min: 1, max: 6 })), { minLength: 5, maxLength: 10 }),
            async (written, queries) => {
              const physical = await create(kind);
              await write(physical, 1, written);
              const all = Object.entries(written).map(([id, document]) => ({ id, position: 1, document }));
              for (const [filter, sort, limit] of queries) {
                const expected = plain(
                  sorted(
                    all.filter((each) => matches(each, filter)),
                    sort,
                  ),
                );
                const got = await pages(physical, { filter, sort, limit });
                expect(plain(got.flatMap((page) => page.documents))).toEqual(expected);
                expect(got.length).toBe(Math.max(1, Math.ceil(expected.length / limit)));
                expect(got.every((page) => page.position === 1)).toBe(true);
                expect(await models.count(physical, filter)).toBe(expected.length);

                const by = sort[0]?.field ?? 'f';
                const groups = await models.groupCounts(physical, filter, by);
                const counts = new Map<string, number>();
                for (const each of expected) {
                  const text = canonicalJson(at(each, by) ?? null);
                  counts.set(text, (counts.get(text) ?? 0) + 1);
                }
                expect(new Map(groups.map((group) => [canonicalJson(group.value), group.count]))).toEqual(counts);
                expect(groups.map((group) => group.count)).toEqual([...counts.values()].sort((a, b) => b - a));
              }
            },
          ),
          { numRuns: 60 },
        );
      });

      it('gets by id, logical or physical name, and leaves out what is not there', async () => {
        const physical = await create(kind);
        await write(physical, 3, { a: { f: 1 }, b: { f: [1, { x: null }] } });
        const b = { id: 'b', position: 3, document: { f: [1, { x: null }] } };
        expect(plain(await models.get('things', 'b'))).toEqual(b);
        expect(plain(await models.get(physical, 'b'))).toEqual(b);
        expect(await models.get('things', 'none')).toBeUndefined();
        expect(plain(await models.getMany('things', ['b', 'none', 'a']))).toEqual([
          b,
          { id: 'a', position: 3, document: { f: 1 } },
        ]);
        expect(await models.getMany('things', [])).toHaveLength(0);
      });

      it('replaces and removes documents', async () => {
        const physical = await create(kind);
        await write(physical, 1, { a: { f: 1 }, b: { f: 1 } });
        await write(physical, 2, { a: { f: 2 }, b: null, never: null });
        expect(await list(physical)).toEqual([{ id: 'a', position: 2, document: { f: 2 } }]);
        expect(await models.get(physical, 'b')).toBeUndefined();
        expect(await models.count(physical, {})).toBe(1);
        await write(physical, 3, { b: { f: 3 } });
        expect(plain(await models.get(physical, 'b'))).toEqual({ id: 'b', position: 3, document: { f: 3 } });
      });

      it('takes several versions in one batch and shows the last', async () => {
        const physical = await create(kind);
        const versionsOfA = [1, 2, 3].map((position) => ({ position, document: { f: position } }));
        await models.apply({
          projection: physical,
          expected: undefined,
          next: { position: 5, epoch: 1 },
          writes: [
            { collection: physical, id: 'a', versions: versionsOfA },
            {
              collection: physical,
              id: 'b',
              versions: [
                { position: 4, document: { f: 4 } },
                { position: 5, document: null },
              ],
            },
          ],
        });
        expect(await list(physical)).toEqual([{ id: 'a', position: 3, document: { f: 3 } }]);
      });

      it('leaves out undefined fields', async () => {
        const physical = await create(kind);
        await write(physical, 1, { a: { f: undefined, g: 1 } });
        expect((await models.get(physical, 'a'))?.document).toEqual({ g: 1 });
        expect(await idsOf(physical, { f: { $exists: false } })).toEqual(['a']);
      });

      it('scans all documents in order of id', async () => {
        const physical = await create(kind);
        const count = 1_201;
        const written = Array.from({ length: count }, (_, index): [string, Document] => [`n${index}`, { f: index }]);
        await write(physical, 1, Object.fromEntries(written));
        const scanned: string[] = [];
        for await (const page of models.scan('things')) scanned.push(...page.map((each) => each.id));
        expect(scanned).toEqual(written.map(([id]) => id).sort());
      });

      it('pages 50 by default, 1000 at most', async () => {
        const physical = await create(kind);
        await write(
          physical,
          1,
          Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`n${index}`, { f: index }])),
        );
        expect((await models.find(physical, {})).documents).toHaveLength(50);
        const all = await models.find(physical, { limit: 1_000 });
        expect(all.documents).toHaveLength(51);
        expect(all.next).toBeUndefined();
        for (const limit of [0, -1, 1_001, 1.5, Number.NaN, '5' as unknown as number])
          await expect(models.find(physical, { limit })).rejects.toBeInstanceOf(InvalidQuery);
      });
    });

    describe('the filter', () => {
      const refused: readonly (readonly [string, unknown])[] = [
        ['$where', { $where: 'true' }],
        ['$regex', { f: { $regex: '.*' } }],
        ['$not', { f: { $not: { $gt: 1 } } }],
        ['$nor', { $nor: [{ f: 1 }] }],
        ['$eq, which is not offered', { f: { $eq: 1 } }],
        ['an inner $where', { $or: [{ f: 1 }, { $and: [{ $where: '1' }] }] }],
        ['__proto__', JSON.parse('{"__proto__":{"$ne":1}}')],
        ['__proto__ in a path', { 'o.__proto__.x': 1 }],
        ['constructor', { constructor: 1 }],
        ['prototype in a path', { 'f.prototype': 1 }],
        ['an inherited operator', { f: JSON.parse('{"__proto__":1}') as unknown }],
        ['toString as operator', { f: { toString: 1 } }],
        ["a single quote in a field's name", { "f') OR 1=1 --": 1 }],
        ["a double quote in a field's name", { 'f" OR 1=1 --': 1 }],
        ['a semicolon', { 'f; DROP TABLE meta': 1 }],
        ['a $ inside a name', { 'o.$x': 1 }],
        ['an empty name', { '': 1 }],
        ['an empty part of a name', { 'o..x': 1 }],
        ['a bracket', { 'f[0]': 1 }],
        ['a line feed at the end', { 'f\n': 1 }],
        ['an array as value', { f: [1] }],
        ['an object as value', { f: { x: 1 } }],
        ['an empty object as value', { f: {} }],
        ['undefined as value', { f: undefined }],
        ['NaN', { f: Number.NaN }],
        ['a lone surrogate', { f: '\uD800' }],
        ['a function', { f: () => 1 }],
        ['$in without a list', { f: { $in: 'a' } }],
        ['$in with an object', { f: { $in: [{ $gt: 1 }] } }],
        ['$gt null', { f: { $gt: null } }],
        ['$gt true', { f: { $gt: true } }],
        ['$exists 1', { f: { $exists: 1 } }],
        ['$prefix 1', { f: { $prefix: 1 } }],
        ['an empty $and', { $and: [] }],
        ['$or without a list', { $or: { f: 1 } }],
        ['$or with a text', { $or: ['f'] }],
        ['a list as filter', [{ f: 1 }]],
        ['null as filter', null],
        ['a text as filter', 'f = 1'],
      ];
      it.each(refused)('refuses %s', async (_, filter) => {
        const physical = await create('current');
        await write(physical, 1, { a: { f: 1 } });
        const given = filter as Filter;
        await expect(models.find(physical, { filter: given })).rejects.toBeInstanceOf(InvalidQuery);
        await expect(models.count(physical, given)).rejects.toBeInstanceOf(InvalidQuery);
        await expect(models.groupCounts(physical, given, 'f')).rejects.toBeInstanceOf(InvalidQuery);
        expect(await models.count(physical, {})).toBe(1);
      });

      it('refuses filters beyond all measure', async () => {
        await create('current');
        let deep: Filter = { f: 1 };
        for (let index = 0; index < 2_000; index += 1) deep = { $and: [deep] };
        const wide: Filter = { $or: Array.from({ length: 20_000 }, (_, index) => ({ f: index })) };
        const long: Filter = { f: { $in: Array.from({ length: 100_000 }, (_, index) => index) } };
        for (const filter of [deep, wide, long])
          await expect(models.find('things', { filter })).rejects.toBeInstanceOf(InvalidQuery);
      });

      it('says what, where and what is allowed', async () => {
        await create('current');
        await expect(models.find('things', { filter: { $or: [{ f: { $regex: 'x' } }] } })).rejects.toThrow(
          /\$or.*0.*f.*\$regex.*\$prefix/s,
        );
      });

      it('takes values as values, never as language', async () => {
        const physical = await create('current');
        const hostile = [`' OR '1'='1`, `"; DROP TABLE meta; --`, '$where', '%', '_', '*', '\\'];
        await write(
          physical,
          1,
          Object.fromEntries(hostile.map((text, index) => [`d${index}`, { f: text, h: 'other' }])),
        );
        for (const [index, text] of hostile.entries()) {
          expect(await idsOf(physical, { f: text })).toEqual([`d${index}`]);
          expect(await idsOf(physical, { f: { $prefix: text } })).toEqual([`d${index}`]);
          expect(await idsOf(physical, { h: text })).toEqual([]);
        }
      });

      it('tells booleans from numbers and texts from numbers', async () => {
        const physical = await create('current');
        await write(physical, 1, {
          one: { f: 1 },
          yes: { f: true },
          text: { f: '1' },
          zero: { f: 0 },
          no: { f: false },
        });
        expect(await idsOf(physical, { f: 1 })).toEqual(['one']);
        expect(await idsOf(physical, { f: true })).toEqual(['yes']);
        expect(await idsOf(physical, { f: '1' })).toEqual(['text']);
        expect(await idsOf(physical, { f: false })).toEqual(['no']);
        expect(await idsOf(physical, { f: { $lt: 5 } })).toEqual(['one', 'zero']);
        expect(await idsOf(physical, { f: { $in: [true, 0] } })).toEqual(['yes', 'zero']);
      });

      it('refuses fields to group by as it does fields to filter by', async () => {
        await create('current');
        for (const by of ['__proto__', "f'", '$f', ''])
          await expect(models.groupCounts('things', {}, by)).rejects.toBeInstanceOf(InvalidQuery);
      });
    });

    describe('sort and cursor', () => {
      const five = Object.fromEntries([1, 2, 3, 4, 5].map((each) => [`d${each}`, { f: each }]));

      it('refuses sorts that it cannot understand', async () => {
        await create('current');
        const bad = [
          [{ field: "f' desc; --", direction: 'asc' }],
          [{ field: '__proto__', direction: 'asc' }],
          [{ field: 'f', direction: 'up' }],
          [{ field: 'f', direction: 'asc, (SELECT 1)' }],
          [{ direction: 'asc' }],
          ['f'],
          'f',
          { f: 1 },
        ] as unknown as Sort[];
        for (const sort of bad) await expect(models.find('things', { sort })).rejects.toBeInstanceOf(InvalidQuery);
      });

      it('refuses a cursor that was changed, made up, or belongs to another question', async () => {
        const physical = await create('versioned');
        await write(physical, 1, five);
        const other = await create('versioned', 'others');
        await write(other, 1, five);
        const filter: Filter = { f: { $gt: 0 } };
        const sort: Sort = [{ field: 'f', direction: 'asc' }];
        const { next } = await models.find('things', { filter, sort, limit: 2 });
        const cursor = next!;
        const second = await models.find('things', { filter, sort, limit: 2, cursor });
        expect(second.documents.map((each) => each.id)).toEqual(['d3', 'd4']);

        const refuse = (collection: string, query: Query) =>
          expect(models.find(collection, query)).rejects.toBeInstanceOf(InvalidQuery);
        for (let index = 0; index < cursor.length; index += 1) {
          const changed = `${cursor.slice(0, index)}${cursor[index] === 'A' ? 'B' : 'A'}${cursor.slice(index + 1)}`;
          await refuse('things', { filter, sort, cursor: changed });
        }
        for (const made of [
          '',
          '.',
          'x',
          'e30.e30',
          `${cursor}.`,
          `${cursor}A`,
          cursor.slice(0, -1),
          7 as unknown as string,
        ])
          await refuse('things', { filter, sort, cursor: made });
        await refuse('things', { filter: { f: { $gt: 1 } }, sort, cursor });
        await refuse('things', { sort, cursor });
        await refuse('things', { filter, sort: [{ field: 'f', direction: 'desc' }], cursor });
        await refuse('things', { filter, cursor });
        await refuse('things', { filter, sort, cursor, asOfPosition: 1 });
        await refuse('others', { filter, sort, cursor });
      });

      it('does not repeat or skip what stays when documents come and go between pages', async () => {
        const physical = await create('current');
        await write(physical, 1, five);
        const sort: Sort = [{ field: 'f', direction: 'asc' }];
        const first = await models.find(physical, { sort, limit: 2 });
        await write(physical, 2, { d2: null, d0: { f: 0 }, d35: { f: 3.5 } });
        const rest = await models.find(physical, { sort, limit: 9, cursor: first.next! });
        expect(rest.documents.map((each) => each.id)).toEqual(['d3', 'd35', 'd4', 'd5']);
      });

      it('goes on in the version of the collection that it began in', async () => {
        const before = await create('versioned');
        await write(before, 1, five);
        const after = await create('versioned');
        await write(after, 1, { other: { f: 9 } });
        const first = await models.find('things', { limit: 2 });
        await models.activate('things', after);
        const rest = await models.find('things', { cursor: first.next! });
        expect(rest.documents.map((each) => each.id)).toEqual(['d3', 'd4', 'd5']);
        await models.drop(before);
        await expect(models.find('things', { cursor: first.next! })).rejects.toBeInstanceOf(InvalidQuery);
      });
    });

    describe('the past', () => {
      it('is shown as it was captured after each batch', async () => {
        await fc.assert(
          fc.asyncProperty(
            fc.array(
              fc.dictionary(ids, fc.array(fc.option(documents, { freq: 4 }), { minLength: 1, maxLength: 3 }), {
                noNullPrototype: true,
              }),
              { minLength: 1, maxLength: 6 },
            ),
            filters,
            sorts,
            async (batches, filter, sort) => {
              const physical = await create('versioned');
              const state = new Map<string, StoredDocument>();
              const snapshots: { position: number; all: StoredDocument[] }[] = [{ position: 0, all: [] }];
              let position = 0;
              for (const batch of batches) {
                const expected = await models.checkpoint(physical);
                const writes: DocumentWrite[] = [];
                for (const [id, given] of Object.entries(batch)) {
                  const versions: { position: number; document: Document | null }[] = [];
                  for (const document of given) {
                    position += 1;
                    versions.push({ position, document });
                    if (document === null) state.delete(id);
                    else state.set(id, plain({ id, position, document }));
                    snapshots.push({ position, all: [...state.values()] });
                  }
                  writes.push({ collection: physical, id, versions });
                }
                await models.apply({ projection: physical, expected, next: { position, epoch: 1 }, writes });
              }
              for (const snapshot of snapshots) {
                const asOfPosition = snapshot.position;
                const expected = sorted(
                  snapshot.all.filter((each) => matches(each, filter)),
                  sort,
                );
                expect(await list(physical, { filter, sort, limit: 3, asOfPosition })).toEqual(plain(expected));
                expect(await models.count(physical, filter, { asOfPosition })).toBe(expected.length);
                const groups = await models.groupCounts(physical, filter, 'f', { asOfPosition });
                expect(groups.reduce((sum, group) => sum + group.count, 0)).toBe(expected.length);
                for (const id of ['d0', 'd1', 'a'])
                  expect(plain((await models.get(physical, id, { asOfPosition })) ?? null)).toEqual(
                    snapshot.all.find((each) => each.id === id) ?? null,
                  );
              }
            },
          ),
          { numRuns: 40 },
        );
      });

      it('stays under later pages: the first page pins it', async () => {
        const physical = await create('versioned');
        await write(physical, 5, { a: { f: 1 }, b: { f: 2 }, c: { f: 3 }, d: { f: 4 } });
        const sort: Sort = [{ field: 'f', direction: 'desc' }];
        const first = await models.find('things', { sort, limit: 2 });
        expect(first.position).toBe(5);
        await write(physical, 6, { a: null, b: { f: 99 }, e: { f: 0 } });
        const second = await models.find('things', { sort, limit: 2, cursor: first.next! });
        expect(second.position).toBe(5);
        expect(plain(second.documents)).toEqual([
          { id: 'b', position: 5, document: { f: 2 } },
          { id: 'a', position: 5, document: { f: 1 } },
        ]);
        expect((await models.find('things', { sort })).position).toBe(6);
      });

      it('does not reach beyond the checkpoint', async () => {
        const physical = await create('versioned');
        await write(physical, 5, { a: { f: 1 } });
        const page = await models.find(physical, { asOfPosition: 1_000 });
        expect(page.position).toBe(5);
        expect(page.documents).toHaveLength(1);
      });

      it('is refused for current collections, and for what is no position', async () => {
        const current = await create('current');
        await write(current, 1, { a: { f: 1 } });
        const refuse = (answer: Promise<unknown>) => expect(answer).rejects.toBeInstanceOf(InvalidQuery);
        await refuse(models.find(current, { asOfPosition: 1 }));
        await refuse(models.get(current, 'a', { asOfPosition: 1 }));
        await refuse(models.count(current, {}, { asOfPosition: 1 }));
        await refuse(models.groupCounts(current, {}, 'f', { asOfPosition: 1 }));
        const versioned = await create('versioned', 'others');
        for (const asOfPosition of [-1, 0.5, Number.NaN, '1' as unknown as number])
          await refuse(models.find(versioned, { asOfPosition }));
      });
    });

    describe('checkpoints', () => {
      it('are set with the batch and listed', async () => {
        const physical = await create('current');
        expect(await models.checkpoint(physical)).toBeUndefined();
        await write(physical, 7, {});
        expect(plain(await models.checkpoint(physical))).toEqual({ position: 7, epoch: 1 });
        await models.apply({
          projection: `${physical}#1`,
          expected: undefined,
          next: { position: 3, epoch: 2 },
          writes: [],
        });
        expect(plain([...(await models.checkpoints())])).toEqual([
          [physical, { position: 7, epoch: 1 }],
          [`${physical}#1`, { position: 3, epoch: 2 }],
        ]);
      });

      it('fence: another position, another epoch, one where there is none, none where there is one', async () => {
        const physical = await create('versioned');
        const writes = [{ collection: physical, id: 'a', versions: [{ position: 9, document: { f: 9 } }] }];
        const attempt = (expected: { position: number; epoch: number } | undefined) =>
          models.apply({ projection: physical, expected, next: { position: 9, epoch: 9 }, writes });
        await expect(attempt({ position: 1, epoch: 1 })).rejects.toBeInstanceOf(CheckpointMismatch);
        await write(physical, 5, {});
        for (const expected of [undefined, { position: 4, epoch: 1 }, { position: 5, epoch: 2 }])
          await expect(attempt(expected)).rejects.toBeInstanceOf(CheckpointMismatch);
        await expect(attempt(undefined)).rejects.toThrow(/position 5, epoch 1/);
        expect(await models.count(physical, {})).toBe(0);
        expect(plain(await models.checkpoint(physical))).toEqual({ position: 5, epoch: 1 });
        await attempt({ position: 5, epoch: 1 });
        expect(plain(await models.checkpoint(physical))).toEqual({ position: 9, epoch: 9 });
      });

      it('let exactly one of concurrent batches win', async () => {
        const physical = await create('versioned');
        for (let round = 0; round < 10; round += 1) {
          const expected = await models.checkpoint(physical);
          const outcomes = await Promise.allSettled(
            ['left', 'right', 'third'].map((id) =>
              models.apply({
                projection: physical,
                expected,
                next: { position: round + 1, epoch: 1 },
                writes: [
                  { collection: physical, id: `${id}-${round}`, versions: [{ position: round + 1, document: {} }] },
                ],
              }),
            ),
          );
          const lost = outcomes.filter((each) => each.status === 'rejected');
          expect(lost).toHaveLength(2);
          for (const each of lost) expect(each.reason).toBeInstanceOf(CheckpointMismatch);
          expect(await models.count(physical, {})).toBe(round + 1);
        }
      });

      it('stay where they were when a write fails: all or nothing', async () => {
        const physical = await create('versioned');
        await write(physical, 1, { a: { f: 1 } });
        await expect(
          models.apply({
            projection: physical,
            expected: { position: 1, epoch: 1 },
            next: { position: 2, epoch: 1 },
            writes: [
              { collection: physical, id: 'a', versions: [{ position: 2, document: { f: 2 } }] },
              { collection: 'nowhere@1', id: 'a', versions: [{ position: 2, document: { f: 2 } }] },
            ],
          }),
        ).rejects.toBeInstanceOf(UnknownCollection);
        expect(plain(await models.checkpoint(physical))).toEqual({ position: 1, epoch: 1 });
        expect(plain(await models.get(physical, 'a'))).toEqual({ id: 'a', position: 1, document: { f: 1 } });
      });
    });

    describe('collections', () => {
      it('are made once; the first of a name is active', async () => {
        await models.ensure('cases@1', spec('versioned', 'cases'));
        await models.ensure('cases@1', spec('versioned', 'cases'));
        await models.ensure('cases@2', spec('current', 'cases'));
        await models.ensure('cases@2', { ...spec('current', 'cases'), indexes: [['g']] });
        expect(plain(await models.collections())).toEqual([
          { logical: 'cases', physical: 'cases@1', active: true },
          { logical: 'cases', physical: 'cases@2', active: false },
        ]);
        await expect(models.ensure('cases@1', spec('current', 'cases'))).rejects.toThrow(/cases@1/);
      });

      it('are switched and dropped', async () => {
        await models.ensure('cases@1', spec('current', 'cases'));
        await models.ensure('cases@2', spec('current', 'cases'));
        await write('cases@1', 1, { a: { f: 'old' } });
        await write('cases@2', 1, { a: { f: 'new' } });
        await models.apply({
          projection: 'cases@1#2',
          expected: undefined,
          next: { position: 1, epoch: 1 },
          writes: [],
        });
        expect((await models.get('cases', 'a'))?.document).toEqual({ f: 'old' });
        await expect(models.drop('cases@1')).rejects.toThrow(/active/);
        await models.activate('cases', 'cases@2');
        expect((await models.get('cases', 'a'))?.document).toEqual({ f: 'new' });
        expect((await models.find('cases', {})).documents[0]?.document).toEqual({ f: 'new' });
        await models.drop('cases@1');
        expect(plain(await models.collections())).toEqual([{ logical: 'cases', physical: 'cases@2', active: true }]);
        expect([...(await models.checkpoints()).keys()]).toEqual(['cases@2']);
        await expect(models.get('cases@1', 'a')).rejects.toBeInstanceOf(UnknownCollection);

        await models.ensure('cases@1', spec('current', 'cases'));
        expect(await models.count('cases@1', {})).toBe(0);
      });

      it('that are not there are said to be unknown', async () => {
        await models.ensure('cases@1', spec('current', 'cases'));
        const answers: (() => Promise<unknown>)[] = [
          () => models.get('none', 'a'),
          () => models.getMany('none', ['a']),
          () => models.find('none', {}),
          () => models.count('none', {}),
          () => models.groupCounts('none', {}, 'f'),
          () => models.scan('none')[Symbol.asyncIterator]().next(),
          () => models.drop('none@1'),
          () => models.activate('cases', 'none@1'),
          () => models.activate('other', 'cases@1'),
        ];
        for (const answer of answers) await expect(answer()).rejects.toBeInstanceOf(UnknownCollection);
        await expect(models.find('none', {})).rejects.toThrow(/none.*Known: cases/);
        expect((await models.collections())[0]?.active).toBe(true);
      });
    });

    it('refuses calls after close; closing twice is closing once', async () => {
      await create('current');
      await models.close();
      await models.close();
      await expect(models.find('things', {})).rejects.toThrow(/closed/);
      await expect(models.get('things', 'a')).rejects.toThrow(/closed/);
    });
  });
};
