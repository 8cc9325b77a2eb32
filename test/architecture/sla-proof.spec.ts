import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

/** A row of the table: the rule, its sentence (empty: the one above), a test's name without rule ids, its file. */
const ROW = /^\| (\S+) +\| (?:.*?) *\| (.+?) +\| `(\S+)` +\|$/gm;

const hasTest = (file: string, name: string): boolean => {
  const text = read(file);
  return ["'", '"'].some((quote) =>
    [`it(${quote}${name} [`, `it(${quote}${name}${quote}`].some((it) => text.includes(it)),
  );
};

it('each sentence of SLA 1 to 15 has a test of the name that docs/guides/sla-proof.md gives', () => {
  const rows = [...read('docs/guides/sla-proof.md').matchAll(ROW)];
  const rules = new Set(rows.map(([, rule]) => rule));
  expect([...rules]).toEqual([...Array.from({ length: 15 }, (_, index) => String(index + 1)), 'channels']);
  expect(rows.flatMap(([, rule, name, file]) => (hasTest(file!, name!) ? [] : [{ rule, name, file }]))).toEqual([]);
});
