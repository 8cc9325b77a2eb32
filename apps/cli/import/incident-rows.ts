import { Temporal } from 'temporal-polyfill';
import { instantOf } from '#libs/kernel/instant.ts';
import type { Instant } from '#libs/kernel/instant.ts';

/** The columns of the incident log that are read; others may be there. */
export const INCIDENT_COLUMNS = [
  'number',
  'incident_state',
  'reopen_count',
  'sys_mod_count',
  'made_sla',
  'caller_id',
  'opened_at',
  'sys_created_at',
  'sys_updated_at',
  'contact_type',
  'category',
  'subcategory',
  'u_symptom',
  'priority',
  'assignment_group',
  'assigned_to',
  'closed_code',
  'resolved_by',
  'resolved_at',
] as const;
export type IncidentValues = { readonly [column in (typeof INCIDENT_COLUMNS)[number]]: string };

export type IncidentState = 'in-progress' | 'waiting-for-customer' | 'waiting-for-others' | 'solved' | 'closed';
export type IncidentPriority = 'critical' | 'high' | 'moderate' | 'low';

/** One change of an incident, understood. What the source leaves open (`?`) is absent. */
export interface IncidentRow {
  readonly line: number;
  readonly number: string;
  readonly modCount: string;
  readonly updatedAt: Instant;
  readonly openedAt?: Instant;
  readonly createdAt?: Instant;
  readonly resolvedAt?: Instant;
  readonly state?: IncidentState;
  readonly stateText: string;
  readonly reopenCount: number;
  readonly priority?: IncidentPriority;
  readonly channel: 'phone' | 'e-mail' | 'portal' | 'other';
  readonly matter?: string;
  readonly caller?: string;
  readonly group?: string;
  readonly assignee?: string;
  readonly resolver?: string;
  readonly closedCode?: string;
  readonly madeSla?: boolean;
}

const known = (text: string): string | undefined => {
  const value = text.trim();
  return value === '' || value === '?' ? undefined : value;
};

const TIME = /^(\d{1,2})\/(\d{1,2})\/(\d{4}) (\d{1,2}):(\d{2})$/;

/** `29/2/2016 08:22` in the zone; undefined where it is no such moment. */
const momentIn =
  (zone: string) =>
  (text: string | undefined): Instant | undefined => {
    const match = text === undefined ? null : TIME.exec(text);
    if (match === null) return undefined;
    const [day, month, year, hour, minute] = match.slice(1).map(Number) as [number, number, number, number, number];
    try {
      const wall = Temporal.PlainDateTime.from({ year, month, day, hour, minute }, { overflow: 'reject' });
      return instantOf(wall.toZonedDateTime(zone).epochMilliseconds);
    } catch {
      return undefined;
    }
  };

const stateOf = (text: string): IncidentState | undefined => {
  switch (text) {
    case 'New':
    case 'Active':
      return 'in-progress';
    case 'Awaiting User Info':
      return 'waiting-for-customer';
    case 'Resolved':
      return 'solved';
    case 'Closed':
      return 'closed';
    default:
      return text.startsWith('Awaiting ') ? 'waiting-for-others' : undefined;
  }
};

const PRIORITIES: { readonly [digit: string]: IncidentPriority } = {
  '1': 'critical',
  '2': 'high',
  '3': 'moderate',
  '4': 'low',
};
const CHANNELS: { readonly [text: string]: IncidentRow['channel'] } = {
  Phone: 'phone',
  IVR: 'phone',
  Email: 'e-mail',
  'Self service': 'portal',
};

/** A row as understood, or why it cannot be: those without a number, a time or a place in the order. */
export const incidentReader = (zone: string) => {
  const moment = momentIn(zone);
  return (values: IncidentValues, line: number): IncidentRow | string => {
    const number = known(values.number);
    if (number === undefined || number.length > 100) return 'number is missing or too long';
    const updatedAt = moment(known(values.sys_updated_at));
    if (updatedAt === undefined) return 'sys_updated_at is not a moment like 29/2/2016 08:22';
    const modCount = known(values.sys_mod_count);
    if (modCount === undefined || !/^\d{1,9}$/.test(modCount)) return 'sys_mod_count is not a whole number';
    const reopened = known(values.reopen_count);
    if (reopened === undefined || !/^\d{1,6}$/.test(reopened)) return 'reopen_count is not a whole number';
    const stateText = values.incident_state.trim();
    const matter = [values.category, values.subcategory, values.u_symptom]
      .map(known)
      .filter((each) => each !== undefined);
    const madeSla = known(values.made_sla);
    return {
      ...{ line, number, modCount, updatedAt, stateText, reopenCount: Number(reopened) },
      openedAt: moment(known(values.opened_at)),
      createdAt: moment(known(values.sys_created_at)),
      resolvedAt: moment(known(values.resolved_at)),
      state: stateOf(stateText),
      priority: PRIORITIES[known(values.priority)?.[0] ?? ''],
      channel: CHANNELS[values.contact_type.trim()] ?? 'other',
      matter: matter.length === 0 ? undefined : matter.join(' / '),
      caller: known(values.caller_id),
      group: known(values.assignment_group),
      assignee: known(values.assigned_to),
      resolver: known(values.resolved_by),
      closedCode: known(values.closed_code),
      madeSla: madeSla === undefined ? undefined : madeSla.toLowerCase() === 'true',
    };
  };
};
