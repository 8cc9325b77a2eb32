import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Actor } from '#libs/kernel/actor.ts';
import type { Consulted } from '#libs/kernel/aggregate.ts';
import { given } from '#libs/testing/given-when-then.ts';
import { openTestLedger, temporaryFolder } from '#libs/testing/test-ledger.ts';
import { staffFeature } from './feature.ts';
import { consultPeople, isThere, onDutyAt, peopleIn, peopleOf, standInFor } from './staff.events.ts';
import type { KnownUser, People, Reached, Team, User } from './staff.events.ts';
import { team } from './team.ts';
import { user } from './user.ts';

const registered = { type: 'user.registered.v1', data: { displayName: '王芳' } };
const TUESDAY_NOON = '2026-03-03T04:00:00.000Z';
const away = { from: '2026-03-03T00:00:00.000Z', until: '2026-03-04T00:00:00.000Z' };
interface About {
  readonly deputies?: string[];
  readonly managerId?: string;
  readonly isAway?: true;
}
const person = ({ deputies = [], isAway, ...rest }: About = {}): KnownUser => ({
  ...{ status: 'active', displayName: '王芳', grants: [], deputies, ...rest },
  absences: isAway === true ? [away] : [],
});
const people = (of: { readonly [id: string]: About }): People =>
  Object.fromEntries(Object.entries(of).map(([id, about]) => [id, person(about)]));

const joined = (userId: string) => ({ type: 'team.member-joined.v1', data: { userId } });
const formed = { type: 'team.formed.v1', data: { name: '华东服务部', zone: 'Asia/Shanghai' } };
const shifts = (...of: readonly { userId: string; weekdays: number[]; from: string; to: string }[]) => ({
  type: 'team.duty-shifts-set.v1',
  data: { zone: 'Asia/Shanghai', shifts: [...of] },
});
const duty = (userId: string, from: string, until: string) => ({
  type: 'team.duty-rostered.v1',
  data: { userId, from, until },
});
const teamAfter = (...events: readonly { type: string; data: object }[]): Team =>
  given(team)(formed, ...(events as (typeof formed)[])).state;

