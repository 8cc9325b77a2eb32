import { describe, expect, it } from '@jest/globals';
import { factsOf } from './incident-facts.ts';
import type { Repair } from './incident-facts.ts';
import { INCIDENT_COLUMNS, incidentReader } from './incident-rows.ts';
import type { IncidentRow, IncidentValues } from './incident-rows.ts';

const BLANK = Object.fromEntries(INCIDENT_COLUMNS.map((column) => [column, '?'])) as unknown as IncidentValues;
const BASE: IncidentValues = {
  ...BLANK,
  number: 'INC1',
  incident_state: 'New',
  reopen_count: '0',
  sys_mod_count: '0',
  made_sla: 'true',
  caller_id: 'Caller 1',
  opened_at: '1/3/2016 09:00',
  sys_updated_at: '1/3/2016 09:00',
  contact_type: 'Phone',
  priority: '3 - Moderate',
};
const read = incidentReader('Asia/Shanghai');

const log = (...changes: readonly Partial<IncidentValues>[]): IncidentRow[] =>
  changes.map((change, index) => {
    const row = read({ ...BASE, sys_mod_count: String(index), ...change }, index + 2);
    if (typeof row === 'string') throw new Error(row);
    return row;
  });

const told = (rows: readonly IncidentRow[]) => {
  const repairs: Repair[] = [];
  const ids = { team: (group: string) => `team of ${group}`, user: (name: string) => `user ${name}` };
  const facts = factsOf(rows, ids, (repair) => repairs.push(repair));
  return { facts, kinds: facts.map(({ kind }) => kind), repairs };
};

describe('what an incident’s rows say', () => {
  it('begins with the receipt at opened_at, in the source’s zone', () => {
    expect(told(log({})).facts[0]).toEqual({
      kind: 'received',
      row: 'incidents:INC1/0',
      at: '2016-03-01T01:00:00.000Z',
      caseKind: 'technical-support',
      channel: 'phone',
      priority: 'moderate',
    });
  });

  it('takes New and Active as one state, and waits for the customer only where the source does', () => {
    expect(
      told(
        log(
          {},
          { incident_state: 'Active' },
          { incident_state: 'Awaiting User Info' },
          { incident_state: 'Awaiting Vendor' },
          { incident_state: 'Active' },
        ),
      ).kinds,
    ).toEqual([
      'received',
      'in-progress',
      'waiting-for-customer',
      'waiting-for-others',
      'in-progress',
      'source-verdict',
    ]);
  });

  it('solves at resolved_at in the last Resolved entry only, and earlier at the time of the change', () => {
    const resolved_at = '5/3/2016 10:00';
    const { facts } = told(
      log(
        { resolved_at },
        { resolved_at, incident_state: 'Resolved', sys_updated_at: '2/3/2016 10:00' },
        { resolved_at, incident_state: 'Active', reopen_count: '1', sys_updated_at: '3/3/2016 10:00' },
        { resolved_at, incident_state: 'Resolved', reopen_count: '1', sys_updated_at: '4/3/2016 10:00' },
        { resolved_at, incident_state: 'Closed', reopen_count: '1', sys_updated_at: '6/3/2016 10:00' },
      ),
    );
    expect(
      facts.filter(({ kind }) => ['solved', 'reopened', 'closed'].includes(kind)).map(({ kind, at }) => [kind, at]),
    ).toEqual([
      ['solved', '2016-03-02T02:00:00.000Z'],
      ['reopened', '2016-03-03T02:00:00.000Z'],
      ['solved', '2016-03-05T02:00:00.000Z'],
      ['closed', '2016-03-06T02:00:00.000Z'],
    ]);
  });

  it('counts the first row with an assignee as the response', () => {
    const { facts } = told(
      log({ assignment_group: 'Group 1' }, { assignment_group: 'Group 1', assigned_to: 'Resolver 1' }),
    );
    expect(facts.filter(({ kind }) => kind === 'assigned' || kind === 'first-response')).toEqual([
      expect.objectContaining({ kind: 'assigned', row: 'incidents:INC1/0', team: 'team of Group 1' }),
      expect.objectContaining({ kind: 'assigned', row: 'incidents:INC1/1', assigneeId: 'user Resolver 1' }),
      expect.objectContaining({ kind: 'first-response', row: 'incidents:INC1/1', staffId: 'user Resolver 1' }),
    ]);
  });

  it('keeps the state before where the source has one it does not know (-100), and says so', () => {
    const { kinds, repairs } = told(log({}, { incident_state: '-100' }, { incident_state: 'Active' }));
    expect(kinds).toEqual(['received', 'in-progress', 'source-verdict']);
    expect(repairs).toEqual(['unknown-state-kept-as-before']);
  });

  it('takes the time of the change where resolved_at is missing, and says so', () => {
    const { facts, repairs } = told(log({}, { incident_state: 'Resolved', sys_updated_at: '2/3/2016 10:00' }));
    expect(facts.find(({ kind }) => kind === 'solved')?.at).toBe('2016-03-02T02:00:00.000Z');
    expect(repairs).toEqual(['resolved-at-missing-change-time-taken']);
  });

  it('keeps a time that runs backwards as it is given, and says so', () => {
    const { facts, repairs } = told(log({}, { incident_state: 'Closed', sys_updated_at: '29/2/2016 08:00' }));
    expect(facts.find(({ kind }) => kind === 'closed')?.at).toBe('2016-02-29T00:00:00.000Z');
    expect(repairs).toEqual(['clock-backwards-kept-as-given']);
  });

  it('numbers a second, different row under the same sys_mod_count on, and says so', () => {
    const { facts, repairs } = told(log({ sys_mod_count: '4' }, { sys_mod_count: '4', priority: '1 - Critical' }));
    expect(facts.find(({ kind }) => kind === 'priority-changed')?.row).toBe('incidents:INC1/4#2');
    expect(repairs).toEqual(['same-mod-count-numbered-on']);
  });

  it('takes the next best time where opened_at is missing, and keeps the priority where that is', () => {
    const { facts, repairs } = told(log({ opened_at: '?', sys_created_at: '28/2/2016 08:00', priority: '?' }));
    expect(facts[0]).toMatchObject({ at: '2016-02-28T00:00:00.000Z', priority: 'moderate' });
    expect(repairs).toEqual(['opened-at-missing-next-best-taken', 'priority-unknown-kept-as-before']);
  });

  it.each([
    [{ number: '?' }, 'number'],
    [{ sys_updated_at: '31/2/2016 08:00' }, 'sys_updated_at'],
    [{ sys_updated_at: '?' }, 'sys_updated_at'],
    [{ sys_mod_count: 'x' }, 'sys_mod_count'],
    [{ reopen_count: '-1' }, 'reopen_count'],
  ])('cannot understand a row with %j, and names the column', (change, column) => {
    expect(read({ ...BASE, ...change }, 2)).toContain(column);
  });
});
