import type { JsonObject } from '#libs/kernel/json.ts';
import { readCsv } from './csv-file.ts';
import type { CsvRow } from './csv-file.ts';
import { InFlight } from './in-flight.ts';
import { Refused } from './importer.ts';
import type { ImportRun, ImportSummary } from './importer.ts';
import { factsOf } from './incident-facts.ts';
import type { Repair } from './incident-facts.ts';
import { INCIDENT_COLUMNS, incidentReader } from './incident-rows.ts';
import type { IncidentRow } from './incident-rows.ts';

type Row = CsvRow<(typeof INCIDENT_COLUMNS)[number]>;

/** Enough for the store to write many in one go. */
const IN_FLIGHT = 64;

/** A first look at the whole file: how long it is, and whose rows do not stand together and must wait for each other. */
const survey = async (file: string, checkStop: () => void) => {
  const scattered = new Set<string>();
  const seen = new Set<string>();
  let total = 0;
  let current: string | undefined;
  for await (const { values } of readCsv(file, INCIDENT_COLUMNS)) {
    checkStop();
    total += 1;
    const number = values?.number.trim();
    if (number === undefined || number === current) continue;
    if (seen.has(number)) scattered.add(number);
    seen.add(number);
    current = number;
  }
  return { total, scattered };
};

/** Imports a service desk's log: one case per incident. Mapping and rules: docs/guides/import-incidents.md. */
export const importIncidents = async (run: ImportRun): Promise<Omit<ImportSummary, 'seconds'>> => {
  const { sender, file, zone, rejects, onProgress, checkStop } = run;
  const inFlight = new InFlight(IN_FLIGHT);
  const read = incidentReader(zone);
  const repaired: { [rule in Repair]?: number } = {};
  const counts = { imported: 0, skipped: 0, customers: 0 };
  const { total, scattered } = await survey(file, checkStop);

  const teamOf = (group: string) => sender.pseudonym('incident-group', group);
  const userOf = (name: string) => sender.pseudonym('incident-user', name);

  const importStaff = async (rows: readonly IncidentRow[]): Promise<void> => {
    const groups = new Map<string, string>();
    const people = new Map<string, string>();
    const note = (names: Map<string, string>, name: string | undefined, at: string) => {
      if (name !== undefined && !names.has(name)) names.set(name, at);
    };
    for (const { group, assignee, resolver, updatedAt } of rows) {
      note(groups, group, updatedAt);
      note(people, assignee, updatedAt);
      note(people, resolver, updatedAt);
    }
    await Promise.all([
      ...[...groups].map(([name, since]) => {
        const id = teamOf(name);
        const sourceRow = `incident-group:${id}`;
        return sender.sendOnce({ name: 'team.import', id, body: { name, zone, since }, sourceRow });
      }),
      ...[...people].map(([displayName, since]) => {
        const id = userOf(displayName);
        const sourceRow = `incident-user:${id}`;
        return sender.sendOnce({ name: 'user.import', id, body: { displayName, since }, sourceRow });
      }),
    ]);
  };

  /** Known since the first of their incidents in the file. */
  const importCaller = async (caller: string, since: string): Promise<string> => {
    const id = sender.pseudonym('incident-caller', caller);
    await sender.sendOnce(
      {
        ...{ name: 'customer.import', id, sourceRow: `incident-caller:${id}` },
        body: { kind: 'individual', personName: caller, since },
      },
      () => void (counts.customers += 1),
    );
    return id;
  };

  const importCase = async (rows: readonly IncidentRow[], raw: readonly Row[]): Promise<void> => {
    const { number, caller, openedAt, updatedAt } = rows[0]!;
    try {
      const [customerId] = await Promise.all([
        caller === undefined ? undefined : importCaller(caller, openedAt ?? updatedAt),
        importStaff(rows),
      ]);
      const facts = factsOf(rows, { team: teamOf, user: userOf }, (repair) => {
        repaired[repair] = (repaired[repair] ?? 0) + 1;
      });
      const events = await sender.send({
        name: 'service-case.import',
        id: sender.idOf(`incidents/${number}`),
        body: {
          reference: number,
          facts,
          ...(customerId === undefined ? {} : { customerId }),
        } as unknown as JsonObject,
        sourceRow: `incidents:${number}`,
      });
      if (events > 0) counts.imported += 1;
      else counts.skipped += 1;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      for (const row of raw) await rejects.add(row.line, error.message, row.raw);
    }
  };

  /** Understands the rows of one incident; those that cannot be understood go to the rejects, the others are imported. */
  const take = async (raw: readonly Row[]): Promise<void> => {
    const good: IncidentRow[] = [];
    const goodRaw: Row[] = [];
    const lines = new Map<string, number>();
    for (const row of raw) {
      const understood = read(row.values!, row.line);
      const earlier = lines.get(row.raw);
      if (typeof understood === 'string') await rejects.add(row.line, understood, row.raw);
      else if (earlier !== undefined) await rejects.add(row.line, `repeats line ${earlier}`, row.raw);
      else {
        lines.set(row.raw, row.line);
        good.push(understood);
        goodRaw.push(row);
      }
    }
    if (good.length > 0) await inFlight.add(() => importCase(good, goodRaw));
  };

  let rows = 0;
  let together: Row[] = [];
  const apart = new Map<string, Row[]>();
  for await (const row of readCsv(file, INCIDENT_COLUMNS)) {
    checkStop();
    rows += 1;
    if (rows % 200 === 0) onProgress(rows, total);
    if (row.values === undefined) {
      await rejects.add(row.line, row.broken!, row.raw);
      continue;
    }
    const number = row.values.number.trim();
    if (scattered.has(number)) {
      const before = apart.get(number);
      if (before === undefined) apart.set(number, [row]);
      else before.push(row);
      continue;
    }
    if (together.length > 0 && together[0]!.values!.number.trim() !== number) {
      await take(together);
      together = [];
    }
    together.push(row);
  }
  if (together.length > 0) await take(together);
  for (const scatteredRows of apart.values()) {
    checkStop();
    await take(scatteredRows);
  }
  await inFlight.settled();
  onProgress(rows, total);
  return {
    ...{ rows, imported: counts.imported, skipped: counts.skipped, rejected: rejects.count },
    ...{ events: sender.events, customers: counts.customers, repaired },
  };
};
