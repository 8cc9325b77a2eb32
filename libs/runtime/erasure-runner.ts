import { randomUUID } from 'node:crypto';
import { LEDGER } from '#libs/kernel/actor.ts';
import type { JsonObject } from '#libs/kernel/json.ts';
import type { KeyVault } from '#libs/ports/key-vault.ts';
import type { ReadModels } from '#libs/ports/read-models.ts';
import { everyPage } from './every-page.ts';
import type { Ledger } from './ledger.ts';
import { reasonOf } from './reason-of.ts';
import { Rounds } from './rounds.ts';

/** Erasures as features keep them: a read model that says which are due, streams that tell the truth, commands that record. */
const ERASURES = 'erasures';
const DUE = ['approved', 'begun'];
const DONE = ['erased', 'supervised'];
const streamOfErasure = (id: string) => `erasure-${id}`;
const streamOfCustomer = (id: string) => `customer-${id}`;
/** Received before their customer was known, they have keys of their own. */
const MATTERS = ['service-cases', 'complaints'];
/** The register of what was handed out. */
const REGISTER = 'disclosures';

interface ErasureState {
  readonly status: string;
  readonly scope: 'customer' | 'contact';
  readonly customerId: string;
  readonly subjects?: readonly string[];
}

/** Copies in clear besides the stores that can still be reached, e.g. exports in a folder of the server. */
export interface ClearCopies {
  /** Removes what shows the subjects; repeated after a crash. Resolves with how many files it removed. */
  purge(subjects: readonly string[]): Promise<number>;
}

export interface ErasureRunnerOptions {
  readonly ledger: Pick<Ledger, 'now' | 'execute' | 'stateOf' | 'caughtUp' | 'onApplied'>;
  readonly models: ReadModels;
  /** Open for writing: its keys are what is destroyed. */
  readonly vault: Pick<KeyVault, 'destroy' | 'key'>;
  readonly exports?: ClearCopies;
  /** Told what keeps an approved erasure from being carried out. */
  readonly onAlarm?: (message: string) => void;
}

const viewer = { actor: LEDGER };
const lookEveryMs = 2_000;
const pageSize = 500;

/**
 * Carries out what was approved, in the process that holds the key vault [G4]: settles whose keys it is about, destroys them, has copies
 * in clear removed, and records the certificate. Each step may be repeated: after a crash, by whoever works next, it goes on where the
 * streams say. Sealed values that are left in events, read models, snapshots and their files cannot be opened by anybody.
 */
export class ErasureRunner {
  readonly #options: ErasureRunnerOptions;
  readonly #alarmed = new Map<string, string>();
  readonly #unsubscribe: () => void;
  readonly #running: Promise<void>;
  readonly #rounds = new Rounds();
  #stopped = false;

