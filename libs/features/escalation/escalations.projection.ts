import type { Role } from '#libs/kernel/actor.ts';
import { streamOf } from '#libs/kernel/event.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import type { JsonValue } from '#libs/kernel/json.ts';
import { projection } from '#libs/kernel/projection.ts';
import type { Document } from '#libs/kernel/projection.ts';
import type { Personal } from '#libs/kernel/sealed.ts';
import { escalationEvents } from './escalation-events.ts';
import type { DataOf } from './escalation-events.ts';

/** What was called at one level. */
interface CalledLevel extends Pick<DataOf<'called'>, 'level' | 'because' | 'recipients' | 'passedOver'> {
  readonly at: Instant;
  readonly called: readonly string[];
  readonly acknowledgement: boolean;
}

interface Row extends Document {
  readonly escalationId: string;
  readonly state: 'climbing' | 'acknowledged' | 'exhausted' | 'ended';
  readonly open: boolean;
  readonly about: DataOf<'begun'>['about'];
  readonly reference: string;
  readonly customerId?: string;
  readonly team?: string;
  readonly tier?: string;
  readonly urgent: boolean;
  readonly track: DataOf<'begun'>['track'];
  readonly drill: boolean;
  readonly because: string;
  readonly why?: Personal;
  readonly raisedBy?: string;
  readonly clock?: string;
  readonly cycle?: number;
  readonly dueAt?: Instant;
  readonly ladderVersion: string;
  readonly ladder: string;
  readonly levels: number;
  /** The nth emergency of its matter; the document shows the latest. */
  readonly round: number;
  readonly begunAt: Instant;
  /** The highest level that was reached; 0 or 1 before anybody was called. */
  readonly level: number;
  readonly calls: readonly JsonValue[];
  /** Everybody who was called at any level. */
  readonly recipients: readonly string[];
  /** Whose acknowledgement would stop the climb now, or who was called last; empty once somebody took it on. */
  readonly waitingFor: readonly string[];
  /** When the next level is called, or the operators are told that none is left. */
  readonly nextLevelAt?: Instant;
  readonly acknowledgedBy?: string;
  readonly acknowledgedAt?: Instant;
  readonly lastProgressAt?: Instant;
  readonly exhaustedAt?: Instant;
  readonly endedAt?: Instant;
  readonly endedBecause?: string;
}

const READERS: readonly Role[] = [
  'agent',
  'account-manager',
  'supervisor',
  'department-head',
  'committee',
  'auditor',
  'operator',
  'policy-owner',
];

const withCall = (row: Row, { acknowledgement, ...call }: CalledLevel): Row => {
  const levels = [...(row.calls as unknown as readonly CalledLevel[]), { ...call, acknowledgement }];
  const asked = levels.filter((each) => each.acknowledgement).flatMap((each) => each.called);
  return {
    ...row,
    ...{ state: 'climbing', level: call.level, calls: levels as unknown as readonly JsonValue[] },
    recipients: [...new Set([...row.recipients, ...call.called])],
    waitingFor: [...new Set(asked.length > 0 ? asked : call.called)],
  };
};

const withoutNext = ({ nextLevelAt: _next, ...row }: Row): Row => row;

/** Every climb: what about, how far, who was called when, for whom it waits. [SLA 10] */
export const escalations = projection<Row>()('escalations@1', {
  collection: {
    kind: 'current',
    indexes: [
      ['state', 'nextLevelAt'],
      ['open', 'team', 'nextLevelAt'],
      ['recipients'],
      ['waitingFor'],
      ['about.id'],
      ['customerId', 'begunAt'],
    ],
  },
  access: { roles: READERS, teamField: 'team' },
  reads: [escalationEvents],
  keyOf: (event) => event.streamId,
  streamsOf: (id) => [streamOf('escalation', id)],
  on: {
    'escalation.begun.v1': (_row, { streamId, data, occurredAt }) => {
      const { percent: _percent, drill, fromLevel, ...begun } = data;
      return {
        ...{ ...begun, escalationId: streamId, drill: drill === true, state: 'climbing', open: true },
        ...{ begunAt: occurredAt, level: fromLevel - 1, calls: [], recipients: [], waitingFor: [] },
        nextLevelAt: occurredAt,
      };
    },
    'escalation.called.v1': (row, { data, occurredAt: at }) => {
      if (row === undefined) return undefined;
      const { level, because, recipients, called, passedOver, acknowledgement, nextAt } = data;
      const call = { level, because, recipients, called, passedOver, acknowledgement, at };
      return { ...withCall(row, call), nextLevelAt: nextAt };
    },
    'escalation.nobody-found.v1': (row, { data, occurredAt: at }) =>
      row && withCall(row, { ...data, called: [], acknowledgement: false, at }),
    'escalation.acknowledged.v1': (row, { data: { acknowledgedBy, nextAt }, occurredAt: acknowledgedAt }) =>
      row && {
        ...{ ...withoutNext(row), state: 'acknowledged', waitingFor: [], acknowledgedBy, acknowledgedAt },
        ...(nextAt === undefined ? {} : { nextLevelAt: nextAt }),
      },
    'escalation.progressed.v1': (row, { data: { nextAt }, occurredAt: lastProgressAt }) =>
      row && { ...row, nextLevelAt: nextAt, lastProgressAt },
    'escalation.exhausted.v1': (row, { occurredAt: exhaustedAt }) =>
      row && { ...withoutNext(row), state: 'exhausted', exhaustedAt },
    'escalation.ended.v1': (row, { data: { because: endedBecause }, occurredAt: endedAt }) =>
      row && { ...withoutNext(row), state: 'ended', open: false, waitingFor: [], endedAt, endedBecause },
  },
  // Nothing climbs.
  ignores: ['escalation.reminded.v1', 'escalation.told-of-change.v1'],
});
