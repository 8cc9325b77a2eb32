import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { explainTier } from '#libs/features/customer/tier-explained.ts';
import { explainEscalation } from '#libs/features/escalation/escalation-explained.ts';
import { explainDeadlines } from '#libs/features/sla/sla.events.ts';
import { ROLES } from '#libs/kernel/actor.ts';
import type { Rejection } from '#libs/kernel/rejection.ts';
import type { Clock } from '#libs/ports/clock.ts';
import type { Ledger, Viewer } from '#libs/runtime/ledger.ts';
import { retryProcesses, standingProcesses } from '#libs/runtime/standing-processes.ts';
import { REFERENCED } from './asked.ts';
import type { AskedLedger } from './asked.ts';
import { toFilter } from './conditions.ts';
import { EXIT, Problem, problemInWords } from './problem.ts';
import type { ExitCode } from './problem.ts';
import type { GlobalOptions } from './global-options.ts';

/** Whoever can read the folder and its key has everything in hand already; the access record says who it was. */
export const localViewer = ({ purpose, as }: Pick<GlobalOptions, 'purpose' | 'as'>): Viewer => ({
  actor: { id: as ?? `cli:${userInfo().username}`, grants: ROLES.map((role) => ({ role, team: '*' })) },
  ...(purpose === undefined ? {} : { purpose }),
});

const DEFAULT_TENANT = 'careledger';
export const tenantOf = (): string => process.env['CARE_TENANT'] ?? DEFAULT_TENANT;

/** Opens the ledger in the folder. `readOnly` works beside a running server; otherwise the folder is taken. */
export const openFolder = async (
  folder: string,
  options: {
    readonly readOnly?: boolean;
    readonly clock?: Clock;
    readonly purpose: string;
    /** Whether the durable processes run while it is open. */
    readonly runsProcesses?: boolean;
  },
): Promise<Ledger> => {
  if (options.readOnly === true && !existsSync(folder))
    throw new Problem(`There is no ledger in ${folder}.`, {
      exitCode: EXIT.notFound,
      next: 'Name its folder with --data, or begin one: care demo, care import, care serve.',
    });
  const { openEmbeddedLedger } = await import('#apps/server/embedded-ledger.ts');
  // Masking would hide nothing from whoever holds the folder and its key; what they look at is on record.
  return openEmbeddedLedger({ folder, ...options, ...circumstances(), clearance: 'assumed' });
};

const circumstances = () => {
  const { CARE_MASTER_KEY: masterKey, CARE_ERASURE_LIST: erasureList } = process.env;
  return {
    tenant: tenantOf(),
    ...(masterKey === undefined ? {} : { masterKey }),
    ...(erasureList === undefined ? {} : { erasureList }),
    onAlarm: (message: string) => void process.stderr.write(`care: ${message}\n`),
  };
};

/** Opens the ledger in the folder for good: its processes run, and messages leave by the channels that the environment names. */
export const openServedFolder = async (folder: string, purpose: string): Promise<Ledger> => {
  const [{ openConnectedLedger }, { channelsOf }] = await Promise.all([
    import('#apps/server/connected-ledger.ts'),
    import('#apps/server/channels.ts'),
  ]);
  const outward = channelsOf(process.env);
  const here = { kind: 'sqlite', folder } as const;
  return openConnectedLedger({
    ...{ eventStore: here, readModels: here, folder, purpose, runsProcesses: true },
    ...circumstances(),
    outward,
    witnesses: outward.witnesses,
  });
};

const EXIT_OF_KIND: { readonly [Kind in Rejection['kind']]: ExitCode } = {
  invalid: EXIT.usage,
  state: EXIT.failed,
  missing: EXIT.notFound,
  forbidden: EXIT.denied,
};

/** A ledger in a folder as the command line asks it. */
export const localLedger = (ledger: Ledger, viewer: Viewer): AskedLedger => {
  return {
    referenced: REFERENCED.filter((name) =>
      ledger.features.some(({ projections }) => projections?.some(({ collection }) => collection.name === name)),
    ),
    list: async (collection, { conditions, sort, limit, cursor }, moment) => {
      const page = await ledger.find(
        collection,
        {
          filter: toFilter(conditions),
          limit,
          ...(sort === undefined ? {} : { sort }),
          ...(cursor === undefined ? {} : { cursor }),
        },
        viewer,
        moment,
      );
      const { documents: items, position, next } = page;
      return { items, position, ...(next === undefined ? {} : { next }) };
    },
    count: (collection, conditions, moment) => ledger.count(collection, toFilter(conditions), viewer, moment),
    groups: (collection, conditions, by, moment) =>
      ledger.groupCounts(collection, toFilter(conditions), by, viewer, moment),
    history: async (id, language, moment, after) => {
      const page = await ledger.history(id, viewer, {
        ...moment,
        limit: 1_000,
        ...(after === undefined ? {} : { after }),
      });
      if (page === undefined) return undefined;
      const entries = page.entries.map(({ text, ...entry }) => ({ ...entry, text: text[language] }));
      return { entries, ...(page.next === undefined ? {} : { next: page.next }) };
    },
    execute: async (command) => {
      const outcome = await ledger.execute({ ...command, ...viewer, commandId: randomUUID() });
      if (!outcome.accepted)
        throw new Problem(problemInWords({ detail: outcome.message, code: outcome.code }), {
          exitCode: EXIT_OF_KIND[outcome.kind],
        });
      await ledger.caughtUp(outcome.position);
      return { events: outcome.events };
    },
    stateOf: (stream, moment) => ledger.stateOf(stream, viewer, moment),
    provenance: async (collection, id, field, language, moment) => {
      const found = await ledger.provenance(collection, id, field, viewer, moment);
      if (found === undefined) return undefined;
      const { lines, setBy, ...rest } = found;
      return {
        ...rest,
        ...(setBy === undefined ? {} : { setBy: { ...setBy, text: setBy.text[language] } }),
        lines: lines[language],
      };
    },
    explain: (stream, moment) => explainDeadlines(ledger, stream, viewer, moment),
    explainTier: (id, moment) => explainTier(ledger, id, viewer, moment),
    explainEscalation: (id, moment) => explainEscalation(ledger, id, viewer, moment),
    rebuild: (collection, onProgress) => ledger.rebuild(collection, onProgress),
    accesses: (query) => ledger.accesses(query, viewer),
    disclose: async (id, to) => ledger.disclose?.(id, viewer, to),
    deadLetters: () => ledger.deadLetters(),
    retryDeadLetters: () => ledger.retryDeadLetters(),
    standingProcesses: () => standingProcesses(ledger),
    retryProcesses: async () => {
      const retried = await retryProcesses(ledger);
      // What they ask for is done before the folder is let go.
      await ledger.processes?.settle();
      return retried;
    },
    close: () => ledger.close(),
  };
};