  private constructor(options: ErasureRunnerOptions) {
    this.#options = options;
    this.#unsubscribe = options.ledger.onApplied((changes) => {
      if (changes.some(({ collection }) => collection === ERASURES)) this.#rounds.ask();
    });
    this.#running = this.#run();
  }

  /** Goes on by itself. */
  static start(options: ErasureRunnerOptions): ErasureRunner {
    return new ErasureRunner(options);
  }

  /** Resolves once everything that was approved when it was called was carried out, or could not be. */
  async settle(): Promise<void> {
    await this.#options.ledger.caughtUp();
    await this.#rounds.askAndWait();
  }

  /** Finishes the erasure that is under way. */
  async close(): Promise<void> {
    this.#stopped = true;
    this.#unsubscribe();
    this.#rounds.stop();
    await this.#running;
    this.#rounds.release();
  }

  async #run(): Promise<void> {
    let isChecked = false;
    while (!this.#stopped) {
      const { asked } = this.#rounds;
      try {
        if (!isChecked) await this.#checkDone();
        isChecked = true;
        for (const id of await this.#withStatus(DUE)) if (!this.#stopped) await this.#carryOut(id);
        this.#alarmed.delete('');
      } catch (error) {
        this.#alarm('', `Erasures wait, trying again: ${reasonOf(error)}`);
      }
      this.#rounds.done(asked);
      if (this.#rounds.asked === asked) await this.#rounds.sleep(lookEveryMs);
    }
  }

  async #withStatus(status: readonly string[]): Promise<readonly string[]> {
    const ids: string[] = [];
    const filter = { status: { $in: [...status] } };
    for await (const page of everyPage(this.#options.models, ERASURES, { filter, limit: pageSize }))
      ids.push(...page.map(({ id }) => id));
    return ids;
  }

  async #stateOf<State>(stream: string): Promise<State | undefined> {
    return (await this.#options.ledger.stateOf(stream, viewer))?.state as unknown as State | undefined;
  }

  /** A vault that was put back by hand may hold keys that were destroyed. */
  async #checkDone(): Promise<void> {
    const { vault } = this.#options;
    for (const id of await this.#withStatus(DONE)) {
      const { subjects = [] } = (await this.#stateOf<ErasureState>(streamOfErasure(id))) ?? {};
      for (const subject of subjects) if ((await vault.key(subject)) !== undefined) await vault.destroy(subject);
    }
  }

  async #carryOut(id: string): Promise<void> {
    const { ledger, vault, exports } = this.#options;
    try {
      let state = await this.#stateOf<ErasureState>(streamOfErasure(id));
      if (state?.status === 'approved') {
        await this.#send('erasure.begin', id, { subjects: await this.#subjectsOf(id, state) });
        state = await this.#stateOf<ErasureState>(streamOfErasure(id));
      }
      if (state?.status !== 'begun') return;
      const { subjects = [] } = state;
      await Promise.all(subjects.map((subject) => vault.destroy(subject)));
      for (const subject of subjects)
        if ((await vault.key(subject)) !== undefined) throw new Error(`the key of ${subject} is still there`);
      const purged = await exports?.purge(subjects);
      const exportsOutside = await this.#handedOut(state);
      const count = subjects.length;
      await this.#send('erasure.record-carried-out', id, {
        destroyedAt: ledger.now(),
        purged: [
          { what: 'keys', count },
          { what: 'cached-keys', count },
          { what: 'write-ahead-log', count: 1 },
          ...(purged === undefined ? [] : [{ what: 'exports', count: purged }]),
        ],
        exportsOutside,
      });
      this.#alarmed.delete(id);
    } catch (error) {
      this.#alarm(id, `The erasure of ${id} was approved and is not carried out, trying again: ${reasonOf(error)}`);
    }
  }

  /** Everybody whose key seals something of the customer: itself, those it absorbed, their contacts, and matters with keys of their own. */
  async #subjectsOf(id: string, { scope, customerId }: ErasureState): Promise<string[]> {
    if (scope === 'contact') return [id];
    const { ledger, vault } = this.#options;
    await ledger.caughtUp();
    const customers = new Set([customerId]);
    const subjects = new Set([customerId]);
    for (const customer of customers) {
      const { takenOver = {}, contacts = {} } =
        (await this.#stateOf<{ takenOver?: object; contacts?: object }>(streamOfCustomer(customer))) ?? {};
      for (const absorbed of Object.keys(takenOver)) customers.add(absorbed);
      for (const subject of [customer, ...Object.keys(contacts)]) subjects.add(subject);
    }
    for (const matter of await this.#mattersOf([...customers]))
      if ((await vault.key(matter)) !== undefined) subjects.add(matter);
    return [...subjects];
  }

  async #mattersOf(customers: readonly string[]): Promise<readonly string[]> {
    const ids: string[] = [];
    const filter = { customerId: { $in: [...customers] } };
    for (const collection of MATTERS)
      for await (const page of everyPage(this.#options.models, collection, { filter, limit: pageSize }))
        ids.push(...page.map(({ id }) => id));
    return ids;
  }

  /** The exports that show the customer, or one of its matters: what left is not in reach, and the certificate says so. */
  async #handedOut({ scope, subjects = [] }: ErasureState): Promise<string[]> {
    if (scope === 'contact') return [];
    const shown = [...subjects, ...(await this.#mattersOf(subjects))];
    const ids: string[] = [];
    for (let from = 0; from < shown.length; from += pageSize) {
      const filter = { subjectId: { $in: shown.slice(from, from + pageSize) } };
      for await (const page of everyPage(this.#options.models, REGISTER, { filter, limit: pageSize }))
        ids.push(...page.map(({ id }) => id));
    }
    return [...new Set(ids)];
  }

  async #send(name: string, id: string, body: JsonObject): Promise<void> {
    // The stream's own stage tells a repeat: what was purged at a second attempt may differ.
    const outcome = await this.#options.ledger.execute({
      ...{ name, id, body, actor: LEDGER, origin: 'process', commandId: randomUUID() },
    });
    if (!outcome.accepted) throw new Error(outcome.message);
  }

  #alarm(key: string, message: string): void {
    if (this.#alarmed.get(key) !== message && !this.#stopped) this.#options.onAlarm?.(message);
    this.#alarmed.set(key, message);
  }
}

/** The ledger, carrying erasures out until it is closed. */
export const withErasures = (
  ledger: Ledger,
  options: Omit<ErasureRunnerOptions, 'ledger'>,
): Ledger & { readonly erasures: ErasureRunner } => {
  const erasures = ErasureRunner.start({ ...options, ledger });
  return {
    ...ledger,
    erasures,
    close: async () => {
      await erasures.close();
      await ledger.close();
    },
  };
};
