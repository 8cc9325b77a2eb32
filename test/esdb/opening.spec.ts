import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { openEsdbEventStore } from '#libs/adapters/event-store-esdb/event-store-esdb.ts';
import type { EsdbEventStore } from '#libs/adapters/event-store-esdb/event-store-esdb.ts';
import { openEsdbCommandResults } from '#libs/adapters/event-store-esdb/command-results-esdb.ts';
import type { CommandResult } from '#libs/ports/command-results.ts';
import { sampleEvent } from '#libs/testing/event-store.contract.ts';
import { startEsdbStandIn } from '#libs/testing/esdb-stand-in/esdb-stand-in.ts';
import type { EsdbStandIn, StandInOptions } from '#libs/testing/esdb-stand-in/esdb-stand-in.ts';
import { selfSigned } from '#libs/testing/esdb-stand-in/self-signed.ts';

const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const each of cleanUp.splice(0).reverse()) await each();
});

const startNode = async (options: StandInOptions = {}): Promise<EsdbStandIn> => {
  const node = await startEsdbStandIn(options);
  cleanUp.push(() => node.stop());
  return node;
};
const openStore = async (connectionString: string): Promise<EsdbEventStore> => {
  const store = await openEsdbEventStore({
    connectionString,
    patience: { appendDeadlineMs: 400, silenceMs: 1_000, giveUpAfterMs: 3_000, longestPauseMs: 100 },
    alarm: () => {},
  });
  cleanUp.push(() => store.close());
  return store;
};
const complaintOf = async (connectionString: string): Promise<string> => {
  const outcome = await openStore(connectionString).catch((error: unknown) => error);
  expect(outcome).toBeInstanceOf(Error);
  return (outcome as Error).message;
};
/** A node with TLS that lets in one user; its certificate's file. */
const startSecureNode = async () => {
  const certificate = selfSigned();
  const folder = await mkdtemp(join(tmpdir(), 'esdb-'));
  cleanUp.push(() => rm(folder, { recursive: true }));
  const file = join(folder, 'ca.pem');
  await writeFile(file, certificate.certificate);
  const node = await startNode({ tls: certificate });
  node.faults.credentials = { username: 'ledger', password: 'p@ss/word' };
  return { node, file: encodeURIComponent(file) };
};

describe('opening an EventStoreDB store says what is wrong, where, and what next', () => {
  it('when nothing listens there', async () => {
    const node = await startNode();
    await node.stop();
    const { port } = node;
    expect(await complaintOf(`esdb://127.0.0.1:${port}?tls=false`)).toMatch(
      new RegExp(`esdb://127.0.0.1:${port}.*cannot be reached.*ECONNREFUSED.*check host, port, network`),
    );
  });

  it('when the server says nothing', async () => {
    const node = await startNode();
    node.faults.silent = true;
    expect(await complaintOf(node.connectionString)).toMatch(/was not answered within 1000 ms: check that the server/);
  });

  it('when the server is too old, or so old that it cannot say', async () => {
    const node = await startNode();
    node.faults.version = '22.10.4';
    expect(await complaintOf(node.connectionString)).toMatch(
      /esdb:\/\/127.0.0.1:\d+.* is EventStoreDB 22.10.4, older than 23.10: upgrade the server/,
    );
    node.faults.version = 'unimplemented';
    expect(await complaintOf(node.connectionString)).toMatch(/is EventStoreDB unknown, older than 23.10/);
    for (const version of ['23.10.0', '23.10.6', '24.2.0', '24.10.1']) {
      node.faults.version = version;
      await openStore(node.connectionString);
    }
  });

  it('when its certificate is not trusted', async () => {
    const { node } = await startSecureNode();
    expect(await complaintOf(`esdb://ledger:p%40ss%2Fword@127.0.0.1:${node.port}`)).toMatch(
      /its certificate is not trusted.*self.signed certificate.*tlsCAFile=/,
    );
  });

  it('when it has no TLS though the connection string asks for it', async () => {
    const node = await startNode();
    expect(await complaintOf(`esdb://127.0.0.1:${node.port}`)).toMatch(/does not speak TLS.*tls=false/);
  });

  it('when it refuses the credentials, without showing them', async () => {
    const { node, file } = await startSecureNode();
    const complaint = await complaintOf(`esdb://ledger:wrong-secret@127.0.0.1:${node.port}?tlsCAFile=${file}`);
    expect(complaint).toMatch(/refuses the credentials.*check user and password in the connection string/);
    expect(complaint).not.toContain('wrong-secret');
    expect(complaint).not.toContain('ledger:');
  });

  it('when no node of a cluster can be found', async () => {
    const node = await startNode();
    await node.stop();
    const complaint = await complaintOf(
      `${node.discoveryString}&maxDiscoverAttempts=2&discoveryInterval=10&gossipTimeout=1`,
    );
    expect(complaint).toMatch(/esdb\+discover:\/\/127.0.0.1.*cannot be reached.*Failed to discover after 2 attempts/);
  });

  it('when the connection string is not one', async () => {
    expect(await complaintOf('mongodb://user:secret@host')).toMatch(
      /mongodb:\/\/…@host is no EventStoreDB connection string/,
    );
    expect(await complaintOf('esdb://host:port')).toMatch(/esdb:\/\/host:port cannot be used.*port number/);
    expect(await complaintOf('esdb://host?throwOnAppendFailure=false')).toMatch(/remove it/);
    expect(await complaintOf('esdb://host?tlsCAFile=/none/ca.pem')).toMatch(/certificate file/);
  });
});

