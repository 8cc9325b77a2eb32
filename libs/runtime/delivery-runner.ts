import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { LEDGER } from '#libs/kernel/actor.ts';
import { epochMsOf, instantOf } from '#libs/kernel/instant.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import type { JsonObject } from '#libs/kernel/json.ts';
import type { Language } from '#libs/kernel/terms.ts';
import type { Channel, ChannelName, Delivery, OutwardMessage } from '#libs/ports/channel.ts';
import type { ReadModels } from '#libs/ports/read-models.ts';
import { DeliveryQueue } from './delivery-queue.ts';
import type { Queued } from './delivery-queue.ts';
import { Lease, LEASE_MS } from './lease.ts';
import type { Ledger } from './ledger.ts';
import { reasonOf } from './reason-of.ts';
import { Rounds } from './rounds.ts';
import { untilAvailable } from './saga-outbox.ts';

/** The outbox as features keep it: a read model, a command that records an attempt, and the streams that tell the truth. */
const OUTBOX = 'deliveries';
const RECORD_ATTEMPT = 'delivery.record-attempt';
const streamOfDelivery = (id: string) => `delivery-${id}`;
/** Where mails for somebody go: in the state of the recipient, sealed, and nowhere else. */
const streamOfRecipient = (id: string) => `recipient-${id}`;

/** What the outbox's documents hold, opened. */
interface Outgoing {
  readonly recipientId: string;
  readonly channel: ChannelName;
  readonly target?: string;
  readonly orderKey: string;
  readonly place: number;
  readonly nextAttemptAt: Instant;
  readonly requestedAt: Instant;
  readonly language: Language;
  readonly subjectLine: string;
  readonly text: string;
  readonly link: string;
  readonly about: JsonObject;
  readonly urgency: string;
  readonly noticeIds: readonly string[];
}
interface DeliveryState {
  readonly status: string;
  readonly attempts: number;
  readonly nextAttemptAt: Instant;
}

export interface DeliveryRunnerOptions {
  readonly ledger: Pick<Ledger, 'now' | 'execute' | 'stateOf' | 'document' | 'find' | 'caughtUp' | 'onApplied'>;
  readonly channels: readonly Channel[];
  /** Where people open the web page; links lead below it. Without it messages have none. */
  readonly publicUrl?: string;
  /** Told of what needs a person: a dead letter, a channel that is not configured, a store that is away. */
  readonly onAlarm?: (message: string) => void;
  /** Where several workers might send: whoever holds it does. Default: this process is the only one. */
  readonly lease?: Pick<Lease, 'held' | 'durationMs' | 'take' | 'release'>;
  /** Messages under way at once to one mail server or one target; default 4. */
  readonly mostPerReceiver?: number;
}

const viewer = { actor: LEDGER };
const pageSize = 500;
const lookEveryMs = 1_000;
const catchUpMs = 600_000;
const afterTroubleMs = 5_000;

/** Who takes a message over: the mail server, or a target. */
const receiverOf = ({ channel, target }: { readonly channel: string; readonly target: string | undefined }): string =>
  target === undefined ? channel : `${channel}/${target}`;

const messageOf = (id: string, to: string, document: Outgoing, publicUrl: string | undefined): OutwardMessage => {
  const { subjectLine: subject, text, language, requestedAt: sentAt } = document;
  const { about, urgency, noticeIds } = document;
  const link: { readonly link?: string } =
    publicUrl === undefined ? {} : { link: `${publicUrl.replace(/\/+$/, '')}${document.link}` };
  const data = { subject, text, language, about, urgency, noticeIds, ...link } as JsonObject;
  return {
    ...{ id, to, subject, text, ...link, language, sentAt },
    data: { type: 'notice', timestamp: sentAt, data },
  };
};

/**
 * Hands what is due in the outbox to the channels: messages of one matter to one receiver strictly in order, others beside them. At
 * least once, under the message's own id: what a crash kept from being recorded is sent again [SLA 14]. Works in one process at a time;
 * read models that are rebuilt and histories that are replayed make nothing due.
 */
export class DeliveryRunner {
  readonly #options: DeliveryRunnerOptions;
  readonly #channels: ReadonlyMap<ChannelName, Channel>;
  readonly #onAlarm: (message: string) => void;
  readonly #stop = new AbortController();
  readonly #stopped = once(this.#stop.signal, 'abort');
  readonly #underWay = new Set<Promise<void>>();
  readonly #alarmed = new Set<string>();
  #queue: DeliveryQueue | undefined;
  /** Of the last one taken into the queue. */
  #place = 0;
  #renewedMs = 0;
  readonly #rounds = new Rounds();
  readonly #unsubscribe: () => void;
  readonly #running: Promise<void>;

