import { describe, expect, it } from '@jest/globals';
import type { NewEvent } from '#libs/kernel/event.ts';
import type { Document } from '#libs/kernel/projection.ts';
import { foldEvent } from '#libs/kernel/projection.ts';
import { recorded } from '#libs/testing/given-when-then.ts';
import { customerCard } from './customer.events.ts';
import type { CustomerEvent } from './customer.events.ts';
import { customers } from './customers.projection.ts';
import { duplicatesSaga } from './duplicates.saga.ts';
import { mergerSaga } from './merger.saga.ts';

const registered: NewEvent = {
  type: 'customer.registered.v1',
  data: {
    kind: 'enterprise',
    organisationName: '海纳（上海）机械 Co., Ltd.',
    established: false,
    changed: [],
    source: 'staff',
    size: 'large',
  },
};
const happened = (fact: string, data: object = {}, occurredAt?: string): NewEvent => ({
  type: `customer.${fact}.v1`,
  data,
  ...(occurredAt === undefined ? {} : { occurredAt }),
});
const dealt = (key: string, amount: string, at: string, currency = 'CNY') =>
  happened('transaction-recorded', { key, amount, currency }, at);
const rowAfter = (...events: readonly NewEvent[]) =>
  events.reduce<ReturnType<typeof foldEvent>>(
    (row, event, revision) => foldEvent(customers, row as never, recorded('customer', 'a', revision, event), 'a'),
    undefined,
  ) as Document;
const read = (row: Document, now: string) => customers.onRead!(row as never, now, {});

describe('the customers read model', () => {
  it('shows profile, and a name that finds duplicates whatever its spaces, width and marks [A1, A13]', () =>
    expect(rowAfter(registered)).toMatchObject({
      name: '海纳（上海）机械 Co., Ltd.',
      nameKey: '海纳上海机械coltd',
      details: { size: 'large' },
      admission: 'collected',
    }));

  it('sums spend exactly, by currency, with first and last dealing [A1]', () => {
    const row = rowAfter(
      registered,
      dealt('1', '0.1', '2026-01-02T00:00:00.000Z'),
      dealt('2', '0.2', '2025-01-01T00:00:00.000Z'),
      dealt('3', '-9.999', '2025-06-01T00:00:00.000Z', 'GBP'),
    );
    expect(row).toMatchObject({
      spend: { CNY: '0.3', GBP: '-9.999' },
      transactions: 3,
      firstTransactionAt: '2025-01-01T00:00:00.000Z',
      lastTransactionAt: '2026-01-02T00:00:00.000Z',
    });
    expect(read(row, '2027-01-01T00:00:00.000Z')).toMatchObject({ yearsOfCooperation: 2 });
  });

  it('shows a tag until it expires, asked when read [A5]', () => {
    const validUntil = '2026-06-01T00:00:00.000Z';
    const row = rowAfter(registered, happened('tagged', { tag: '稳定', kind: 'value', by: 'hand', validUntil }));
    expect(read(row, '2026-05-31T23:59:59.999Z')).toMatchObject({ tags: [{ tag: '稳定' }] });
    expect(read(row, validUntil)).toMatchObject({ tags: [] });
  });

  it('carries the SLA overrides of running contracts only [A3]', () => {
    const override = { clock: 'resolution', targetMinutes: 60, time: 'calendar' };
    const signed = happened('contract-signed', { contractId: 'c', number: '1', slaOverrides: [override] });
    expect(rowAfter(registered, signed)).toMatchObject({ slaOverrides: [override] });
    expect(
      rowAfter(registered, signed, happened('contract-ended', { contractId: 'c', endedOn: '2026-01-01' })),
    ).toMatchObject({
      slaOverrides: [],
      contracts: { c: { status: 'ended' } },
    });
  });

  it('counts absorbed dealings for the survivor until they are released [A13]', () => {
    const transactions = [{ key: '9', at: '2026-01-01T00:00:00.000Z', amount: '5.5', currency: 'CNY' }];
    const merged = [
      registered,
      dealt('1', '1', '2026-01-02T00:00:00.000Z'),
      happened('absorbed', { otherId: 'b', transactions: 1 }),
      happened('transactions-taken-over', { otherId: 'b', transactions }),
    ];
    expect(rowAfter(...merged)).toMatchObject({ spend: { CNY: '6.5' }, transactions: 2 });
    expect(rowAfter(...merged, happened('released', { otherId: 'b' }))).toMatchObject({
      spend: { CNY: '1' },
      transactions: 1,
      takenOver: {},
    });
  });

  it('shows where a merged customer went, and that a separated one stands alone [A13]', () => {
    const merged = happened('merged-into', { survivorId: 's', why: '' });
    expect(rowAfter(registered, merged)).toMatchObject({ mergedInto: 's' });
    expect(rowAfter(registered, merged, happened('separated', { survivorId: 's', why: '' }))).not.toHaveProperty(
      'mergedInto',
    );
  });
});

