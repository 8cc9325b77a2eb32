import { addMinutes } from '#libs/kernel/instant.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import type { NoticeGiven } from './notice-events.ts';
import { breaksQuiet } from './timing.ts';
import type { OutwardChannel, Urgency } from './vocabulary.ts';
import type { ToldNotice } from './wording.ts';

/** Notices of one cause, which are one message. */
type Group = {
  readonly cause: string;
  readonly deliverAt: Instant;
  readonly urgency: Urgency;
  readonly channels: readonly OutwardChannel[];
  readonly notices: readonly ToldNotice[];
  /** Notices beyond those. */
  readonly untold: number;
};

/**
 * Notices that wait for nearly the same time. From so many on it is a storm, and one digest: what each of them says is let go then, so
 * that a night of alarms does not make the state grow.
 */
type Batch = {
  readonly lane: 'ordinary' | 'urgent' | 'rush';
  /** Others join whose time is between these. */
  readonly opensAt: Instant;
  readonly closesAt: Instant;
  /** When the first of them is due. */
  readonly dueAt: Instant;
  readonly since: Instant;
  readonly count: number;
  readonly stormFrom: number;
  readonly channels: readonly OutwardChannel[];
  readonly firstNoticeId: string;
  /** Empty in a storm. */
  readonly groups: readonly Group[];
};

/** What waits for one recipient. (Types and no interfaces: so they count as JSON.) */
export type Waiting = {
  readonly batches: readonly Batch[];
  /** Notices that went out at once since a moment: beyond a storm's number, further ones of class A are gathered too. */
  readonly rush?: { readonly since: Instant; readonly count: number };
};

export type Message =
  | ({ readonly kind: 'notices' } & Pick<Group, 'urgency' | 'channels' | 'notices' | 'untold'>)
  | ({ readonly kind: 'digest' } & Pick<Batch, 'channels' | 'count' | 'since' | 'firstNoticeId'>);

export interface Taken {
  readonly waiting: Waiting;
  readonly messages: readonly Message[];
}

export const NOTHING_WAITS: Waiting = { batches: [] };

/** Told one by one in a message; of more it says how many. */
const mostTold = 10;

const union = <T>(a: readonly T[], b: readonly T[]): readonly T[] => [...new Set([...a, ...b])];
const isStorm = ({ count, stormFrom, lane }: Batch): boolean => lane === 'rush' || count >= stormFrom;
const firstOf = (instants: readonly Instant[]): Instant | undefined =>
  instants.reduce<Instant | undefined>((first, at) => (first === undefined || at < first ? at : first), undefined);

interface Arrival {
  readonly id: string;
  readonly at: Instant;
  readonly data: NoticeGiven;
}

const causeOf = ({ cause, about }: NoticeGiven): string => [cause, about.kind, about.id].join('/');
const outward = ({ channels }: NoticeGiven): readonly OutwardChannel[] =>
  channels.filter((channel): channel is OutwardChannel => channel !== 'inbox');
const told = ({ id, data }: Arrival): ToldNotice => {
  const { template, about, facts, needsAcknowledgement } = data;
  return { noticeId: id, template, about, facts, needsAcknowledgement };
};
const graver = (a: Urgency, b: Urgency): Urgency => (a === 'ordinary' ? b : a);

const newGroup = (arrival: Arrival, deliverAt: Instant): Group => ({
  cause: causeOf(arrival.data),
  deliverAt,
  urgency: arrival.data.urgency,
  channels: outward(arrival.data),
  notices: [told(arrival)],
  untold: 0,
});

const joined = (group: Group, arrival: Arrival): Group => {
  const isTold = group.notices.length < mostTold;
  return {
    ...group,
    urgency: graver(group.urgency, arrival.data.urgency),
    channels: union(group.channels, outward(arrival.data)),
    notices: isTold ? [...group.notices, told(arrival)] : group.notices,
    untold: isTold ? group.untold : group.untold + 1,
  };
};

const newBatch = (lane: Batch['lane'], arrival: Arrival, opensAt: Instant): Batch => ({
  lane,
  opensAt,
  closesAt: addMinutes(opensAt, arrival.data.groupWithinMinutes),
  dueAt: opensAt,
  since: arrival.at,
  count: 0,
  stormFrom: arrival.data.stormFrom,
  channels: [],
  firstNoticeId: arrival.id,
  groups: [],
});

