import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openEmbeddedLedger } from '#apps/server/embedded-ledger.ts';
import { noticeIdFor } from '#libs/features/notices/notices.events.ts';
import type { GiveNotice } from '#libs/features/notices/notices.events.ts';
import { ROLES } from '#libs/kernel/actor.ts';
import type { JsonObject } from '#libs/kernel/json.ts';
import type { Ledger } from '#libs/runtime/ledger.ts';
import { serve } from '../../test/http/server-under-test.ts';
import type { ServerUnderTest } from '../../test/http/server-under-test.ts';
import { care, careJson, temporaryFolder } from '../../test/import/care.ts';

const everybody = { id: 'everybody', grants: ROLES.map((role) => ({ role, team: '*' })) };
const CALL: GiveNotice = {
  ...{ recipientId: 'lina', cause: 'escalation', about: { kind: 'service-case', id: 'c1' }, urgency: 'urgent' },
  ...{ classA: false, template: 'escalation-call', facts: { reference: 'INC0000073', level: 2 } },
  ...{ channels: ['inbox'], needsAcknowledgement: true },
};
const give = async (ledger: Ledger, notice: GiveNotice): Promise<string> => {
  const id = noticeIdFor(notice.recipientId, randomUUID());
  const body = notice as unknown as JsonObject;
  const outcome = await ledger.execute({ name: 'notice.give', id, body, actor: everybody, commandId: randomUUID() });
  if (!outcome.accepted) throw new Error(outcome.message);
  await ledger.caughtUp(outcome.position);
  return id;
};

describe('care inbox, against a server', () => {
  let server: ServerUnderTest;
  beforeAll(async () => {
    server = await serve();
  }, 60_000);
  afterAll(() => server.close());

  it('lists what calls for whoever has the token, reads it, and acknowledges an escalation [SLA 10]', async () => {
    const id = await give(server.ledger, CALL);
    await give(server.ledger, { ...CALL, recipientId: 'bo' });
    const lina = ['--url', server.url, '--token', await server.token(['supervisor@*'], { subject: 'lina' })];
    const list = await care('inbox', 'list', ...lina);
    expect(list.stdout).toMatch(
      new RegExp(`^notice +given +urgency +status +about\\n${id} .*urgent +unread, to be acknowledged +INC0000073: `),
    );
    expect(list.stdout.trim().split('\n')).toHaveLength(2);
    const read = await care('inbox', 'read', id, ...lina);
    expect(read.stdout).toContain('INC0000073 was escalated to you, level 2.');
    expect((await care('inbox', 'read', id, '--lang', 'zh-CN', ...lina)).stdout).toMatch(/INC0000073.*\p{Script=Han}/u);
    expect(await care('inbox', 'acknowledge', id, ...lina)).toEqual({ code: 0, stdout: 'Acknowledged.\n', stderr: '' });
    expect(await careJson('inbox', 'acknowledge', id, ...lina)).toEqual({ notice: id, changed: false });
    expect((await care('inbox', 'list', ...lina)).stdout).toBe('No notice calls for you.\n');
    expect(await careJson('inbox', 'list', '--all', ...lina)).toMatchObject({
      notices: [{ noticeId: id, status: 'acknowledged', acknowledgedBy: 'lina' }],
    });
  }, 60_000);

  it('refuses the notices of others, and those there are not, with what to do', async () => {
    const id = await give(server.ledger, CALL);
    const bo = ['--url', server.url, '--token', await server.token(['supervisor@*'], { subject: 'bo' })];
    expect(await care('inbox', 'acknowledge', id, ...bo)).toMatchObject({ code: 4, stdout: '' });
    expect(await care('inbox', 'read', 'none', ...bo)).toMatchObject({ code: 3, stdout: '' });
    expect(await care('inbox', 'list', '--as', 'lina', ...bo)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('the token says who acts') as unknown,
    });
  }, 60_000);
});

describe('care inbox, on the ledger in a folder', () => {
  const folder = temporaryFolder();
  afterAll(() => folder.remove());

  it('is of whom --as names', async () => {
    const ledger = await openEmbeddedLedger({ folder: folder.path });
    const id = await give(ledger, CALL);
    await ledger.close();
    const as = (user: string) => ['--as', user, '--data', folder.path];
    expect(await careJson('inbox', 'list', ...as('bo'))).toEqual({ notices: [] });
    expect(await careJson('inbox', 'list', ...as('lina'))).toMatchObject({ notices: [{ noticeId: id, open: true }] });
    expect((await care('inbox', 'acknowledge', id, ...as('bo'))).code).toBe(4);
    expect(await careJson('inbox', 'acknowledge', id, ...as('lina'))).toEqual({ notice: id, changed: true });
    const { stdout } = await care('query', 'inbox', ...as('lina').slice(2));
    expect(stdout).toMatch(/^id +givenAt +recipientId +urgency +status +template +facts.reference\n/);
  }, 60_000);
});
