import { describe, expect, it } from '@jest/globals';
import type { NewEvent } from '#libs/kernel/event.ts';
import { foldEvent } from '#libs/kernel/projection.ts';
import { factsIn, given, recorded } from '#libs/testing/given-when-then.ts';
import type { ImportedFact, ImportServiceCase } from './imported-facts.ts';
import { serviceCase } from './service-case.ts';
import { serviceCases } from './service-cases.projection.ts';

const at = (day: number, hour = 9): string =>
  `2016-03-${String(day).padStart(2, '0')}T${String(hour).padStart(2, '0')}:00:00.000Z`;
const row = (number: number) => `incidents:INC7/${number}`;

const facts: readonly ImportedFact[] = [
  { row: row(0), at: at(1), kind: 'received', caseKind: 'technical-support', channel: 'phone', priority: 'moderate' },
  { row: row(0), at: at(1), kind: 'in-progress' },
  { row: row(0), at: at(1), kind: 'assigned', team: 'Group 70' },
  { row: row(1), at: at(1, 10), kind: 'assigned', team: 'Group 70', assigneeId: 'Resolver 3' },
  { row: row(1), at: at(1, 10), kind: 'first-response', staffId: 'Resolver 3' },
  { row: row(2), at: at(2), kind: 'in-progress' },
  { row: row(3), at: at(3), kind: 'priority-changed', priority: 'high' },
  { row: row(3), at: at(3), kind: 'waiting-for-customer', reason: 'Awaiting User Info' },
  { row: row(4), at: at(4), kind: 'waiting-for-others', reason: 'Awaiting Vendor' },
  { row: row(5), at: at(5), kind: 'solved', resultCode: 'code 11', staffId: 'Resolver 3' },
  { row: row(6), at: at(6), kind: 'reopened' },
  { row: row(7), at: at(7), kind: 'solved', resultCode: 'code 11' },
  { row: row(8), at: at(8), kind: 'closed' },
  { row: row(8), at: at(8), kind: 'source-verdict', met: false },
];
const incident = (some: readonly ImportedFact[] = facts): ImportServiceCase => ({
  reference: 'INC7',
  customerId: 'c-9',
  facts: some,
});

const importing = (body: ImportServiceCase, ...past: readonly NewEvent[]): readonly NewEvent[] => {
  const consulted = { customer: { exists: false, refused: false } };
  return given(serviceCase)(...past).when('service-case.import', body as never, { consulted })
    .decision as readonly NewEvent[];
};
const told = (events: readonly NewEvent[]) =>
  events
    .filter(({ type }) => /(reached|missed)/.test(type))
    .map(({ type, occurredAt, data }) => [
      type.split('.')[1],
      occurredAt,
      (data as { clock: string }).clock,
      (data as { percent?: number }).percent,
    ]);
const rowOf = (events: readonly NewEvent[]): unknown =>
  events.reduce<unknown>(
    (before, event, revision) =>
      foldEvent(serviceCases, before as never, recorded('service-case', '42', revision, event), '42'),
    undefined,
  );

describe('an import', () => {
  const all = importing(incident());

  it('appends what the source has, in its order, with its times and rows', () => {
    expect(factsIn(all).map(({ type }) => type.split('.')[1])).toEqual([
      ...['received', 'started', 'assigned', 'reassigned', 'first-response-recorded', 'priority-changed'],
      ...['waiting-for-customer-began', 'waiting-for-others-began', 'solved', 'reopened', 'solved', 'closed'],
      'source-verdict-recorded',
    ]);
    expect(factsIn(all)[4]).toMatchObject({
      occurredAt: at(1, 10),
      sourceRow: row(1),
      data: { staffId: 'Resolver 3' },
    });
  });

  it('gives the case that the source shows', () =>
    expect(rowOf(all)).toMatchObject({
      ...{
        reference: 'INC7',
        status: 'closed',
        team: 'Group 70',
        assigneeId: 'Resolver 3',
        priority: 'high',
        urgent: true,
      },
      ...{ receivedAt: at(1), firstResponseAt: at(1, 10), solvedAt: at(7), closedAt: at(8), reopenCount: 1 },
      ...{ assignmentCount: 2, sourceVerdict: 'missed', tier: 'C', tierBasis: 'untiered', resultCode: 'code 11' },
    }));

  it('adds nothing the second time', () => expect(importing(incident(), ...all)).toEqual([]));

  it.each(facts.map((_fact, index) => index + 1).filter((cut) => facts[cut - 1]!.row !== facts[cut]?.row))(
    'adds only what is new when the source has grown since fact %i',
    (cut) => {
      const before = importing(incident(facts.slice(0, cut)));
      expect(factsIn([...before, ...importing(incident(), ...before)])).toEqual(factsIn(all));
    },
  );

  it('keeps a closing whose time nobody knows', () => {
    const events = importing(incident([facts[0]!, { row: row(1), at: at(9), kind: 'closed', timeUnknown: true }]));
    expect(rowOf(events)).toMatchObject({ status: 'closed', closedAt: undefined });
    expect(given(serviceCase)(...events).state).toMatchObject({ status: 'closed', closedBy: at(9) });
  });

  it('takes a case back that nobody has any more', () => {
    const events = importing(incident([...facts.slice(0, 5), { row: row(9), at: at(2), kind: 'assigned' }]));
    expect(factsIn(events).at(-1)).toMatchObject({
      type: 'service-case.unassigned.v1',
      data: { fromAssigneeId: 'Resolver 3' },
    });
  });

  it('judges by the moments of the source, whenever it comes in: what is open and late has missed its deadlines [SLA 13]', () => {
    const open = importing(incident([facts[0]!]));
    expect(told(open)).toEqual([
      ['threshold-reached', '2016-03-02T07:00:00.000Z', 'first-response', 75],
      ['threshold-reached', '2016-03-02T09:00:00.000Z', 'first-response', 100],
      ['deadline-missed', '2016-03-02T09:00:00.000Z', 'first-response', undefined],
      ['threshold-reached', '2016-03-02T21:00:00.000Z', 'resolution', 75],
      ['threshold-reached', '2016-03-03T09:00:00.000Z', 'resolution', 100],
      ['deadline-missed', '2016-03-03T09:00:00.000Z', 'resolution', undefined],
    ]);
    expect(open.filter(({ sourceRow }) => sourceRow === undefined).map(({ type }) => type.split('.')[1])).toEqual(
      told(open).map(([name]) => name),
    );
  });

  it('refuses a case that does not begin with being received', () =>
    given(serviceCase)()
      .when('service-case.import', incident(facts.slice(1)) as never)
      .thenRejected('service-case.import-without-receipt', { field: 'facts' }));

  it('is nothing that people are offered', () => {
    expect(serviceCase.commands['service-case.import']).toMatchObject({ internal: true, creates: true });
    expect(given(serviceCase)().allowed).not.toContain('service-case.import');
  });
});
