import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Feature } from '#libs/kernel/feature.ts';
import type { JsonObject } from '#libs/kernel/json.ts';
import { defineSaga } from '#libs/kernel/saga.ts';
import { boxesProjection, parcel, parcelEvents, parcelsProjection } from '#libs/testing/parcels.ts';
import { AGENT, openTestLedger, temporaryFolder } from '#libs/testing/test-ledger.ts';
import type { TestLedger } from '#libs/testing/test-ledger.ts';
import { decoderOf } from './codec.ts';
import { registryOf } from './registry.ts';
import { SagaRunner } from './saga-runner.ts';

/** A locker closes when its parcel is weighed at 1 g: every parcel that still lies there is reminded of. */
const closing = defineSaga('closing', {
  reads: [parcelEvents],
  initial: {},
  keyOf: (event) => (event.type === 'parcel.weighed.v1' && event.data.grams === 1 ? event.streamId : undefined),
  react: (state) => ({
    state,
    outputs: [
      {
        kind: 'command-each',
        name: 'parcel.remind',
        collection: 'parcels',
        filter: { status: 'stored' },
        idField: 'parcelId',
        body: {},
      },
    ],
  }),
});

const rows = parcelsProjection();
/** Processes may remind, too. */
const remind = { ...parcel.commands['parcel.remind']!, roles: ['agent', 'service'] as const };
const feature: Feature = {
  name: 'parcel',
  aggregates: [{ ...parcel, commands: { ...parcel.commands, 'parcel.remind': remind } }],
  projections: [
    {
      ...rows,
      on: {
        ...rows.on,
        'parcel.stored.v2': (_row, event: { streamId: string; data: { box: string } }) => ({
          ...{ box: event.data.box, status: 'stored', reminders: 0 },
          parcelId: event.streamId,
        }),
      },
    },
    boxesProjection,
  ],
  sagas: [closing],
};

let temporary: { readonly folder: string; remove(): Promise<void> };
let test: TestLedger;
let sent = 0;
beforeEach(async () => {
  temporary = await temporaryFolder();
  test = await openTestLedger([feature], temporary.folder, undefined, { runsProcesses: true });
});
afterEach(async () => {
  await test.close();
  await temporary.remove();
});

const send = async (name: string, body: JsonObject, id?: string) => {
  const commandId = `command-${(sent += 1)}`;
  const outcome = await test.ledger.execute({
    name,
    body,
    commandId,
    actor: AGENT,
    ...(id === undefined ? {} : { id }),
  });
  if (!outcome.accepted) throw new Error(outcome.message);
  return outcome.id;
};
const reminders = async (id: string) => {
  await test.ledger.caughtUp();
  return (await test.ledger.document('parcels', id, { actor: AGENT }))?.document['reminders'];
};

describe('a command for all that a read model lists', () => {
  it('reaches each of them once, on every page, and none that the filter leaves out', async () => {
    const ids: string[] = [];
    for (let nth = 0; nth < 1_203; nth += 1) ids.push(await send('parcel.store', { box: `box-${nth}` }));
    const collected = ids.splice(0, 3);
    for (const id of collected) await send('parcel.collect', {}, id);
    await send('parcel.weigh', { grams: 1 }, ids[0]);
    await test.ledger.processes!.settle();
    for (const id of ids) expect(await reminders(id)).toBe(1);
    for (const id of collected) expect(await reminders(id)).toBe(0);
  }, 60_000);

  it('is carried out again after a restart before its end, and still reaches each once', async () => {
    const ids: string[] = [];
    for (let nth = 0; nth < 300; nth += 1) ids.push(await send('parcel.store', { box: `box-${nth}` }));
    await send('parcel.weigh', { grams: 1 }, ids[0]);
    // Closed at once: the fan-out has hardly begun.
    await test.close();
    test = await openTestLedger([feature], temporary.folder, test.clock, { runsProcesses: true });
    await test.ledger.processes!.settle();
    for (const id of ids) expect(await reminders(id)).toBe(1);
  }, 60_000);

  it('tells that its listing broke off, goes on by itself, and lets a checkpoint be written again', async () => {
    await test.close();
    test = await openTestLedger([feature], temporary.folder);
    const ids = [await send('parcel.store', { box: 'box-1' }), await send('parcel.store', { box: 'box-2' })];
    const alarms: string[] = [];
    let asked = 0;
    async function* listed(): AsyncIterable<readonly string[]> {
      asked += 1;
      if (asked === 1) throw new Error('parcels is not yet at position 3 after 600000 ms');
      yield ids.slice(0, 1);
      if (asked === 2) throw new Error('parcels cannot be reached');
      yield ids.slice(1);
    }
    const begin = () =>
      SagaRunner.start({
        ...{ tenant: 'test', sagas: [closing], store: test.store, clock: test.clock, models: test.models, listed },
        decode: decoderOf(registryOf([feature])),
        execute: (request) => test.ledger.execute(request),
        onAlarm: (message) => alarms.push(message),
      });
    const runner = begin();
    try {
      await send('parcel.weigh', { grams: 1 }, ids[0]);
      await runner.settle();
    } finally {
      await runner.close();
    }
    for (const id of ids) expect(await reminders(id)).toBe(1);
    expect(alarms).toEqual([
      expect.stringMatching(/parcel.remind for all in parcels.*broke off and is tried again: parcels is not yet/),
      expect.stringMatching(/broke off and is tried again: parcels cannot be reached/),
    ]);
    // Nothing is left that the next start would have to carry out again.
    const carriedOut = asked;
    const next = begin();
    await next.settle();
    await next.close();
    expect(asked).toBe(carriedOut);
  });
});