describe('the card for other features', () => {
  const cardAfter = (...events: readonly NewEvent[]) =>
    events.reduce(
      (card, event, revision) => customerCard.evolve(card, recorded('customer', 'a', revision, event) as CustomerEvent),
      customerCard.initial,
    );
  it('knows existence, refusal, class, team and survivor [A2, A6, A13]', () => {
    expect(cardAfter()).toEqual({ exists: false, refused: false });
    const refused = happened('refused', { stage: 'screening', reasonCode: 'risk', why: '' });
    expect(cardAfter(registered, refused)).toMatchObject({ exists: true, refused: true });
    expect(cardAfter(registered, refused, happened('reapplied', { attempt: 2, why: '' }))).toMatchObject({
      refused: false,
    });
    expect(cardAfter(registered, happened('tier-decided', { tier: 'A' }))).toMatchObject({ tier: 'A' });
    expect(
      cardAfter(
        registered,
        happened('tier-decided', { tier: 'A' }),
        happened('tier-decided', { tier: 'undetermined' }),
      ),
    ).not.toHaveProperty('tier');
    expect(
      cardAfter(
        registered,
        happened('team-assigned', { team: 't1' }),
        happened('merged-into', { survivorId: 's', why: '' }),
      ),
    ).toMatchObject({ team: 't1', mergedInto: 's' });
  });
});

describe('the processes', () => {
  it('carry a merger into the survivor’s stream, and its undoing [A13]', () => {
    const react = (event: NewEvent) => {
      const input = recorded('customer', 'a', 1, event);
      return mergerSaga.react({}, input, mergerSaga.keyOf(input)!).outputs;
    };
    expect(react(happened('merged-into', { survivorId: 's', why: '' }))).toEqual([
      { kind: 'command', name: 'customer.absorb', id: 's', body: { otherId: 'a' } },
    ]);
    expect(react(happened('separated', { survivorId: 's', why: '' }))).toEqual([
      { kind: 'command', name: 'customer.release', id: 's', body: { otherId: 'a' } },
    ]);
  });

  it('propose the second customer of a name as a duplicate of the first; imports start nothing [A13]', () => {
    const first = recorded('customer', 'a', 0, registered);
    const second = recorded('customer', 'b', 0, registered);
    const imported = { ...second, metadata: { ...second.metadata, origin: 'import' as const } };
    const known = duplicatesSaga.react({}, first, 'k');
    expect(duplicatesSaga.keyOf(first)).toBe(duplicatesSaga.keyOf(second));
    expect(known).toEqual({ state: { firstId: 'a' }, outputs: [] });
    expect(duplicatesSaga.react(known.state, second, 'k').outputs).toEqual([
      { kind: 'command', name: 'customer.propose-duplicate', id: 'b', body: { otherId: 'a', grounds: 'same-name' } },
    ]);
    expect(duplicatesSaga.react(known.state, imported, 'k').outputs).toEqual([]);
  });
});
