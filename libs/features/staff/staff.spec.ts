import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Actor } from '#libs/kernel/actor.ts';
import { foldEvent } from '#libs/kernel/projection.ts';
import { describeAggregate } from '#libs/testing/aggregate.contract.ts';
import { given, recorded } from '#libs/testing/given-when-then.ts';
import { staffFeature } from './feature.ts';
import { team } from './team.ts';
import { teams } from './teams.projection.ts';
import { user } from './user.ts';
import { users } from './users.projection.ts';

const registered = { type: 'user.registered.v1', data: { displayName: '王芳' } };
const granted = { type: 'user.role-granted.v1', data: { role: 'agent', team: 't1' } };
const formed = { type: 'team.formed.v1', data: { name: '华东服务部', zone: 'Asia/Shanghai' } };
const joined = (userId: string) => ({ type: 'team.member-joined.v1', data: { userId } });
const supervisor: Actor = { id: 'sue', grants: [{ role: 'supervisor', team: 't1' }] };
const agent = (id: string): Actor => ({ id, grants: [{ role: 'agent', team: 't1' }] });
const by = (actor: Actor) => ({ actor });
const nineToSix = { zone: 'Asia/Shanghai', windows: [{ weekdays: [1, 2, 3, 4, 5], from: '09:00', to: '18:00' }] };

describe('a user', () => {
  it('is granted a role in a team, once', () => {
    given(user)(registered).when('user.grant-role', { role: 'agent', team: 't1' }, { actor: supervisor }).then(granted);
    given(user)(registered, granted).when('user.grant-role', { role: 'agent', team: 't1' }).then();
  });

  it('cannot grant themselves a role', () =>
    given(
      user,
      'sue',
    )(registered)
      .when('user.grant-role', { role: 'committee', team: '*' }, { actor: supervisor })
      .thenRejected('user.own-grant'));

  it('cannot lose a role they do not hold', () =>
    given(user)(registered).when('user.revoke-role', { role: 'agent', team: 't1' }).thenRejected('user.role-not-held'));

  it('declares their own absence, and an agent cannot declare another’s', () => {
    const absence = { from: '2026-03-03T01:00:00.000Z', until: '2026-03-05T01:00:00.000Z', kind: 'leave' };
    given(
      user,
      'ann',
    )(registered)
      .when('user.declare-absence', absence, { actor: agent('ann') })
      .then({ type: 'user.absence-declared.v1', data: absence });
    given(
      user,
      'ann',
    )(registered)
      .when('user.declare-absence', absence, { actor: agent('bo') })
      .thenRejected('user.not-yours');
  });

  it('cannot be away twice at the same time, nor in the past, nor backwards', () => {
    const away = (from: string, until: string) => ({
      from: `2026-03-${from}T00:00:00.000Z`,
      until: `2026-03-${until}T00:00:00.000Z`,
      kind: 'leave',
    });
    const once = { type: 'user.absence-declared.v1', data: away('10', '12') };
    given(user)(registered, once)
      .when('user.declare-absence', away('11', '15'), by(supervisor))
      .thenRejected('user.absent-already', { allowed: ['user.end-absence'] });
    given(user)(registered, once)
      .when('user.declare-absence', away('12', '15'), by(supervisor))
      .then({
        type: 'user.absence-declared.v1',
        data: away('12', '15'),
      });
    given(user)(registered)
      .when('user.declare-absence', away('01', '02'), by(supervisor))
      .thenRejected('user.absence-over');
    given(user)(registered)
      .when('user.declare-absence', away('05', '04'), by(supervisor))
      .thenRejected('user.absence-backwards');
  });

  it('comes back before the declared end', () =>
    given(user)(registered, {
      type: 'user.absence-declared.v1',
      data: { from: '2026-03-01T00:00:00.000Z', until: '2026-03-09T00:00:00.000Z', kind: 'sickness' },
    })
      .when('user.end-absence', {}, by(supervisor))
      .then({
        type: 'user.absence-ended.v1',
        data: { from: '2026-03-01T00:00:00.000Z', endedAt: '2026-03-02T01:00:00.000Z' },
      }));

  it('is nobody’s own deputy', () =>
    given(
      user,
      'ann',
    )(registered)
      .when('user.name-deputies', { deputies: ['bo', 'ann'] }, by(supervisor))
      .thenRejected('user.own-deputy', { field: 'deputies' }));

  it('takes nothing but a reactivation once deactivated', () =>
    given(user)(registered, { type: 'user.deactivated.v1', data: { why: '离职' } })
      .when('user.rename', { displayName: '王芳芳' })
      .thenRejected('user.deactivated', { allowed: ['user.reactivate'] }));

  it('signs the undertaking of confidentiality, on a day that has come [G1]', () =>
    given(user)(registered)
      .when('user.record-undertaking', { signedOn: '2026-03-03', version: '2026' })
      .thenRejected('user.undertaking-in-future'));

  it('ends the undertaking, once, and records trainings that were completed [G1]', () => {
    const signed = { type: 'user.undertaking-recorded.v1', data: { signedOn: '2026-03-01', version: '2026' } };
    const ended = { type: 'user.undertaking-ended.v1', data: { why: '调离' } };
    given(user)(registered, signed).when('user.end-undertaking', { why: '调离' }).then(ended);
    given(user)(registered, signed, ended)
      .when('user.end-undertaking', { why: '调离' })
      .thenRejected('user.no-undertaking', { allowed: ['user.record-undertaking'] });
    const training = { course: 'PIPL 2026', completedOn: '2026-03-01' };
    given(user)(registered)
      .when('user.record-training', training)
      .then({ type: 'user.training-recorded.v1', data: training });
    given(user)(registered)
      .when('user.record-training', { ...training, completedOn: '2026-03-03' })
      .thenRejected('user.training-in-future');
  });

  it('is imported once', () => {
    given(user)()
      .when('user.import', { displayName: 'Resolver 13' })
      .then({
        type: 'user.registered.v1',
        data: { displayName: 'Resolver 13' },
      });
    given(user)(registered).when('user.import', { displayName: 'Resolver 13' }).then();
  });

  it('is listed with grants, and shown as away while an absence lasts', () => {
    const declared = {
      type: 'user.absence-declared.v1',
      data: { from: '2026-03-03T00:00:00.000Z', until: '2026-03-04T00:00:00.000Z', kind: 'leave' },
    };
    const row = [registered, granted, declared].reduce<ReturnType<typeof foldEvent>>(
      (before, event, revision) => foldEvent(users, before as never, recorded('user', 'ann', revision, event), 'ann'),
      undefined,
    );
    expect(row).toMatchObject({ status: 'active', displayName: '王芳', grants: ['agent@t1'] });
    expect(users.onRead!(row as never, '2026-03-03T00:00:00.000Z', {})).toMatchObject({ away: true });
    expect(users.onRead!(row as never, '2026-03-04T00:00:00.000Z', {})).toMatchObject({ away: false });
  });
});

