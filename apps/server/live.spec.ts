import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { serve } from '../../test/http/server-under-test.ts';
import type { ServerUnderTest } from '../../test/http/server-under-test.ts';

interface Message {
  readonly event?: string;
  readonly id?: number;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly data?: any;
  readonly comment?: string;
}

const parse = (block: string): Message => {
  const message: { [name: string]: unknown } = {};
  for (const line of block.split('\n')) {
    const [, name = '', value = ''] = /^(\w*): (.*)$/.exec(line) ?? [];
    message[name === '' ? 'comment' : name] =
      name === 'data' ? JSON.parse(value) : name === 'id' ? Number(value) : value;
  }
  return message;
};

/** A reader of server-sent events, as a browser's EventSource is one. */
const listen = async (server: ServerUnderTest, path: string, token: string, lastEventId?: number) => {
  const stop = new AbortController();
  const response = await fetch(server.url + path, {
    headers: {
      authorization: `Bearer ${token}`,
      ...(lastEventId === undefined ? {} : { 'last-event-id': String(lastEventId) }),
    },
    signal: stop.signal,
  });
  const received: Message[] = [];
  let ended = false;
  const reading = (async () => {
    let text = '';
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      const blocks = text.split('\n\n');
      text = blocks.pop()!;
      received.push(...blocks.map(parse));
    }
  })()
    .catch(() => undefined)
    .then(() => void (ended = true));
  const until = async (found: () => boolean) => {
    for (let tries = 0; !found(); tries += 1) {
      if (tries === 400) throw new Error(`Not seen in ${JSON.stringify(received)}`);
      await sleep(10);
    }
  };
  return {
    response,
    received,
    changes: () => received.filter((each) => each.event === 'change'),
    until,
    ready: () => until(() => received.some((each) => each.event === 'ready')),
    ended: async () => {
      await until(() => ended);
      await reading;
    },
    lastId: () => received.findLast((each) => each.id !== undefined)?.id,
    stop: () => stop.abort(),
  };
};

