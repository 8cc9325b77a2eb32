import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { JsonObject } from '#libs/kernel/json.ts';
import { parcelFeature } from '#libs/testing/parcels.ts';
import { AGENT, openTestLedger, temporaryFolder } from '#libs/testing/test-ledger.ts';
import type { TestLedger } from '#libs/testing/test-ledger.ts';
import type { Accepted, CommandOutcome, CommandRequest } from './ledger.ts';

let test: TestLedger;
let temporary: { readonly folder: string; remove(): Promise<void> };
let sent = 0;
beforeEach(async () => {
  temporary = await temporaryFolder();
  test = await openTestLedger([parcelFeature], temporary.folder);
});
afterEach(async () => {
  await test.close();
  await temporary.remove();
});

const send = (name: string, body: JsonObject, rest: Partial<CommandRequest> = {}): Promise<CommandOutcome> =>
  test.ledger.execute({ name, body, commandId: `command-${(sent += 1)}`, actor: AGENT, ...rest });
const accepted = async (outcome: Promise<CommandOutcome>): Promise<Accepted> => {
  const answer = await outcome;
  if (!answer.accepted) throw new Error(`${answer.code}: ${answer.message}`);
  return answer;
};
const store = (box: string, rest: Partial<CommandRequest> = {}) => accepted(send('parcel.store', { box }, rest));
const streamOf = async (stream: string) => {
  const events = [];
  for await (const page of test.store.readStream(stream)) events.push(...page);
  return events;
};

describe('a command', () => {
  it('is answered with the stream, its revision and a position', async () => {
    const first = await store('box-1');
    expect(first).toMatchObject({ accepted: true, revision: 0, events: 1, stream: `parcel-${first.id}` });
    const second = await accepted(send('parcel.remind', {}, { id: first.id }));
    expect(second.revision).toBe(1);
    expect(second.position).toBeGreaterThan(first.position);
  });

  it('records who, when, why and under which command, in canonical JSON', async () => {
    test.clock.set('2026-03-02T08:00:00.000Z');
    const { stream, id } = await store('box-1', {
      commandId: 'c-1',
      purpose: 'delivery',
      correlationId: 'tour-7',
      causationId: 'scan-9',
      sourceRow: 'list:3',
    });
    const [event] = await streamOf(stream);
    const metadata = JSON.parse(event!.metadata) as JsonObject;
    expect(metadata).toEqual({
      tenant: 'test',
      subject: id,
      commandId: 'c-1',
      commandHash: expect.stringMatching(/^[0-9a-f]{32}$/),
      correlationId: 'tour-7',
      causationId: 'scan-9',
      actor: 'agent-1',
      purpose: 'delivery',
      origin: 'command',
      occurredAt: '2026-03-02T08:00:00.000Z',
      recordedAt: '2026-03-02T08:00:00.000Z',
      sourceRow: 'list:3',
    });
    expect(event!.data).toBe('{"box":"box-1","label":"box-1"}');
  });

  it('is refused with a code, a sentence and what is allowed instead', async () => {
    const { id } = await store('box-1');
    await send('parcel.collect', {}, { id });
    expect(await send('parcel.remind', {}, { id })).toMatchObject({
      accepted: false,
      kind: 'state',
      code: 'parcel.not-stored',
      allowed: [],
    });
  });

  it('to an aggregate or of a name that does not exist is refused as missing', async () => {
    expect(await send('parcel.remind', {}, { id: 'nobody' })).toMatchObject({
      kind: 'missing',
      code: 'parcel.unknown',
    });
    expect(await send('parcel.fly', {})).toMatchObject({ kind: 'missing', code: 'command.unknown' });
    expect(await send('parcel.remind', {})).toMatchObject({ kind: 'invalid', code: 'command.id-missing' });
  });

  it('needs a role, in the team that owns the aggregate', async () => {
    const { id } = await accepted(send('parcel.store', { box: 'box-1', team: 'north' }));
    const as = (role: 'agent' | 'auditor', team: string) => ({ id, actor: { id: 'x', grants: [{ role, team }] } });
    expect(await send('parcel.remind', {}, as('agent', 'south'))).toMatchObject({ code: 'command.forbidden' });
    expect(await send('parcel.remind', {}, as('auditor', 'north'))).toMatchObject({ code: 'command.forbidden' });
    expect(await send('parcel.remind', {}, as('agent', 'north'))).toMatchObject({ accepted: true });
  });

  it('looks at other aggregates as the store holds them', async () => {
    expect(await send('parcel.store', { box: 'box-2', with: 'nobody' })).toMatchObject({
      code: 'parcel.other-unknown',
    });
    const { id } = await store('box-1');
    expect(await send('parcel.store', { box: 'box-2', with: id })).toMatchObject({ accepted: true });
  });

  it('never records a time before its predecessor’s, whatever the clock does', async () => {
    test.clock.set('2026-03-02T08:00:00.000Z');
    const { id, stream } = await store('box-1');
    test.clock.set('2026-03-02T07:00:00.000Z');
    await send('parcel.remind', {}, { id });
    const times = (await streamOf(stream)).map(
      (event) => (JSON.parse(event.metadata) as { recordedAt: string }).recordedAt,
    );
    expect(times).toEqual(['2026-03-02T08:00:00.000Z', '2026-03-02T08:00:00.000Z']);
  });
});

