import { randomUUID } from 'node:crypto';
import { Writable } from 'node:stream';
import { createServer } from '#apps/server/create-server.ts';
import { openEmbeddedLedger } from '#apps/server/embedded-ledger.ts';
import type { EmbeddedOptions } from '#apps/server/embedded-ledger.ts';
import { makeLogger } from '#apps/server/log.ts';
import { issueToken, loadOrCreateTokenKey } from '#apps/server/tokens.ts';
import { ROLES } from '#libs/kernel/actor.ts';
import type { ErasureRunner } from '#libs/runtime/erasure-runner.ts';
import type { Ledger } from '#libs/runtime/ledger.ts';
import { CLEAR } from './clear-values.ts';

/** An acceptance or a problem. */
export interface Posted {
  readonly accepted?: boolean;
  readonly id: string;
  readonly code?: string;
  readonly detail?: string;
}

export interface Living {
  readonly ledger: Ledger;
  readonly log: readonly string[];
  readonly alarms: readonly string[];
  get(path: string): Promise<{ readonly status: number; readonly text: string }>;
  /** Resolves with the answer's body, whatever the status. */
  post(path: string, body: object, as?: string): Promise<Posted>;
  /** Everything that was approved is carried out, and shown. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

/** A server at work in a folder, with its processes, everything logged. */
export const live = async (folder: string, options: Partial<EmbeddedOptions> = {}): Promise<Living> => {
  const [log, alarms]: [string[], string[]] = [[], []];
  const ledger = await openEmbeddedLedger({
    ...{ folder, runsProcesses: true, clearance: 'assumed', onAlarm: (message: string) => void alarms.push(message) },
    ...options,
  });
  const key = await loadOrCreateTokenKey(`${folder}/token-key.pem`);
  const sink = new Writable({ write: (chunk, _encoding, done) => (log.push(String(chunk)), done()) });
  const logger = makeLogger('debug', sink);
  const server = await createServer({ ledger, port: 0, auth: { localKey: key }, logger });
  const { tenant } = ledger;
  const headers = async (subject: string) => {
    const grants = ROLES.filter((role) => role !== 'service').map((role) => `${role}@*`);
    return { authorization: `Bearer ${await issueToken({ key, tenant, subject, grants, ttlSeconds: 600 })}` };
  };
  return {
    ...{ ledger, log, alarms },
    get: async (path) => {
      const response = await fetch(server.url + path, { headers: await headers('reader') });
      return { status: response.status, text: await response.text() };
    },
    post: async (path, body, as = 'wang') => {
      const response = await fetch(server.url + path, {
        method: 'POST',
        headers: { ...(await headers(as)), 'content-type': 'application/json', 'idempotency-key': randomUUID() },
        body: JSON.stringify(body),
      });
      return (await response.json()) as Posted;
    },
    settle: async () => {
      await ledger.caughtUp();
      await (ledger as Ledger & { readonly erasures: ErasureRunner }).erasures.settle();
      await ledger.caughtUp();
    },
    close: async () => {
      await server.close();
      await ledger.close();
    },
  };
};

/** A customer who had dealings with us, all over. */
export interface Story {
  readonly customerId: string;
  readonly contactId: string;
  readonly caseId: string;
  /** Received before anybody knew whose it was: its first texts have a key of their own. */
  readonly strayId: string;
  readonly complaintId: string;
}

/** Two cases and a complaint, from the first word to the end; `open`: the first case is left open. */
export const tellStory = async (living: Living, { open = false } = {}): Promise<Story> => {
  const post = async (path: string, body: object) => {
    const answer = await living.post(`/v1/${path}`, body);
    if (answer.accepted !== true) throw new Error(`${path}: ${JSON.stringify(answer)}`);
    return answer.id;
  };
  const customerId = await post('customers', {
    ...{ kind: 'individual', personName: CLEAR.name, registeredPlace: CLEAR.place },
  });
  const of = (name: string, body: object) => post(`customers/${customerId}/${name}`, body);
  await of('note-preference', { topic: 'calls', preference: CLEAR.preference });
  await of('add-contact', { name: CLEAR.contactName, role: 'family', phone: CLEAR.phone, email: CLEAR.email });
  await living.ledger.caughtUp();
  const state = await living.get(`/v1/customers/${customerId}/state`);
  const [contactId = ''] = Object.keys((JSON.parse(state.text) as { state: { contacts: object } }).state.contacts);

  const finish = async (id: string) => {
    const inCase = (name: string, body: object) => post(`service-cases/${id}/${name}`, body);
    await inCase('identify', { type: 'billing', priority: 'low', complexity: 'routine', reason: CLEAR.note });
    await inCase('assign', { assigneeId: 'wang' });
    await inCase('start', {});
    await inCase('record-customer-message', { channel: 'phone', text: CLEAR.message });
    await inCase('add-note', { text: CLEAR.note });
    await inCase('send-answer', { channel: 'e-mail', text: CLEAR.answer });
    if (open) return;
    await inCase('solve', { resultCode: 'solved', solution: CLEAR.solution });
    await inCase('confirm-solution', { by: 'customer' });
    await inCase('record-no-evaluation', {});
    await inCase('record-retrospective', {
      ...{ cause: CLEAR.note, wentWell: CLEAR.answer, toImprove: CLEAR.message },
    });
    await inCase('sign-execution-record', { problem: CLEAR.description, result: CLEAR.solution });
    await inCase('close', {});
  };
  const receive = (body: object) =>
    post('service-cases', { kind: 'after-sales', channel: 'phone', subjectLine: CLEAR.subjectLine, ...body });
  const caseId = await receive({ customerId, description: CLEAR.description, contact: CLEAR.caller });
  await finish(caseId);
  const strayId = await receive({ description: CLEAR.stray, contact: CLEAR.unknownCaller });
  await post(`service-cases/${strayId}/identify-customer`, { customerId });
  if (!open) await finish(strayId);
  const complaintId = await post('complaints', {
    ...{ channel: 'phone', category: 'service-quality', severity: 'minor', customerId },
    ...{ complainant: CLEAR.complainant, contact: CLEAR.phone, description: CLEAR.complaint },
  });
  await post(`complaints/${complaintId}/withdraw`, { why: CLEAR.message });
  await living.ledger.caughtUp();
  return { customerId, contactId, caseId, strayId, complaintId };
};
