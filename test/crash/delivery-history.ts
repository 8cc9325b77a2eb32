import { openWebhookChannel } from '#libs/adapters/channel-webhook/channel-webhook.ts';
import { openOutboundHttp } from '#libs/adapters/outbound-http/outbound-http.ts';
import { noticesFeature } from '#libs/features/notices/feature.ts';
import { noticeIdFor } from '#libs/features/notices/notices.events.ts';
import type { GiveNotice } from '#libs/features/notices/notices.events.ts';
import { policyFeature } from '#libs/features/policy/feature.ts';
import { staffFeature } from '#libs/features/staff/feature.ts';
import { LEDGER } from '#libs/kernel/actor.ts';
import { addMinutes, later } from '#libs/kernel/instant.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import type { JsonObject } from '#libs/kernel/json.ts';
import type { EventStore } from '#libs/ports/event-store.ts';
import { DeliveryRunner } from '#libs/runtime/delivery-runner.ts';
import { openTestLedger } from '#libs/testing/test-ledger.ts';

// Monday 10:00 in Shanghai.
const start = '2026-03-02T02:00:00.000Z';
export const ROUNDS = 24;
const people = ['lina', 'bo', 'wang'];
const operator = { id: 'olga', grants: [{ role: 'operator' as const, team: '*' }] };

const lastRecordedIn = async (store: EventStore): Promise<Instant> => {
  let last: Instant = start;
  for await (const page of store.readAll())
    for (const { metadata } of page) last = later(last, (JSON.parse(metadata) as { recordedAt: Instant }).recordedAt);
  return last;
};

/**
 * Lives through an hour of notices on a folder, from their beginning on however far an earlier life came; messages go to `url`.
 * `onRound` is told of each round.
 */
export const liveThrough = async (
  folder: string,
  url: string,
  onRound: (round: number) => void = () => undefined,
): Promise<void> => {
  const features = [staffFeature, policyFeature, noticesFeature];
  const test = await openTestLedger(features, folder, undefined, { runsProcesses: true });
  // A clock does not go back: what an earlier life left waiting is not sent before it was asked for.
  const begunAt = await lastRecordedIn(test.store);
  test.clock.set(begunAt);
  const channel = openWebhookChannel({
    http: openOutboundHttp({ allowHosts: ['127.0.0.1'] }),
    targetOf: (name) => ({ url: `${url}/${name}`, secrets: [`whsec_${Buffer.alloc(32, 7).toString('base64')}`] }),
    clock: test.clock,
  });
  const runner = DeliveryRunner.start({ ledger: test.ledger, channels: [channel] });
  const execute = async (name: string, id: string, body: object, commandId: string) => {
    const request = { name, id, body: body as JsonObject, commandId };
    await test.ledger.execute({ ...request, actor: name === 'notice.give' ? LEDGER : operator });
  };
  for (const person of people)
    await execute('recipient.set-target', person, { channel: 'webhook', target: person }, `target/${person}`);
  for (let round = 0; round < ROUNDS; round += 1) {
    onRound(round);
    test.clock.set(later(addMinutes(start, round * 3), begunAt));
    await Promise.all(
      people.map(async (recipientId, nth) => {
        const key = `${round}/${recipientId}`;
        const body: GiveNotice = {
          ...{ recipientId, cause: 'deadline', about: { kind: 'service-case', id: `case-${(round + nth) % 4}` } },
          ...{ urgency: 'urgent', classA: round % 2 === 0, template: 'deadline-near', facts: { reference: key } },
          ...{ channels: ['webhook'], needsAcknowledgement: false },
        };
        await execute('notice.give', noticeIdFor(recipientId, key), body, `give/${key}`);
      }),
    );
    await test.ledger.processes!.settle();
    await runner.settle();
  }
  await runner.close();
  await channel.close();
  await test.close();
  if (test.alarms.length > 0) throw new Error(test.alarms.join('\n'));
};