describe('idempotency', () => {
  it('answers the same command under the same id once, also when both arrive together', async () => {
    const body = { box: 'box-1' };
    const both = await Promise.all([
      send('parcel.store', body, { commandId: 'c' }),
      send('parcel.store', body, { commandId: 'c' }),
    ]);
    const again = await send('parcel.store', body, { commandId: 'c' });
    expect(both[0]).not.toHaveProperty('repeated');
    expect(both[1]).toEqual({ ...both[0], repeated: true });
    expect(again).toEqual({ ...both[0], repeated: true });
    expect(await streamOf((both[0] as Accepted).stream)).toHaveLength(1);
  });

  it('answers a refusal again from its record, also when the command would be accepted by now', async () => {
    const { id } = await store('box-1');
    expect(await send('parcel.store', { box: 'box-1' }, { commandId: 'c' })).toMatchObject({
      code: 'parcel.box-taken',
    });
    void id;
    const again = await send('parcel.store', { box: 'box-1' }, { commandId: 'c' });
    expect(again).toMatchObject({ code: 'parcel.box-taken', repeated: true });
  });

  it('refuses the id for another body, another aggregate or another actor', async () => {
    const { id } = await store('box-1');
    await send('parcel.weigh', { grams: 5 }, { id, commandId: 'c' });
    const reused = { code: 'command.id-reused', kind: 'invalid' };
    expect(await send('parcel.weigh', { grams: 6 }, { id, commandId: 'c' })).toMatchObject(reused);
    expect(await send('parcel.weigh', { grams: 5 }, { id: 'other', commandId: 'c' })).toMatchObject(reused);
    expect(
      await send('parcel.weigh', { grams: 5 }, { id, commandId: 'c', actor: { ...AGENT, id: 'agent-2' } }),
    ).toMatchObject(reused);
  });

  it('survives a restart, and a crash between the event and the record of its answer', async () => {
    const { folder, clock } = test;
    const { id } = await store('box-1');
    const first = await accepted(send('parcel.weigh', { grams: 5 }, { id, commandId: 'c' }));
    await test.close();
    // What such a crash leaves: the event without the record.
    const { DatabaseSync } = await import('node:sqlite');
    const database = new DatabaseSync(`${folder}/ledger.db`);
    const { name } = database.prepare(`SELECT name FROM sqlite_master WHERE name LIKE '%result%'`).get() as {
      name: string;
    };
    database.exec(`DELETE FROM ${name}`);
    database.close();
    test = await openTestLedger([parcelFeature], folder, clock);
    expect(await send('parcel.weigh', { grams: 5 }, { id, commandId: 'c' })).toEqual({ ...first, repeated: true });
    expect(await send('parcel.weigh', { grams: 7 }, { id, commandId: 'c' })).toMatchObject({
      code: 'command.id-reused',
    });
    expect(await streamOf(first.stream)).toHaveLength(2);
  });

  it('records a command that was fulfilled already without an event', async () => {
    const { id } = await store('box-1');
    await send('parcel.weigh', { grams: 5 }, { id });
    expect(await send('parcel.weigh', { grams: 5 }, { id })).toMatchObject({ accepted: true, events: 0, revision: 1 });
  });
});

