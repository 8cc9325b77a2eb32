import { createHash } from 'node:crypto';
import type { Actor } from '#libs/kernel/actor.ts';
import { deriveId } from '#libs/kernel/identifiers.ts';
import { canonicalJson } from '#libs/kernel/json.ts';
import type { JsonObject } from '#libs/kernel/json.ts';
import type { Ledger } from '#libs/runtime/ledger.ts';
import { Problem } from '../problem.ts';
import type { RejectsFile } from './rejects-file.ts';

/** The same whoever runs it: a second run by somebody else must be recognised as the same import. */
const IMPORTER: Actor = { id: 'import', grants: [{ role: 'service', team: '*' }] };

/** A command that the ledger refused: the row's fault. */
export class Refused extends Error {
  override readonly name = 'Refused';
}

/** One thing to import: which aggregate, from which key of the source. */
export interface ImportCommand {
  readonly name: string;
  readonly id: string;
  readonly body: JsonObject;
  /** Where in the source: `incidents:INC0000073`. */
  readonly sourceRow: string;
}

/** Where an importer sends what it has understood. */
export interface Sender {
  /** Events added by this run. */
  readonly events: number;
  /** The id of a person whom the source names: the same name, the same id; nobody can find the name by trying. */
  pseudonym(kind: string, value: string): string;
  /** The id of what has this key in its source, for ever. */
  idOf(sourceKey: string): string;
  /** Rejects with Refused. Resolves with how many events this run added; 0: all of it was there. */
  send(command: ImportCommand): Promise<number>;
  /** Sends a command that others need first, once per aggregate and run; `onNew` is called when it added something. */
  sendOnce(command: ImportCommand, onNew?: () => void): Promise<void>;
}

/** Forgetting the oldest keeps memory bounded; sending one twice does no harm. */
const REMEMBERED = 100_000;

const once = (send: Sender['send']): Sender['sendOnce'] => {
  const sent = new Map<string, Promise<void>>();
  return (command, onNew = () => undefined) => {
    const key = `${command.name} ${command.id}`;
    const earlier = sent.get(key);
    if (earlier !== undefined) return earlier;
    if (sent.size >= REMEMBERED) sent.delete(sent.keys().next().value!);
    const sending = send(command).then((events) => (events > 0 ? onNew() : undefined));
    sent.set(key, sending);
    return sending;
  };
};

/** Sends import commands to the ledger, each once per content: the same again is answered from what was recorded. */
export const ledgerSender = (ledger: Ledger): Sender => {
  let added = 0;
  const idOf = (sourceKey: string) => deriveId(ledger.tenant, `import/${sourceKey}`);
  const send = async ({ name, id, body, sourceRow }: ImportCommand): Promise<number> => {
    const content = createHash('sha256').update(canonicalJson(body)).digest('hex');
    const outcome = await ledger.execute({
      ...{ name, id, body, sourceRow, actor: IMPORTER, origin: 'import' },
      // More rows of the same thing are another command; the decider adds only what is new.
      commandId: idOf(`${name}/${id}/${content}`),
    });
    if (!outcome.accepted) throw new Refused(`${outcome.message} (${outcome.code})`);
    const events = outcome.repeated === true ? 0 : outcome.events;
    added += events;
    return events;
  };
  return {
    get events() {
      return added;
    },
    pseudonym: (kind, value) => ledger.pseudonym(kind, value),
    idOf,
    send,
    sendOnce: once(send),
  };
};

/** Sends nothing; tells what is new by what the ledger in the folder, if there is one, already has. */
export const drySender = (tenant: string, ledger: Ledger | undefined): Sender => {
  const promised = new Set<string>();
  const idOf = (sourceKey: string) => deriveId(tenant, `import/${sourceKey}`);
  const exists = async (stream: string): Promise<boolean> =>
    promised.has(stream) || (await ledger?.stateOf(stream, { actor: IMPORTER })) !== undefined;
  const send = async ({ name, id, body }: ImportCommand): Promise<number> => {
    const stream = `${name.slice(0, name.indexOf('.'))}-${id}`;
    const known = await exists(stream);
    if (name !== 'customer.import-contact') {
      promised.add(stream);
      return known ? 0 : 1;
    }
    if (!known) throw new Refused('The customer is not there: import the customers first. (customer.unknown)');
    const contact = `${stream}/${JSON.stringify(body['key'])}`;
    const isNew = !promised.has(contact);
    promised.add(contact);
    return isNew ? 1 : 0;
  };
  return {
    events: 0,
    pseudonym: (kind, value) => idOf(`${kind}/${value}`),
    idOf,
    send,
    sendOnce: once(send),
  };
};

/** What every importer gets. */
export interface ImportRun {
  readonly sender: Sender;
  readonly file: string;
  /** The zone of the source's times. */
  readonly zone: string;
  readonly rejects: RejectsFile;
  readonly onProgress: (rows: number, totalRows: number) => void;
  /** Throws when the import is to stop. */
  readonly checkStop: () => void;
}

/** What an import did; the last line with `--json`. */
export interface ImportSummary {
  /** Lines of data in the file. */
  readonly rows: number;
  /** Cases, complaints, invoices, customers, contacts: newly imported, or extended by rows that were not there yet. */
  readonly imported: number;
  /** Those that were complete already. */
  readonly skipped: number;
  /** Rows in the rejects file. */
  readonly rejected: number;
  /** Events added. */
  readonly events: number;
  /** Customers registered by this run. */
  readonly customers: number;
  readonly seconds: number;
  /** How many rows were repaired, by rule. */
  readonly repaired: { readonly [rule: string]: number };
  /** Transactions only: lines of customers without an id, not imported. */
  readonly guests?: number;
  readonly rejectsFile?: string;
  /** Nothing was written: what would be. */
  readonly dryRun?: true;
}

/** Stops an import between two rows, so that what was begun is finished. */
export const stopOnSignal = (): { readonly check: () => void; readonly release: () => void } => {
  let stopped = false;
  const stop = () => void (stopped = true);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  return {
    check: () => {
      if (stopped)
        throw new Problem('Interrupted; what was imported so far is kept.', {
          exitCode: 130,
          next: 'Run the same command again to continue.',
        });
    },
    release: () => {
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.off(signal, stop);
    },
  };
};
