import { hash } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { performance } from 'node:perf_hooks';
import { contend } from '../contender.ts';

/** SQLite's own check of the file, and one hash over each event. */
contend<{ readonly file: string }>(async ({ file }) => ({
  round: async () => {
    const startedAt = performance.now();
    const database = new DatabaseSync(file, { readOnly: true });
    database.prepare('PRAGMA integrity_check').all();
    let operations = 0;
    let chain = '';
    for (const { data, metadata } of database
      .prepare('SELECT data, metadata FROM events ORDER BY position')
      .iterate()) {
      chain = hash('sha256', `${chain}${String(data)}${String(metadata)}`);
      operations += 1;
    }
    database.close();
    return { operations, seconds: (performance.now() - startedAt) / 1_000 };
  },
  close: async () => {},
}));
