import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { openWebhookChannel } from '#libs/adapters/channel-webhook/channel-webhook.ts';
import { openOutboundHttp } from '#libs/adapters/outbound-http/outbound-http.ts';
import { keptHeadsIn, openFileWitness } from '#libs/adapters/witness-file/witness-file.ts';
import { systemClock } from '#libs/ports/clock.ts';
import type { Witness } from '#libs/ports/witness.ts';
import { channelWitness } from '#libs/runtime/channel-witness.ts';
import { Witnessing } from '#libs/runtime/witnessing.ts';
import { startHttpReceiver } from '#libs/testing/channel-receivers.ts';
import { temporaryFolder } from '#libs/testing/test-ledger.ts';

let temporary: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  temporary = await temporaryFolder();
});
afterAll(() => temporary.remove());

const open: Witnessing[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

const witnessed = (witnesses: readonly Witness[]) => {
  const alarms: string[] = [];
  const onAlarm = (message: string) => void alarms.push(message);
  const witnessing = new Witnessing({ witnesses, clock: systemClock, onAlarm, everyMs: 5, againMs: 5 });
  open.push(witnessing);
  return { witnessing, alarms };
};

const until = async (isSo: () => boolean | Promise<boolean>): Promise<void> => {
  for (let attempt = 0; attempt < 400; attempt += 1) {
    if (await isSo()) return;
    await sleep(10);
  }
  throw new Error('It did not come to that.');
};

describe('a witness', () => {
  it('behind a webhook gets each newest head signed, and once more after a failure', async () => {
    const receiver = await startHttpReceiver();
    const secret = `whsec_${randomBytes(32).toString('base64')}`;
    const http = openOutboundHttp({ allowHosts: ['127.0.0.1'], timeoutMs: 500 });
    const channel = openWebhookChannel({ http, targetOf: () => ({ url: receiver.url, secrets: [secret] }) });
    const { witnessing, alarms } = witnessed([channelWitness(channel, 'auditor')]);
    receiver.reply({ status: 503 });
    witnessing.offer('head 1');
    await until(() => receiver.received.length >= 2);
    receiver.reply({ status: 204 });
    await until(() => alarms.length === 2);
    expect(alarms).toEqual([
      expect.stringContaining('The witness webhook:auditor does not keep'),
      'The witness webhook:auditor keeps heads again.',
    ]);
    const all = receiver.received.map(({ headers, body }) => {
      new Webhook(secret).verify(body, headers as Record<string, string>);
      return { id: headers['webhook-id'], body: JSON.parse(body) as { type: string; data: { head: string } } };
    });
    expect(new Set(all.map(({ id }) => id)).size).toBe(1);
    expect(all[0]!.body).toMatchObject({ type: 'log.head', data: { head: 'head 1' } });
    await receiver.close();
  });

  it('that is down holds up no other, and is given the newest head at the end', async () => {
    const away = join(temporary.folder, 'not-mounted', 'heads.jsonl');
    const here = join(temporary.folder, 'heads.jsonl');
    const { witnessing, alarms } = witnessed([openFileWitness(away), openFileWitness(here)]);
    witnessing.offer('head 1');
    await until(async () => (await keptHeadsIn(here).catch(() => [])).length === 1);
    await until(() => alarms.length === 1);
    witnessing.offer('head 2');
    witnessing.offer('head 3');
    await until(async () => (await keptHeadsIn(here)).at(-1)?.head === 'head 3');
    await mkdir(join(temporary.folder, 'not-mounted'));
    await witnessing.close();
    expect((await keptHeadsIn(away)).at(-1)?.head).toBe('head 3');
    expect(alarms.filter((each) => each.includes('does not keep'))).toHaveLength(1);
  });
});
