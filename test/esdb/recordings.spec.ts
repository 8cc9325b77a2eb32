import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, credentials } from '@grpc/grpc-js';
import type { MethodDefinition, StatusObject } from '@grpc/grpc-js';
import featuresGrpc from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js';
import streamsGrpc from '@eventstore/db-client/generated/streams_grpc_pb.js';
import { startEsdbStandIn } from '#libs/testing/esdb-stand-in/esdb-stand-in.ts';
import type { EsdbStandIn } from '#libs/testing/esdb-stand-in/esdb-stand-in.ts';
import { requestOf } from './recorded-requests.ts';
import type { Recorded } from './recorded-requests.ts';

// What a real EventStoreDB answered, replayed against the stand-in: the same requests must get the same answers. The
// stand-in's log begins where the recorded one did, so even positions are compared; times, subscription ids and ids that the
// server chose are not.

const folder = fileURLToPath(new URL('../../../shared/data/eventstoredb-recordings/', import.meta.url));
const files = existsSync(folder)
  ? readdirSync(folder)
      .filter((name) => name.endsWith('.jsonl'))
      .sort()
  : [];

interface Line {
  readonly call?: number;
  readonly method?: string;
  readonly dir?: 'request' | 'response' | 'cancelled by client' | 'end of responses';
  readonly message?: Recorded;
  readonly status?: { readonly code: number; readonly details?: string; readonly metadata?: Recorded };
}

type Call = {
  write(message: object): void;
  end(): void;
  cancel(): void;
};

/** One call under way: its answers and its end as they come in. */
class Conversation {
  readonly answers: Recorded[] = [];
  status: StatusObject | undefined;
  readonly #call: Call;
  #changed: () => void = () => {};

  constructor(client: Client, method: MethodDefinition<object, { toObject(): Recorded }>, first: object | undefined) {
    const call =
      method.requestStream || method.path.endsWith('BatchAppend')
        ? client.makeBidiStreamRequest(method.path, method.requestSerialize, method.responseDeserialize)
        : client.makeServerStreamRequest(method.path, method.requestSerialize, method.responseDeserialize, first!);
    this.#call = call as unknown as Call;
    call.on('data', (answer: { toObject(): Recorded }) => {
      this.answers.push(answer.toObject());
      this.#changed();
    });
    call.on('error', () => {});
    call.on('status', (status: StatusObject) => {
      this.status = status;
      this.#changed();
    });
  }

  write(message: object): void {
    this.#call.write(message);
  }
  halfClose(): void {
    this.#call.end();
  }
  cancel(): void {
    this.#call.cancel();
  }

  async until(what: () => boolean): Promise<void> {
    const deadline = Date.now() + 5_000;
    while (!what()) {
      if (Date.now() > deadline) throw new Error('no such answer within five seconds');
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 100);
        this.#changed = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }
}

const methods = new Map<string, MethodDefinition<object, { toObject(): Recorded }>>(
  [...Object.values(streamsGrpc.StreamsService), ...Object.values(featuresGrpc.ServerFeaturesService)].map((method) => [
    (method as { path: string }).path,
    method as never,
  ]),
);

/** Replaced before comparing: what differs from run to run. */
const varies = (value: unknown, key = ''): unknown => {
  if (key === 'subscriptionId') return '<subscription>';
  if (Array.isArray(value)) {
    if (value[0] === 'created') return ['created', '<time>'];
    return value.map((each) => varies(each));
  }
  if (typeof value !== 'object' || value === null) return value;
  const object = value as Recorded;
  // The server chooses the id of the event that marks a tombstone.
  const marker = JSON.stringify(object.metadataMap ?? '').includes('$streamDeleted');
  return Object.fromEntries(
    Object.entries(object).map(([name, each]) => [name, marker && name === 'id' ? '<id>' : varies(each, name)]),
  );
};

const sortedMaps = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (key, each: unknown) =>
      key === 'metadataMap' ? (each as [string, string][]).toSorted(([a], [b]) => (a < b ? -1 : 1)) : each,
    ),
  );

/** The client library's own words for a connection that broke, by which of its parts noticed first. */
const told = (details: string) =>
  ['read ECONNRESET', 'Connection dropped'].includes(details) ? '<connection broke>' : details;

const comparable = (answer: unknown) => sortedMaps(varies(answer));

(files.length > 0 ? describe : describe.skip)('the EventStoreDB stand-in answers as a real node did', () => {
  let node: EsdbStandIn;
  let client: Client;
  beforeAll(async () => {
    node = await startEsdbStandIn();
  });
  afterAll(() => node.stop());

  for (const file of files)
    it(`${file}`, async () => {
      client = new Client(`127.0.0.1:${node.port}`, credentials.createInsecure());
      const lines = readFileSync(`${folder}${file}`, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Line);
      const calls = new Map<number, Conversation>();
      const path = new Map<number, string>();
      const taken = new Map<number, number>();
      let compared = 0;
      if (file.startsWith('60')) node.faults.dieOnAppend = 'before-commit';
      for (const [index, line] of lines.entries()) {
        if (line.call === undefined) continue;
        if (line.method !== undefined) {
          path.set(line.call, line.method);
          continue;
        }
        let conversation = calls.get(line.call);
        const method = methods.get(path.get(line.call)!)!;
        if (line.dir === 'request') {
          const request = requestOf(method.path.split('/').at(-1)!, line.message!);
          if (conversation === undefined)
            calls.set(line.call, (conversation = new Conversation(client, method, request)));
          if (method.requestStream) conversation.write(request);
          const more = lines.slice(index + 1).some((later) => later.call === line.call && later.dir === 'request');
          if (method.requestStream && !method.responseStream && !more) conversation.halfClose();
        } else if (line.dir === 'response') {
          const at = taken.get(line.call) ?? 0;
          taken.set(line.call, at + 1);
          await conversation!.until(() => conversation!.answers.length > at);
          expect(comparable(conversation!.answers[at])).toEqual(comparable(line.message));
          compared++;
        } else if (line.status !== undefined) {
          await conversation!.until(() => conversation!.status !== undefined);
          const { code, details, metadata } = conversation!.status!;
          expect(code).toBe(line.status.code);
          if (line.status.details !== undefined) expect(told(details)).toBe(told(line.status.details));
          const { date: _varies, ...trailers } = metadata.getMap();
          if (line.status.metadata !== undefined) expect(trailers).toEqual(line.status.metadata);
          compared++;
        } else if (line.dir === 'end of responses') {
          await conversation!.until(() => conversation!.status !== undefined);
        } else conversation!.cancel();
      }
      for (const [call, conversation] of calls) {
        // Nothing more came than was recorded.
        if (!file.startsWith('60')) expect(conversation.answers).toHaveLength(taken.get(call) ?? 0);
        conversation.cancel();
      }
      client.close();
      if (!file.startsWith('24')) expect(compared).toBeGreaterThan(0);
    });
});

if (files.length === 0)
  it('SKIPPED: ../shared/data/eventstoredb-recordings is absent, the stand-in was not compared with a real server', () => {});
