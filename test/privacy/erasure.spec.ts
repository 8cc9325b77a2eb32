import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { backUpData, backUpKeys } from '#apps/server/back-up.ts';
import { restore } from '#apps/server/restore.ts';
import { ROLES } from '#libs/kernel/actor.ts';
import { care, temporaryFolder } from '../import/care.ts';
import { CLEAR, clearBelow, clearIn, filesBelow } from './clear-values.ts';
import { live, tellStory } from './living.ts';
import type { Living, Story } from './living.ts';

const temporary = temporaryFolder();
const at = (name: string) => join(temporary.path, name);
const data = at('data');
const erasureList = at('apart/erased.list');
const everybody = { actor: { id: 'reader', grants: ROLES.map((role) => ({ role, team: '*' })) } };

let living: Living;
let story: Story;
let wrapped: readonly Buffer[];
/** The subject keys as the vault's file holds them. */
const wrappedKeys = (subjects: readonly string[]): readonly Buffer[] => {
  const db = new DatabaseSync(join(data, 'keys', 'vault.db'), { readOnly: true });
  const rows = subjects.map((subject) => db.prepare('SELECT wrapped FROM keys WHERE subject = ?').get(subject));
  db.close();
  return rows.map((row) => Buffer.from(row!.wrapped as Uint8Array));
};

const verified = async (folder = data) => {
  const { stdout, stderr } = await care('verify', '--data', folder, '--json');
  return stdout === '' ? { verified: false, findings: stderr } : (JSON.parse(stdout) as { verified: boolean });
};

/** Counts that reports are made from. */
const figures = async ({ ledger }: Living) => ({
  cases: await ledger.groupCounts('service-cases', {}, 'status', everybody),
  complaints: await ledger.groupCounts('complaints', {}, 'status', everybody),
  customers: await ledger.count('customers', {}, everybody),
  compliance: (await ledger.find('sla-compliance', { limit: 100 }, everybody)).documents.map(
    ({ document }) => document,
  ),
});

/** What the API answers about the customer, now and before the erasure. */
const answers = async (
  { ledger, ...of }: Living,
  asOf: string,
  { customerId, caseId, strayId, complaintId } = story,
) => {
  const documents = [
    ...[`customers/${customerId}`, `service-cases/${caseId}`, `service-cases/${strayId}`],
    `complaints/${complaintId}`,
  ];
  const paths = [
    ...documents.flatMap((path) => [path, `${path}/state`, `${path}?asOf=${asOf}`, `${path}/state?asOf=${asOf}`]),
    ...[`history/${customerId}?limit=1000`, `history/${strayId}?limit=1000`, `history/${complaintId}?limit=1000`],
    ...['customers', 'service-cases', 'complaints', `audit-trail?limit=500`, 'erasures', 'inbox', 'deliveries'],
  ];
  const texts = [];
  for (const path of paths) texts.push({ path, ...(await of.get(`/v1/${path}`)) });
  const lists = ledger.features.flatMap(({ projections = [] }) => projections.map(({ collection }) => collection.name));
  for (const name of lists)
    texts.push({
      ...{ path: name, status: 200 },
      text: JSON.stringify((await ledger.find(name, { limit: 1_000 }, everybody)).documents),
    });
  return texts;
};
const clearAnswers = async (of: Living, asOf: string) =>
  (await answers(of, asOf)).flatMap(({ path, text }) => clearIn(text).map((found) => `${path}: ${found}`));

beforeAll(async () => {
  living = await live(data, { erasureList });
  story = await tellStory(living);
  wrapped = wrappedKeys([story.customerId, story.contactId, story.strayId]);
}, 120_000);
afterAll(async () => {
  await living.close();
  temporary.remove();
});

describe('the scan', () => {
  it('finds a value in every spelling, in any file', async () => {
    await writeFile(at('planted'), Buffer.from(`x${CLEAR.place}y`, 'utf16le'));
    expect(await clearBelow(temporary.path)).toEqual(expect.arrayContaining(['planted: place as UTF-16LE']));
    expect(clearIn(JSON.stringify({ b: Buffer.from(`..${CLEAR.note}..`).toString('base64') }))).toHaveLength(1);
    expect(clearIn(`"${CLEAR.name}"`)).toEqual(['name as UTF-8']);
    await writeFile(at('planted'), '');
  });
});

