import { existsSync } from 'node:fs';
import { openSmtpChannel } from '#libs/adapters/channel-smtp/channel-smtp.ts';
import { openSqliteEventStore } from '#libs/adapters/event-store-sqlite/event-store-sqlite.ts';
import { openWebhookChannel } from '#libs/adapters/channel-webhook/channel-webhook.ts';
import { openOutboundHttp } from '#libs/adapters/outbound-http/outbound-http.ts';
import { complaintFeature } from '#libs/features/complaint/feature.ts';
import { customerFeature } from '#libs/features/customer/feature.ts';
import { escalationFeature } from '#libs/features/escalation/feature.ts';
import { noticesFeature } from '#libs/features/notices/feature.ts';
import { policyFeature } from '#libs/features/policy/feature.ts';
import { serviceCaseFeature } from '#libs/features/service-case/feature.ts';
import { slaFeature } from '#libs/features/sla/feature.ts';
import { slaStatusFeature } from '#libs/features/sla-status/feature.ts';
import { staffFeature } from '#libs/features/staff/feature.ts';
import { tieringFeature } from '#libs/features/tiering/feature.ts';
import { ROLES } from '#libs/kernel/actor.ts';
import { epochMsOf, instantOf, later } from '#libs/kernel/instant.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import type { JsonObject } from '#libs/kernel/json.ts';
import type { Channel } from '#libs/ports/channel.ts';
import type { Filter } from '#libs/ports/read-models.ts';
import { manualClock } from '#libs/ports/clock.ts';
import { DeliveryRunner } from '#libs/runtime/delivery-runner.ts';
import { openTestLedger } from '#libs/testing/test-ledger.ts';
import type { TestLedger } from '#libs/testing/test-ledger.ts';
import { commandsOf } from './commands.ts';
import { shanghai } from './hours.ts';
import type { Step, Story } from './story.ts';

const FEATURES = [
  ...[staffFeature, tieringFeature, policyFeature, customerFeature, complaintFeature, serviceCaseFeature],
  ...[slaFeature, slaStatusFeature, noticesFeature, escalationFeature],
];

/** Nothing is left to happen by itself long before. */
const END = shanghai('2026-03-01 00:00');

const lastRecordedIn = async (folder: string): Promise<Instant> => {
  const file = `${folder}/ledger.db`;
  if (!existsSync(file)) return '';
  const store = await openSqliteEventStore({ file, readOnly: true });
  let last = '';
  for await (const page of store.readAll())
    for (const { metadata } of page) last = later(last, (JSON.parse(metadata) as { recordedAt: Instant }).recordedAt);
  await store.close();
  return last;
};

export interface Receivers {
  readonly hooks: string;
  readonly smtpPort: number;
}

export interface Living {
  readonly story: Story;
  readonly folder: string;
  readonly receivers: Receivers;
  /** No process runs, and nothing is sent, in the story's outage. */
  readonly isAway?: boolean;
  /** Told of each moment to which the clock was set. */
  readonly onMoment?: (at: number) => void;
}

/** The ledger with its processes and its outbox at work; or people at work alone. */
class Office {
  readonly test: TestLedger;
  readonly #channels: readonly Channel[];
  readonly #runner: DeliveryRunner | undefined;

