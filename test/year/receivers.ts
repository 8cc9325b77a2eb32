import { startHttpReceiver, startMailReceiver } from '#libs/testing/channel-receivers.ts';
import type { Recorded } from './recorded.ts';
import { isTroubled } from './story.ts';
import type { Story } from './story.ts';

interface Received {
  readonly id: string;
  readonly what: string;
}

/** Real servers on loopback, which the people of the story read. */
export const openReceivers = async ({ busy, gone }: Story) => {
  const hooks = await startHttpReceiver();
  const mails = await startMailReceiver();
  const took: Received[] = [];
  let refused = 0;
  hooks.reply(({ url, headers, body }) => {
    const at = Number(headers['webhook-timestamp']) * 1_000;
    const status = isTroubled(busy, url.slice(1), at) ? 503 : isTroubled(gone, url.slice(1), at) ? 410 : 204;
    if (status === 204) took.push({ id: String(headers['webhook-id']), what: `${url} ${body}` });
    else refused++;
    return { status };
  });
  return {
    addresses: { hooks: hooks.url, smtpPort: mails.port },
    refused: () => refused,
    /** In the order in which they were taken. */
    took: (): { readonly webhook: readonly Received[]; readonly smtp: readonly Received[] } => ({
      webhook: took,
      smtp: mails.received.map(({ headers, to, text }) => ({
        id: headers['message-id']!.slice(1).split('@')[0]!,
        what: `${to.join()} ${headers['subject']} ${text}`,
      })),
    }),
    close: async () => {
      await hooks.close();
      await mails.close();
    },
  };
};
export type YearReceivers = Awaited<ReturnType<typeof openReceivers>>;

/** What is wrong with what receivers took, by what the ledger says was delivered; and how many they took more than once. */
export const faultsOfReceipt = (
  events: readonly Recorded[],
  receivers: YearReceivers,
): { readonly faults: readonly string[]; readonly repeats: number } => {
  const faults: string[] = [];
  let repeats = 0;
  const requested = events.filter(({ type }) => type === 'delivery.requested.v1');
  const delivered = new Set(events.filter(({ type }) => type === 'delivery.delivered.v1').map(({ stream }) => stream));
  for (const [channel, took] of Object.entries(receivers.took())) {
    const sent = requested.filter(({ stream, data }) => data['channel'] === channel && delivered.has(stream));
    const place = new Map<string, number>();
    for (const [nth, { id }] of took.entries()) if (!place.has(id)) place.set(id, nth);
    for (const [id, each] of Map.groupBy(took, (one) => one.id)) {
      repeats += each.length - 1;
      if (new Set(each.map(({ what }) => what)).size > 1) faults.push(`${channel} ${id} came with another content`);
      if (!delivered.has(`delivery-${id}`)) faults.push(`${channel} ${id} came, and was not recorded as delivered`);
    }
    for (const line of Map.groupBy(sent, ({ data }) => data['orderKey'] as string).values()) {
      const places = line.map(({ stream }) => place.get(stream.slice('delivery-'.length)));
      if (places.includes(undefined)) faults.push(`${channel}: a message of ${line[0]!.stream}’s line never came`);
      if (places.some((each, nth) => each! < (places[nth - 1] ?? -1)))
        faults.push(`${channel}: the line of ${line[0]!.stream} came in another order`);
    }
  }
  return { faults, repeats };
};