describe('who has the duty', () => {
  const allWeek = [1, 2, 3, 4, 5, 6, 7];
  const roundTheClock = teamAfter(
    joined('ann'),
    joined('bo'),
    shifts(
      { userId: 'ann', weekdays: allWeek, from: '08:00', to: '20:00' },
      { userId: 'bo', weekdays: allWeek, from: '20:00', to: '24:00' },
      { userId: 'bo', weekdays: allWeek, from: '00:00', to: '08:00' },
    ),
  );

  it('changes with the weekly shift, to the millisecond, round the clock [T4]', () => {
    expect(onDutyAt(roundTheClock, '2026-03-03T00:00:00.000Z')).toEqual(['ann']);
    expect(onDutyAt(roundTheClock, '2026-03-03T11:59:59.999Z')).toEqual(['ann']);
    expect(onDutyAt(roundTheClock, '2026-03-03T12:00:00.000Z')).toEqual(['bo']);
    expect(onDutyAt(roundTheClock, '2026-03-02T23:59:59.999Z')).toEqual(['bo']);
  });

  it('is nobody in a gap of the roster, nor in a team that is dissolved or unknown', () => {
    const weekdays = teamAfter(joined('ann'), shifts({ userId: 'ann', weekdays: [1], from: '09:00', to: '18:00' }));
    expect(onDutyAt(weekdays, '2026-03-02T01:00:00.000Z')).toEqual(['ann']);
    expect(onDutyAt(weekdays, TUESDAY_NOON)).toEqual([]);
    expect(onDutyAt({ ...roundTheClock, status: 'dissolved' } as Team, TUESDAY_NOON)).toEqual([]);
    expect(onDutyAt({ status: 'unknown' }, TUESDAY_NOON)).toEqual([]);
  });

  it('is whoever took over for one time, for as long as that lasts', () => {
    const swapped = given(team)(
      formed,
      joined('ann'),
      joined('bo'),
      shifts({ userId: 'ann', weekdays: [2], from: '09:00', to: '18:00' }),
      duty('bo', '2026-03-03T03:00:00.000Z', '2026-03-03T05:00:00.000Z'),
    ).state;
    expect(onDutyAt(swapped, TUESDAY_NOON)).toEqual(['bo']);
    expect(onDutyAt(swapped, '2026-03-03T05:00:00.000Z')).toEqual(['ann']);
  });

  it('follows the walls through daylight saving [SLA 7]', () => {
    // 29 March 2026: 02:00 to 03:00 does not exist in Berlin. 25 October: 02:00 to 03:00 comes twice.
    const berlin = teamAfter(joined('ann'), {
      type: 'team.duty-shifts-set.v1',
      data: { zone: 'Europe/Berlin', shifts: [{ userId: 'ann', weekdays: [7], from: '02:30', to: '04:00' }] },
    });
    const onDuty = (at: string) => onDutyAt(berlin, at).length === 1;
    expect(['2026-03-29T00:59:59.999Z', '2026-03-29T01:29:59.999Z'].map(onDuty)).toEqual([false, false]);
    expect(['2026-03-29T01:30:00.000Z', '2026-03-29T01:59:59.999Z'].map(onDuty)).toEqual([true, true]);
    expect(onDuty('2026-03-29T02:00:00.000Z')).toBe(false);
    expect(['2026-10-25T00:30:00.000Z', '2026-10-25T02:59:59.999Z'].map(onDuty)).toEqual([true, true]);
  });

  it('leaves the roster with the membership', () => {
    const { state } = given(team)(
      formed,
      joined('ann'),
      shifts({ userId: 'ann', weekdays: [2], from: '09:00', to: '18:00' }),
      { type: 'team.member-left.v1', data: { userId: 'ann' } },
    );
    expect(onDutyAt(state, TUESDAY_NOON)).toEqual([]);
  });

  it('is set for members only, without overlaps, in a real zone', () => {
    const set = (zone: string, ...of: readonly { userId: string; weekdays: number[]; from: string; to: string }[]) =>
      given(team)(formed, joined('ann')).when('team.set-duty-shifts', { zone, shifts: [...of] });
    const day = { userId: 'ann', weekdays: [1], from: '09:00', to: '18:00' };
    set('Asia/Shanghai', day).then(shifts(day));
    set('Asia/Shanghai').then(shifts());
    set('Asia/Atlantis', day).thenRejected('working-hours.unknown-zone', { field: 'zone' });
    set('Asia/Shanghai', { ...day, userId: 'bo' }).thenRejected('team.not-a-member', { field: 'shifts' });
    set('Asia/Shanghai', { ...day, to: '08:00' }).thenRejected('working-hours.backwards', { field: 'shifts' });
    set('Asia/Shanghai', day, { ...day, from: '17:00' }).thenRejected('working-hours.overlap', { field: 'shifts' });
  });
});

