import { hash } from 'node:crypto';
import type { Channel } from '#libs/ports/channel.ts';
import type { Witness } from '#libs/ports/witness.ts';

/** A witness behind a channel, e.g. a signed webhook: each head is a message `log.head`, its id made from the head. */
export const channelWitness = (channel: Channel, target: string): Witness => ({
  name: `${channel.name}:${target}`,
  keep: async ({ head, keptAt }, signal) => {
    const delivery = await channel.deliver(
      {
        id: `head_${hash('sha256', head).slice(0, 32)}`,
        ...{ to: target, subject: 'log.head', text: head, language: 'en', sentAt: keptAt },
        data: { type: 'log.head', timestamp: keptAt, data: { head } },
      },
      signal,
    );
    if (delivery.kind !== 'delivered') throw new Error(delivery.reason);
  },
});
