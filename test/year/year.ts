import { existsSync } from 'node:fs';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canonicalJson } from '#libs/kernel/json.ts';
import { epochMsOf } from '#libs/kernel/instant.ts';
import { liveUntil } from '../crash/live-until.ts';
import { compare, differencesOf } from './comparing.ts';
import type { Compared } from './comparing.ts';
import { DAY } from './hours.ts';
import { liveThrough, rebuildAll } from './living.ts';
import { faultsOfReceipt, openReceivers } from './receivers.ts';
import type { YearReceivers } from './receivers.ts';
import { eventsIn, recordedYear } from './recorded.ts';
import type { Recorded } from './recorded.ts';
import type { Story } from './story.ts';

/** A kill takes nothing with it that was written: files in memory will do, where there are any. */
const QUICK = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/** One life of the story, on a folder of its own, with receivers of its own. */
export class Life {
  readonly story: Story;
  readonly folder: string;
  readonly receivers: YearReceivers;
  events: readonly Recorded[] = [];
  /** What the story has people do, and the ledger did not take. */
  refused: readonly string[] = [];

  private constructor(story: Story, folder: string, receivers: YearReceivers) {
    [this.story, this.folder, this.receivers] = [story, folder, receivers];
  }

  static async begin(story: Story): Promise<Life> {
    return new Life(story, await mkdtemp(join(QUICK, 'careledger-year-')), await openReceivers(story));
  }

  async live(more: { readonly isAway?: boolean } = {}): Promise<void> {
    const { story, folder, receivers } = this;
    this.refused = await liveThrough({ story, folder, receivers: receivers.addresses, ...more });
    this.events = await eventsIn(folder);
  }

  /** The same keys as another life, so that sealed values and hashed names can be compared. */
  async shareKeysOf({ folder }: Life): Promise<void> {
    await cp(`${folder}/keys`, `${this.folder}/keys`, { recursive: true });
  }

  /** Lives it in processes that are killed when something of an undisturbed life would be under way; resolves with how many were. */
  async liveKilled(undisturbed: readonly Recorded[], kills: number): Promise<number> {
    const { story, folder, receivers } = this;
    await writeFile(`${folder}/story.json`, JSON.stringify(story));
    const child = new URL('./year-child.ts', import.meta.url);
    const { hooks, smtpPort } = receivers.addresses;
    const args = [folder, hooks, String(smtpPort)];
    const begins = story.steps[0]!.at + DAY;
    const busy = undisturbed.map(({ recordedAt }) => epochMsOf(recordedAt)).filter((at) => at > begins);
    const targets = Array.from({ length: kills }, () => busy[Math.floor(Math.random() * busy.length)]!);
    let killed = 0;
    for (const target of targets.sort((a, b) => a - b))
      if ((await liveUntil(child, args, target, Math.random() * 40)).killed) killed++;
    await liveUntil(child, args, Infinity, 0);
    this.events = await eventsIn(folder);
    return killed;
  }

