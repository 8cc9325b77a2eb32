#!/usr/bin/env node
// Starts `care` under the project's own Node (24) from compiled files, after building what is stale.
// Plain JavaScript for any Node >= 20: it must run before anything is built.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isFresh } from './freshness.mjs';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const main = join(root, 'dist/apps/cli/main.js');

const failed = (message) => {
  console.error(`care: ${message}`);
  process.exit(1);
};

const projectNode = () => {
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
  const own = ['node_modules/node/bin/node', 'node_modules/node/bin/node.exe', 'node_modules/.bin/node']
    .map((path) => join(root, path))
    .find((path) => existsSync(path));
  return own ?? failed(`Node 24 is missing (this is ${process.version}). Run \`npm install\` in ${root}.`);
};

const node = projectNode();
if (!isFresh(root)) {
  const build = spawnSync(node, ['--disable-warning=ExperimentalWarning', join(root, 'apps/cli/build.mjs')], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (build.signal !== null) process.kill(process.pid, build.signal);
  if (build.status !== 0) process.exit(build.status ?? 1);
}

const args = ['--conditions=compiled', '--disable-warning=ExperimentalWarning', main, ...process.argv.slice(2)];

const becomeIt = () => {
  // Becoming the program, rather than being its parent, leaves nothing in between for signals to be lost in.
  // Its announcement that this call is experimental is of no use to the user.
  process.removeAllListeners('warning');
  process.execve(node, [node, ...args], process.env);
};

const superviseIt = () => {
  // The channel tells the program when this process is gone, even when it was killed hard.
  const child = spawn(node, args, { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2'])
    process.on(signal, () => child.kill(signal));
  child.on('error', (error) => failed(`${node} could not be started: ${error.message}`));
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
};

if (typeof process.execve === 'function' && process.platform !== 'win32') becomeIt();
else superviseIt();