describe('working hours', () => {
  const refused = (hours: object, code: string) =>
    given(team)(formed)
      .when('team.set-working-hours', hours as never)
      .thenRejected(code);
  it('refuse an unknown zone, no time at all, a backward window and an overlap [SLA 6]', () => {
    refused({ ...nineToSix, zone: 'Asia/Atlantis' }, 'working-hours.unknown-zone');
    refused({ zone: 'Asia/Shanghai', windows: [] }, 'working-hours.empty');
    refused(
      { zone: 'Asia/Shanghai', windows: [{ weekdays: [1], from: '18:00', to: '09:00' }] },
      'working-hours.backwards',
    );
    refused(
      { zone: 'Asia/Shanghai', windows: [...nineToSix.windows, { weekdays: [5, 6], from: '17:00', to: '20:00' }] },
      'working-hours.overlap',
    );
  });
  it('may have several windows a day and end at 24:00 [SLA 6]', () => {
    const hours = {
      zone: 'Asia/Shanghai',
      windows: [
        { weekdays: [1], from: '09:00', to: '12:00' },
        { weekdays: [1], from: '12:00', to: '24:00' },
      ],
    };
    given(team)(formed).when('team.set-working-hours', hours).then({ type: 'team.working-hours-set.v1', data: hours });
  });
});

describe('a team', () => {
  it('is led, deputised and rostered by its members only', () => {
    given(team)(formed, joined('ann'))
      .when('team.name-leaders', { supervisorId: 'bo', deputies: [] })
      .thenRejected('team.not-a-member', { field: 'supervisorId' });
    given(team)(formed, joined('ann'))
      .when('team.name-leaders', { supervisorId: 'ann', deputies: ['bo'] })
      .thenRejected('team.not-a-member', { field: 'deputies' });
    const duty = { userId: 'bo', from: '2026-03-07T00:00:00.000Z', until: '2026-03-08T00:00:00.000Z' };
    given(team)(formed, joined('ann')).when('team.roster-duty', duty).thenRejected('team.not-a-member');
    given(team)(formed, joined('bo'))
      .when('team.roster-duty', duty)
      .then({ type: 'team.duty-rostered.v1', data: duty });
  });

  it('takes a member who leaves off roster and deputies too', () => {
    const state = given(team)(
      formed,
      joined('ann'),
      joined('bo'),
      { type: 'team.leaders-named.v1', data: { supervisorId: 'ann', deputies: ['bo'] } },
      {
        type: 'team.duty-rostered.v1',
        data: { userId: 'bo', from: '2026-03-07T00:00:00.000Z', until: '2026-03-08T00:00:00.000Z' },
      },
      { type: 'team.member-left.v1', data: { userId: 'bo' } },
    ).state;
    expect(state).toMatchObject({ members: ['ann'], supervisorId: 'ann', deputies: [], roster: [] });
  });

  it('is imported with its members; a second run adds only new ones', () => {
    const imported = { name: 'Group 70', zone: 'Asia/Shanghai', members: ['ann', 'bo', 'ann'] };
    given(team)()
      .when('team.import', imported)
      .then({ type: 'team.formed.v1', data: { name: 'Group 70', zone: 'Asia/Shanghai' } }, joined('ann'), joined('bo'));
    given(team)(formed, joined('ann')).when('team.import', imported).then(joined('bo'));
  });

  it('cannot be changed once dissolved', () =>
    given(team)(formed, { type: 'team.dissolved.v1', data: { why: '合并' } })
      .when('team.add-member', { userId: 'ann' })
      .thenRejected('team.dissolved', { allowed: [] }));

  it('shows who has the duty now', () => {
    const events = [
      formed,
      {
        type: 'team.duty-rostered.v1',
        data: { userId: 'ann', from: '2026-03-07T00:00:00.000Z', until: '2026-03-08T00:00:00.000Z' },
      },
    ];
    const row = events.reduce<ReturnType<typeof foldEvent>>(
      (before, event, revision) => foldEvent(teams, before as never, recorded('team', 't1', revision, event), 't1'),
      undefined,
    );
    expect(teams.onRead!(row as never, '2026-03-07T12:00:00.000Z', {})).toMatchObject({ onDuty: ['ann'] });
    expect(teams.onRead!(row as never, '2026-03-08T00:00:00.000Z', {})).toMatchObject({ onDuty: [] });
  });
});

