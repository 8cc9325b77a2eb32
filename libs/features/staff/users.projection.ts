import { ROLES } from '#libs/kernel/actor.ts';
import { streamOf } from '#libs/kernel/event.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import type { JsonValue } from '#libs/kernel/json.ts';
import type { Document } from '#libs/kernel/projection.ts';
import { projection } from '#libs/kernel/projection.ts';
import type { Personal } from '#libs/kernel/sealed.ts';
import { userEvents } from './user.events.ts';
import type { WorkingHours } from './working-hours.ts';

interface Row extends Document {
  readonly status: 'active' | 'deactivated';
  readonly displayName: JsonValue;
  /** As text, `supervisor@team-id`, so that a filter can ask for one. */
  readonly grants: readonly string[];
  readonly deputies: readonly string[];
  readonly absences: readonly { readonly from: Instant; readonly until: Instant; readonly kind: string }[];
  readonly workingHours?: JsonValue;
  readonly managerId?: string;
  readonly language?: string;
  readonly undertakingVersion?: string;
  readonly trainings?: readonly { readonly course: string; readonly completedOn: string }[];
}

const blank: Row = { status: 'active', displayName: null, grants: [], deputies: [], absences: [] };
const named = (displayName: Personal) => ({ displayName: displayName as JsonValue });
const grantOf = ({ role, team }: { role: string; team: string }) => `${role}@${team}`;
const isAway = ({ from, until }: { from: Instant; until: Instant }, now: Instant) => from <= now && now < until;

/** Everybody who works with the ledger. Whether somebody is away is computed on read. */
export const users = projection<Row>()('users@3', {
  collection: { kind: 'current', indexes: [['status'], ['grants']] },
  access: { roles: ROLES },
  reads: [userEvents],
  keyOf: (event) => event.streamId,
  streamsOf: (id) => [streamOf('user', id)],
  on: {
    'user.registered.v1': (_row, { data }) => ({ ...blank, ...named(data.displayName) }),
    'user.renamed.v1': (row = blank, { data }) => ({ ...row, ...named(data.displayName) }),
    'user.role-granted.v1': (row = blank, { data }) => ({ ...row, grants: [...row.grants, grantOf(data)] }),
    'user.role-revoked.v1': (row = blank, { data }) => ({
      ...row,
      grants: row.grants.filter((grant) => grant !== grantOf(data)),
    }),
    'user.working-hours-set.v1': (row = blank, { data }) => ({
      ...row,
      workingHours: data satisfies WorkingHours as unknown as JsonValue,
    }),
    'user.deputies-named.v1': (row = blank, { data }) => ({ ...row, deputies: data.deputies }),
    'user.manager-named.v1': (row = blank, { data }) => ({ ...row, managerId: data.managerId }),
    'user.language-chosen.v1': (row = blank, { data }) => ({ ...row, language: data.language }),
    'user.absence-declared.v1': (row = blank, { data, recordedAt }) => ({
      ...row,
      absences: [...row.absences.filter((past) => past.until > recordedAt), { ...data }],
    }),
    'user.absence-ended.v1': (row = blank, { data }) => ({
      ...row,
      absences: row.absences
        .map((each) => (each.from === data.from ? { ...each, until: data.endedAt } : each))
        .filter((each) => each.from < each.until),
    }),
    'user.undertaking-recorded.v1': (row = blank, { data }) => ({ ...row, undertakingVersion: data.version }),
    'user.undertaking-ended.v1': (row = blank) => {
      const { undertakingVersion: _ended, ...rest } = row;
      return rest;
    },
    'user.training-recorded.v1': (row = blank, { data }) => ({
      ...row,
      trainings: [...(row.trainings ?? []), { ...data }],
    }),
    'user.deactivated.v1': (row = blank) => ({ ...row, status: 'deactivated' }),
    'user.reactivated.v1': (row = blank) => ({ ...row, status: 'active' }),
  },
  ignores: [],
  onRead: (row, now) => ({ ...row, away: row.absences.some((absence) => isAway(absence, now)) }),
});