describe('live streams', () => {
  let server: ServerUnderTest;
  let agent: string;
  beforeAll(async () => {
    server = await serve({ live: { heartbeatMs: 50, recentChanges: 3 } });
    agent = await server.token(['agent@*']);
  });
  afterAll(() => server.close());

  const form = async (name: string) => {
    const answer = await server.post('/v1/teams', { body: { name, zone: 'Asia/Shanghai' } });
    return answer.json as { id: string; position: number };
  };
  const applied = async (position: number) => {
    await server.get(`/v1/teams?minPosition=${position}`);
    await sleep(30);
  };

  it('tells each change with its document and position, and keeps the line warm', async () => {
    const stream = await listen(server, '/v1/teams/changes', agent);
    expect(stream.response.status).toBe(200);
    expect(stream.response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(stream.response.headers.get('x-content-type-options')).toBe('nosniff');
    await stream.ready();
    const { id, position } = await form('East');
    await stream.until(() => stream.changes().length === 1);
    expect(stream.changes()[0]).toMatchObject({
      id: position,
      data: { collection: 'teams', id, position, document: { name: 'East', onDuty: [] } },
    });
    await stream.until(() => stream.received.some((each) => each.comment === 'heartbeat'));
    stream.stop();
  });

  it('goes on after a short break from where it stopped, with nothing lost or told twice', async () => {
    const first = await listen(server, '/v1/teams/changes', agent);
    await first.ready();
    await form('East');
    await first.until(() => first.changes().length === 1);
    const last = first.lastId();
    first.stop();
    const south = await form('South');
    const west = await form('West');
    await applied(west.position);
    const second = await listen(server, '/v1/teams/changes', agent, last);
    await second.until(() => second.changes().length === 2);
    const north = await form('North');
    await second.until(() => second.changes().length === 3);
    expect(second.changes().map((each) => each.data.id as string)).toEqual([south.id, west.id, north.id]);
    second.stop();
  });

  it('goes on after a long break: every document that changed since, then live', async () => {
    const before = await form('Before');
    await applied(before.position);
    const made = [];
    for (const name of ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H']) made.push(await form(name));
    await applied(made.at(-1)!.position);
    const stream = await listen(server, '/v1/teams/changes', agent, before.position);
    await stream.ready();
    expect(
      stream
        .changes()
        .map((each) => each.data.document.name as string)
        .sort(),
    ).toEqual([...['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H']]);
    const live = await form('I');
    await stream.until(() => stream.changes().some((each) => each.data.id === live.id));
    expect(stream.lastId()).toBe(live.position);
    stream.stop();
  });

  it('gives the reader a place to come back to before anything has changed', async () => {
    const { position } = await form('East');
    await applied(position);
    const stream = await listen(server, '/v1/teams/changes', agent);
    await stream.ready();
    expect(stream.lastId()).toBeGreaterThanOrEqual(position);
    stream.stop();
  });

  it('ends with the token', async () => {
    const brief = await server.token(['agent@*'], { ttlSeconds: 2 });
    const stream = await listen(server, '/v1/teams/changes', brief);
    await stream.ended();
    expect(stream.received.some((each) => each.event === 'ready')).toBe(true);
  });

  it.each(['x', '-1', '1.5', '99999999999999999999'])('refuses Last-Event-ID %s', async (id) => {
    const answer = await server.get('/v1/teams/changes', { headers: { 'last-event-id': id } });
    expect(answer.status).toBe(400);
    expect(answer.json.code).toBe('request.last-event-id');
  });

  it('lets the server close while readers listen', async () => {
    const own = await serve();
    const stream = await listen(own, '/v1/teams/changes', await own.token(['agent@*']));
    await stream.ready();
    const start = performance.now();
    await own.close();
    await stream.ended();
    expect(performance.now() - start).toBeLessThan(3_000);
  });
});

describe('live streams: limits', () => {
  it('closes a reader that does not keep up, and serves the others', async () => {
    const server = await serve({ live: { heartbeatMs: 100, maxWaitingChanges: 20, maxWaitingBytes: 100_000 } });
    try {
      const token = await server.token(['agent@*']);
      const { hostname, port } = new URL(server.url);
      const slow = connect(Number(port), hostname);
      let closed = false;
      slow.on('close', () => (closed = true)).on('error', () => undefined);
      slow.write(
        `GET /v1/teams/changes HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nConnection: close\r\n\r\n`,
      );
      slow.pause();
      const quick = await listen(server, '/v1/teams/changes', token);
      await quick.ready();
      const made = await server.post('/v1/teams', { body: { name: 'Large', zone: 'Asia/Shanghai' } });
      const { id } = made.json as { id: string };
      // A busy machine tells of fewer, later states: until the reader falls behind all the same.
      for (let n = 0; n < 5_000 && !closed; n += 100) {
        const commands = Array.from({ length: 100 }, (_, k) => ({
          command: 'team.add-member',
          id,
          body: { userId: `${'member-'.repeat(13)}${n + k}` },
        }));
        await server.post('/v1/bulk', { body: { commands } });
      }
      slow.resume();
      await quick.until(() => closed);
      const last = await server.post('/v1/teams', { body: { name: 'Last', zone: 'Asia/Shanghai' } });
      await quick.until(() => quick.changes().some((each) => each.data.id === last.json.id));
      quick.stop();
    } finally {
      await server.close();
    }
  });

  it('opens no more than the limit', async () => {
    const server = await serve({ live: { maxStreams: 1 } });
    try {
      const token = await server.token(['agent@*']);
      const one = await listen(server, '/v1/teams/changes', token);
      await one.ready();
      const refused = await server.get('/v1/teams/changes', { as: token });
      expect(refused.status).toBe(503);
      expect(refused.headers.get('retry-after')).toBe('10');
      one.stop();
      for (let tries = 0; tries < 100; tries += 1) {
        const two = await listen(server, '/v1/teams/changes', token);
        two.stop();
        if (two.response.status === 200) return;
        await sleep(10);
      }
      throw new Error('the place of the reader that left was not freed');
    } finally {
      await server.close();
    }
  });
});
