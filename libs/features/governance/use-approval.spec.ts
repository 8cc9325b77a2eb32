import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Actor, Role } from '#libs/kernel/actor.ts';
import { describeAggregate } from '#libs/testing/aggregate.contract.ts';
import { given, recorded } from '#libs/testing/given-when-then.ts';
import { clearance } from './clearance.ts';
import { governanceFeature } from './feature.ts';
import { STANDING_USES } from './standing-uses.ts';
import { useApproval } from './use-approval.ts';

const person = (id: string, ...roles: readonly Role[]): Actor => ({
  id,
  grants: roles.map((role) => ({ role, team: '*' })),
});
const marketing = person('mei', 'marketing');
const officer = person('po', 'privacy-officer');
const asked = {
  ...{ userId: 'mei', purpose: 'survey', subjects: ['customer-1'], why: '回访' },
  ...{ from: '2026-03-02T00:00:00.000Z', until: '2026-03-09T00:00:00.000Z' },
};
const requested = { type: 'use-approval.requested.v1', data: asked };
const approved = { type: 'use-approval.approved.v1', data: {} };
const by = (actor: Actor, now = '2026-03-02T01:00:00.000Z') => ({ actor, now });

describe('a single approval', () => {
  it('is asked for with purpose, scope and time [G2]', () => {
    const { userId: _own, from: _now, ...body } = asked;
    given(useApproval)()
      .when('use-approval.request', body, by(marketing))
      .then({ type: 'use-approval.requested.v1', data: { ...asked, from: '2026-03-02T01:00:00.000Z' } });
  });

  it('lasts 92 days at most, and not in the past [G2]', () => {
    const request = (until: string) =>
      given(useApproval)().when('use-approval.request', { ...asked, until }, by(marketing));
    request('2026-06-03T00:00:00.000Z').thenRejected('use-approval.too-long', { field: 'until' });
    request('2026-03-02T00:30:00.000Z').thenRejected('use-approval.over', { field: 'until' });
    request('2026-03-01T00:00:00.000Z').thenRejected('use-approval.backwards', { field: 'until' });
  });

  it('is given by another person: neither who asked nor who is to look [G2]', () => {
    given(useApproval)(requested).when('use-approval.approve', {}, by(officer)).then(approved);
    given(useApproval)(requested)
      .when('use-approval.approve', {}, by(person('mei', 'privacy-officer')))
      .thenRejected('use-approval.own');
    // Recorded by the test as asked for by the actor "test".
    given(useApproval)(requested)
      .when('use-approval.approve', {}, by(person('test', 'privacy-officer')))
      .thenRejected('use-approval.own');
  });

  it('is ended by who uses it, or a privacy officer, and reviewed by another once it is over [G2]', () => {
    const ended = { type: 'use-approval.ended.v1', data: { why: '完成' } };
    const review = { outcome: 'proper', accesses: 3, note: '无异常' };
    given(useApproval)(requested, approved).when('use-approval.end', { why: '完成' }, by(marketing)).then(ended);
    given(useApproval)(requested, approved).when('use-approval.end', { why: '完成' }, by(officer)).then(ended);
    given(useApproval)(requested, approved)
      .when('use-approval.end', { why: '完成' }, by(person('x', 'agent')))
      .thenRejected('use-approval.not-yours');
    given(useApproval)(requested, approved)
      .when('use-approval.review', review, by(officer))
      .thenRejected('use-approval.still-used', { allowed: ['use-approval.end'] });
    for (const [past, now] of [
      [[requested, approved], '2026-03-09T00:00:00.000Z'],
      [[requested, approved, ended], '2026-03-03T00:00:00.000Z'],
    ] as const)
      given(useApproval)(...past)
        .when('use-approval.review', review, by(officer, now))
        .then({ type: 'use-approval.reviewed.v1', data: review });
    given(useApproval)(requested, approved, ended)
      .when('use-approval.review', review, by(person('mei', 'auditor')))
      .thenRejected('use-approval.own');
  });
});

describe('the clearance', () => {
  const signed = { status: 'active', undertaking: { signedOn: '2026-01-01', version: '1' } };
  const none = { status: 'unknown' };
  const state = [requested, approved].reduce(
    (before, event, revision) => useApproval.evolve(before, recorded('use-approval', 'u1', revision, event) as never),
    useApproval.initial,
  );
  const decide = (actor: Actor, consulted: object, purpose?: string, now = '2026-03-02T01:00:00.000Z') =>
    clearance.decide(
      { actor, now, ...(purpose === undefined ? {} : { purpose }) },
      { user: none, approval: none, ...consulted },
    );

  it('is refused without an undertaking on record, whatever the role, and to whoever left [G1]', () => {
    expect(decide(person('a', 'agent'), {})).toEqual({ masked: 'no-undertaking' });
    expect(decide(person('a', 'agent'), { user: { status: 'active' } })).toEqual({ masked: 'no-undertaking' });
    expect(decide(person('a', 'agent'), { user: { ...signed, status: 'deactivated' } })).toEqual({
      masked: 'no-undertaking',
    });
    expect(decide(person('a', 'agent', 'service'), {})).toEqual({ masked: 'no-undertaking' });
  });

  it('names the purpose that a role stands for, where none is stated [G2]', () => {
    expect(decide(person('a', 'agent'), { user: signed })).toEqual({ purpose: 'customer-care' });
    expect(decide(person('a', 'agent', 'auditor'), { user: signed })).toEqual({ purpose: 'audit, customer-care' });
    expect(decide(person('a', 'agent'), { user: signed }, 'complaint 7')).toEqual({ purpose: 'complaint 7' });
    expect(decide(person('portal', 'service'), {})).toEqual({ purpose: 'integration' });
    expect(decide(marketing, { user: signed })).toEqual({});
  });

  it('reaches as far as the approval that is stated, for its user and time only [G2]', () => {
    const also = { purpose: 'u1', also: { subjects: ['customer-1'] } };
    expect(decide(marketing, { user: signed, approval: state }, 'u1')).toEqual(also);
    expect(decide(marketing, { user: signed, approval: state }, 'u1', '2026-03-09T00:00:00.000Z')).toEqual({
      purpose: 'u1',
    });
    expect(decide(person('li', 'marketing'), { user: signed, approval: state }, 'u1')).toEqual({ purpose: 'u1' });
    expect(decide(marketing, { approval: state }, 'u1')).toEqual({ masked: 'no-undertaking' });
  });

  it('knows a standing purpose for each role that sees personal values, and no other [G2]', async () => {
    const { maySeeClass } = await import('#libs/runtime/access.ts');
    const { ROLES } = await import('#libs/kernel/actor.ts');
    for (const role of ROLES)
      expect([role, STANDING_USES[role] !== undefined]).toEqual([role, maySeeClass(person('a', role))('personal')]);
  });
});

const party = fc.constantFrom('mei', 'bo');
describeAggregate('use-approval', {
  aggregate: useApproval,
  feature: governanceFeature,
  stateName: (state) => state.status,
  states: ['unknown', 'requested', 'approved', 'refused', 'ended', 'reviewed'],
  reached: ['requested', 'approved', 'refused', 'ended'],
  bodies: {
    'use-approval.request': party.map((userId) => ({ ...asked, userId })),
    'use-approval.approve': fc.constant({}),
    'use-approval.refuse': fc.constant({ because: 'scope-too-wide' }),
    'use-approval.end': fc.constant({ why: '完成' }),
    'use-approval.review': fc.constant({ outcome: 'proper', accesses: 1, note: '无' }),
  },
});
