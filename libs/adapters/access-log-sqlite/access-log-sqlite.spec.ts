import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Unavailable } from '#libs/ports/event-store.ts';
import { accessRecord, describeAccessLog } from '#libs/testing/access-log.contract.ts';
import { openSqliteAccessLog } from './access-log-sqlite.ts';
import { verifyAccessLog } from './verify-access-log.ts';

for (const inline of [false, true])
  describeAccessLog(inline ? 'SQLite, inline: an' : 'SQLite: an', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'access-'));
    const file = join(folder, 'access.db');
    const [log, beside] = [openSqliteAccessLog({ file, inline }), openSqliteAccessLog({ file })];
    return {
      log,
      beside,
      dispose: async () => {
        await log.close();
        await beside.close();
        rmSync(folder, { recursive: true });
      },
    };
  });

describe('SQLite access log: the file', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'access-'));
    file = join(folder, 'access.db');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** Five records of customers 1 to 5. */
  const five = async () => {
    const log = openSqliteAccessLog({ file });
    for (let index = 1; index <= 5; index += 1) await log.record(accessRecord({ subjects: [`customer-${index}`] }));
    await log.close();
  };
  const alter = (sql: string) => {
    const database = new DatabaseSync(file);
    database.exec(sql);
    database.close();
  };

  it('is not there before something personal was shown, and for its owner only then', async () => {
    const log = openSqliteAccessLog({ file });
    expect(readdirSync(folder)).toEqual([]);
    await log.record(accessRecord());
    expect((statSync(file).mode & 0o777).toString(8)).toBe('600');
    await log.close();
  });

  it('keeps what was asked for before it was closed', async () => {
    const log = openSqliteAccessLog({ file });
    const kept = [log.record(accessRecord()), log.record(accessRecord())];
    await log.close();
    await Promise.all(kept);
    expect(verifyAccessLog(file).records).toBe(2);
    await expect(log.record(accessRecord())).rejects.toThrow(/it is closed/);
  });

  it('shows nothing where the record cannot be kept, and goes on once it can', async () => {
    mkdirSync(file);
    const log = openSqliteAccessLog({ file });
    const error: unknown = await log.record(accessRecord()).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(Unavailable);
    expect((error as Error).message).toMatch(/without it no personal data is shown/);
    rmSync(file, { recursive: true });
    await log.record(accessRecord());
    await log.close();
    expect(verifyAccessLog(file).records).toBe(1);
  });

  it('is verified from its first record to its head [G2]', async () => {
    await five();
    const verified = verifyAccessLog(file);
    expect(verified).toEqual({ records: 5, head: { number: 5, hash: expect.stringMatching(/^[0-9a-f]{64}$/) } });
    expect(verifyAccessLog(file, verified.head)).toEqual(verified);
  });

  it.each([
    [
      'a changed record',
      "UPDATE records SET content = replace(content, 'wang', 'zhao') WHERE number = 3",
      3,
      /not what was written/,
    ],
    ['a removed record', 'DELETE FROM records WHERE number = 3', 3, /1 are missing/],
    ['a first record that is gone', 'DELETE FROM records WHERE number = 1', 1, /1 are missing/],
    [
      'a record filed under another actor',
      "UPDATE records SET actor = 'li' WHERE number = 2",
      2,
      /another actor or time/,
    ],
    [
      'a record filed under another time',
      'UPDATE records SET at_ms = at_ms + 1 WHERE number = 2',
      2,
      /another actor or time/,
    ],
    ['a subject hidden from the search', 'DELETE FROM subjects WHERE number = 4', 4, /other subjects/],
  ])('names the first broken link: %s [G2]', async (_what, sql, number, message) => {
    await five();
    alter(sql);
    expect(verifyAccessLog(file).broken).toEqual({ number, message: expect.stringMatching(message) });
  });

  it('names the first broken link: two exchanged records [G2]', async () => {
    await five();
    alter(`UPDATE records SET number = -2 WHERE number = 2; UPDATE records SET number = 2 WHERE number = 3;
           UPDATE records SET number = 3 WHERE number = -2`);
    expect(verifyAccessLog(file).broken).toEqual({ number: 2, message: expect.stringMatching(/does not follow/) });
  });

  it('finds a log that was cut short, or made up anew, against a head that was kept [G2]', async () => {
    await five();
    const { head } = verifyAccessLog(file);
    const copy = join(folder, 'copy.db');
    cpSync(file, copy);
    alter('DELETE FROM records WHERE number = 5; DELETE FROM subjects WHERE number = 5');
    expect(verifyAccessLog(file).broken).toBeUndefined();
    expect(verifyAccessLog(file, head).broken).toEqual({
      number: 5,
      message: expect.stringMatching(/ends with record 4/),
    });

    rmSync(file);
    const log = openSqliteAccessLog({ file });
    for (let index = 1; index <= 6; index += 1) await log.record(accessRecord());
    await log.close();
    expect(verifyAccessLog(file, head).broken?.number).toBe(5);
  });
});