const person = fc.constantFrom('ann', 'bo', 'cy');
const why = fc.constant({ why: '组织调整' });
const day = fc.integer({ min: 0, max: 120 }).map((days) => Date.parse('2026-03-01T00:00:00.000Z') + days * 86_400_000);
const span = fc.tuple(day, fc.integer({ min: 1, max: 20 })).map(([start, days]) => ({
  from: new Date(start).toISOString(),
  until: new Date(start + days * 86_400_000).toISOString(),
}));
const role = fc.record({ role: fc.constantFrom('agent', 'supervisor'), team: fc.constantFrom('t1', '*') });
const hours = fc.constant(nineToSix);
const night = { weekdays: [6, 7], from: '00:00', to: '08:00' };
const duty = fc
  .tuple(fc.constantFrom(...fc.sample(span, { seed: 1, numRuns: 3 })), person)
  .map(([{ from, until }, userId]) => ({ userId, from, until }));

describeAggregate('user', {
  aggregate: user,
  feature: staffFeature,
  stateName: (state) => state.status,
  states: ['unknown', 'active', 'deactivated'],
  reached: ['active', 'deactivated'],
  bodies: {
    'user.register': fc.constant({ displayName: '李雷' }),
    'user.rename': fc.constant({ displayName: '韩梅梅' }),
    'user.grant-role': role,
    'user.revoke-role': role,
    'user.set-working-hours': hours,
    'user.name-deputies': fc.uniqueArray(person, { maxLength: 2 }).map((deputies) => ({ deputies })),
    'user.name-manager': person.map((managerId) => ({ managerId })),
    'user.choose-language': fc.constantFrom('en', 'zh-CN').map((language) => ({ language })),
    'user.declare-absence': span.map((when) => ({ ...when, kind: 'training' })),
    'user.end-absence': fc.constant({}),
    'user.record-undertaking': fc.constantFrom('1', '2').map((version) => ({ signedOn: '2026-02-01', version })),
    'user.end-undertaking': why,
    'user.record-training': fc.constantFrom('1', '2').map((course) => ({ course, completedOn: '2026-02-01' })),
    'user.deactivate': why,
    'user.reactivate': why,
    'user.import': fc.constant({ displayName: 'Resolver 13' }),
  },
});

describeAggregate('team', {
  aggregate: team,
  feature: staffFeature,
  stateName: (state) => state.status,
  states: ['unknown', 'formed', 'dissolved'],
  reached: ['formed', 'dissolved'],
  weights: { 'team.dissolve': 1 },
  bodies: {
    'team.form': fc.constant({ name: '华南服务部', zone: 'Asia/Shanghai' }),
    'team.rename': fc.constantFrom('a', 'b').map((name) => ({ name })),
    'team.set-working-hours': hours,
    'team.add-member': person.map((userId) => ({ userId })),
    'team.remove-member': person.map((userId) => ({ userId })),
    'team.name-leaders': person.map((supervisorId) => ({ supervisorId, deputies: ['bo'] })),
    'team.name-department-head': person.map((userId) => ({ userId })),
    'team.set-duty-shifts': fc
      .uniqueArray(person)
      .map((members) => ({ zone: 'Asia/Shanghai', shifts: members.map((userId) => ({ userId, ...night })) })),
    'team.roster-duty': duty,
    'team.cancel-duty': duty.map(({ userId, from }) => ({ userId, from })),
    'team.dissolve': why,
    'team.import': fc.uniqueArray(person).map((members) => ({ name: 'Group 70', zone: 'Asia/Shanghai', members })),
  },
});