describe('an erasure, with the server running throughout [G4]', () => {
  let before: Awaited<ReturnType<typeof figures>>;
  let asOf: string;

  it('begins with a ledger that shows everything', async () => {
    before = await figures(living);
    asOf = living.ledger.now();
    const shown = (await answers(living, asOf)).map(({ text }) => text).join('\n');
    for (const [name, value] of Object.entries(CLEAR))
      expect([name, shown.includes(JSON.stringify(value).slice(1, -1))]).toEqual([name, true]);
    for (const bytes of wrapped)
      expect([...(await filesBelow(data)).values()].some((each) => each.includes(bytes))).toBe(true);
    await living.ledger.caughtUp();
    expect(await verified()).toMatchObject({ verified: true });
    await backUpData(data, at('backup-before'));
    await backUpKeys(data, at('keys-before'), erasureList);
    expect(
      [...(await filesBelow(at('backup-before'))).keys()].filter((name) => /vault|\.key|\.pem/.test(name)),
    ).toEqual([]);
  }, 60_000);

  it('leaves no value and no key in any file, log or answer; the certificate names what was handed out', async () => {
    const register = await living.ledger.execute({
      ...{ name: 'disclosure.register', commandId: 'bundle-1', actor: everybody.actor },
      body: {
        ...{ subjectId: story.customerId, recipient: 'Court', purpose: 'Claim', bundleSha256: 'a'.repeat(64) },
        ...{ events: 1, disclosedValues: 1, logOrigin: 'careledger/x', logSize: 1 },
      },
    });
    expect(register.accepted).toBe(true);
    const erasure = (name: string, body: object, as: string) =>
      living.post(`/v1/erasures/${story.customerId}/${name}`, body, as);
    expect(await erasure('request', { reason: 'individual-request' }, 'wang')).toMatchObject({ accepted: true });
    expect(await erasure('approve', {}, 'wang')).toMatchObject({ code: 'erasure.self-approval', status: 403 });
    expect(await erasure('approve', {}, 'li')).toMatchObject({ accepted: true });
    await living.settle();
    const { document } = (await living.ledger.document('erasures', story.customerId, everybody))!;
    expect(document).toMatchObject({
      status: 'erased',
      certificate: { method: 'key-destruction', responsible: 'li', result: 'complete', subjects: 3 },
    });
    expect((document.certificate as { exportsOutside: string[] }).exportsOutside).toHaveLength(1);
    const files = await filesBelow(data);
    expect([...files].filter(([, bytes]) => wrapped.some((each) => bytes.includes(each.subarray(12, 44))))).toEqual([]);
    expect(await clearBelow(data)).toEqual([]);
    expect(clearIn(living.log.join(''))).toEqual([]);
    expect(await clearAnswers(living, asOf)).toEqual([]);
    expect((await living.get(`/v1/customers/${story.customerId}`)).text).toContain('[erased]');
    expect(await verified()).toMatchObject({ verified: true });
    expect(await figures(living)).toEqual(before);
  }, 60_000);

  it('is checked by another, and takes no new contact', async () => {
    const erasure = (name: string, as: string) => living.post(`/v1/erasures/${story.customerId}/${name}`, {}, as);
    expect(await erasure('confirm', 'li')).toMatchObject({ code: 'erasure.own-supervision' });
    expect(await erasure('confirm', 'zhao')).toMatchObject({ accepted: true });
    const contact = { name: CLEAR.contactName, role: 'family' };
    expect(await living.post(`/v1/customers/${story.customerId}/add-contact`, contact)).toMatchObject({
      code: 'customer.erased',
    });
    const preference = { topic: 'calls', preference: CLEAR.preference };
    expect(await living.post(`/v1/customers/${story.customerId}/note-preference`, preference)).toMatchObject({
      code: 'subject.erased',
    });
  }, 60_000);

  it('is not undone by a restart or a rebuild', async () => {
    const log = [...living.log];
    await living.close();
    expect(clearIn(log.join(''))).toEqual([]);
    expect(await clearBelow(data)).toEqual([]);
    living = await live(data, { erasureList });
    await living.ledger.rebuild();
    await living.settle();
    expect(await clearAnswers(living, asOf)).toEqual([]);
    expect(await clearBelow(data)).toEqual([]);
    expect(await figures(living)).toEqual(before);
  }, 120_000);

  it('is not undone by the restore of older data and older keys: the list, kept apart, destroys them again', async () => {
    const folder = at('restored');
    const done = await restore({
      ...{ backup: at('backup-before'), keys: at('keys-before'), folder, tenant: 'careledger', erasureList },
    });
    expect(done.erased).toBe(3);
    const files = await filesBelow(folder);
    expect([...files].filter(([, bytes]) => wrapped.some((each) => bytes.includes(each.subarray(12, 44))))).toEqual([]);
    const restored = await live(folder, { erasureList });
    try {
      await restored.ledger.caughtUp();
      expect(await clearAnswers(restored, asOf)).toEqual([]);
      expect((await restored.get(`/v1/customers/${story.customerId}`)).text).toContain('[erased]');
      expect(await clearBelow(folder)).toEqual([]);
    } finally {
      await restored.close();
    }
    expect(await verified(folder)).toMatchObject({ verified: true });
  }, 120_000);

  it('is not undone by older keys put back by hand: what the events say is carried out again', async () => {
    const folder = at('by-hand');
    await restore({ backup: at('backup-before'), keys: at('keys-before'), folder, tenant: 'careledger' });
    const careless = await live(folder);
    try {
      // Nobody kept the list, and the backup is older than the erasure: then it is not known.
      await careless.ledger.caughtUp();
      expect((await careless.get(`/v1/customers/${story.customerId}`)).text).toContain(CLEAR.name);
    } finally {
      await careless.close();
    }
    await backUpData(data, at('backup-after'));
    const later = at('later');
    const done = await restore({
      backup: at('backup-after'),
      keys: at('keys-before'),
      folder: later,
      tenant: 'careledger',
    });
    expect(done.erased).toBe(3);
  }, 120_000);
});
