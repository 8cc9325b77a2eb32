import { createHash } from 'node:crypto';
import { v5 } from 'uuid';
import { canonicalJson } from '#libs/kernel/json.ts';
import type { CommandResult, CommandResults } from '#libs/ports/command-results.ts';
import { WrongExpectedRevision } from '#libs/ports/event-store.ts';
import type { EventStore } from '#libs/ports/event-store.ts';
import { RESULT_STREAMS } from './recorded-event.ts';

/** Root of the ids of recorded results. */
const RESULTS = '0b6f1c0e-3d0b-5a55-8b0c-2b1f1f0e7a52';

const streamOf = (commandId: string): string =>
  RESULT_STREAMS + createHash('sha256').update(commandId).digest('hex').slice(0, 40);

/**
 * Results of commands in the event store itself, one stream of one event each. They share the store's connection, are kept for as
 * long as the store is, and are not part of the ledger: no read of everything, no subscription yields them. None is forgotten:
 * deleting a stream writes one event more and frees no room without scavenging, which the ledger's streams must be spared.
 */
export const openEsdbCommandResults = (store: EventStore): CommandResults => ({
  async get(commandId) {
    for await (const [event] of store.readStream(streamOf(commandId), { limit: 1 }))
      return JSON.parse(event!.data) as CommandResult;
    return undefined;
  },
  async put(result) {
    try {
      await store.append(streamOf(result.commandId), 'no-stream', [
        {
          id: v5(result.commandId, RESULTS),
          type: 'command.answered.v1',
          data: canonicalJson(result),
          metadata: canonicalJson({ recordedAt: result.recordedAt }),
        },
      ]);
    } catch (error) {
      // The first result stays.
      if (!(error instanceof WrongExpectedRevision)) throw error;
    }
  },
  /** The store is closed by who opened it. */
  async close() {},
});
