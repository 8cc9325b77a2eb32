import { rm } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { performance } from 'node:perf_hooks';
import { contend } from '../contender.ts';

interface Options {
  /** A ledger's events. */
  readonly file: string;
  readonly models: string;
  /** `cases`: one row per case, the current one only; `trail`: one row per event; `all`: both and the two clocks. */
  readonly fold: 'cases' | 'trail' | 'all';
}

interface Metadata {
  readonly subject: string;
  readonly occurredAt: string;
}
type Row = Record<string, unknown>;

const batchEvents = 500;
const caseIndexes = ['status', 'team', 'assigneeId', 'customerId', 'reference', 'receivedAt'];
const clockIndexes = ['caseId', 'state', 'team', 'assigneeId', 'customerId'];
const trailIndexes = ['subject', 'aggregateId'];

/** A fold as it is written without a framework: scan, parse, keep rows in memory, upsert what changed, batch by batch. */
contend<Options>(async ({ file, models, fold }) => {
  const remove = async () => {
    for (const end of ['', '-wal', '-shm']) await rm(`${models}${end}`, { force: true });
  };
  const run = () => {
    const events = new DatabaseSync(file, { readOnly: true });
    const target = new DatabaseSync(models);
    target.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA secure_delete = ON');
    target.exec('CREATE TABLE checkpoint (position INTEGER)');
    const upsertInto = (table: string, indexes: readonly string[]) => {
      target.exec(`CREATE TABLE ${table} (id TEXT PRIMARY KEY, position INTEGER, document TEXT)`);
      for (const field of indexes)
        target.exec(`CREATE INDEX ${table}_${field} ON ${table} (document ->> '${field}', id)`);
      return target.prepare(
        `INSERT INTO ${table} VALUES (?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET position = excluded.position, document = excluded.document`,
      );
    };
    const caseUpsert = fold === 'trail' ? undefined : upsertInto('cases', caseIndexes);
    const clockUpsert = fold === 'all' ? upsertInto('clocks', clockIndexes) : undefined;
    const trailUpsert = fold === 'cases' ? undefined : upsertInto('trail', trailIndexes);
    const cases = new Map<string, Row>();
    let changed = new Set<string>();
    let trail: [string, number, string][] = [];
    let position = 0;
    let count = 0;
    const flush = () => {
      target.exec('BEGIN IMMEDIATE');
      for (const id of changed) {
        const document = cases.get(id)!;
        caseUpsert?.run(id, position, JSON.stringify(document));
        for (const clock of clockUpsert === undefined ? [] : ['first-response', 'resolution'])
          clockUpsert?.run(`${id}/${clock}`, position, JSON.stringify({ caseId: id, state: document.status, clock }));
      }
      for (const row of trail) trailUpsert?.run(...row);
      target.exec(`DELETE FROM checkpoint; INSERT INTO checkpoint VALUES (${position}); COMMIT`);
      changed = new Set();
      trail = [];
    };
    const only = fold === 'cases' ? `WHERE e.type >= 'service-case.' AND e.type < 'service-case/'` : '';
    for (const row of events
      .prepare(
        `SELECT e.position, s.name, e.revision, e.id, e.type, e.data, e.metadata
         FROM events e CROSS JOIN streams s ON s.key = e.stream ${only} ORDER BY e.position`,
      )
      .iterate()) {
      const data = JSON.parse(String(row.data)) as Row;
      const metadata = JSON.parse(String(row.metadata)) as Metadata;
      const type = String(row.type);
      position = Number(row.position);
      count += 1;
      if (type.startsWith('service-case.')) {
        const id = String(row.name).slice('service-case-'.length);
        cases.set(id, caseAfter(cases.get(id), type, data, metadata));
        changed.add(id);
      }
      if (trailUpsert !== undefined) {
        const { position: _, name, data: _data, metadata: _metadata, ...rest } = row;
        const document = { ...rest, ...metadata, position, stream: name, aggregateId: String(name).slice(-36), data };
        trail.push([String(row.id), position, JSON.stringify(document)]);
      }
      if (count % batchEvents === 0) flush();
    }
    flush();
    events.close();
    target.close();
    return count;
  };
  return {
    round: async () => {
      await remove();
      const startedAt = performance.now();
      const operations = run();
      return { operations, seconds: (performance.now() - startedAt) / 1_000 };
    },
    close: remove,
  };
});

const caseAfter = (row: Row | undefined, type: string, data: Row, { occurredAt }: Metadata): Row => {
  if (row === undefined) return { ...data, status: 'received', receivedAt: occurredAt, messages: 0, notes: 0 };
  switch (type) {
    case 'service-case.identified.v1':
      return { ...row, ...data, status: 'identified' };
    case 'service-case.assigned.v1':
      return { ...row, status: 'assigned', assigneeId: data.assigneeId };
    case 'service-case.started.v1':
      return { ...row, status: 'in-progress' };
    case 'service-case.waiting-for-customer-began.v1':
      return { ...row, status: 'waiting', waitingSince: occurredAt };
    case 'service-case.customer-message-received.v1':
    case 'service-case.answer-sent.v1':
      return { ...row, messages: Number(row.messages) + 1, lastMessageAt: occurredAt };
    case 'service-case.note-added.v1':
      return { ...row, notes: Number(row.notes) + 1 };
    case 'service-case.solved.v1':
      return { ...row, status: 'solved', solvedAt: occurredAt, resultCode: data.resultCode };
    default:
      return row;
  }
};
