import { MINUTE } from './hours.ts';
import type { ExpectedNotice, ExpectedNotices } from './expected-notices.ts';

/** What goes out to one person at one moment: the notices of one cause. Each channel gets its own copy. */
export interface ExpectedMessage {
  readonly at: number;
  readonly recipient: string;
  readonly channels: readonly string[];
  readonly notices: readonly ExpectedNotice[];
}

interface Group {
  readonly deliverAt: number;
  readonly notices: ExpectedNotice[];
}
interface Batch {
  readonly lane: string;
  readonly opens: number;
  due: number;
  count: number;
  /** Undefined: so many that a digest takes their place. */
  groups: Map<string, Group> | undefined;
  readonly all: ExpectedNotice[];
}

const outward = (notices: readonly ExpectedNotice[]): readonly string[] =>
  [...new Set(notices.flatMap(({ channels }) => channels))].filter((channel) => channel !== 'inbox');

/**
 * Which messages one person gets, of notices in order of time, and which digests: by SLA 12 and the guide. Within `group` minutes notices
 * of one cause are one message; `storm` or more that wait for about the same time are a digest; of class-A urgent ones what is
 * beyond that number within the time is.
 */
export const messagesTo = (
  recipient: string,
  notices: readonly ExpectedNotice[],
  { give }: { readonly give: ExpectedNotices['give'] },
  { groupWithinMinutes, stormFrom }: { readonly groupWithinMinutes: number; readonly stormFrom: number },
): readonly ExpectedMessage[] => {
  const window = groupWithinMinutes * MINUTE;
  const messages: ExpectedMessage[] = [];
  let batches: Batch[] = [];
  let rush = { since: -Infinity, count: 0 };
  const send = (at: number, told: readonly ExpectedNotice[]) =>
    messages.push({ at, recipient, channels: outward(told), notices: told });

  const sendDue = (end: number) => {
    for (;;) {
      const batch = batches.filter(({ due }) => due <= end).sort((a, b) => a.due - b.due)[0];
      if (batch === undefined) return;
      const { due: at, groups, count, all } = batch;
      if (groups === undefined) {
        batches = batches.filter((each) => each !== batch);
        send(at, [
          give({
            ...{ at, recipient, template: 'digest', cause: 'digest', about: recipient, count, since: all[0]!.at },
            ...{ urgency: 'ordinary', classA: false, channels: outward(all), needsAcknowledgement: false },
          }),
        ]);
        continue;
      }
      for (const [cause, { deliverAt, notices: told }] of groups)
        if (deliverAt <= at) {
          send(at, told);
          groups.delete(cause);
          batch.count -= told.length;
        }
      batch.due = Math.min(...[...groups.values()].map(({ deliverAt }) => deliverAt));
      if (groups.size === 0) batches = batches.filter((each) => each !== batch);
    }
  };

  const wait = (lane: string, notice: ExpectedNotice, opens: number) => {
    const cause = `${notice.cause} ${notice.about}`;
    const place =
      batches.find((batch) => batch.lane === lane && batch.groups?.has(cause)) ??
      batches.find(
        (batch) =>
          batch.lane === lane &&
          (lane === 'rush' || (batch.opens <= notice.deliverAt && notice.deliverAt <= batch.opens + window)),
      );
    const batch = place ?? { lane, opens, due: opens, count: 0, groups: new Map<string, Group>(), all: [] };
    if (place === undefined) batches.push(batch);
    batch.count++;
    batch.all.push(notice);
    if (lane === 'rush' || batch.count >= stormFrom) batch.groups = undefined;
    const group = batch.groups?.get(cause);
    if (group === undefined) batch.groups?.set(cause, { deliverAt: notice.deliverAt, notices: [notice] });
    else group.notices.push(notice);
  };

  for (const notice of notices) {
    if (outward([notice]).length === 0) continue;
    const { at, urgency, timing } = notice;
    sendDue(at);
    if (timing !== 'at-once') {
      wait(urgency === 'ordinary' ? 'ordinary' : 'urgent', notice, notice.deliverAt);
      continue;
    }
    const isOn = at < rush.since + window;
    if (isOn && rush.count >= stormFrom && urgency !== 'crisis') wait('rush', notice, rush.since + window);
    else {
      rush = isOn ? { ...rush, count: rush.count + 1 } : { since: at, count: 1 };
      send(at, [notice]);
    }
  }
  sendDue(Infinity);
  return messages;
};
