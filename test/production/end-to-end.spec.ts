import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { openConnectedLedger } from '#apps/server/connected-ledger.ts';
import type { Ledger } from '#libs/runtime/ledger.ts';
import { deploy, onWhat, patience } from './deployments.ts';
import type { Deployment } from './deployments.ts';
import { foldedAnew, kept } from './fresh-fold.ts';
import { EVERYBODY, chaptersOf, importsOf, perform, requestOf, send, storyClock, yearOf } from './story.ts';

const viewer = { actor: EVERYBODY };
const alarms: string[] = [];
let deployment: Deployment | undefined;
let ledger: Ledger | undefined;

const open = async (): Promise<Ledger> =>
  (ledger = await openConnectedLedger({
    ...{ eventStore: deployment!.eventStore, readModels: deployment!.readModels, folder: deployment!.folder },
    ...{ clock: storyClock, tenant: 'acme', leaseMs: 1_500, patience },
    onAlarm: (message) => alarms.push(message),
  }));

afterEach(async () => {
  await ledger?.close();
  await deployment?.close();
  ledger = deployment = undefined;
});
afterAll(() => void process.stdout.write(`End to end. ${onWhat()}.\n`));

describe.each([
  ['sqlite', 'sqlite'],
  ['esdb', 'sqlite'],
  ['esdb', 'mongodb'],
] as const)('the whole ledger on %s and %s', (events, models) => {
  it('lives through a year, an import, failing servers and a restart, and every document equals a fresh fold', async () => {
    deployment = await deploy(events, models);
    const run = randomUUID();
    let current = await open();
    const year = yearOf(run, 5, 10);
    const chapters = chaptersOf(year);
    const imports = importsOf(run, 40);

    // The first half of the year; servers go away and come back in the middle of it.
    let sent = 0;
    const tell = async (from: number, to: number) => {
      for (const chapter of chapters.slice(from, to)) {
        await perform(current, run, chapter, sent);
        sent += chapter.length;
      }
    };
    const half = Math.floor(chapters.length / 2);
    const interrupted = sleep(150).then(() => deployment!.interrupt());
    await tell(0, half);
    await interrupted;

    await current.close();
    current = await open();
    await Promise.all([tell(half, chapters.length), perform(current, `${run}/import`, imports, 0)]);

    // Read-your-writes, then the past: each moment shows what it showed.
    const { id: teamId } = year.find(({ name }) => name === 'team.form')!;
    const captured: { readonly at: string; readonly name: unknown }[] = [];
    for (const name of ['华东一组', '华东二组', '华东三组']) {
      const request = { name: 'team.rename', id: teamId, body: { name }, actor: EVERYBODY, commandId: randomUUID() };
      const outcome = await send(current, request, Date.now());
      if (!outcome.accepted) throw new Error(outcome.message);
      await current.caughtUp(outcome.position, 20_000);
      const shown = (await current.document('teams', teamId, viewer))?.document['name'];
      expect(shown).toBe(name);
      captured.push({ at: current.now(), name: shown });
      await sleep(5);
    }
    for (const { at, name } of captured)
      expect((await current.document('teams', teamId, viewer, { asOf: at }))?.document['name']).toBe(name);

    // The same commands again are answered as before and change nothing.
    const look = await deployment.look();
    const head = await look.store.head();
    for (const [index, action] of chapters.flat().slice(0, 25).entries())
      expect(await send(current, requestOf(run, action, index), action.at)).toMatchObject({
        accepted: true,
        repeated: true,
      });
    await perform(current, `${run}/import`, imports.slice(0, 5), 0);
    expect(await look.store.head()).toBe(head);

    await current.caughtUp(undefined, 30_000);
    const reports = await current.rebuild();
    expect(reports.filter(({ different }) => different > 0)).toEqual([]);
    expect(await current.deadLetters()).toEqual([]);
    await current.caughtUp(undefined, 30_000);
    expect(await kept(look.models)).toEqual(await foldedAnew(look.store));
    expect(await current.count('service-cases', { reference: { $prefix: `INC-${run.slice(0, 8)}` } }, viewer)).toBe(40);
    await look.close();
  });
});