describe('who stands in [SLA 11]', () => {
  const led = teamAfter(
    joined('sue'),
    joined('ann'),
    joined('dan'),
    joined('vic'),
    { type: 'team.leaders-named.v1', data: { supervisorId: 'sue', deputies: ['vic'] } },
    { type: 'team.department-head-named.v1', data: { userId: 'hedda' } },
    shifts({ userId: 'dan', weekdays: [2], from: '00:00', to: '24:00' }),
  );
  const reached = (of: { readonly [id: string]: About }, among?: Team): Reached =>
    standInFor('ann', TUESDAY_NOON, { people: people(of), ...(among === undefined ? {} : { team: among }) });
  const inPlace = (by: string, recipientId: string) => ({ by, originalId: 'ann', recipientId });

  it('is nobody while the person is there', () =>
    expect(reached({ ann: { deputies: ['bo'] }, bo: {} }, led)).toEqual(inPlace('self', 'ann')));

  it('is the first deputy who is there; a deputy’s deputy comes after the person’s own', () => {
    const ann: About = { isAway: true, deputies: ['bo', 'cy'] };
    expect(reached({ ann, bo: {}, cy: {} })).toEqual(inPlace('deputy', 'bo'));
    expect(reached({ ann, bo: { isAway: true, deputies: ['eve'] }, cy: {}, eve: {} })).toEqual(inPlace('deputy', 'cy'));
    expect(reached({ ann, bo: { isAway: true, deputies: ['eve'] }, cy: { isAway: true }, eve: {} })).toEqual(
      inPlace('deputy', 'eve'),
    );
  });

  it('is the manager when no deputy is there, and then the manager’s deputy', () => {
    const ann: About = { isAway: true, deputies: ['bo'], managerId: 'max' };
    expect(reached({ ann, bo: { isAway: true }, max: {} })).toEqual(inPlace('manager', 'max'));
    expect(reached({ ann, bo: { isAway: true }, max: { isAway: true, deputies: ['eve'] }, eve: {} })).toEqual(
      inPlace('manager', 'eve'),
    );
  });

  it('takes the team’s supervisor for the manager of who has none, then the supervisor’s deputies, then the department’s head', () => {
    const ann: About = { isAway: true };
    expect(reached({ ann, sue: {} }, led)).toEqual(inPlace('manager', 'sue'));
    expect(reached({ ann, sue: { isAway: true }, vic: {} }, led)).toEqual(inPlace('manager', 'vic'));
    expect(reached({ ann, sue: { isAway: true }, vic: { isAway: true }, hedda: {} }, led)).toEqual(
      inPlace('manager', 'hedda'),
    );
  });

  it('is who has the duty when neither deputy nor manager is there, and then nobody', () => {
    const ann: About = { isAway: true };
    expect(reached({ ann, dan: {} }, led)).toEqual(inPlace('duty-roster', 'dan'));
    expect(reached({ ann, dan: { isAway: true } }, led)).toEqual({ by: 'nobody', originalId: 'ann' });
  });

  it('passes over who was deactivated, and who is unknown', () => {
    const gone: User = { ...person(), status: 'deactivated' };
    const all = { ...people({ ann: { deputies: ['bo', 'nobody', 'cy'] }, cy: {} }), bo: gone };
    expect(standInFor('ann', TUESDAY_NOON, { people: all })).toEqual(inPlace('self', 'ann'));
    expect(
      standInFor('ann', TUESDAY_NOON, {
        people: { ...all, ann: { ...person({ deputies: ['bo', 'nobody', 'cy'] }), status: 'deactivated' } },
      }),
    ).toEqual(inPlace('deputy', 'cy'));
  });

  it('never goes in a circle, reaches only who is there, and gives up only where nobody is to be reached', () => {
    const ids = ['ann', 'bo', 'cy', 'dan', 'sue', 'vic', 'hedda'];
    const id = fc.constantFrom(...ids);
    const someone: fc.Arbitrary<About> = fc.record(
      {
        deputies: fc.uniqueArray(id, { maxLength: 3 }),
        managerId: id,
        isAway: fc.constant(true as const),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.array(someone, { minLength: 7, maxLength: 7 }), (abouts) => {
        const all = people(Object.fromEntries(ids.map((each, index) => [each, abouts[index]!])));
        const found = standInFor('ann', TUESDAY_NOON, { people: all, team: led });
        // All that can be gone to from Ann, asked the slow way.
        const reachable = new Set(['ann', ...onDutyAt(led, TUESDAY_NOON)]);
        let before = 0;
        const edges = (from: string): string[] => {
          const { deputies = [], managerId } = abouts[ids.indexOf(from)]!;
          const boss = managerId ?? (from === 'hedda' ? 'hedda' : from === 'sue' ? 'hedda' : 'sue');
          return [...deputies, boss, ...(from === 'sue' ? ['vic'] : [])];
        };
        const here = (each: string) => isThere(all[each]!, TUESDAY_NOON);
        while (before < reachable.size) {
          before = reachable.size;
          for (const each of [...reachable]) for (const next of edges(each)) reachable.add(next);
        }
        if (found.by !== 'nobody') {
          expect(here(found.recipientId)).toBe(true);
          expect(reachable).toContain(found.recipientId);
        }
        if (here('ann')) expect(found.by).toBe('self');
        if (found.by !== 'self' && found.by !== 'deputy') expect(abouts[0]!.deputies?.filter(here) ?? []).toEqual([]);
        if (found.by === 'nobody') expect(onDutyAt(led, TUESDAY_NOON).filter(here)).toEqual([]);
      }),
    );
  });
});

