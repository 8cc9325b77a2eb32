import { decoderOf } from '#libs/runtime/codec.ts';
import { registryOf } from '#libs/runtime/registry.ts';
import { SagaRunner } from '#libs/runtime/saga-runner.ts';
import { daysAfter, reminderFeature } from '#libs/testing/reminder-process.ts';
import { AGENT, openTestLedger } from '#libs/testing/test-ledger.ts';

const start = '2026-03-02T08:00:00.000Z';
const parcels = 40;
export const ROUNDS = 60;

/**
 * Lives through a month of parcels on a folder, from its first day on however far an earlier life came: commands carry the
 * same ids, so what had happened does not happen again. `onDay` is told of each round.
 */
export const liveThrough = async (folder: string, onDay: (round: number) => void = () => undefined): Promise<void> => {
  const feature = reminderFeature();
  const registry = registryOf([feature]);
  const test = await openTestLedger([feature], folder);
  test.clock.set(start);
  const alarms: string[] = [];
  const runner = SagaRunner.start({
    tenant: 'test',
    sagas: registry.sagas,
    store: test.store,
    decode: decoderOf(registry),
    clock: test.clock,
    execute: (request) => test.ledger.execute(request),
    models: test.models,
    onAlarm: (message) => alarms.push(message),
  });
  const ids = new Map<number, string>();
  const send = async (parcel: number, name: string, body: { [field: string]: string | number }, nth: number) => {
    const id = ids.get(parcel);
    const outcome = await test.ledger.execute({
      name,
      ...(id === undefined ? {} : { id }),
      body,
      commandId: `${name}/${parcel}/${nth}`,
      actor: AGENT,
    });
    if (outcome.accepted) ids.set(parcel, outcome.id);
  };
  for (let round = 0; round < ROUNDS; round += 1) {
    onDay(round);
    test.clock.set(daysAfter(start, round * 0.5));
    // What is due by now is done before anybody acts: else both would hurry to the same parcel, and either could be first.
    await runner.settle();
    const work: Promise<void>[] = [];
    for (let parcel = 0; parcel < parcels; parcel += 1) {
      const age = round - (parcel % 20);
      if (age === 0)
        work.push(send(parcel, 'parcel.store', { box: `box-${parcel}`, recipient: `Recipient ${parcel}` }, 0));
      else if (age > 0 && parcel % 3 === 0 && age === 3 + (parcel % 11))
        work.push(send(parcel, 'parcel.collect', {}, age));
      else if (age > 0 && age % 5 === 0)
        work.push(send(parcel, 'parcel.weigh', { grams: parcel === 7 ? 13 : age }, age));
    }
    await Promise.all(work);
  }
  await runner.settle();
  await runner.close();
  await test.close();
  if (alarms.length > 0) throw new Error(alarms.join('\n'));
};
