import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { openConnectedLedger } from '#apps/server/connected-ledger.ts';
import { features } from '#libs/features/features.ts';
import { deriveId } from '#libs/kernel/identifiers.ts';
import { canonicalJson } from '#libs/kernel/json.ts';
import { leasesHeld } from '#libs/runtime/lease.ts';
import { sharesHeld } from '#libs/runtime/lease-share.ts';
import type { DocumentChange, Ledger } from '#libs/runtime/ledger.ts';
import { reminderFeature } from '#libs/testing/reminder-process.ts';
import { deploy, onWhat, patience } from './deployments.ts';
import type { Deployment } from './deployments.ts';
import { foldedAnew, kept } from './fresh-fold.ts';
import { processOutputs } from './process-outputs.ts';
import { startProcess, until, variablesOf } from './processes.ts';
import type { Started } from './processes.ts';
import { EVERYBODY, chaptersOf, importsOf, perform, storyClock, yearOf } from './story.ts';

/** How long one of the workers is frozen: longer than a lease holds (8 s), and than silence is borne (15 s). */
const FROZEN_SECONDS = Number(process.env.TEST_FREEZE_SECONDS ?? 30);
/** A process with timers, beside the product's own. */
const reminders = reminderFeature();
const days = (count: number) => count * 86_400_000;

let deployment: Deployment;
let api: Ledger | undefined;
let look: Awaited<ReturnType<Deployment['look']>> | undefined;
let loading = false;
const workers: Started[] = [];

afterEach(async () => {
  loading = false;
  for (const { child } of workers) child.kill('SIGKILL');
  await Promise.all(workers.splice(0).map(({ ended }) => ended));
  await api?.close();
  await look?.close();
  [api, look] = [undefined, undefined];
  await deployment.close();
});
afterAll(() => void process.stdout.write(`Workers side by side. ${onWhat()}.\n`));

const startWorker = (): Started => {
  const env = { ...variablesOf(deployment), CARE_ROLE: 'worker', CARE_LEASE_SECONDS: '8' };
  const worker = startProcess('./worker.process.ts', env);
  workers.push(worker);
  return worker;
};

describe('three workers beside an api', () => {
  it('share read models and processes; one killed and one frozen and woken during a load leave every document as a fresh fold, and no process output twice', async () => {
    deployment = await deploy('esdb', 'mongodb');
    api = await openConnectedLedger({
      ...{ ...deployment, role: 'api', clock: storyClock, tenant: 'acme', patience },
      features: [...features, reminders],
    });
    const told: DocumentChange[] = [];
    api.onApplied((changes) => told.push(...changes));
    const { store, models } = (look = await deployment.look());
    const seats = async () => [...(await leasesHeld(models))].filter((name) => name.startsWith('worker/')).length;

    const [killed, frozen, steady] = [startWorker(), startWorker(), startWorker()];
    const holds = ({ said }: Started) => Number(/.*holds (\d+)/s.exec(said())?.[1] ?? 0);
    const share = Math.floor((((await models.collections()).length - 1) * 4) / 3) - 1;
    await until('three workers with a share each', () => workers.every((each) => holds(each) >= share), 90_000);
    await until('processes in four partitions', async () => (await sharesHeld(models, 'process-worker/4/')).size === 4);
    const run = randomUUID();
    const chapters = chaptersOf(yearOf(run, 2, 4));
    let sent = 0;
    let parcels = 0;
    // Its three reminders and its return have all been due for long.
    const storedLongAgo = (nth: number) => ({
      ...{ at: Date.now() - days(10), name: 'parcel.store', id: deriveId('acme', `${run}/parcel/${nth}`) },
      ...{ body: { box: `box-${nth}` }, actor: EVERYBODY },
    });
    loading = true;
    const load = (async () => {
      for (const chapter of chapters) {
        await perform(api, run, chapter, sent);
        sent += chapter.length;
      }
    })();
    // Something is always under way, however quick the machine.
    const trickle = (async () => {
      for (let nth = 0; loading; nth += 1) {
        await perform(api, `${run}/import/${nth}`, importsOf(`${nth}-${run}`, 3), 0);
        await perform(api, `${run}/parcel/${nth}`, [storedLongAgo(nth)], 0);
        parcels += 1;
        await sleep(200);
      }
    })();
    for (const each of [load, trickle]) each.catch(() => undefined);

    await sleep(1_000);
    killed.child.kill('SIGKILL');
    frozen.child.kill('SIGSTOP');
    await until('what both held is taken over', async () => (await seats()) === 1);
    await until('processes are taken over too', async () => (await sharesHeld(models, 'process-worker/4/')).size === 4);
    await sleep(FROZEN_SECONDS * 1_000);
    frozen.child.kill('SIGCONT');
    await until('the woken one notices and stands by', () => /this one stands by/.test(frozen.said()));
    await until('and has a share again', () => /stands by.*holds [1-9]/s.test(frozen.said()));
    await load;
    await sleep(500);
    loading = false;
    await trickle;

    await until(
      'all timers have fired',
      async () => {
        // It reads everything.
        await sleep(1_000);
        return (await processOutputs(store, 'parcel-reminders')).timersFired >= 4 * parcels;
      },
      180_000,
    );
    // Whatever would come a second time has the time to.
    await sleep(3_000);
    const outputs = await processOutputs(store, 'parcel-reminders');
    expect(outputs).toEqual({
      ...{ takenTwice: [], carriedOutTwice: [], lost: [] },
      timersFired: 4 * parcels,
      commands: 4 * parcels,
    });
    process.stdout.write(`${parcels} processes fired ${outputs.timersFired} timers during the load.\n`);

    // A real server ends what the killed one left open after a minute, unless told otherwise.
    await api.caughtUp(undefined, 90_000);
    expect(frozen.child.exitCode).toBeNull();
    expect(steady.child.exitCode).toBeNull();
    const anew = await foldedAnew(store, [reminders]);
    expect(await kept(models, [reminders])).toEqual(anew);
    expect(await api.deadLetters()).toEqual([]);
    expect(anew.get('service-cases')!.length).toBeGreaterThan(20);

    // What live readers were told last of each document is what stands there; of those that are gone, that they are.
    const standing: ReadonlyMap<string, string> = new Map(
      [...anew].flatMap(([collection, lines]) =>
        lines.map((line) => {
          const { id, document } = JSON.parse(line) as Pick<DocumentChange, 'id' | 'document'>;
          return [`${collection}/${id}`, canonicalJson(document)] as const;
        }),
      ),
    );
    const differing = (): readonly string[] => {
      const last = new Map<string, DocumentChange>();
      for (const change of told) {
        const key = `${change.collection}/${change.id}`;
        if ((last.get(key)?.position ?? -1) <= change.position) last.set(key, change);
      }
      return [...new Set([...standing.keys(), ...last.keys()])].filter(
        (key) => (standing.get(key) ?? 'null') !== canonicalJson(last.get(key)?.document ?? null),
      );
    };
    await until('live readers have been told everything', () => differing().length === 0);

    // An orderly end lets the others have everything at once.
    steady.child.kill('SIGTERM');
    expect(await steady.ended).toBe(0);
    expect(await seats()).toBe(1);
  }, 540_000);

  it('is refused a rebuild where nothing is folded, and told where', async () => {
    deployment = await deploy('esdb', 'mongodb');
    api = await openConnectedLedger({ ...deployment, role: 'api', clock: storyClock, tenant: 'acme', patience });
    await expect(api.rebuild()).rejects.toThrow(/run it where they are written/);
    expect(await api.find('service-cases', {}, { actor: EVERYBODY })).toMatchObject({ documents: [] });
  });
});
