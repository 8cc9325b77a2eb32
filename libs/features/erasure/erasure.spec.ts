import { describe, expect, it } from '@jest/globals';
import type { Actor } from '#libs/kernel/actor.ts';
import { given } from '#libs/testing/given-when-then.ts';
import { erasure } from './erasure.ts';
import { erasureEvents, erasureStanding } from './erasure.events.ts';
import type { ErasureData } from './erasure.events.ts';
import type { Family } from './family.ts';
import { legalHold } from './legal-hold.ts';

const AGENT: Actor = { id: 'wang', grants: [{ role: 'agent', team: '*' }] };
const OFFICER: Actor = { id: 'li', grants: [{ role: 'privacy-officer', team: '*' }] };
const OTHER_OFFICER: Actor = { id: 'zhao', grants: [{ role: 'privacy-officer', team: '*' }] };

const fact = <Fact extends string>(name: Fact, data: ErasureData<Fact>) => ({ type: `erasure.${name}.v1`, data });
const requested = fact('requested', {
  ...{ scope: 'customer', customerId: '42', reason: 'individual-request', requestedBy: 'wang' },
});
const proposed = fact('proposed', {
  ...{ scope: 'customer', customerId: '42', keptFor: 'service', retentionEndedAt: '2026-03-01T00:00:00.000Z' },
});
const approved = fact('approved', { approvedBy: 'li' });
const begun = fact('begun', { subjects: ['42', 'contact-1'] });
const certificate: ErasureData<'carried-out'> = {
  ...{ method: 'key-destruction', destroyedAt: '2026-03-02T01:00:00.000Z', responsible: 'li' },
  ...{ subjects: ['42', 'contact-1'], result: 'complete', exportsOutside: [], purged: [{ what: 'keys', count: 2 }] },
};
const carriedOut = fact('carried-out', certificate);

const known: Family = { exists: true, contacts: ['contact-1'], absorbed: [] };
const customer42 = { 'family-0': { '42': known }, holds: { '42': { held: false } } };
const past = given(erasure);

