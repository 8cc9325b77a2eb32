import { setTimeout as pause } from 'node:timers/promises';
import type { Clock } from '#libs/ports/clock.ts';
import type { EventStore } from '#libs/ports/event-store.ts';
import type { ReadModels } from '#libs/ports/read-models.ts';
import type { Witness } from '#libs/ports/witness.ts';
import { Lease, LEASE_MS } from '#libs/runtime/lease.ts';
import { reasonOf } from '#libs/runtime/reason-of.ts';
import { Sequencer } from '#libs/runtime/sequencer.ts';
import { Witnessing } from '#libs/runtime/witnessing.ts';
import { SequencerThread } from './sequencer-thread.ts';
import type { SequencerFiles } from './sequencer-thread.ts';
import { openSignedLog } from './signed-log.ts';

export interface LogKeeping {
  readonly clock: Clock;
  readonly witnesses: readonly Witness[];
  readonly onAlarm: (message: string) => void;
}

/** Signs the events of an embedded ledger, in a thread of its own. Returns how to stop: everything is signed then. */
export const keepEmbeddedLog = (files: SequencerFiles, keeping: LogKeeping): (() => Promise<void>) => {
  const witnessing = new Witnessing(keeping);
  const thread = new SequencerThread(files, {
    onHead: (note) => witnessing.offer(note),
    onAlarm: keeping.onAlarm,
  });
  return async () => {
    await thread.close();
    await witnessing.close();
  };
};

export interface SharedStore {
  readonly folder: string;
  readonly tenant: string;
  readonly store: EventStore;
  /** Where workers share it; they must share the folder of the log and its key too. */
  readonly models?: ReadModels;
  readonly leaseMs?: number;
}

/**
 * Signs the events of a store on a server, here or on whichever worker holds the lease. One that was frozen and wakes signs on for a
 * moment: an older head of the same tree, since the store's order is the same for all. Returns how to stop.
 */
export const keepSharedLog = (shared: SharedStore, keeping: LogKeeping): (() => Promise<void>) => {
  const { folder, tenant, store, models, leaseMs = LEASE_MS } = shared;
  const { onAlarm } = keeping;
  const witnessing = new Witnessing(keeping);
  const lease = models === undefined ? undefined : new Lease({ models, name: 'sequencer', durationMs: leaseMs });
  const stop = new AbortController();
  let sequencer: Sequencer | undefined;

  const round = async () => {
    const mayWork = lease === undefined || (await lease.take());
    if (mayWork && sequencer === undefined) {
      const { log, signer } = await openSignedLog(folder, tenant);
      sequencer = Sequencer.start({ store, log, signer, onAlarm, onHead: (note) => witnessing.offer(note) });
    } else if (!mayWork && sequencer !== undefined) {
      await sequencer.close();
      sequencer = undefined;
    }
  };
  const running = (async () => {
    for (let told = ''; !stop.signal.aborted;) {
      try {
        await round();
        told = '';
      } catch (error) {
        const message = `The log is not signed, trying again: ${reasonOf(error)}`;
        if (message !== told) onAlarm(message);
        told = message;
      }
      await pause(leaseMs / 3, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  })();
  return async () => {
    stop.abort();
    await running;
    await sequencer?.close();
    await witnessing.close();
    // What cannot be given back ends by itself.
    await lease?.release().catch(() => undefined);
  };
};
