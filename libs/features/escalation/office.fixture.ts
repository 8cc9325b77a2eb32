import type { LadderDocument, LadderLevel, Policies } from '#libs/features/policy/policy.events.ts';
import { DEFAULT_LADDERS } from '#libs/features/policy/policy.events.ts';
import type { Team, User } from '#libs/features/staff/staff.events.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import type { Personal } from '#libs/kernel/sealed.ts';

// What the specs of this folder speak with: one team and its people, on Monday 2 March 2026.

/** `at('10:30')`, `at('+1 10:30')` on Tuesday. */
export const at = (wall: string): Instant => {
  const [days, time] = wall.startsWith('+') ? [Number(wall.slice(1, wall.indexOf(' '))), wall.slice(-5)] : [0, wall];
  return `2026-03-0${2 + days}T${time}:00.000Z`;
};

export const person = (more: Partial<Extract<User, { status: 'active' | 'deactivated' }>> = {}): User => ({
  ...{ status: 'active', displayName: 'somebody' as Personal, grants: [], deputies: [], absences: [] },
  ...more,
});
export const away = (from: Instant, until: Instant) => person({ absences: [{ from, until }] });

export const team = (more: Partial<Extract<Team, { status: 'formed' | 'dissolved' }>> = {}): Team => ({
  ...{ status: 'formed', id: 'east', name: 'East', zone: 'Asia/Shanghai', members: ['ada', 'sam', 'sue', 'dora'] },
  ...{ supervisorId: 'sam', deputies: ['sue'], departmentHeadId: 'hal' },
  roster: [{ userId: 'dora', from: at('00:00'), until: at('+6 00:00') }],
  ...more,
});
export const group = (...members: readonly string[]): Team => ({
  ...{ status: 'formed', id: 'board', name: 'Board', zone: 'Asia/Shanghai', members, deputies: [], roster: [] },
});

/** Everybody is there. */
export const PEOPLE: { readonly [id: string]: User } = Object.fromEntries(
  ['ada', 'max', 'sam', 'sue', 'hal', 'dora', 'cora', 'carl', 'kim', 'kai'].map((id) => [id, person()]),
);

export const level = (recipients: LadderLevel['recipients'], more: Partial<LadderLevel> = {}): LadderLevel => ({
  ...{ recipients, waitMinutes: 30, channels: ['inbox'], acknowledgement: false },
  ...more,
});
export const asked = { acknowledgement: true } as const;

/** The shipped ladders with the groups named. */
export const LADDERS: LadderDocument = {
  ...DEFAULT_LADDERS,
  ...{ version: 'ladders@1', committeeTeam: 'board', crisisTeam: 'crisis' },
};
export const ladderOf = (levels: readonly LadderLevel[], more: Partial<LadderDocument> = {}): LadderDocument => ({
  ...LADDERS,
  ladders: [
    LADDERS.ladders.find(({ name }) => name === 'crisis')!,
    { name: 'all', when: { track: 'ordinary' }, levels: [...levels], noProgressMinutes: 60 },
  ],
  ...more,
});
export const inForce = (...documents: readonly LadderDocument[]): Policies<LadderDocument> => ({
  versions: documents.map((document, index) => ({
    ...{ version: document.version, document, department: 'management', applicantId: 'olga' },
    ...{ status: index === documents.length - 1 ? 'effective' : 'superseded' },
    ...{ effectiveFrom: `2026-01-0${index + 1}T00:00:00.000Z`, takesEffectAt: `2026-01-0${index + 1}T00:00:00.000Z` },
  })),
});

/** Class B, not urgent, with Ada. */
export const CASE = {
  ...{ exists: true, reference: 'SC-1', customerId: 'customer-1', team: 'east', assigneeId: 'ada' },
  ...{ tier: 'B', urgent: false, clocks: {} },
} as const;
export const COMPLAINT = {
  ...{ exists: true, reference: 'CP-1', customerId: 'customer-1', team: 'east', responsibleId: 'ada' },
  ...{ tier: 'B', severity: 'moderate', urgent: false, cycle: 1, clocks: {} },
} as const;

export const OFFICE = {
  ladders: inForce(LADDERS),
  case: CASE,
  customer: { exists: true, refused: false, accountManagerId: 'max' },
  team: team(),
  groups: { board: group('cora', 'carl'), crisis: group('kim', 'kai') },
  people: PEOPLE,
};