  private constructor(test: TestLedger, channels: readonly Channel[]) {
    [this.test, this.#channels] = [test, channels];
    this.#runner = channels.length === 0 ? undefined : DeliveryRunner.start({ ledger: test.ledger, channels });
  }

  static async open({ folder, receivers }: Living, clock: TestLedger['clock'], runsProcesses: boolean) {
    const test = await openTestLedger(FEATURES, folder, clock, { runsProcesses });
    if (!runsProcesses) return new Office(test, []);
    const secrets = [`whsec_${Buffer.alloc(32, 7).toString('base64')}`];
    const smtp = openSmtpChannel({
      url: `smtp://127.0.0.1:${receivers.smtpPort}`,
      from: { address: 'care@example.com' },
    });
    const webhook = openWebhookChannel({
      http: openOutboundHttp({ allowHosts: ['127.0.0.1'] }),
      targetOf: (name) => ({ url: `${receivers.hooks}/${name}`, secrets }),
      clock,
    });
    return new Office(test, [smtp, webhook]);
  }

  /** Does everything that is due by now; resolves with when something comes to pass by itself next. */
  async settle(): Promise<number> {
    const { ledger, models, store, clock } = this.test;
    if (this.#runner === undefined) return Infinity;
    const first = async (collection: string, field: string, filter: Filter): Promise<number> => {
      await ledger.caughtUp();
      const sort = [{ field, direction: 'asc' }] as const;
      const { documents } = await models.find(collection, { filter, sort, limit: 1 });
      const at = documents[0]?.document[field];
      return typeof at === 'string' ? epochMsOf(at) : Infinity;
    };
    for (;;) {
      await ledger.processes!.settle();
      const head = await store.head();
      if ((await first('deliveries', 'nextAttemptAt', { status: 'pending' })) <= epochMsOf(clock.now()))
        await this.#runner.settle();
      if (head !== (await store.head())) continue;
      // What is due and was not tried stands in line behind a message that is tried again later.
      const isLater = { $gt: clock.now() };
      return Math.min(
        await first('processes', 'nextDueAt', { nextDueAt: isLater }),
        await first('deliveries', 'nextAttemptAt', { status: 'pending', nextAttemptAt: isLater }),
      );
    }
  }

  /** Resolves with what was refused. */
  async take(step: Step, story: Story): Promise<readonly string[]> {
    const refused: string[] = [];
    for (const [index, { by, ...command }] of commandsOf(step, story).entries()) {
      const actor = { id: by, grants: ROLES.map((role) => ({ role, team: '*' })) };
      const body = JSON.parse(JSON.stringify(command.body)) as JsonObject;
      const request = { ...command, body, actor, commandId: `year/${step.at}/${index}` };
      const outcome = await this.test.ledger.execute(request);
      if (!outcome.accepted) refused.push(`${instantOf(step.at)} ${JSON.stringify(step)}: ${outcome.message}`);
    }
    return refused;
  }

  async close(): Promise<void> {
    await this.#runner?.close();
    for (const channel of this.#channels) await channel.close();
    await this.test.close();
    if (this.test.alarms.length > 0) throw new Error(this.test.alarms.join('\n'));
  }
}

/** Builds every read model anew, with processes and outbox at work. */
export const rebuildAll = async (living: Living): Promise<void> => {
  const office = await Office.open(living, manualClock(instantOf(END)), true);
  await office.settle();
  await office.test.ledger.rebuild();
  await office.settle();
  await office.close();
};

/**
 * Lives through the year on a folder, from its beginning on however far an earlier life came. The clock goes by itself: to the next thing
 * that somebody does or that a process waits for, whichever comes first. Resolves with what was refused: nobody
 * in the story does what cannot be done.
 */
export const liveThrough = async (living: Living): Promise<readonly string[]> => {
  const { story, isAway = false, onMoment = () => undefined } = living;
  // A clock does not go back. What was done before the last thing that was recorded has been answered, and is not asked for again.
  const begunAt = later(instantOf(story.steps[0]!.at), await lastRecordedIn(living.folder));
  const steps = story.steps.filter(({ at }) => instantOf(at) >= begunAt);
  const clock = manualClock(begunAt);
  let office = await Office.open(living, clock, true);
  const [awayFrom, awayUntil] = isAway ? story.outage : [Infinity, Infinity];
  const edges = isAway ? [awayFrom, awayUntil] : [];
  const refused: string[] = [];
  let due = await office.settle();
  for (let nth = 0; ;) {
    const step = steps[nth];
    const at = Math.min(due, step?.at ?? Infinity, edges[0] ?? Infinity);
    if (at > END) break;
    clock.set(later(clock.now(), instantOf(at)));
    onMoment(at);
    if (at === edges[0]) {
      edges.shift();
      await office.close();
      office = await Office.open(living, clock, at !== awayFrom);
    } else if (step?.at === at) {
      nth++;
      refused.push(...(await office.take(step, story)));
    }
    due = await office.settle();
  }
  await office.close();
  return refused;
};