describe('a connection string', () => {
  it('carries user, password and the authority of the certificate', async () => {
    const { node, file } = await startSecureNode();
    const store = await openStore(`esdb://ledger:p%40ss%2Fword@127.0.0.1:${node.port}?tlsCAFile=${file}`);
    expect(await store.append('thing-1', 'no-stream', [sampleEvent()])).toMatchObject({ revision: 0 });
    // Credentials of each call would go another way through the client.
    expect(node.calls.get('append')).toBeUndefined();
    expect(node.calls.get('batchAppend')).toBe(1);
  });

  it.each(['esdb+discover', 'several nodes'])('finds the leader of a cluster by gossip: %s', async (kind) => {
    const leader = await startNode();
    const follower = await startNode({ log: leader.log });
    const members = (leading: EsdbStandIn, following: EsdbStandIn, alive = true) => [
      { host: '127.0.0.1', port: following.port, state: 'follower' as const, alive },
      { host: '127.0.0.1', port: leading.port, state: 'leader' as const, alive: true },
    ];
    leader.members = follower.members = members(leader, follower);
    const store = await openStore(
      kind === 'several nodes'
        ? `esdb://127.0.0.1:${follower.port},127.0.0.1:${leader.port}?tls=false`
        : follower.discoveryString,
    );
    await store.append('thing-1', 'no-stream', [sampleEvent()]);
    expect(leader.calls.get('batchAppend')).toBe(1);
    // The leader dies, the follower takes over.
    follower.members = members(follower, leader, false);
    await leader.kill();
    expect(await store.append('thing-1', 0, [sampleEvent()])).toMatchObject({ revision: 1 });
    expect(follower.calls.get('batchAppend')).toBe(1);
  });
});

describe('doctor', () => {
  const metadata = (node: EsdbStandIn, stream: string, limits: object) =>
    node.log.append(`$$${stream}`, 'any', [
      {
        id: randomUUID(),
        type: '$metadata',
        contentType: 'application/json',
        data: new Uint8Array(Buffer.from(JSON.stringify(limits))),
        customMetadata: new Uint8Array(),
      },
    ]);

  it('finds nothing where all is well', async () => {
    const node = await startNode();
    const store = await openStore(node.connectionString);
    await store.append('case-1', 'no-stream', [sampleEvent()]);
    expect(await store.doctor()).toEqual([]);
  });

  it('refuses $maxAge, $maxCount and deletion on streams of the ledger, and scavenging', async () => {
    const node = await startNode();
    const store = await openStore(node.connectionString);
    for (const stream of ['case-1', 'case-2', 'case-3', 'case-4', 'case-5'])
      await store.append(stream, 'no-stream', [sampleEvent()]);
    metadata(node, 'case-1', { $maxAge: 3600 });
    metadata(node, 'case-2', { $maxCount: 10 });
    node.log.delete('case-3', 'any');
    node.log.tombstone('case-4', 'any');
    // Set, and taken back.
    metadata(node, 'case-5', { $maxCount: 10 });
    metadata(node, 'case-5', {});
    metadata(node, '$stats', { $maxAge: 3600 });
    node.log.append('$scavenges', 'any', [
      {
        id: randomUUID(),
        type: '$scavengeStarted',
        contentType: 'application/json',
        data: new Uint8Array(Buffer.from('{}')),
        customMetadata: new Uint8Array(),
      },
    ]);
    const findings = await store.doctor();
    expect(findings.map(({ stream }) => stream).sort()).toEqual(['$scavenges', 'case-1', 'case-2', 'case-3', 'case-4']);
    expect(findings.find(({ stream }) => stream === 'case-1')?.message).toMatch(
      /case-1 has \$maxAge 3600.*remove that/,
    );
  });
});

describe('results of commands in EventStoreDB', () => {
  const result: CommandResult = {
    commandId: 'POST /v1/cases: 客户 1 $',
    bodyHash: 'b'.repeat(64),
    outcome: { accepted: false, code: 'case.closed', allowed: ['ReopenCase'] },
    recordedAt: '2026-11-24T12:00:00.000Z',
  };

  it('are kept under the command id, the first one for ever', async () => {
    const node = await startNode();
    const results = openEsdbCommandResults(await openStore(node.connectionString));
    expect(await results.get(result.commandId)).toBeUndefined();
    await results.put(result);
    await results.put({ ...result, outcome: { accepted: true } });
    expect(await results.get(result.commandId)).toEqual(result);
    expect(await results.get('another')).toBeUndefined();
    const again = openEsdbCommandResults(await openStore(node.connectionString));
    expect(await again.get(result.commandId)).toEqual(result);
  });

  it('are no part of the ledger: no read of everything and no subscription yields them', async () => {
    const node = await startNode();
    const store = await openStore(node.connectionString);
    await openEsdbCommandResults(store).put(result);
    expect(await store.head()).toBe(0);
    const event = sampleEvent();
    await store.append('case-1', 'no-stream', [event]);
    await openEsdbCommandResults(store).put({ ...result, commandId: 'another' });
    const abort = new AbortController();
    const seen: string[] = [];
    for await (const signal of store.subscribe({ after: 0, signal: abort.signal }))
      if (signal.kind === 'events') seen.push(...signal.events.map(({ id }) => id));
      else if (signal.kind === 'caught-up') abort.abort();
    expect(seen).toEqual([event.id]);
    for await (const page of store.readAll()) expect(page.map(({ id }) => id)).toEqual([event.id]);
  });
});