describe('the destruction of a customer’s personal data [G4]', () => {
  it('is asked for with a reason, by whoever talks to the customer', () =>
    past()
      .when('erasure.request', { reason: 'individual-request' }, { actor: AGENT, consulted: customer42 })
      .then(requested));

  it('is proposed by the ledger when the time to keep the data is over, once', () => {
    const body = { keptFor: 'service', retentionEndedAt: '2026-03-01T00:00:00.000Z' };
    past().when('erasure.propose', body, { consulted: customer42 }).then(proposed);
    past(proposed).when('erasure.propose', body, { consulted: customer42 }).then();
    past(proposed).when('erasure.approve', {}, { actor: OFFICER, consulted: customer42 }).then(approved);
  });

  it('is approved by a second person, never by who asked', () => {
    past(requested).when('erasure.approve', {}, { actor: OFFICER, consulted: customer42 }).then(approved);
    past({ ...requested, data: { ...requested.data, requestedBy: 'li' } })
      .when('erasure.approve', {}, { actor: OFFICER, consulted: customer42 })
      .thenRejected('erasure.self-approval');
    past({ ...requested, data: { ...requested.data, requestedBy: 'li' } })
      .when('erasure.decline', { because: 'mistaken-request' }, { actor: OFFICER })
      .thenRejected('erasure.self-approval');
    expect(erasure.commands['erasure.approve']!.roles).toEqual(['privacy-officer']);
  });

  it.each(['erasure.request', 'erasure.approve', 'erasure.begin'])(
    'is refused (%s) while a case or complaint is open, which it names',
    (name) => {
      const before = { 'erasure.request': [], 'erasure.approve': [requested] }[name] ?? [requested, approved];
      for (const matter of ['service-cases', 'complaints']) {
        const consulted = { ...customer42, [matter]: ['INC-1'] };
        const decided = past(...before).when(
          name,
          { reason: 'individual-request', subjects: [] },
          { actor: OFFICER, consulted },
        );
        decided.thenRejected('erasure.open-matters');
        expect(decided.decision).toMatchObject({ message: expect.stringContaining(`${matter}/INC-1`) });
      }
    },
  );

  it.each(['erasure.request', 'erasure.approve', 'erasure.begin'])('is refused (%s) under a legal hold', (name) => {
    const before = { 'erasure.request': [], 'erasure.approve': [requested] }[name] ?? [requested, approved];
    const held = { ...customer42, holds: { '42': { held: false }, absorbed: { held: true } } };
    past(...before)
      .when(name, { reason: 'individual-request', subjects: [] }, { actor: OFFICER, consulted: held })
      .thenRejected('erasure.legal-hold');
  });

  it('is refused for a customer nobody knows, one merged into another, a stranger’s contact, and a second time', () => {
    const ask = (consulted: object, body: object = {}) =>
      past().when('erasure.request', { reason: 'legal-duty', ...body }, { actor: AGENT, consulted: { ...consulted } });
    ask({}).thenRejected('erasure.customer-unknown');
    ask({ ...customer42, 'family-0': { '42': { ...known, survivorId: '7' } } }).thenRejected('erasure.merged');
    ask({ 'family-0': { '7': known }, holds: {} }, { contactOf: '7' }).thenRejected('erasure.contact-unknown');
    past(requested)
      .when('erasure.request', { reason: 'legal-duty' }, { actor: AGENT, consulted: customer42 })
      .thenRejected('erasure.already-asked');
    past(requested, approved, begun, carriedOut)
      .when('erasure.request', { reason: 'legal-duty' }, { actor: AGENT, consulted: customer42 })
      .thenRejected('erasure.already-erased');
  });

  it('may be of one contact alone, whatever is open, unless the customer’s was destroyed', () => {
    const contact = given(erasure, 'contact-1');
    const consulted = { 'family-0': { '42': known }, holds: { '42': { held: false } } };
    contact()
      .when('erasure.request', { reason: 'consent-withdrawn', contactOf: '42' }, { actor: AGENT, consulted })
      .then(
        fact('requested', {
          ...{ scope: 'contact', customerId: '42', reason: 'consent-withdrawn', requestedBy: 'wang' },
        }),
      );
    contact()
      .when(
        'erasure.request',
        { reason: 'consent-withdrawn', contactOf: '42' },
        { actor: AGENT, consulted: { ...consulted, ofCustomer: { status: 'erased' } } },
      )
      .thenRejected('erasure.already-erased');
  });

  it('ends with a certificate: time, method, responsible, result, what was purged', () => {
    const { destroyedAt, purged, exportsOutside } = certificate;
    past(requested, approved, begun)
      .when('erasure.record-carried-out', { destroyedAt, purged, exportsOutside })
      .then(carriedOut);
    // A repeat after a crash adds nothing.
    past(requested, approved, begun, carriedOut)
      .when('erasure.record-carried-out', { destroyedAt, purged: [], exportsOutside: [] })
      .then();
    past(requested, approved, begun)
      .when('erasure.begin', { subjects: ['42'] })
      .then();
  });

  it('is checked by another than who is responsible; found incomplete, it is done again', () => {
    const done = past(requested, approved, begun, carriedOut);
    done.when('erasure.confirm', {}, { actor: OFFICER }).thenRejected('erasure.own-supervision');
    done.when('erasure.confirm', {}, { actor: OTHER_OFFICER }).then(fact('supervised', { supervisedBy: 'zhao' }));
    const incomplete = fact('found-incomplete', { supervisedBy: 'zhao' });
    done.when('erasure.find-incomplete', {}, { actor: OTHER_OFFICER }).then(incomplete);
    expect(past(requested, approved, begun, carriedOut, incomplete).state).toMatchObject({ status: 'approved' });
  });

  it('records shredded paper as a fact, not before it is done', () => {
    const done = past(requested, approved, begun, carriedOut);
    const body = { kind: 'contract', copies: 3, shreddedOn: '2026-03-01' };
    done
      .when('erasure.record-shredding', body, { actor: AGENT })
      .then(fact('paper-shredded', { kind: 'contract', copies: 3, shreddedOn: '2026-03-01', recordedBy: 'wang' }));
    done
      .when('erasure.record-shredding', { ...body, shreddedOn: '2026-03-03' }, { actor: AGENT })
      .thenRejected('erasure.shredding-in-future', { field: 'shreddedOn' });
    past(requested).when('erasure.record-shredding', body, { actor: AGENT }).thenRejected('erasure.wrong-stage');
  });

  it('may be withdrawn or declined, and asked for again', () => {
    const withdrawn = fact('withdrawn', { withdrawnBy: 'wang' });
    past(requested).when('erasure.withdraw', {}, { actor: AGENT }).then(withdrawn);
    past(requested, approved).when('erasure.withdraw', {}, { actor: AGENT }).thenRejected('erasure.wrong-stage');
    past(requested, withdrawn)
      .when('erasure.request', { reason: 'individual-request' }, { actor: AGENT, consulted: customer42 })
      .then(requested);
    past().when('erasure.approve', {}, { actor: OFFICER }).thenRejected('erasure.unknown');
  });

  it('tells others how far it has come', () => {
    const standing = (...events: readonly { readonly type: string }[]) =>
      events.reduce((before, event) => erasureStanding.evolve(before, event as never), erasureStanding.initial).status;
    expect([standing(), standing(requested), standing(requested, approved)]).toEqual(['none', 'asked', 'approved']);
    expect(standing(requested, approved, begun, carriedOut)).toBe('erased');
    expect(Object.keys(erasureEvents.definitions)).toHaveLength(10);
  });
});

describe('a legal hold [G4]', () => {
  const LEGAL: Actor = { id: 'qian', grants: [{ role: 'legal', team: '*' }] };
  const hold = given(legalHold);
  const placed = {
    type: 'legal-hold.placed.v1',
    data: { reason: 'litigation', fileNumber: '(2026)沪01民初7号', placedBy: 'qian' },
  };
  const body = { reason: 'litigation', fileNumber: '(2026)沪01民初7号' };

  it('is placed by legal with a reason, once, and released', () => {
    hold()
      .when('legal-hold.place', body, { actor: LEGAL, consulted: { customer: known } })
      .then(placed);
    hold(placed)
      .when('legal-hold.place', body, { actor: LEGAL, consulted: { customer: known } })
      .thenRejected('legal-hold.placed-already');
    hold(placed)
      .when('legal-hold.release', {}, { actor: LEGAL })
      .then({ type: 'legal-hold.released.v1', data: { releasedBy: 'qian' } });
    hold().when('legal-hold.release', {}, { actor: LEGAL }).thenRejected('legal-hold.not-placed');
    hold().when('legal-hold.place', body, { actor: LEGAL }).thenRejected('legal-hold.customer-unknown');
  });

  it('comes too late once the destruction has begun', () =>
    hold()
      .when('legal-hold.place', body, { actor: LEGAL, consulted: { customer: known, erasure: { status: 'begun' } } })
      .thenRejected('legal-hold.too-late'));
});
