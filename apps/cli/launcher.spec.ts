import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const here = dirname(fileURLToPath(import.meta.url));
const root = mkdtempSync(join(tmpdir(), 'care-launcher-'));
const main = join(root, 'apps/cli/main.ts');

/** A program as small as can be, launched as `care` is. */
const PROGRAM = `
import { word } from '#libs/word.ts';
if (process.argv[2] === 'wait') setInterval(() => {}, 1_000);
// Before it says anything: whoever hears it may send the signal at once.
process.on('SIGTERM', () => process.exit(7));
console.log(word, ...process.argv.slice(2));
if (process.argv[2] === 'fail') process.exitCode = 3;
`;

const start = (...args: readonly string[]) =>
  spawn(process.execPath, [join(root, 'apps/cli/care.mjs'), ...args], { stdio: ['ignore', 'pipe', 'pipe'] });

const run = async (...args: readonly string[]) => {
  const child = start(...args);
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (text: Buffer) => (stdout += text.toString()));
  child.stderr.on('data', (text: Buffer) => (stderr += text.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout: stdout.trim(), stderr };
};

describe('npx care', () => {
  beforeAll(() => {
    mkdirSync(join(root, 'apps/cli'), { recursive: true });
    mkdirSync(join(root, 'libs'));
    for (const name of ['care.mjs', 'build.mjs', 'freshness.mjs'])
      cpSync(join(here, name), join(root, 'apps/cli', name));
    for (const name of ['package.json', 'tsconfig.json', 'tsconfig.build.json'])
      cpSync(join(here, '../..', name), join(root, name));
    symlinkSync(join(here, '../../node_modules'), join(root, 'node_modules'));
    writeFileSync(main, PROGRAM);
    writeFileSync(join(root, 'libs/word.ts'), "export const word: string = 'one';\n");
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  it('builds what is stale, once, also when several start together, and says nothing of it', async () => {
    const answers = await Promise.all([run('a'), run('b'), run('c')]);
    expect(answers).toEqual(['a', 'b', 'c'].map((word) => ({ code: 0, stdout: `one ${word}`, stderr: '' })));
    writeFileSync(join(root, 'libs/word.ts'), "export const word: string = 'another';\n");
    expect(await run('a')).toMatchObject({ stdout: 'another a' });
  });

  it('does not build what is fresh', async () => {
    const before = readFileSync(join(root, 'dist/fingerprint'), 'utf8');
    writeFileSync(join(root, 'dist/libs/word.js'), "export const word = 'planted';\n");
    expect(await run('a')).toMatchObject({ stdout: 'planted a' });
    expect(readFileSync(join(root, 'dist/fingerprint'), 'utf8')).toBe(before);
    rmSync(join(root, 'dist'), { recursive: true });
  });

  it('hands on arguments, exit code and signals', async () => {
    expect(await run('fail')).toMatchObject({ code: 3 });
    const child = start('wait');
    await once(child.stdout, 'data');
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([7, null]);
  });

  it('says why a build failed, and does not run what it would have run', async () => {
    writeFileSync(join(root, 'libs/word.ts'), 'export const word: string = 1;\n');
    const { code, stdout, stderr } = await run('a');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain("the build failed.\nlibs/word.ts(1,14): error TS2322: Type 'number' is not assignable");
  });
});
