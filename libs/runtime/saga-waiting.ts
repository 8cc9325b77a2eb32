import { projection } from '#libs/kernel/projection.ts';
import { processEvents } from './saga-events.ts';
import type { PendingTimer } from './saga-events.ts';

/** A process instance that waits: for timers, or, with parked inputs, for a person. */
export type WaitingProcess = {
  readonly saga: string;
  readonly key: string;
  readonly timers: readonly PendingTimer[];
  /** When its next timer is due; missing while it has none, or is parked. */
  readonly nextDueAt?: string;
  /** Inputs that wait behind the first one that it could not take. */
  readonly parked: number;
  readonly reason?: string;
};

const earliest = (timers: readonly PendingTimer[]): string | undefined =>
  timers.reduce<string | undefined>(
    (first, { dueAt }) => (first === undefined || dueAt < first ? dueAt : first),
    undefined,
  );

/** Every process instance that waits, with an index of due times: what a starting runner begins from. */
export const waitingProcesses = projection<WaitingProcess>()('processes@1', {
  collection: { kind: 'current', indexes: [['nextDueAt'], ['saga'], ['parked']] },
  access: { roles: ['operator', 'auditor', 'service'] },
  reads: [processEvents],
  keyOf: (event) => (event.type === 'process.checkpointed.v1' ? undefined : event.stream),
  on: {
    'process.reacted.v1': (before, event) => {
      const { saga, key, timers, waitsFrom } = event.data;
      if (waitsFrom !== undefined)
        return { saga, key, timers, parked: Math.max(1, (before?.parked ?? 0) - 1), reason: before?.reason ?? '' };
      const nextDueAt = earliest(timers);
      return nextDueAt === undefined ? undefined : { saga, key, timers, nextDueAt, parked: 0 };
    },
    'process.parked.v1': (before, event) => {
      const { saga, key, reason } = event.data;
      return {
        saga,
        key,
        timers: before?.timers ?? [],
        parked: (before?.parked ?? 0) + 1,
        reason: (before?.parked ?? 0) === 0 ? reason : (before?.reason ?? reason),
      };
    },
  },
  ignores: ['process.commands-refused.v1', 'process.checkpointed.v1'],
});