  private constructor(options: DeliveryRunnerOptions) {
    this.#options = options;
    this.#onAlarm = options.onAlarm ?? (() => undefined);
    this.#channels = new Map(options.channels.map((channel) => [channel.name, channel]));
    this.#unsubscribe = options.ledger.onApplied((changes) => {
      if (changes.some(({ collection }) => collection === OUTBOX)) this.#rounds.ask();
    });
    this.#running = this.#run();
  }

  /** Goes on by itself. The channels stay the caller's to close. */
  static start(options: DeliveryRunnerOptions): DeliveryRunner {
    return new DeliveryRunner(options);
  }

  /** Resolves once everything that was due when it was called has been attempted, and recorded; where another worker sends, not before this one does. */
  async settle(): Promise<void> {
    await this.#options.ledger.caughtUp();
    await this.#rounds.askAndWait();
  }

  /** Gives up what is under way; it is sent again, under the same id, by whoever works next. */
  async close(): Promise<void> {
    this.#stop.abort();
    this.#unsubscribe();
    this.#rounds.stop();
    await this.#running;
    await Promise.all(this.#underWay);
    this.#rounds.release();
    // What cannot be given back ends by itself.
    await this.#options.lease?.release().catch(() => undefined);
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const { asked } = this.#rounds;
      try {
        await this.#round();
        this.#alarmed.delete('round');
      } catch (error) {
        this.#queue = undefined;
        this.#alarmOnce('round', `Messages wait, trying again: ${reasonOf(error)}`);
      }
      if (this.#rounds.asked !== asked) continue;
      if (this.#queue !== undefined && this.#underWay.size === 0) this.#rounds.done(asked);
      await this.#sleep();
    }
  }

  async #round(): Promise<void> {
    const { ledger, mostPerReceiver = 4 } = this.#options;
    if (!(await this.#mayWork())) {
      this.#queue = undefined;
      return;
    }
    if (this.#queue === undefined) {
      // What others still did is known before anything is sent.
      await Promise.all(this.#underWay);
      await Promise.race([ledger.caughtUp(undefined, catchUpMs), this.#stopped]);
      if (this.#stop.signal.aborted) return;
      this.#queue = new DeliveryQueue(mostPerReceiver);
      this.#place = 0;
    }
    await this.#load(this.#queue);
    this.#pump(this.#queue);
  }

  /** Takes the lease, or renews it when a third of its time has passed. */
  async #mayWork(): Promise<boolean> {
    const { lease } = this.#options;
    if (lease === undefined || (lease.held && performance.now() - this.#renewedMs < lease.durationMs / 3)) return true;
    this.#renewedMs = performance.now();
    return lease.take();
  }

  /**
   * What was requested, or replayed, since it was last looked at. Partitions of the outbox come as far as they come: what is ahead of the
   * slowest waits, or an earlier message of the same line could appear behind it.
   */
  async #load(queue: DeliveryQueue): Promise<void> {
    for (;;) {
      const { documents, position } = await this.#options.ledger.find(
        OUTBOX,
        {
          filter: { status: 'pending', place: { $gt: this.#place } },
          sort: [{ field: 'place', direction: 'asc' }],
          limit: pageSize,
        },
        viewer,
      );
      for (const { id, document } of documents) {
        const { channel, target, orderKey, nextAttemptAt, place } = document as unknown as Outgoing;
        if (place > position) return;
        queue.add({ id, nextAttemptAt, orderKey, receiver: receiverOf({ channel, target }) });
        this.#place = place;
      }
      if (documents.length < pageSize) return;
    }
  }

  #pump(queue: DeliveryQueue): void {
    if (this.#stop.signal.aborted || this.#queue !== queue || this.#options.lease?.held === false) return;
    const nowMs = epochMsOf(this.#options.ledger.now());
    for (let next = queue.take(nowMs); next !== undefined; next = queue.take(nowMs)) {
      const work = this.#send(queue, next).finally(() => {
        this.#underWay.delete(work);
        this.#rounds.ask();
        this.#pump(queue);
      });
      this.#underWay.add(work);
    }
  }

  /** One attempt, and what becomes of the message's place in the queue. */
  async #send(queue: DeliveryQueue, message: Queued): Promise<void> {
    try {
      const next = await this.#attempt(message.id);
      if (next === undefined) queue.done(message);
      else queue.again(message, next);
    } catch (error) {
      if (this.#stop.signal.aborted) return;
      this.#onAlarm(`The message ${message.id} could not be handed over, trying again: ${reasonOf(error)}`);
      queue.again(message, instantOf(epochMsOf(this.#options.ledger.now()) + afterTroubleMs));
    }
  }

  async #stateOf(id: string): Promise<DeliveryState | undefined> {
    const found = await this.#options.ledger.stateOf(streamOfDelivery(id), viewer);
    return found?.state as unknown as DeliveryState | undefined;
  }

  /** Nobody, where the address was erased with the person: the channel refuses that. */
  async #addressOf({ channel, recipientId, target = '' }: Outgoing): Promise<string> {
    if (channel !== 'smtp') return target;
    const recipient = await this.#options.ledger.stateOf(streamOfRecipient(recipientId), viewer);
    return (recipient?.state as { readonly address?: string } | undefined)?.address ?? '';
  }

  /** When it is to be tried again; undefined: it has come to its end. */
  async #attempt(id: string): Promise<Instant | undefined> {
    const { ledger, publicUrl } = this.#options;
    // The stream is ahead of the read model: what was withheld, or sent by another process, is not sent again.
    const before = await this.#stateOf(id);
    if (before?.status !== 'pending') return undefined;
    if (before.nextAttemptAt > ledger.now()) return before.nextAttemptAt;
    const found = await ledger.document(OUTBOX, id, viewer);
    if (found === undefined) throw new Error('it is not in the outbox');
    const document = found.document as unknown as Outgoing;
    const channel = this.#channels.get(document.channel);
    const delivery: Delivery =
      channel === undefined
        ? {
            kind: 'refused',
            reason: `The channel ${document.channel} is not configured: configure it, then replay the message.`,
          }
        : await channel.deliver(messageOf(id, await this.#addressOf(document), document, publicUrl), this.#stop.signal);
    if (this.#stop.signal.aborted && delivery.kind === 'retry') return before.nextAttemptAt;
    await this.#record(id, before.attempts + 1, delivery);
    this.#tell(id, document, delivery);
    const after = await this.#stateOf(id);
    return after?.status === 'pending' ? after.nextAttemptAt : undefined;
  }

  async #record(id: string, attempt: number, { kind: outcome, ...rest }: Delivery): Promise<void> {
    const { ledger } = this.#options;
    const record = () =>
      ledger.execute({
        ...{ name: RECORD_ATTEMPT, id, body: { attempt, outcome, ...rest }, actor: LEDGER, origin: 'process' },
        // The attempt's number tells a repeat: a second attempt of that number may have come to something else.
        commandId: randomUUID(),
      });
    const ports = { onAlarm: this.#onAlarm, stop: this.#stop.signal };
    const outcomeOf = await untilAvailable(ports, `The record of the message ${id}`, record);
    if (!outcomeOf.accepted) throw new Error(outcomeOf.message);
  }

  #tell(
    id: string,
    { channel, target }: Outgoing,
    { kind, reason }: { readonly kind: string; readonly reason?: string },
  ) {
    const receiver = receiverOf({ channel, target });
    if (kind === 'delivered') this.#alarmed.delete(receiver);
    else if (kind === 'retry') this.#alarmOnce(receiver, `Messages by ${receiver} wait, and are sent again: ${reason}`);
    else if (this.#channels.has(channel)) this.#onAlarm(`The message ${id} by ${receiver} is a dead letter: ${reason}`);
    else this.#alarmOnce(receiver, `Messages by ${receiver} are dead letters: ${reason}`);
  }

  #alarmOnce(key: string, message: string): void {
    if (!this.#alarmed.has(key) && !this.#stop.signal.aborted) this.#onAlarm(message);
    this.#alarmed.add(key);
  }

  /** Until something is asked for, or the next message is due; never long, since another worker may give the outbox up. */
  async #sleep(): Promise<void> {
    const dueMs = this.#queue?.nextDueMs();
    const untilDueMs = dueMs === undefined ? lookEveryMs : dueMs - epochMsOf(this.#options.ledger.now());
    await this.#rounds.sleep(Math.min(lookEveryMs, Math.max(untilDueMs, 10)));
  }
}

/** The lease under which one of several workers that share read models sends messages. */
export const outboxLease = (models: ReadModels, durationMs = LEASE_MS): Lease =>
  new Lease({ models, name: 'outbox', durationMs });

/** The ledger, with its outbox at work until it is closed. */
export const withDeliveries = (
  ledger: Ledger,
  options: Omit<DeliveryRunnerOptions, 'ledger'>,
): Ledger & { readonly deliveries: DeliveryRunner } => {
  const deliveries = DeliveryRunner.start({ ...options, ledger });
  return {
    ...ledger,
    deliveries,
    close: async () => {
      await deliveries.close();
      await Promise.all(options.channels.map((channel) => channel.close()));
      await ledger.close();
    },
  };
};
