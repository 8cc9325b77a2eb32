import type { Instant } from '#libs/kernel/instant.ts';
import type { JsonValue } from '#libs/kernel/json.ts';
import { projection } from '#libs/kernel/projection.ts';
import type { Document } from '#libs/kernel/projection.ts';
import { breachEvents } from './breach-events.ts';

interface Row extends Document {
  readonly status: 'open' | 'closed';
  readonly kind: string;
  readonly description: JsonValue;
  readonly detectedAt: Instant;
  readonly isolateBy: Instant;
  readonly tellRegulatorBy: Instant;
  readonly tellAffectedBy: Instant;
  readonly isolatedAt?: Instant;
  readonly affected?: number;
  readonly told: readonly string[];
  readonly untold: readonly string[];
  readonly affectedToldAt?: Instant;
  readonly regulatorToldAt?: Instant;
  readonly consequence?: string;
  readonly fixedAt?: Instant;
}

/** A step that was not taken in time, or taken late. */
const overdue = (by: Instant, doneAt: Instant | undefined, now: Instant): boolean => (doneAt ?? now) > by;

/** Breaches with their clocks; what is overdue is computed on read. [G5] */
export const breaches = projection<Row>()('breaches@1', {
  collection: { kind: 'versioned', indexes: [['status'], ['detectedAt']] },
  access: { roles: ['privacy-officer', 'legal', 'auditor', 'committee'] },
  reads: [breachEvents],
  keyOf: (event) => event.streamId,
  on: {
    'breach.detected.v1': (_row, { data }) => ({
      status: 'open',
      ...{ kind: data.kind, description: data.description as JsonValue, detectedAt: data.detectedAt },
      ...{ isolateBy: data.isolateBy, tellRegulatorBy: data.tellRegulatorBy, tellAffectedBy: data.tellAffectedBy },
      ...{ told: [], untold: [] },
    }),
    'breach.isolated.v1': (row, { occurredAt }) => row && { ...row, isolatedAt: row.isolatedAt ?? occurredAt },
    'breach.affected-determined.v1': (row, { data: { subjects } }) => {
      if (row === undefined) return undefined;
      const { affectedToldAt: _before, ...rest } = row;
      const untold = subjects.filter((subject) => !row.told.includes(subject));
      const toldAlready = untold.length === 0 && row.affectedToldAt !== undefined;
      return {
        ...rest,
        ...{ affected: subjects.length, untold },
        ...(toldAlready ? { affectedToldAt: row.affectedToldAt } : {}),
      };
    },
    'breach.affected-told.v1': (row, { data: { subjects }, occurredAt }) => {
      if (row === undefined) return undefined;
      const untold = row.untold.filter((subject) => !subjects.includes(subject));
      return {
        ...row,
        ...{ told: [...new Set([...row.told, ...subjects])], untold },
        ...(untold.length === 0 ? { affectedToldAt: occurredAt } : {}),
      };
    },
    'breach.regulator-told.v1': (row, { occurredAt }) =>
      row && { ...row, regulatorToldAt: row.regulatorToldAt ?? occurredAt },
    'breach.accountability-recorded.v1': (row, { data }) => row && { ...row, consequence: data.consequence },
    'breach.fixed.v1': (row, { occurredAt }) => row && { ...row, fixedAt: occurredAt },
    'breach.closed.v1': (row) => row && { ...row, status: 'closed' },
  },
  ignores: [],
  onRead: (row, now) => ({
    ...row,
    overdue: [
      ...(overdue(row.isolateBy, row.isolatedAt, now) ? ['isolation'] : []),
      ...(overdue(row.tellRegulatorBy, row.regulatorToldAt, now) ? ['regulator'] : []),
      // Nobody to tell is nobody told too late.
      ...(row.affected !== 0 && overdue(row.tellAffectedBy, row.affectedToldAt, now) ? ['affected'] : []),
    ],
  }),
});
