import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Deployment } from './deployments.ts';

export interface Started {
  readonly child: ChildProcess;
  readonly said: () => string;
  readonly ended: Promise<number | null>;
}

/** What a process gets of our own variables: nothing that configures it. */
const { PATH, NODE_COMPILE_CACHE } = process.env;

/** One of the program's files as a process, with these variables and none of our own. Hooks are imported before it. */
export const startProcess = (
  file: string,
  env: Readonly<Record<string, string>>,
  { hooks = [], args = [] }: { readonly hooks?: readonly string[]; readonly args?: readonly string[] } = {},
): Started => {
  const path = fileURLToPath(new URL(file, import.meta.url));
  const imports = hooks.flatMap((each) => ['--import', new URL(each, import.meta.url).href]);
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...imports, path, ...args], {
    env: { PATH, NODE_COMPILE_CACHE, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (said += text));
  const ended = once(child, 'close').then(([code]) => code as number | null);
  return { child, said: () => said, ended };
};

export const variablesOf = ({ eventStore, readModels, folder }: Deployment): Record<string, string> => ({
  EVENT_STORE: eventStore.kind === 'sqlite' ? `sqlite:${eventStore.folder}` : eventStore.url,
  READ_MODELS: readModels.kind === 'sqlite' ? `sqlite:${readModels.folder}` : readModels.url,
  CARE_DATA: folder,
  CARE_TENANT: 'acme',
});

export const until = async (
  what: string,
  found: () => boolean | Promise<boolean>,
  withinMs = 40_000,
): Promise<void> => {
  const deadline = Date.now() + withinMs;
  while (!(await found())) {
    if (Date.now() > deadline) throw new Error(`Not seen within ${withinMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};
