import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { temporaryFolder } from '../import/care.ts';
import { live } from './living.ts';
import type { Living } from './living.ts';

const temporary = temporaryFolder();
let living: Living;
beforeAll(async () => {
  living = await live(temporary.path);
}, 60_000);
afterAll(async () => {
  await living.close();
  temporary.remove();
});

const customer = async (): Promise<string> =>
  (await living.post('/v1/customers', { kind: 'individual', personName: 'Li Na' })).id;
const ask = (id: string, body: object = {}) =>
  living.post(`/v1/erasures/${id}/request`, { reason: 'individual-request', ...body });
const approve = (id: string) => living.post(`/v1/erasures/${id}/approve`, {}, 'li');
interface Shown {
  readonly document: { readonly name: string; readonly contacts: { readonly [id: string]: { readonly name: string } } };
}
const shown = async (id: string) => (JSON.parse((await living.get(`/v1/customers/${id}`)).text) as Shown).document;
const nameOf = async (id: string) => (await shown(id)).name;

describe('what stands against an erasure [G4]', () => {
  it('is an unknown customer or contact', async () => {
    expect(await ask('nobody')).toMatchObject({ code: 'erasure.customer-unknown', status: 404 });
    expect(await ask('nobody', { contactOf: await customer() })).toMatchObject({ code: 'erasure.contact-unknown' });
  });

  it('is an open case: asked for, or approved before it came', async () => {
    const id = await customer();
    expect(await ask(id)).toMatchObject({ accepted: true });
    const received = { kind: 'consultation', channel: 'phone', subjectLine: 'Where is it?', customerId: id };
    const { id: caseId } = await living.post('/v1/service-cases', received);
    expect(await approve(id)).toMatchObject({ code: 'erasure.open-matters', status: 409 });
    expect((await approve(id)).detail).toContain(caseId);
    const other = await customer();
    await living.post('/v1/service-cases', { ...received, customerId: other });
    expect(await ask(other)).toMatchObject({ code: 'erasure.open-matters' });
  });

  it('is a legal hold, which restricts processing until it is released', async () => {
    const id = await customer();
    const hold = (name: string, body: object = {}) => living.post(`/v1/legal-holds/${id}/${name}`, body, 'qian');
    const preference = { topic: 'mail', preference: 'none' };
    expect(await hold('place', { reason: 'litigation', fileNumber: '7' })).toMatchObject({ accepted: true });
    expect(await ask(id)).toMatchObject({ code: 'erasure.legal-hold', status: 409 });
    expect(await living.post(`/v1/customers/${id}/note-preference`, preference)).toMatchObject({
      code: 'customer.processing-restricted',
    });
    expect(await hold('release')).toMatchObject({ accepted: true });
    expect(await living.post(`/v1/customers/${id}/note-preference`, preference)).toMatchObject({ accepted: true });
    expect(await ask(id)).toMatchObject({ accepted: true });
    expect(await ask(id)).toMatchObject({ code: 'erasure.already-asked' });
    expect(await approve(id)).toMatchObject({ accepted: true });
    await living.settle();
    expect(await nameOf(id)).toBe('[erased]');
    expect(await ask(id)).toMatchObject({ code: 'erasure.already-erased' });
    expect(await hold('place', { reason: 'litigation', fileNumber: '8' })).toMatchObject({
      code: 'legal-hold.too-late',
    });
  });

  it('takes those that a customer absorbed with it, and a contact alone where only that is asked', async () => {
    const [survivor, absorbed, bystander] = [await customer(), await customer(), await customer()];
    const { accepted } = await living.post(`/v1/customers/${absorbed}/merge-into`, {
      survivorId: survivor,
      why: 'same',
    });
    expect(accepted).toBe(true);
    await living.ledger.processes?.settle();
    expect(await ask(absorbed)).toMatchObject({ code: 'erasure.merged' });
    const contact = { name: 'Zhou Yi', role: 'family' };
    await living.post(`/v1/customers/${bystander}/add-contact`, contact);
    await living.post(`/v1/customers/${bystander}/add-contact`, { ...contact, name: 'Wu Er' });
    await living.ledger.caughtUp();
    const contacts = async () => (await shown(bystander)).contacts;
    const [first = ''] = Object.keys(await contacts());
    for (const [id, body] of [
      [survivor, {}],
      [first, { contactOf: bystander }],
    ] as const) {
      expect(await ask(id, body)).toMatchObject({ accepted: true });
      expect(await approve(id)).toMatchObject({ accepted: true });
    }
    await living.settle();
    expect([await nameOf(survivor), await nameOf(absorbed), await nameOf(bystander)]).toEqual([
      ...['[erased]', '[erased]', 'Li Na'],
    ]);
    const names = Object.values(await contacts()).map(({ name }) => name);
    expect(names).toHaveLength(2);
    expect(names.filter((name) => name === '[erased]')).toHaveLength(1);
    const page = await living.get(`/v1/history/${bystander}?lang=zh-CN`);
    expect(page.text).toContain('销毁');
  });
});
