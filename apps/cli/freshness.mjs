// Is the compiled program as new as its sources? Told from their names, sizes and times.
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const SINGLE = ['package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json', 'nest-cli.json'];
const isSource = (name) => name.endsWith('.ts') && !name.endsWith('.spec.ts');

/** One text that changes whenever a source or the build's configuration does. */
export const fingerprint = (root) => {
  const hash = createHash('sha256');
  const add = (path) => {
    const { size, mtimeMs } = statSync(join(root, path), { throwIfNoEntry: false }) ?? { size: -1, mtimeMs: 0 };
    hash.update(`${path}\0${size}\0${mtimeMs}\n`);
  };
  const walk = (folder) => {
    const entries = readdirSync(join(root, folder), { withFileTypes: true });
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) {
        if (path !== 'libs/testing') walk(path);
      } else if (isSource(entry.name)) add(path);
    }
  };
  for (const path of SINGLE) add(path);
  walk('apps');
  walk('libs');
  return hash.digest('hex');
};

export const stampOf = (root) => join(root, 'dist/fingerprint');

export const isFresh = (root) => {
  try {
    return (
      readFileSync(stampOf(root), 'utf8') === fingerprint(root) &&
      statSync(join(root, 'dist/apps/cli/main.js')).isFile()
    );
  } catch {
    return false;
  }
};
