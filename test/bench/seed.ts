import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { JsonObject } from '#libs/kernel/json.ts';
import { openParts, PERSON } from './open-parts.ts';
import { carryOut, copierOf, templateOf } from './templates.ts';
import type { Template } from './templates.ts';

/** A paragraph as people write it, the personal text of the benchmarks' events: 230 characters. */
export const TEXT =
  'Mrs. Wang called about the delivery of last Tuesday: two of the twelve pumps arrived with a damaged housing, and the ' +
  'third one leaks at the flange. She asks for a replacement before the end of the month and for someone to call.';

export const EVENTS_PER_CASE = 10;
export const CASES_PER_CUSTOMER = 10;
/** The customer with a long stream of its own. */
export const LONG_CUSTOMER = '00000000-0000-4000-8000-000000000001';

/** One case from receipt to its first answer, still open: with what comes of it for its clocks, ten events. */
const caseSteps: readonly (readonly [name: string, body: JsonObject])[] = [
  ['service-case.identify', {}],
  ['service-case.assign', { assigneeId: 'bench-agent' }],
  ['service-case.start', {}],
  ['service-case.record-customer-message', { channel: 'e-mail', text: TEXT }],
  ['service-case.send-answer', { channel: 'e-mail', text: TEXT }],
];

/** What a customer and a case begin with. */
export const CUSTOMER = { kind: 'enterprise', organisationName: 'Bench Pumps Ltd.' };
export const REQUEST = { kind: 'after-sales', channel: 'phone', subjectLine: 'Damaged pumps', description: TEXT };

const templates = async (folder: string): Promise<{ customer: Template; serviceCase: Template; extra: Template }> => {
  const parts = await openParts(folder);
  const execute = (name: string, body: JsonObject, id?: string) =>
    carryOut(parts, { name, body, ...(id === undefined ? {} : { id }), actor: PERSON });
  try {
    const customerId = await execute('customer.register', CUSTOMER);
    const customer = await templateOf(parts, `customer-${customerId}`);
    await execute('customer.record-satisfaction', { score: 4, topic: 'delivery', remark: TEXT }, customerId);
    const both = await templateOf(parts, `customer-${customerId}`);
    const caseId = await execute('service-case.receive', { ...REQUEST, customerId });
    for (const [name, body] of caseSteps) await execute(name, body, caseId);
    const serviceCase = await templateOf(parts, `service-case-${caseId}`);
    if (serviceCase.events.length !== EVENTS_PER_CASE)
      throw new Error(
        `A case takes ${serviceCase.events.length} events now: give it other steps, or say so in EVENTS_PER_CASE.`,
      );
    return { customer, serviceCase, extra: { ...both, events: both.events.slice(customer.events.length) } };
  } finally {
    await parts.ledger.close();
  }
};

export interface Seeded {
  readonly events: number;
  readonly customers: readonly string[];
  readonly cases: readonly string[];
}

/** Id of the nth customer or case, the same in every run. */
export const idOf = (kind: 'customer' | 'case', index: number): string =>
  `${kind === 'customer' ? '10000000' : '20000000'}-0000-4000-8000-${String(index).padStart(12, '0')}`;

export interface SeedOptions {
  /** In all, about. */
  readonly events: number;
  /** Events of LONG_CUSTOMER among them. Default: none. */
  readonly longCustomerEvents?: number;
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * A data folder with so many events: customers, and cases of ten events, as the product's own commands write them. They
 * are appended in large batches, which is why this takes seconds and not minutes.
 */
export const seed = async (folder: string, options: SeedOptions): Promise<Seeded> => {
  const { events: total, longCustomerEvents = 0, onProgress } = options;
  const sample = join(folder, 'sample');
  const { customer, serviceCase, extra } = await templates(await fresh(sample));
  await rm(sample, { recursive: true, force: true });

  const parts = await openParts(folder);
  const { store, vault, ledger } = parts;
  const firstMs = Date.now() - total * 20;
  const copier = copierOf(parts, (written) => onProgress?.(written, total));
  const append = (template: Template, stream: string, id: string, subject: string, after?: number) => {
    const from = copier.written;
    const recordedAt = (nth: number) => new Date(firstMs + (from + nth) * 20).toISOString();
    return copier.write(template, { stream, id, subject, recordedAt, ...(after === undefined ? {} : { after }) });
  };

  try {
    const customers: string[] = [];
    const cases: string[] = [];
    // All keys with one write to the vault.
    const most = Math.ceil(total / (CASES_PER_CUSTOMER * EVENTS_PER_CASE)) + 1;
    await vault.ensure([LONG_CUSTOMER, ...Array.from({ length: most }, (_, index) => idOf('customer', index))]);
    if (longCustomerEvents > 0) {
      const stream = `customer-${LONG_CUSTOMER}`;
      await append(customer, stream, LONG_CUSTOMER, LONG_CUSTOMER);
      for (let last = customer.events.length - 1; copier.written < longCustomerEvents; last += extra.events.length)
        await append(extra, stream, LONG_CUSTOMER, LONG_CUSTOMER, last);
    }
    while (copier.written < total) {
      if (cases.length % CASES_PER_CUSTOMER === 0) {
        const id = idOf('customer', customers.length);
        customers.push(id);
        await append(customer, `customer-${id}`, id, id);
      }
      const id = idOf('case', cases.length);
      cases.push(id);
      await append(serviceCase, `service-case-${id}`, id, customers.at(-1)!);
    }
    await copier.done();
    return { events: await store.head(), customers, cases };
  } finally {
    await ledger.close();
    await removeUnusedModels(folder);
  }
};

/** What `openParts` left behind besides events and keys. */
export const removeUnusedModels = async (folder: string): Promise<void> => {
  for (const end of ['', '-wal', '-shm']) await rm(join(folder, `unused-models.db${end}`), { force: true });
};

/** Makes the folder, which must not exist. */
export const fresh = async (folder: string): Promise<string> => {
  if (existsSync(folder)) throw new Error(`${folder} exists already: give another one.`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return folder;
};
