import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { noticeIdFor, OPERATORS } from '#libs/features/notices/notices.events.ts';
import type { GiveNotice } from '#libs/features/notices/notices.events.ts';
import { LEDGER } from '#libs/kernel/actor.ts';
import { serve } from '../../test/http/server-under-test.ts';
import type { ServerUnderTest } from '../../test/http/server-under-test.ts';

let server: ServerUnderTest;
let lina: string;
let bo: string;
let olga: string;
beforeAll(async () => {
  server = await serve();
  lina = await server.token(['agent@*'], { subject: 'lina' });
  bo = await server.token(['supervisor@*'], { subject: 'bo' });
  olga = await server.token(['operator@*'], { subject: 'olga' });
});
afterAll(() => server.close());

const give = async (recipientId: string, key: string): Promise<string> => {
  const body: GiveNotice = {
    ...{
      recipientId,
      cause: 'escalation',
      about: { kind: 'service-case', id: 'c1' },
      urgency: 'urgent',
      classA: false,
    },
    ...{ template: 'escalation-call', facts: { reference: key }, channels: ['inbox'], needsAcknowledgement: true },
  };
  const id = noticeIdFor(recipientId, key);
  await server.ledger.execute({ name: 'notice.give', id, body: body as never, commandId: `give-${id}`, actor: LEDGER });
  await server.ledger.caughtUp();
  return id;
};
const inboxOf = async (as: string): Promise<readonly string[]> => {
  const { json } = await server.get('/v1/inbox?sort=-givenAt', { as });
  return (json as { items: { document: { facts: { reference: string } } }[] }).items.map(
    ({ document }) => document.facts.reference,
  );
};

it('an inbox shows what is for its reader, of the operators’ common one too, and nothing else', async () => {
  const id = await give('lina', 'INC0000001');
  await give('bo', 'INC0000002');
  await give(OPERATORS, 'INC0000003');
  expect(await inboxOf(lina)).toEqual(['INC0000001']);
  expect(await inboxOf(bo)).toEqual(['INC0000002']);
  expect(await inboxOf(olga)).toEqual(['INC0000003']);
  expect((await server.get(`/v1/inbox/${id}`, { as: lina })).status).toBe(200);
  expect((await server.get(`/v1/inbox/${id}`, { as: bo })).status).toBe(403);
  expect((await server.get('/v1/inbox?filter[recipientId]=lina', { as: bo })).json).toMatchObject({ items: [] });
});

it('a notice is acknowledged by whom it is for only', async () => {
  const id = await give('lina', 'INC0000004');
  expect((await server.post(`/v1/notices/${id}/acknowledge`, { as: bo, body: {} })).status).toBe(403);
  expect((await server.post(`/v1/notices/${id}/read`, { as: lina, body: {} })).status).toBe(200);
  expect((await server.post(`/v1/notices/${id}/acknowledge`, { as: lina, body: {} })).json).toMatchObject({
    events: 1,
  });
  await server.ledger.caughtUp();
  expect((await server.get(`/v1/inbox/${id}`, { as: lina })).json).toMatchObject({
    document: { status: 'acknowledged', open: false, acknowledgedBy: 'lina' },
  });
});

it('a new notice comes live, to its recipient only', async () => {
  const stop = new AbortController();
  const listen = async (as: string) => {
    const headers = { authorization: `Bearer ${as}` };
    const response = await fetch(`${server.url}/v1/inbox/changes`, { headers, signal: stop.signal });
    const heard = { text: '' };
    void (async () => {
      for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) heard.text += chunk;
    })().catch(() => undefined);
    return heard;
  };
  const [mine, others] = [await listen(lina), await listen(bo)];
  await give('lina', 'INC0000005');
  for (let tries = 0; !mine.text.includes('INC0000005') && tries < 300; tries += 1) await sleep(10);
  expect(mine.text).toContain('INC0000005');
  expect(others.text).not.toContain('INC0000005');
  stop.abort();
});

it('a notice cannot be given over HTTP, whoever asks', async () => {
  const answer = await server.post(`/v1/notices/n1/give`, { as: await server.token(['service@*']), body: {} });
  expect(answer.status).toBe(404);
});
