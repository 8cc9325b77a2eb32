import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { JsonObject, JsonValue } from '#libs/kernel/json.ts';
import { canonicalJson } from '#libs/kernel/json.ts';
import type { EventToAppend } from '#libs/ports/event-store.ts';
import type { CommandRequest } from '#libs/runtime/ledger.ts';
import { openParts, PERSON } from './open-parts.ts';
import type { Parts } from './open-parts.ts';

/** A paragraph as people write it, the personal text of the benchmarks' events: 230 characters. */
export const TEXT =
  'Mrs. Wang called about the delivery of last Tuesday: two of the twelve pumps arrived with a damaged housing, and the ' +
  'third one leaks at the flange. She asks for a replacement before the end of the month and for someone to call.';

export const EVENTS_PER_CASE = 10;
export const CASES_PER_CUSTOMER = 10;
/** The customer with a long stream of its own. */
export const LONG_CUSTOMER = '00000000-0000-4000-8000-000000000001';

/** One case from receipt to solution, in ten events of one each. */
const caseSteps: readonly (readonly [name: string, body: JsonObject])[] = [
  ['service-case.identify', {}],
  ['service-case.assign', { assigneeId: 'bench-agent' }],
  ['service-case.start', {}],
  ['service-case.record-customer-message', { channel: 'e-mail', text: TEXT }],
  ['service-case.send-answer', { channel: 'e-mail', text: TEXT }],
  ['service-case.wait-for-customer', { reason: 'photographs of the damage' }],
  ['service-case.add-note', { text: TEXT }],
  ['service-case.solve', { resultCode: 'solved', solution: 'Three pumps were replaced.' }],
];

interface Template {
  readonly id: string;
  readonly subject: string;
  readonly events: readonly { readonly type: string; readonly text: string; readonly metadata: JsonObject }[];
}

/** The events that the product itself writes for these commands, personal texts opened. */
const templateOf = async ({ ledger, store, sealer }: Parts, stream: string): Promise<Template> => {
  const events: { type: string; text: string; metadata: JsonObject }[] = [];
  let subject = '';
  for await (const page of store.readStream(stream))
    for (const { type, data, metadata } of page) {
      const opened = await sealer.openAll(JSON.parse(data) as JsonValue, () => true);
      const parsed = JSON.parse(metadata) as JsonObject;
      subject = parsed.subject as string;
      events.push({ type, text: canonicalJson(opened), metadata: parsed });
    }
  const state = await ledger.stateOf(stream, { actor: PERSON });
  return { id: state!.id, subject, events };
};

const templates = async (folder: string): Promise<{ customer: Template; serviceCase: Template; extra: Template }> => {
  const parts = await openParts(folder);
  const { ledger } = parts;
  const execute = async (request: Pick<CommandRequest, 'name' | 'id' | 'body'>): Promise<string> => {
    const outcome = await ledger.execute({ ...request, commandId: randomUUID(), actor: PERSON });
    if (!outcome.accepted) throw new Error(`${request.name} was refused: ${outcome.message}`);
    return outcome.id;
  };
  try {
    const customerId = await execute({
      name: 'customer.register',
      body: { kind: 'enterprise', organisationName: 'Bench Pumps Ltd.' },
    });
    const customer = await templateOf(parts, `customer-${customerId}`);
    await execute({
      name: 'customer.record-satisfaction',
      id: customerId,
      body: { score: 4, topic: 'delivery', remark: TEXT },
    });
    const both = await templateOf(parts, `customer-${customerId}`);
    const caseId = await execute({
      name: 'service-case.receive',
      body: { kind: 'after-sales', channel: 'phone', subjectLine: 'Damaged pumps', description: TEXT, customerId },
    });
    for (const [name, body] of caseSteps) await execute({ name, id: caseId, body });
    const serviceCase = await templateOf(parts, `service-case-${caseId}`);
    return { customer, serviceCase, extra: { ...both, events: both.events.slice(customer.events.length) } };
  } finally {
    await ledger.close();
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

  const { store, vault, sealer, ledger } = await openParts(folder);
  const firstMs = Date.now() - total * 20;
  let written = 0;
  let pending: Promise<unknown>[] = [];

  const append = async (stream: string, subject: string, template: Template, id: string, from = -1) => {
    const commandId = randomUUID();
    const events = template.events.map(({ type, text, metadata }, index): EventToAppend => {
      const eventId = randomUUID();
      const recordedAt = new Date(firstMs + (written + index) * 20).toISOString();
      const own = JSON.parse(text.replaceAll(template.id, id).replaceAll(template.subject, subject)) as JsonObject;
      return {
        id: eventId,
        type,
        data: canonicalJson(sealer.seal(type, eventId, subject, own)),
        metadata: canonicalJson({
          ...metadata,
          ...{ subject, recordedAt, occurredAt: recordedAt },
          ...{ commandId: `${commandId}/${index}`, correlationId: commandId, causationId: commandId },
        }),
      };
    });
    written += events.length;
    pending.push(store.append(stream, from < 0 ? 'no-stream' : from, events));
    if (pending.length < 200) return;
    await Promise.all(pending);
    pending = [];
    onProgress?.(written, total);
  };

  try {
    const customers: string[] = [];
    const cases: string[] = [];
    // All keys with one write to the vault.
    const most = Math.ceil(total / (CASES_PER_CUSTOMER * EVENTS_PER_CASE)) + 1;
    await vault.ensure([LONG_CUSTOMER, ...Array.from({ length: most }, (_, index) => idOf('customer', index))]);
    if (longCustomerEvents > 0) {
      const stream = `customer-${LONG_CUSTOMER}`;
      await append(stream, LONG_CUSTOMER, customer, LONG_CUSTOMER);
      for (let revision = customer.events.length - 1; written < longCustomerEvents; revision += extra.events.length)
        await append(stream, LONG_CUSTOMER, extra, LONG_CUSTOMER, revision);
    }
    while (written < total) {
      if (cases.length % CASES_PER_CUSTOMER === 0) {
        const id = idOf('customer', customers.length);
        customers.push(id);
        await append(`customer-${id}`, id, customer, id);
      }
      const id = idOf('case', cases.length);
      cases.push(id);
      await append(`service-case-${id}`, customers.at(-1)!, serviceCase, id);
    }
    await Promise.all(pending);
    return { events: await store.head(), customers, cases };
  } finally {
    await ledger.close();
    for (const end of ['', '-wal', '-shm']) await rm(join(folder, `unused-models.db${end}`), { force: true });
  }
};

const fresh = async (folder: string): Promise<string> => {
  if (existsSync(folder)) throw new Error(`${folder} exists already: give another one.`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return folder;
};
