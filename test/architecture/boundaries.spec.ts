import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const root = join(import.meta.dirname, '../..');

/** A file that breaks a boundary, and the rule that has to name it. */
const violations: readonly { readonly rule: string; readonly file: string; readonly imports: string }[] = [
  { rule: 'kernel-is-pure', file: 'libs/kernel/planted.ts', imports: '#libs/ports/clock.ts' },
  { rule: 'kernel-is-pure', file: 'libs/kernel/framework.ts', imports: '@nestjs/common' },
  { rule: 'ports-see-the-kernel-only', file: 'libs/ports/planted.ts', imports: '#libs/runtime/present.ts' },
  {
    rule: 'runtime-sees-ports-and-kernel',
    file: 'libs/runtime/planted.ts',
    imports: '#libs/adapters/store-a/store.ts',
  },
  {
    rule: 'adapters-see-ports-and-kernel',
    file: 'libs/adapters/store-a/planted.ts',
    imports: '#libs/runtime/present.ts',
  },
  {
    rule: 'adapters-see-ports-and-kernel',
    file: 'libs/adapters/store-b/planted.ts',
    imports: '#libs/adapters/store-a/store.ts',
  },
  { rule: 'features-stay-at-home', file: 'libs/features/one/planted.ts', imports: '#libs/features/two/two.ts' },
  { rule: 'features-stay-at-home', file: 'libs/features/one/framework.ts', imports: '@nestjs/common' },
  { rule: 'commands-stay-at-home', file: 'libs/features/one/one.commands.ts', imports: '#libs/features/two/two.ts' },
  { rule: 'apps-are-the-top', file: 'libs/nest/planted.ts', imports: '#apps/server/present.ts' },
  { rule: 'tests-help-tests-only', file: 'libs/nest/testing.ts', imports: '#libs/testing/present.ts' },
];

/** What the rules must let pass. */
const allowed: readonly { readonly file: string; readonly imports: string }[] = [
  { file: 'libs/features/one/fine.ts', imports: '#libs/features/two/two.events.ts' },
  { file: 'libs/runtime/fine.ts', imports: '#libs/ports/clock.ts' },
  { file: 'libs/runtime/fine.spec.ts', imports: '#libs/adapters/store-a/store.ts' },
];

const present = [
  'libs/ports/clock.ts',
  'libs/runtime/present.ts',
  'libs/adapters/store-a/store.ts',
  'libs/features/two/two.ts',
  'libs/features/two/two.events.ts',
  'apps/server/present.ts',
  'libs/testing/present.ts',
  'test/present.ts',
];

interface Cruise {
  readonly summary: {
    readonly violations: readonly { readonly from: string; readonly rule: { readonly name: string } }[];
  };
}

describe('the boundaries', () => {
  let folder: string;
  let found: readonly string[];
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'boundaries-'));
    const put = async (file: string, text: string) => {
      await mkdir(dirname(join(folder, file)), { recursive: true });
      await writeFile(join(folder, file), text);
    };
    for (const file of present) await put(file, 'export const here = true;\n');
    for (const { file, imports } of [...violations, ...allowed])
      await put(file, `import * as other from '${imports}';\nexport const used = other;\n`);
    await put('libs/kernel/left.ts', `import { right } from './right.ts';\nexport const left = () => right;\n`);
    await put('libs/kernel/right.ts', `import { left } from './left.ts';\nexport const right = () => left;\n`);
    for (const file of ['.dependency-cruiser.mjs', 'tsconfig.json', 'package.json'])
      await cp(join(root, file), join(folder, file));
    await put('node_modules/@nestjs/common/package.json', '{ "name": "@nestjs/common", "main": "index.js" }');
    await put('node_modules/@nestjs/common/index.js', '');
    const output = await new Promise<string>((resolve) => {
      execFile(
        process.execPath,
        [
          join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs'),
          ...['apps', 'libs', 'test', '--config', '.dependency-cruiser.mjs', '--output-type', 'json'],
        ],
        { cwd: folder, maxBuffer: 64 * 1024 * 1024 },
        (_, stdout) => resolve(stdout),
      );
    });
    found = (JSON.parse(output) as Cruise).summary.violations.map(({ from, rule }) => `${rule.name} ${from}`);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each(violations)('$rule catches $file importing $imports', ({ rule, file }) => {
    expect(found).toContain(`${rule} ${file}`);
  });

  it('no-circles catches two files that need each other', () => {
    expect(found.some((each) => each.startsWith('no-circles libs/kernel/'))).toBe(true);
  });

  it.each(allowed)('let $file import $imports', ({ file }) => {
    expect(found.filter((each) => each.endsWith(` ${file}`))).toEqual([]);
  });
});