  async end(): Promise<void> {
    await this.receivers.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Processes’ own streams are their bookkeeping: what they led to is compared. */
const isOfProcess = ({ stream }: Recorded) => stream.startsWith('process-');
const dataOf = ({ data }: Recorded, without: readonly string[] = []): string =>
  canonicalJson(Object.fromEntries(Object.entries(data).filter(([name]) => !without.includes(name))));

/** Stream, place in it, type, data, when it happened and when it was recorded. */
const wholeLines = (events: readonly Recorded[]): readonly string[] =>
  events
    .filter((event) => !isOfProcess(event))
    .map((event) => {
      const { stream, revision, type, occurredAt, recordedAt } = event;
      return `${occurredAt} ${stream} ${revision} ${type} recorded ${recordedAt} ${dataOf(event)}`;
    });

/**
 * Without what hangs on when it was noticed: places in streams, when it was recorded, when to look next; and notices and messages, which
 * are compared by what they say.
 */
const factLines = (events: readonly Recorded[]): readonly string[] =>
  events
    .filter((event) => !isOfProcess(event) && !/^(notice|delivery)-/.test(event.stream))
    .map((event) => `${event.occurredAt} ${event.stream} ${event.type} ${dataOf(event, ['nextAt'])}`);

const isDigest = (content: string) => content.includes(' digest ');

/** Every notice that goes outside is told in one message of each of its channels, or counted in a digest. */
const faultsOfMessages = (events: readonly Recorded[]): readonly string[] => {
  const faults: string[] = [];
  for (const channel of ['smtp', 'webhook']) {
    const given = events.filter(
      ({ type, data }) => type === 'notice.given.v1' && (data['channels'] as string[]).includes(channel),
    );
    const told = events
      .filter(({ type, data }) => type === 'delivery.requested.v1' && data['channel'] === channel)
      .flatMap(({ data }) => data['noticeIds'] as string[]);
    const twice = told.filter((id, nth) => told.indexOf(id) !== nth);
    faults.push(...twice.map((id) => `${channel} tells ${id} twice`));
    const once = new Set(told.map((id) => `notice-${id}`));
    const untold = given.filter(({ stream }) => !once.has(stream)).length;
    const digested = given
      .filter(({ data }) => data['template'] === 'digest')
      .reduce((sum, { data }) => sum + (data['facts'] as { readonly count: number }).count, 0);
    if (untold > digested) faults.push(`${untold} notices are not told by ${channel}, digests stand for ${digested}`);
  }
  return faults;
};

/** The undisturbed year against what the story should lead to, the receivers against the ledger, and a rebuild, which sends nothing. */
export const proveYear = async (life: Life): Promise<Compared & { readonly refused: number }> => {
  await life.live();
  const { events, receivers, story, folder } = life;
  const compared = compare(story, recordedYear(events));
  const { faults, repeats } = faultsOfReceipt(events, receivers);
  const taken = () => Object.values(receivers.took()).reduce((sum, { length }) => sum + length, 0);
  const before = taken();
  await rebuildAll({ story, folder, receivers: receivers.addresses });
  const after = await eventsIn(folder);
  return {
    ...compared,
    refused: receivers.refused(),
    differences: [
      ...life.refused,
      ...compared.differences,
      ...faults,
      ...faultsOfMessages(events),
      ...(repeats === 0 ? [] : [`${repeats} messages came again`]),
      ...(taken() === before ? [] : [`${taken() - before} messages came of a rebuild`]),
      ...differencesOf(wholeLines(events), wholeLines(after)),
    ],
  };
};

/** The killed year against the undisturbed one: the same events at the same moments; receivers see every message, some again. */
export const proveKilled = async (
  undisturbed: Life,
  life: Life,
  kills: number,
): Promise<{ readonly killed: number; readonly repeats: number; readonly differences: readonly string[] }> => {
  await life.shareKeysOf(undisturbed);
  const killed = await life.liveKilled(undisturbed.events, kills);
  const { faults, repeats } = faultsOfReceipt(life.events, life.receivers);
  return {
    ...{ killed, repeats },
    differences: [...differencesOf(wholeLines(undisturbed.events), wholeLines(life.events)), ...faults],
  };
};

/** The year with three days without processes: the same facts at the same moments, the same people told, whenever. */
export const proveOutage = async (
  undisturbed: Life,
  life: Life,
): Promise<{ readonly late: number; readonly differences: readonly string[] }> => {
  await life.shareKeysOf(undisturbed);
  await life.live({ isAway: true });
  const [calm, late] = [recordedYear(undisturbed.events), recordedYear(life.events)];
  const contents = ({ noticeContents }: typeof calm) => noticeContents.filter((content) => !isDigest(content));
  return {
    late: life.events.filter(
      ({ type, occurredAt, recordedAt }) => type.startsWith('escalation.') && occurredAt < recordedAt,
    ).length,
    differences: [
      ...life.refused,
      ...differencesOf(calm.told, late.told),
      ...differencesOf(contents(calm), contents(late)),
      ...differencesOf(factLines(undisturbed.events), factLines(life.events)),
      ...faultsOfMessages(life.events),
      ...faultsOfReceipt(life.events, life.receivers).faults,
    ],
  };
};