const added = (batch: Batch, arrival: Arrival): Batch => {
  const cause = causeOf(arrival.data);
  const count = batch.count + 1;
  const channels = union(batch.channels, outward(arrival.data));
  if (isStorm({ ...batch, count })) return { ...batch, count, channels, groups: [] };
  const known = batch.groups.some((group) => group.cause === cause);
  const groups = known
    ? batch.groups.map((group) => (group.cause === cause ? joined(group, arrival) : group))
    : [...batch.groups, newGroup(arrival, arrival.data.deliverAt)];
  return { ...batch, count, channels, groups };
};

/** Does it wait here: with those of its cause, or with those whose time is about the same? */
const waitsIn = (lane: Batch['lane'], { data }: Arrival) => {
  const cause = causeOf(data);
  const withCause = (batch: Batch) => batch.lane === lane && batch.groups.some((group) => group.cause === cause);
  const withTime = ({ lane: own, opensAt, closesAt }: Batch) =>
    own === lane && (lane === 'rush' || (opensAt <= data.deliverAt && data.deliverAt <= closesAt));
  return (batches: readonly Batch[]) => batches.find(withCause) ?? batches.find(withTime);
};

const wait = (waiting: Waiting, lane: Batch['lane'], arrival: Arrival, opensAt: Instant): Waiting => {
  const { batches } = waiting;
  const place = waitsIn(lane, arrival)(batches);
  return {
    ...waiting,
    batches:
      place === undefined
        ? [...batches, added(newBatch(lane, arrival, opensAt), arrival)]
        : batches.map((batch) => (batch === place ? added(batch, arrival) : batch)),
  };
};

const sendAtOnce = (waiting: Waiting, arrival: Arrival): Taken => {
  const { urgency } = arrival.data;
  return {
    waiting,
    messages: [{ kind: 'notices', urgency, channels: outward(arrival.data), notices: [told(arrival)], untold: 0 }],
  };
};

/** A notice was given: it goes out, or waits. [SLA 12] */
export const takeNotice = (waiting: Waiting, arrival: Arrival): Taken => {
  const { data, at } = arrival;
  if (outward(data).length === 0) return { waiting, messages: [] };
  if (data.template === 'digest') return sendAtOnce(waiting, arrival);
  if (!breaksQuiet(data))
    return {
      waiting: wait(waiting, data.urgency === 'ordinary' ? 'ordinary' : 'urgent', arrival, data.deliverAt),
      messages: [],
    };
  const { rush } = waiting;
  const endsAt = rush === undefined ? at : addMinutes(rush.since, data.groupWithinMinutes);
  const isOn = rush !== undefined && at < endsAt;
  // Nothing holds a crisis back; of anything else nobody can read more at once.
  if (isOn && rush.count >= data.stormFrom && data.urgency !== 'crisis')
    return { waiting: wait(waiting, 'rush', arrival, endsAt), messages: [] };
  return sendAtOnce({ ...waiting, rush: isOn ? { ...rush, count: rush.count + 1 } : { since: at, count: 1 } }, arrival);
};

/** What is due goes out: a message for each cause, of a storm one digest. */
export const sendDue = (waiting: Waiting, now: Instant): Taken => {
  const messages: Message[] = [];
  const batches = waiting.batches.flatMap((batch) => {
    if (batch.dueAt > now) return [batch];
    if (isStorm(batch)) {
      const { channels, count, since, firstNoticeId } = batch;
      messages.push({ kind: 'digest', channels, count, since, firstNoticeId });
      return [];
    }
    const later: Group[] = [];
    for (const group of batch.groups)
      if (group.deliverAt > now) later.push(group);
      else {
        const { urgency, channels, notices, untold } = group;
        messages.push({ kind: 'notices', urgency, channels, notices, untold });
      }
    const dueAt = firstOf(later.map(({ deliverAt }) => deliverAt));
    const count = later.reduce((sum, { notices, untold }) => sum + notices.length + untold, 0);
    return dueAt === undefined ? [] : [{ ...batch, dueAt, count, groups: later }];
  });
  return { waiting: { ...waiting, batches }, messages };
};

/** When `sendDue` has something to do; undefined: nothing waits. */
export const nextDueAt = ({ batches }: Waiting): Instant | undefined => firstOf(batches.map(({ dueAt }) => dueAt));
