import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { folderPaths } from '#libs/adapters/data-folder/data-folder.ts';
import { openSqliteEventStore } from '#libs/adapters/event-store-sqlite/event-store-sqlite.ts';
import { openEmbeddedLedger } from '#apps/server/embedded-ledger.ts';
import { ROLES } from '#libs/kernel/actor.ts';
import { canonicalJson } from '#libs/kernel/json.ts';
import type { JsonObject } from '#libs/kernel/json.ts';
import type { StoredEvent } from '#libs/ports/event-store.ts';
import type { Ledger } from '#libs/runtime/ledger.ts';
import { serve } from '../../test/http/server-under-test.ts';
import type { ServerUnderTest } from '../../test/http/server-under-test.ts';
import { care, careJson, temporaryFolder } from '../../test/import/care.ts';

const everybody = { id: 'everybody', grants: ROLES.map((role) => ({ role, team: '*' })) };
const carryOut = async (ledger: Ledger, name: string, id: string, body: object): Promise<void> => {
  const request = { name, id, body: body as JsonObject, actor: everybody, commandId: randomUUID() };
  const outcome = await ledger.execute(request);
  if (!outcome.accepted) throw new Error(outcome.message);
  await ledger.caughtUp(outcome.position);
};
/** A message to somebody who has no mail address: given up at once. */
const giveUpMessage = (ledger: Ledger, id: string) =>
  carryOut(ledger, 'delivery.request', id, {
    ...{ recipientId: 'lina', channel: 'smtp', urgency: 'urgent', untold: 0 },
    notices: [
      {
        ...{ noticeId: 'n1', template: 'deadline-near', about: { kind: 'service-case', id: 'c1' } },
        ...{ facts: { reference: 'INC0000073', percent: 75 }, needsAcknowledgement: false },
      },
    ],
  });
const setAddress = (ledger: Ledger) =>
  carryOut(ledger, 'recipient.set-address', 'lina', { address: 'lina@example.org' });

describe('care dlq, on the ledger in a folder', () => {
  const folder = temporaryFolder();
  const data = ['--data', folder.path] as const;
  const message = randomUUID();
  const customer = randomUUID();
  beforeAll(async () => {
    const ledger = await openEmbeddedLedger({ folder: folder.path });
    await giveUpMessage(ledger, message);
    const registration = { kind: 'enterprise', organisationName: '上海示例有限公司' };
    await carryOut(ledger, 'customer.register', customer, registration);
    await ledger.close();
    // As if the programme of then had not been able to take the registration.
    const store = await openSqliteEventStore({ file: folderPaths(folder.path).ledger });
    const [saga, key, at] = ['customer-duplicates', 'a-name', '2026-03-02T01:00:00.000Z'];
    const stream = `customer-${customer}`;
    const [registered] = (await store.readStream(stream, { limit: 1 })[Symbol.asyncIterator]().next()).value as [
      StoredEvent,
    ];
    const input = { id: registered.id, type: registered.type, place: { stream, revision: 0 } };
    const metadata = {
      tenant: 'careledger',
      subject: key,
      commandId: randomUUID(),
      actor: 'process',
      origin: 'process',
    };
    await store.append(`process-${saga}:${key}`, 'no-stream', [
      {
        ...{ id: randomUUID(), type: 'process.parked.v1' },
        data: canonicalJson({ saga, key, input, reason: 'nobody thought of such a name' }),
        metadata: canonicalJson({ ...metadata, correlationId: randomUUID(), occurredAt: at, recordedAt: at }),
      },
    ]);
    await store.close();
    await (await openEmbeddedLedger({ folder: folder.path })).close();
  }, 60_000);
  afterAll(() => folder.remove());

  it('lists what waits, of each kind, with the reason', async () => {
    const { code, stdout } = await care('dlq', 'list', ...data);
    expect(code).toBe(0);
    expect(stdout).toContain('No event is parked.');
    expect(stdout).toMatch(/customer-duplicates +a-name +1 +nobody thought of such a name/);
    expect(stdout).toMatch(new RegExp(`${message} +smtp +lina +INC0000073.* 0 .*no-address`));
    expect(await careJson('dlq', 'list', '--kind', 'processes', ...data)).toEqual({
      processes: [
        {
          ...{ saga: 'customer-duplicates', key: 'a-name', stream: 'process-customer-duplicates:a-name' },
          ...{ inputs: 1, reason: 'nobody thought of such a name' },
        },
      ],
      halted: [],
    });
    expect((await care('dlq', 'list', '--kind', 'letters', ...data)).code).toBe(2);
  });

  it('takes again what can be taken now; what cannot stays, says why, and is exit code 1', async () => {
    expect(await care('dlq', 'retry', ...data)).toEqual({
      code: 1,
      stdout: [
        '0 events went through, 0 stay parked.',
        '1 inputs of processes went through, 0 stay parked.',
        '0 messages are sent again, 1 stay dead letters.',
        '',
      ].join('\n'),
      stderr: 'lina has no address on smtp: set it first. (delivery.no-address)\n',
    });
    const ledger = await openEmbeddedLedger({ folder: folder.path });
    await setAddress(ledger);
    await ledger.close();
    expect(await careJson('dlq', 'retry', '--kind', 'messages', ...data)).toEqual({
      ...{ taken: 1, parked: 0, messages: { taken: 1, parked: 0 } },
    });
    expect(await careJson('dlq', 'list', ...data)).toEqual({
      ...{ deadLetters: [], processes: [], halted: [], messages: [] },
    });
  }, 60_000);
});

describe('care dlq, against a server', () => {
  let server: ServerUnderTest;
  beforeAll(async () => {
    server = await serve();
  }, 60_000);
  afterAll(() => server.close());

  it('answers alike, to operators only', async () => {
    const message = randomUUID();
    await giveUpMessage(server.ledger, message);
    const by = async (grant: string) => ['--url', server.url, '--token', await server.token([grant])];
    const operator = await by('operator@*');
    expect(await careJson('dlq', 'list', ...operator)).toMatchObject({
      ...{ deadLetters: [], processes: [], halted: [], messages: [{ deliveryId: message, why: 'no-address' }] },
    });
    expect((await care('dlq', 'retry', ...(await by('agent@*')))).code).toBe(4);
    expect((await care('dlq', 'retry', ...operator)).code).toBe(1);
    await setAddress(server.ledger);
    expect(await careJson('dlq', 'retry', ...operator)).toEqual({
      ...{ taken: 1, parked: 0, projections: { taken: 0, parked: 0 }, processes: { taken: 0, parked: 0 } },
      messages: { taken: 1, parked: 0 },
    });
  }, 60_000);
});
