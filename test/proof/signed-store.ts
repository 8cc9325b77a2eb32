import { generateKeyPairSync } from 'node:crypto';
import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openSqliteEventStore } from '#libs/adapters/event-store-sqlite/event-store-sqlite.ts';
import { openFolderLog } from '#libs/adapters/transparency-log-folder/transparency-log-folder.ts';
import { canonicalJson } from '#libs/kernel/json.ts';
import { keyOfSigner } from '#libs/kernel/signed-note.ts';
import type { NoteKey, NoteSigner } from '#libs/kernel/signed-note.ts';
import type { EventStore, EventToAppend } from '#libs/ports/event-store.ts';
import { Sequencer } from '#libs/runtime/sequencer.ts';

export const newSigner = (name = 'careledger/test/0badcafe'): NoteSigner => ({
  name,
  privateKey: generateKeyPairSync('ed25519').privateKey,
});

const id = (index: number) => `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`;

/** Some event of some case; the same number gives the same event. */
export const eventNumber = (index: number): EventToAppend => {
  const recordedAt = new Date(Date.UTC(2026, 2, 2, 1) + index * 60_000).toISOString();
  return {
    id: id(index),
    type: 'service-case.note-added.v1',
    data: canonicalJson({ text: `note ${index}`, author: `agent-${index % 7}` }),
    metadata: canonicalJson({ tenant: 'test', subject: `customer-${index % 5}`, occurredAt: recordedAt, recordedAt }),
  };
};

export const streamOf = (index: number): string => `service-case-${(index * 7) % 23}`;

export const appendEvents = async (store: EventStore, from: number, to: number): Promise<void> => {
  for (let index = from; index < to; index += 1) await store.append(streamOf(index), 'any', [eventNumber(index)]);
};

export interface SignedStore {
  readonly folder: string;
  readonly ledger: string;
  readonly log: string;
  readonly signer: NoteSigner;
  readonly keys: readonly NoteKey[];
}

export const signedStoreIn = (folder: string, signer: NoteSigner): SignedStore => ({
  ...{ folder, signer, ledger: join(folder, 'ledger.db'), log: join(folder, 'log') },
  keys: [keyOfSigner(signer)],
});

/** Appends events up to `to` and signs all of them. Resolves with the head. */
export const growTo = async ({ folder, ledger, log: logFolder, signer }: SignedStore, to: number): Promise<string> => {
  await mkdir(folder, { recursive: true });
  const store = await openSqliteEventStore({ file: ledger, inline: true });
  const log = await openFolderLog(logFolder);
  const sequencer = Sequencer.start({ store, log, signer, everyMs: 5 });
  await appendEvents(store, await store.head(), to);
  await sequencer.signed(to);
  await sequencer.close();
  await store.close();
  return log.head!;
};

/** A copy of the whole: events, log and all. */
export const copyOf = async (of: SignedStore, folder: string): Promise<SignedStore> => {
  await cp(of.folder, folder, { recursive: true });
  return signedStoreIn(folder, of.signer);
};