describe('a circle of deputies or managers', () => {
  const supervisor: Actor = { id: 'sue', grants: [{ role: 'supervisor', team: 't1' }] };
  const supervisorAndHr: Actor = { id: 'hr', grants: [...supervisor.grants, { role: 'hr', team: '*' }] };
  const looked = (as: string, of: { readonly [id: string]: About }): Consulted => ({ [as]: people(of) });
  const naming = (command: string, body: { [field: string]: string | string[] }, consulted: Consulted) =>
    given(user, 'ann')(registered).when(command, body, { actor: supervisor, consulted });

  it('is refused with the way round', () => {
    const found = naming(
      'user.name-deputies',
      { deputies: ['bo'] },
      looked('deputies', { bo: { deputies: ['cy'] }, cy: { deputies: ['ann'] } }),
    );
    found.thenRejected('user.deputy-circle', { field: 'deputies' });
    expect(found.decision).toMatchObject({
      message: 'Standing in would go in a circle (ann → bo → cy → ann): name somebody else.',
    });
    naming(
      'user.name-manager',
      { managerId: 'max' },
      looked('managers', { max: { managerId: 'zoe' }, zoe: { managerId: 'ann' } }),
    ).thenRejected('user.manager-circle', { field: 'managerId' });
    naming('user.name-manager', { managerId: 'ann' }, {}).thenRejected('user.own-manager', { field: 'managerId' });
  });

  it('is found in a ledger, over as many deputies as there are between', async () => {
    const temporary = await temporaryFolder();
    const test = await openTestLedger([staffFeature], temporary.folder);
    try {
      const send = (name: string, id: string, body: { [field: string]: string | string[] }) =>
        test.ledger.execute({ name, id, body, actor: supervisorAndHr, commandId: `${name}-${id}` });
      for (const id of ['ann', 'bo', 'cy', 'dan']) await send('user.register', id, { displayName: id });
      for (const [id, deputy] of ['bo cy', 'cy dan', 'dan ann'].map((pair) => pair.split(' ') as [string, string]))
        expect(await send('user.name-deputies', id, { deputies: [deputy] })).toMatchObject({ accepted: true });
      expect(await send('user.name-deputies', 'ann', { deputies: ['bo'] })).toMatchObject({
        accepted: false,
        code: 'user.deputy-circle',
        message: expect.stringContaining('ann → bo → cy → dan → ann') as unknown,
      });
    } finally {
      await test.close();
      await temporary.remove();
    }
  });

  it('is none where the ways only meet', () => {
    const meet = looked('deputies', { bo: { deputies: ['cy'] }, cy: { deputies: ['bo'] } });
    naming('user.name-deputies', { deputies: ['bo', 'cy'] }, meet).then({
      type: 'user.deputies-named.v1',
      data: { deputies: ['bo', 'cy'] },
    });
  });
});

describe('looking at people', () => {
  it('goes on to deputies and managers round by round, each once', () => {
    const ledger = people({
      ann: { deputies: ['bo'], managerId: 'max' },
      bo: { deputies: ['cy', 'max'] },
      max: { deputies: ['ann'] },
      cy: {},
    });
    const asked: string[] = [];
    const consulted: { [as: string]: unknown } = {};
    for (const { as, idsOf } of consultPeople('people', () => ['ann', 'ann'])) {
      const ids = idsOf({}, {}, consulted, 'one');
      asked.push(...ids);
      consulted[as] = Object.fromEntries(ids.map((id) => [id, ledger[id] ?? { status: 'unknown' }]));
    }
    expect(asked).toEqual(['ann', 'bo', 'max', 'cy']);
    expect(Object.keys(peopleIn(consulted, 'people'))).toEqual(['ann', 'bo', 'max', 'cy']);
  });

  it('begins with everybody whom a call to a team may reach', () => {
    expect(
      peopleOf(
        teamAfter(
          joined('sue'),
          joined('vic'),
          { type: 'team.leaders-named.v1', data: { supervisorId: 'sue', deputies: ['vic'] } },
          { type: 'team.department-head-named.v1', data: { userId: 'hedda' } },
        ),
      ),
    ).toEqual(['sue', 'vic', 'hedda']);
    expect(peopleOf({ status: 'unknown' })).toEqual([]);
  });
});
