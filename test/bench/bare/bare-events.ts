import { DatabaseSync } from 'node:sqlite';

/** One event as the bare programs write it. */
export type BareRow = readonly [
  stream: string,
  revision: number,
  id: string,
  type: string,
  data: string,
  metadata: string,
];

/** The rivals' event table, as a programmer would write it who needs appending and reading by stream. */
export const openBareEvents = (file: string): DatabaseSync => {
  const database = new DatabaseSync(file, { timeout: 10_000 });
  database.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA wal_autocheckpoint = 4000;
    PRAGMA cache_size = -32000;
    CREATE TABLE IF NOT EXISTS events (
      position INTEGER PRIMARY KEY,
      stream TEXT NOT NULL,
      revision INTEGER NOT NULL,
      id TEXT NOT NULL,
      type TEXT NOT NULL,
      data TEXT NOT NULL,
      metadata TEXT NOT NULL,
      UNIQUE (stream, revision)
    ) STRICT;
  `);
  return database;
};

export const insertEvent = 'INSERT INTO events (stream, revision, id, type, data, metadata) VALUES (?, ?, ?, ?, ?, ?)';

/** The same events, in the rival's table. */
export const copyEvents = (ledgerFile: string, bareFile: string): void => {
  const database = openBareEvents(bareFile);
  database.exec(`ATTACH '${ledgerFile.replaceAll("'", "''")}' AS ledger`);
  database.exec(`
    INSERT INTO events SELECT e.position, s.name, e.revision, e.id, e.type, e.data, e.metadata
    FROM ledger.events e JOIN ledger.streams s ON s.key = e.stream ORDER BY e.position`);
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  database.close();
};
