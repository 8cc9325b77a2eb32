import { ROLES } from '#libs/kernel/actor.ts';
import { streamOf } from '#libs/kernel/event.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import type { JsonObject, JsonValue } from '#libs/kernel/json.ts';
import type { Document } from '#libs/kernel/projection.ts';
import { projection } from '#libs/kernel/projection.ts';
import { teamEvents } from './team.events.ts';
import { onDutyAt, withoutMember } from './team.state.ts';
import type { Shift } from './team.state.ts';

interface Row extends Document {
  readonly status: 'formed' | 'dissolved';
  readonly name: string;
  readonly zone: string;
  readonly members: readonly string[];
  readonly supervisorId?: string;
  readonly deputies: readonly string[];
  readonly departmentHeadId?: string;
  readonly roster: readonly { readonly userId: string; readonly from: Instant; readonly until: Instant }[];
  readonly weekly?: { readonly zone: string; readonly shifts: readonly (Shift & JsonObject)[] };
  readonly workingHours?: JsonValue;
}

const blank: Row = { status: 'formed', name: '', zone: '', members: [], deputies: [], roster: [] };

/** The teams with their people. Who has the duty now is computed on read. */
export const teams = projection<Row>()('teams@2', {
  collection: { kind: 'current', indexes: [['name'], ['members']] },
  access: { roles: ROLES },
  reads: [teamEvents],
  keyOf: (event) => event.streamId,
  streamsOf: (id) => [streamOf('team', id)],
  on: {
    'team.formed.v1': (_row, { data }) => ({ ...blank, name: data.name, zone: data.zone }),
    'team.renamed.v1': (row = blank, { data }) => ({ ...row, name: data.name }),
    'team.working-hours-set.v1': (row = blank, { data }) => ({
      ...row,
      zone: data.zone,
      workingHours: data as unknown as JsonValue,
    }),
    'team.member-joined.v1': (row = blank, { data }) => ({ ...row, members: [...row.members, data.userId] }),
    'team.member-left.v1': (row = blank, { data }) => withoutMember(row, data.userId),
    'team.leaders-named.v1': (row = blank, { data }) => ({
      ...row,
      supervisorId: data.supervisorId,
      deputies: data.deputies,
    }),
    'team.department-head-named.v1': (row = blank, { data }) => ({ ...row, departmentHeadId: data.userId }),
    'team.duty-shifts-set.v1': (row = blank, { data }) => ({ ...row, weekly: data }),
    'team.duty-rostered.v1': (row = blank, { data, recordedAt }) => ({
      ...row,
      roster: [...row.roster.filter((duty) => duty.until > recordedAt), { ...data }],
    }),
    'team.duty-cancelled.v1': (row = blank, { data }) => ({
      ...row,
      roster: row.roster.filter((duty) => duty.userId !== data.userId || duty.from !== data.from),
    }),
    'team.dissolved.v1': (row = blank) => ({ ...row, status: 'dissolved' }),
  },
  ignores: [],
  onRead: (row, now) => ({ ...row, onDuty: onDutyAt(row, now) }),
});
