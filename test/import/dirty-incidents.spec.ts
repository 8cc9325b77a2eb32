import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { care, careJson, temporaryFolder } from './care.ts';

const HEADER =
  'number,incident_state,reopen_count,sys_mod_count,made_sla,caller_id,opened_at,sys_created_at,sys_updated_at,contact_type,category,subcategory,u_symptom,priority,assignment_group,assigned_to,closed_code,resolved_by,resolved_at';
const row = (
  number: string,
  mod: number,
  state: string,
  updated: string,
  rest: { assignee?: string; resolved?: string } = {},
) =>
  `${number},${state},0,${mod},true,Caller 1,1/3/2016 09:00,?,${updated},Phone,?,?,?,3 - Moderate,?,${rest.assignee ?? '?'},?,?,${rest.resolved ?? '?'}`;

/** Two incidents whose rows stand among each other's, and every kind of row that cannot be taken. */
const DIRTY = [
  HEADER,
  row('INC1', 0, 'New', '1/3/2016 09:00'),
  row('INC2', 0, 'New', '1/3/2016 09:30'),
  row('INC1', 1, 'Active', '1/3/2016 10:00', { assignee: 'Resolver 1' }),
  'INC1,too,short',
  row('INC1', 1, 'Active', '1/3/2016 10:00', { assignee: 'Resolver 1' }),
  row('INC2', 1, 'Resolved', '32/3/2016 10:00'),
  row('INC2', 2, 'Closed', '3/3/2016 10:00'),
  row('?', 0, 'New', '1/3/2016 09:00'),
  row('INC1', 2, 'Resolved', '2/3/2016 10:00', { resolved: '2/3/2016 11:00' }),
].join('\n');

describe('care import incidents, with dirt in the file', () => {
  const folder = temporaryFolder();
  const file = join(folder.path, 'dirty.csv');
  const rejects = join(folder.path, 'rejects.csv');
  const data = join(folder.path, 'data');
  afterAll(() => folder.remove());

  it('imports what can be understood, also rows that do not stand together, and rejects the rest by line and reason', async () => {
    writeFileSync(file, DIRTY);
    expect(await careJson('import', 'incidents', file, '--data', data, '--rejects', rejects)).toMatchObject({
      ...{ rows: 9, imported: 2, skipped: 0, rejected: 4, customers: 1, rejectsFile: rejects },
    });
    const lines = readFileSync(rejects, 'utf8').trim().split('\n');
    expect(lines.map((line) => line.split(',').slice(0, 2).join(' '))).toEqual([
      'line reason',
      '5 "3 values where the header has 19"',
      '9 "number is missing or too long"',
      '6 "repeats line 4"',
      '7 "sys_updated_at is not a moment like 29/2/2016 08:22"',
    ]);
    const { documents } = await careJson<{ documents: object[] }>(
      'query',
      'service-cases',
      '--sort',
      'reference',
      '--data',
      data,
    );
    expect(documents).toMatchObject([
      {
        reference: 'INC1',
        status: 'solved',
        solvedAt: '2016-03-02T03:00:00.000Z',
        firstResponseAt: '2016-03-01T02:00:00.000Z',
      },
      { reference: 'INC2', status: 'closed', closedAt: '2016-03-03T02:00:00.000Z' },
    ]);
  });

  it('adds only the new rows of a later export', async () => {
    writeFileSync(file, `${DIRTY}\n${row('INC1', 3, 'Closed', '7/3/2016 10:00')}`);
    expect(await careJson('import', 'incidents', file, '--data', data, '--rejects', rejects)).toMatchObject({
      ...{ imported: 1, skipped: 1, events: 1, customers: 0 },
    });
    const { documents } = await careJson<{ documents: object[] }>(
      'query',
      'service-cases',
      '--filter',
      'reference=INC1',
      '--data',
      data,
    );
    expect(documents).toMatchObject([{ status: 'closed', closedAt: '2016-03-07T02:00:00.000Z', assignmentCount: 1 }]);
  });

  it('refuses to write the rejects, which are in clear, into the data folder', async () => {
    const { code, stderr } = await care(
      'import',
      'incidents',
      file,
      '--data',
      data,
      '--rejects',
      join(data, 'rejects.csv'),
    );
    expect(code).toBe(2);
    expect(stderr).toContain('lies in the data folder');
    expect(existsSync(join(data, 'rejects.csv'))).toBe(false);
  });

  it('never replaces a file that is not of its own making', async () => {
    const { code, stderr } = await care('import', 'incidents', file, '--data', data, '--rejects', file);
    expect(code).toBe(2);
    expect(stderr).toContain('is there, and no rejects file');
    expect(existsSync(file)).toBe(true);
  });

  it('imports nothing of a file whose columns are missing, and says which', async () => {
    writeFileSync(file, 'number,priority\nINC9,1\n');
    const { code, stderr } = await care('import', 'incidents', file, '--data', join(folder.path, 'other'));
    expect(code).toBe(1);
    expect(stderr).toContain('line 1: columns are missing: incident_state, reopen_count');
    expect(stderr).not.toMatch(/\n\s+at /);
  });
});
