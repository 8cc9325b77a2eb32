import type { Actor, Role } from '#libs/kernel/actor.ts';
import type { JsonObject } from '#libs/kernel/json.ts';
import { personName } from './names.ts';
import type { Region } from './names.ts';
import type { Random } from './random.ts';

/** One command of the story, at its moment (epoch milliseconds). */
export interface Action {
  readonly at: number;
  readonly name: string;
  readonly id: string;
  readonly body: JsonObject;
  readonly actor: Actor;
}

export interface Team {
  readonly id: string;
  readonly name: string;
  readonly region: Region | 'key';
  readonly supervisor: Actor;
  readonly managers: readonly Actor[];
  readonly agents: readonly Actor[];
}

export interface Company {
  readonly teams: readonly Team[];
  readonly head: Actor;
  readonly actions: readonly Action[];
}

/** Gives everything in the story its id: the same seed, the same ids. */
export type NameId = (name: string) => string;

const program = (id: string): Actor => ({ id, grants: [{ role: 'service', team: '*' }] });
export const PORTAL = program('portal');
export const ERP = program('erp');
const OPERATOR: Actor = {
  id: 'operator',
  grants: [
    { role: 'operator', team: '*' },
    { role: 'hr', team: '*' },
  ],
};

const TEAMS: readonly (readonly [name: string, region: Team['region']])[] = [
  ['大客户服务组', 'key'],
  ['华东服务组', 'east'],
  ['华南服务组', 'south'],
  ['华北服务组', 'north'],
];
const WORKING_HOURS = {
  zone: 'Asia/Shanghai',
  windows: [
    { weekdays: [1, 2, 3, 4, 5], from: '09:00', to: '12:00' },
    { weekdays: [1, 2, 3, 4, 5], from: '13:00', to: '18:00' },
  ],
};

/** Teams and staff, hired before the year begins. */
export const foundCompany = (random: Random, nameId: NameId, at: number): Company => {
  const actions: Action[] = [];
  const act = (name: string, id: string, body: JsonObject) => actions.push({ at, name, id, body, actor: OPERATOR });
  let hired = 0;
  const hire = (team: string, ...roles: readonly Role[]): Actor => {
    const id = nameId(`user/${(hired += 1)}`);
    act('user.register', id, { displayName: personName(random) });
    act('user.record-undertaking', id, { signedOn: '2024-01-02', version: '2024-1' });
    for (const role of roles) act('user.grant-role', id, { role, team });
    return { id, grants: roles.map((role) => ({ role, team })) };
  };

  const head = hire('*', 'department-head');
  const teams = TEAMS.map(([name, region]): Team => {
    const id = nameId(`team/${region}`);
    act('team.form', id, { name, zone: 'Asia/Shanghai' });
    act('team.set-working-hours', id, WORKING_HOURS);
    const supervisor = hire(id, 'supervisor');
    const managers = [hire(id, 'account-manager'), hire(id, 'account-manager')];
    const agents = [1, 2, 3, 4].map(() => hire(id, 'agent'));
    for (const { id: userId } of [supervisor, ...managers, ...agents]) act('team.add-member', id, { userId });
    act('team.name-leaders', id, { supervisorId: supervisor.id, deputies: [managers[0]!.id] });
    act('team.name-department-head', id, { userId: head.id });
    // Somebody is on duty round the clock, each day another one. [T4]
    const shifts = [supervisor, ...managers, ...agents].map(({ id: userId }, day) => ({
      ...{ userId, weekdays: [day + 1], from: '00:00', to: '24:00' },
    }));
    act('team.set-duty-shifts', id, { zone: 'Asia/Shanghai', shifts });
    return { id, name, region, supervisor, managers, agents };
  });
  return { teams, head, actions };
};
