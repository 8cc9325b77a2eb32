import { Inject, Injectable } from '@nestjs/common';
import type { BeforeApplicationShutdown } from '@nestjs/common';
import { EventBus, ofType } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Projection } from '#libs/kernel/projection.ts';
import type { DocumentChange, Ledger } from '#libs/runtime/ledger.ts';
import type { AuthenticatedViewer } from './authentication.ts';
import { pascalCase } from './api-surface.ts';
import { AppliedFeed, DocumentsApplied, LEDGER } from './ledger-messages.ts';
import { LiveStream } from './live-stream.ts';
import type { LiveLimits } from './live-stream.ts';
import { Problem } from './problem.ts';
import { RecentChanges } from './recent-changes.ts';
import type { Route } from './route.ts';

export const LIVE = Symbol('limits of live streams');

const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** Every open stream, by collection. */
@Injectable()
export class LiveStreams implements BeforeApplicationShutdown {
  readonly #ledger: Ledger;
  readonly #limits: LiveLimits;
  readonly #open = new Map<string, Set<LiveStream>>();
  readonly #recent = new Map<string, RecentChanges>();
  readonly #feed: AppliedFeed;
  #count = 0;
  #forgetting: NodeJS.Timeout | undefined;
  #ended = false;

  constructor(
    @Inject(LEDGER) ledger: Ledger,
    @Inject(LIVE) limits: LiveLimits,
    @Inject(EventBus) events: EventBus,
    @Inject(AppliedFeed) feed: AppliedFeed,
  ) {
    this.#feed = feed;
    this.#ledger = ledger;
    this.#limits = limits;
    events.pipe(ofType(DocumentsApplied)).subscribe(({ changes }) => this.#applied(changes));
  }

  get count(): number {
    return this.#count;
  }

  /** So that the server can drain: no reader would ever leave by itself. */
  beforeApplicationShutdown(): void {
    this.#ended = true;
    clearTimeout(this.#forgetting);
    for (const streams of this.#open.values()) for (const stream of streams) stream.close();
  }

  /** Answers the request with a stream of the collection's changes. Throws a Problem. */
  async open(
    collection: string,
    request: FastifyRequest,
    reply: FastifyReply,
    viewer: AuthenticatedViewer,
  ): Promise<void> {
    const from = lastEventId(request);
    if (this.#ended || this.#count >= this.#limits.maxStreams)
      throw new Problem(
        503,
        'live-stream.too-many',
        'No further stream can be opened now: try again later.',
        {},
        {
          'retry-after': '10',
        },
      );
    const stream = new LiveStream({ ledger: this.#ledger, collection, viewer, limits: this.#limits, log: request.log });
    this.#keep(collection, stream, viewer.expiresAtMs - Date.now());
    let position: number;
    try {
      // Asked after changes are listened for, so that none falls between; and before anything is sent, so that a refusal is a
      // proper answer.
      ({ position } = await this.#ledger.find(collection, { limit: 1 }, viewer));
    } catch (error) {
      stream.output.destroy();
      throw error;
    }
    // Ended before a byte was sent, it would never be answered.
    if (stream.output.writableEnded) {
      stream.output.destroy();
      throw this.#ended
        ? new Problem(503, 'live-stream.ended', 'The server is closing: try again.', {}, { 'retry-after': '10' })
        : new Problem(401, 'access.token', 'The token expired while the stream was being opened: make a new one.');
    }
    void reply
      .header('Content-Type', 'text/event-stream; charset=utf-8')
      .header('Cache-Control', 'no-store')
      .header('X-Accel-Buffering', 'no')
      .send(stream.output);
    stream.output.write('retry: 2000\n\n');
    if (from === undefined) return stream.start(position);
    const missed = this.#recent.get(collection)?.since(from);
    if (missed !== undefined) stream.start(from, missed);
    else await stream.catchUp(from);
  }

  #keep(collection: string, stream: LiveStream, livesMs: number): void {
    const streams = this.#open.get(collection) ?? new Set();
    this.#open.set(collection, streams.add(stream));
    this.#count += 1;
    clearTimeout(this.#forgetting);
    this.#feed.start();
    // Whoever reads on must show a valid token again.
    const expiry = setTimeout(() => stream.close(), Math.min(Math.max(livesMs, 0), MAX_TIMEOUT_MS));
    stream.output.once('close', () => {
      clearTimeout(expiry);
      streams.delete(stream);
      this.#count -= 1;
      if (this.#count === 0 && !this.#ended)
        this.#forgetting = setTimeout(() => this.#forget(), this.#limits.forgetAfterMs);
    });
  }

  /** Nobody came back: whoever does later is told by documents, not by changes. */
  #forget(): void {
    this.#feed.stop();
    this.#recent.clear();
  }

  #applied(changes: readonly DocumentChange[]): void {
    for (const [collection, own] of Map.groupBy(changes, (change) => change.collection)) {
      const ordered = own.toSorted((a, b) => a.position - b.position);
      let recent = this.#recent.get(collection);
      if (recent === undefined) this.#recent.set(collection, (recent = new RecentChanges(this.#limits.recentChanges)));
      for (const change of ordered) recent.add(change);
      for (const stream of this.#open.get(collection) ?? []) stream.push(ordered);
    }
  }
}

const lastEventId = (request: FastifyRequest): number | undefined => {
  const header = request.headers['last-event-id'];
  if (header === undefined) return undefined;
  const position = typeof header === 'string' && /^\d{1,16}$/.test(header) ? Number(header) : Number.NaN;
  if (!Number.isSafeInteger(position))
    throw new Problem(400, 'request.last-event-id', 'Last-Event-ID must be the id of an event of this stream.', {
      field: 'Last-Event-ID',
    });
  return position;
};

/** The live route of a read model. `streams` is asked for once the server is up. */
export const liveRoute = ({ collection: { name }, access }: Projection, streams: () => LiveStreams): Route => ({
  method: 'get',
  path: 'changes',
  operation: `watch${pascalCase(name)}`,
  summary: `Changes of ${name} as they happen (server-sent events).`,
  description:
    'Events: ready {position}, then change {collection, id, position, document}; document null: gone, or no longer yours to see. Ids are positions: Last-Event-ID resumes. Removals from before the server’s memory are not told again: compare with the list.',
  access: access.roles,
  parameters: [
    {
      in: 'header',
      name: 'Last-Event-ID',
      description: 'Where an earlier stream stopped.',
      schema: { type: 'string', pattern: '^\\d+$' },
    },
  ],
  answer: { description: 'A stream.', schema: { type: 'string' }, type: 'text/event-stream' },
  problems: [503],
  streams: true,
  handle: ({ request, reply, viewer }) => streams().open(name, request, reply, viewer),
});