describe('optimistic concurrency', () => {
  it('refuses a revision that is no longer the present one, naming both', async () => {
    const { id, stream } = await store('box-1');
    await send('parcel.remind', {}, { id, expectedRevision: 0 });
    const refused = await send('parcel.remind', {}, { id, expectedRevision: 0 });
    expect(refused).toMatchObject({
      code: 'stream.wrong-revision',
      message: `${stream} is at revision 1, expected 0: reload and retry.`,
      allowed: ['parcel.remind', 'parcel.weigh', 'parcel.collect'],
    });
  });

  it('lets eight writers work on the same 20 parcels without a lost update; each conflict is reported, no history has a gap', async () => {
    const ids = await Promise.all(Array.from({ length: 20 }, async (_, box) => (await store(`box-${box}`)).id));
    let done = 0;
    let conflicts = 0;
    const writer = async () => {
      for (const id of ids)
        for (let tries = 0; ; tries += 1) {
          const seen = await test.ledger.stateOf(`parcel-${id}`, { actor: AGENT });
          const outcome = await send('parcel.remind', {}, { id, expectedRevision: seen!.revision });
          if (outcome.accepted) break;
          expect(outcome.code).toBe('stream.wrong-revision');
          conflicts += 1;
        }
      done += 1;
    };
    await Promise.all(Array.from({ length: 8 }, writer));
    expect(done).toBe(8);
    expect(conflicts).toBeGreaterThan(0);
    for (const id of ids) {
      const events = await streamOf(`parcel-${id}`);
      expect(events.map((event) => event.revision)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
      expect((await test.ledger.stateOf(`parcel-${id}`, { actor: AGENT }))?.state).toMatchObject({ reminders: 8 });
    }
  });

  it('decides anew after another process was faster: only where the command is commutative', async () => {
    const { id, stream } = await store('box-1');
    const intrude = (nth: number) =>
      test.store.append(stream, 'exists', [
        {
          id: `00000000-0000-4000-8000-00000000000${nth}`,
          type: 'parcel.reminded.v1',
          data: `{"nth":${nth}}`,
          metadata: JSON.stringify({
            tenant: 'test',
            subject: id,
            commandId: `other-${nth}`,
            commandHash: '',
            recordedAt: '2026-03-02T01:00:00.000Z',
            occurredAt: '2026-03-02T01:00:00.000Z',
          }),
        },
      ]);
    await intrude(1);
    expect(await send('parcel.remind', {}, { id })).toMatchObject({ accepted: false, code: 'stream.conflict' });
    await intrude(2);
    expect(await send('parcel.weigh', { grams: 3 }, { id })).toMatchObject({ accepted: true, revision: 3 });
    await intrude(3);
    // What is asked for was already so in the state that others left: nothing is refused on what memory believed.
    expect(await send('parcel.remind', {}, { id, expectedRevision: 4 })).toMatchObject({ accepted: true, revision: 5 });
  });
});

describe('unique values', () => {
  it('belong to one aggregate only; the loser is told who holds them', async () => {
    const outcomes = await Promise.all(Array.from({ length: 5 }, () => send('parcel.store', { box: 'box-1' })));
    const winners = outcomes.filter((each) => each.accepted);
    expect(winners).toHaveLength(1);
    for (const each of outcomes)
      if (!each.accepted)
        expect(each).toMatchObject({
          code: 'parcel.box-taken',
          message: expect.stringContaining((winners[0] as Accepted).stream),
        });
  });

  it('that a crashed command left behind can be taken by another after a while', async () => {
    const stream = `reservation-box-${test.vault.blindIndex('box', 'box-1')}`;
    await test.store.append(stream, 'no-stream', [
      {
        id: '00000000-0000-4000-8000-000000000001',
        type: 'reservation.made.v1',
        data: '{"owner":"parcel-never-stored","scope":"box"}',
        metadata: JSON.stringify({
          recordedAt: '2026-03-02T01:00:00.000Z',
          occurredAt: '2026-03-02T01:00:00.000Z',
          tenant: 'test',
        }),
      },
    ]);
    expect(await send('parcel.store', { box: 'box-1' })).toMatchObject({ code: 'parcel.box-taken' });
    test.clock.set('2026-03-02T01:10:00.000Z');
    expect(await send('parcel.store', { box: 'box-1' })).toMatchObject({ accepted: true });
  });
});

describe('personal values', () => {
  it('are sealed in the event and refused for an erased subject', async () => {
    const { id, stream } = await accepted(send('parcel.store', { box: 'box-1', recipient: '王小明' }));
    const [event] = await streamOf(stream);
    expect(event!.data).not.toContain('王小明');
    expect(JSON.parse(event!.data)).toMatchObject({
      recipient: { of: id, at: 'recipient', as: 'personal', by: event!.id },
    });
    const state = async () => (await test.ledger.stateOf(stream, { actor: AGENT }))?.state;
    expect(await state()).toMatchObject({ recipient: '王小明' });
    await test.vault.destroy(id);
    expect(await state()).toMatchObject({ recipient: '[erased]' });
  });
});
