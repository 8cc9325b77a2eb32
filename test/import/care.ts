import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { jest } from '@jest/globals';
import { run } from '#apps/cli/program.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

export const sample = (name: string): string => join(root, '../shared/data', name);

/** The sample's path; without it, undefined, and a line says what is not tested. */
export const sampleOr = (name: string): string | undefined => {
  if (existsSync(sample(name))) return sample(name);
  process.stderr.write(`SKIPPED: ${name} is not there (../shared/data); its import is not tested here.\n`);
  return undefined;
};

export const temporaryFolder = (): { readonly path: string; readonly remove: () => void } => {
  const path = mkdtempSync(join(tmpdir(), 'care-import-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
};

/** `care …` as a process of its own, from its sources. */
export const startCare = (...args: readonly string[]): ChildProcess =>
  spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join(root, 'apps/cli/main.ts'), ...args], {
    cwd: root,
    env: { ...process.env, npm_lifecycle_event: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** `care …` as a process, to its end: for what works hard, which it does more slowly within Jest. */
export const careApart = async (...args: readonly string[]): Promise<Ended> => {
  const child = startCare(...args);
  let stdout = '';
  let stderr = '';
  child.stdout!.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
};

/** `care …`, the whole command line, in this process: one at a time. */
export const care = async (...args: readonly string[]): Promise<Ended> => {
  const [out, err]: [string[], string[]] = [[], []];
  const writing = (into: string[]) => (text: string | Uint8Array) => into.push(String(text)) > 0;
  const spies = [
    jest.spyOn(process.stdout, 'write').mockImplementation(writing(out)),
    jest.spyOn(process.stderr, 'write').mockImplementation(writing(err)),
  ];
  try {
    const code = await run(args);
    return { code, stdout: out.join(''), stderr: err.join('') };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
};

const inJson =
  (way: typeof care) =>
  async <T>(...args: readonly string[]): Promise<T> => {
    const { code, stdout, stderr } = await way(...args, '--json');
    if (code !== 0) throw new Error(`care ${args.join(' ')} ended with ${code}: ${stderr}`);
    return JSON.parse(stdout.trim().split('\n').at(-1)!) as T;
  };
/** The JSON document that a command answers with, here or as a process; throws with what it said where it failed. */
export const careJson = inJson(care);
export const careJsonApart = inJson(careApart);
