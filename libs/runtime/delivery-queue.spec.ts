import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { instantOf } from '#libs/kernel/instant.ts';
import { DeliveryQueue } from './delivery-queue.ts';
import type { Queued } from './delivery-queue.ts';

const mostPerReceiver = 2;

it('sends each message once, in order of its line, never more than so many to one receiver, and stops for none of them [SLA 14]', () => {
  const message = fc.record({ line: fc.constantFrom('a/1', 'a/2', 'a/3', 'b/1', 'b/2'), failures: fc.nat(2) });
  const step = fc.record({ pick: fc.nat(), minutes: fc.nat(3) });
  fc.assert(
    fc.property(fc.array(message, { maxLength: 30 }), fc.infiniteStream(step), (messages, steps) => {
      const queue = new DeliveryQueue(mostPerReceiver);
      const failures = messages.map((each) => each.failures);
      const ended: number[] = [];
      const underWay: Queued[] = [];
      let nowMs = 0;
      for (const [index, { line }] of messages.entries())
        queue.add({ id: String(index), nextAttemptAt: instantOf(0), orderKey: line, receiver: line[0]! });
      for (let rounds = 0; ended.length < messages.length; rounds += 1) {
        expect(rounds).toBeLessThan(1_000);
        for (let next = queue.take(nowMs); next !== undefined; next = queue.take(nowMs)) underWay.push(next);
        for (const receiver of ['a', 'b'])
          expect(underWay.filter((each) => each.receiver === receiver).length).toBeLessThanOrEqual(mostPerReceiver);
        expect(new Set(underWay.map(({ orderKey }) => orderKey)).size).toBe(underWay.length);
        const { pick, minutes } = steps.next().value as { pick: number; minutes: number };
        nowMs += minutes * 60_000;
        const [landed] = underWay.splice(pick % Math.max(1, underWay.length), 1);
        if (landed === undefined) nowMs = Math.max(nowMs, queue.nextDueMs()!);
        else if (failures[Number(landed.id)]! > 0) {
          failures[Number(landed.id)]! -= 1;
          queue.again(landed, instantOf(nowMs + 120_000));
        } else {
          queue.done(landed);
          ended.push(Number(landed.id));
        }
      }
      for (const line of new Set(messages.map((each) => each.line))) {
        const ofLine = ended.filter((index) => messages[index]!.line === line);
        expect(ofLine).toEqual([...ofLine].sort((x, y) => x - y));
      }
      expect(queue.take(Number.MAX_SAFE_INTEGER)).toBeUndefined();
      expect(queue.nextDueMs()).toBeUndefined();
    }),
  );
});
