import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parcelFeature } from '#libs/testing/parcels.ts';
import { AGENT, openTestLedger, temporaryFolder } from '#libs/testing/test-ledger.ts';
import type { TestLedger } from '#libs/testing/test-ledger.ts';
import type { CommandRequest } from './ledger.ts';
import { forgetOldResults } from './old-results.ts';

let temporary: Awaited<ReturnType<typeof temporaryFolder>>;
let test: TestLedger;
beforeEach(async () => {
  temporary = await temporaryFolder();
  test = await openTestLedger([parcelFeature], temporary.folder);
  test.clock.set('2026-03-02T08:00:00.000Z');
});
afterEach(async () => {
  await test.close();
  await temporary.remove();
});

const store = (commandId: string, rest: Partial<CommandRequest> = {}) =>
  test.ledger.execute({ name: 'parcel.store', body: { box: commandId }, commandId, actor: AGENT, ...rest });

describe('results of commands', () => {
  it('are kept 30 days by command id, those of imports for ever, refusals no longer than others', async () => {
    const { id } = (await store('stored')) as { id: string };
    await store('imported', { origin: 'import' });
    const refused = { name: 'parcel.collect', id, body: {}, actor: AGENT };
    expect(await test.ledger.execute({ ...refused, commandId: 'collected' })).toMatchObject({ accepted: true });
    expect(await test.ledger.execute({ ...refused, commandId: 'refused' })).toMatchObject({ accepted: false });
    // More than are looked at in one part.
    await Promise.all(Array.from({ length: 1_200 }, (_, index) => store(`many-${index}`)));

    test.clock.set('2026-04-01T08:00:00.000Z');
    await store('younger');
    expect(await forgetOldResults(test.store.results, test.clock)).toBe(0);
    expect(await test.ledger.execute({ ...refused, commandId: 'refused' })).toMatchObject({ repeated: true });

    test.clock.set('2026-04-01T08:00:00.001Z');
    expect(await forgetOldResults(test.store.results, test.clock)).toBe(1_203);
    const { results } = test.store;
    expect(await results.get('stored')).toBeUndefined();
    expect(await results.get('refused')).toBeUndefined();
    expect(await results.get('many-1199')).toBeUndefined();
    expect(await results.get('younger')).toMatchObject({ recordedAt: '2026-04-01T08:00:00.000Z' });
    expect(await results.get('imported')).toMatchObject({
      recordedAt: '2026-03-02T08:00:00.000Z',
      keptForEver: true,
    });
    expect(await store('imported', { origin: 'import' })).toMatchObject({ accepted: true, repeated: true });
    // The stream itself still tells what was accepted.
    expect(await store('stored')).toMatchObject({ accepted: true, repeated: true });
  });
});
