// Compiles what is stale, one process at a time: several that start together wait for the first and use what it built.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { fingerprint, isFresh, stampOf } from './freshness.mjs';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const compiler = join(root, 'node_modules/typescript/bin/tsc');

const build = () => {
  if (isFresh(root)) return 0;
  if (!existsSync(compiler)) {
    console.error(`care: the compiler is missing. Run \`npm install\` in ${root}.`);
    return 1;
  }
  if (process.stderr.isTTY) console.error('care: building…');
  const before = fingerprint(root);
  // Files were deleted from dist by hand: the compiler's notes would make it believe that they are still there.
  if (!existsSync(join(root, 'dist/apps/cli/main.js'))) rmSync(join(root, 'dist/build.tsbuildinfo'), { force: true });
  rmSync(stampOf(root), { force: true });
  const { status, stdout, stderr } = spawnSync(process.execPath, [compiler, '-p', 'tsconfig.build.json'], {
    cwd: root,
    encoding: 'utf8',
  });
  if (status !== 0) {
    console.error(`care: the build failed.\n${stdout}${stderr}`);
    return 1;
  }
  writeFileSync(stampOf(root), before);
  return 0;
};

mkdirSync(join(root, 'dist'), { recursive: true });
// A lock of the operating system's, through SQLite: it ends with its process, however that ends.
const lock = new DatabaseSync(join(root, 'dist/build.lock'), { timeout: 300_000 });
lock.exec('BEGIN EXCLUSIVE');
process.exitCode = build();
lock.close();
