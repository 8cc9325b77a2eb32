import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openSqliteReadModels } from '#libs/adapters/read-models-sqlite/read-models-sqlite.ts';
import { boxesProjection, parcelFeature } from '#libs/testing/parcels.ts';
import { AGENT, openTestLedger, temporaryFolder } from '#libs/testing/test-ledger.ts';
import type { TestLedger } from '#libs/testing/test-ledger.ts';
import { decoderOf } from './codec.ts';
import { followChanges } from './followed-changes.ts';
import type { DocumentChange } from './ledger.ts';
import { Projector } from './projector.ts';
import { registryOf } from './registry.ts';

let temporary: { readonly folder: string; remove(): Promise<void> };
let test: TestLedger;
beforeEach(async () => {
  temporary = await temporaryFolder();
  test = await openTestLedger([parcelFeature], temporary.folder);
});
afterEach(async () => {
  await test.close();
  await temporary.remove();
});

describe('changes of read models that others write', () => {
  it('are told however long a read model stands still, each document as it then is', async () => {
    const registry = registryOf([{ ...parcelFeature, projections: [boxesProjection] }]);
    const decode = decoderOf(registry);
    const models = await openSqliteReadModels({ file: join(temporary.folder, 'others.db'), inline: true });
    const stop = new AbortController();
    const told: DocumentChange[] = [];
    const following = followChanges(
      { store: test.store, models, registry, decode, signal: stop.signal },
      (changes) => void told.push(...changes),
    );
    await sleep(100);
    const store = async (commandId: string, box: string) =>
      test.ledger.execute({ name: 'parcel.store', body: { box }, commandId, actor: AGENT });
    await store('1', 'box-1');
    await store('2', 'box-2');
    // Nobody writes the read model yet.
    await sleep(6_000);
    expect(told).toEqual([]);
    const projector = await Projector.start({ store: test.store, models, registry, decode, onAlarm: () => undefined });
    await projector.caughtUp(await test.store.head(), 5_000);
    await sleep(200);
    expect(told.map(({ id, document }) => [id, document])).toEqual([
      ['box-1', { parcels: 1 }],
      ['box-2', { parcels: 1 }],
    ]);
    stop.abort();
    await following;
    await projector.close();
    await models.close();
  }, 30_000);
});
