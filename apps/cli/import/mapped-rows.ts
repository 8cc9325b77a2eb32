import type { TSchema } from 'typebox';
import { Value } from 'typebox/value';
import { customerEvents } from '#libs/features/customer/customer.events.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import type { JsonObject } from '#libs/kernel/json.ts';
import { readCsv } from './csv-file.ts';
import type { CsvRow } from './csv-file.ts';
import { InFlight } from './in-flight.ts';
import { Refused } from './importer.ts';
import type { ImportCommand, ImportRun, ImportSummary } from './importer.ts';
import { columnsOf, mapped } from './mapping.ts';
import type { ContactMapping, CustomerMapping } from './mapping.ts';
import { isoMomentIn } from './times.ts';

const { definitions } = customerEvents;
type Schemas = { readonly [field: string]: TSchema };

/** What a customer’s row may hold: the same rules as for the events that it becomes. */
const CUSTOMER_FIELDS: Schemas = {
  ...(({ changed: _c, source: _s, why: _w, established: _e, ...own }) => own)(
    definitions['customer.registered.v1'].data.properties,
  ),
  unifiedSocialCreditCode: definitions['customer.credit-code-recorded.v1'].data.properties.unifiedSocialCreditCode,
  legalRepresentative: definitions['customer.legal-representative-named.v1'].data.properties.legalRepresentative,
};
const CONTACT_FIELDS: Schemas = (({ name, role, phone, email }) => ({ name, role, phone, email }))(
  definitions['customer.contact-added.v1'].data.properties,
);
export const CUSTOMER_FIELD_NAMES: readonly string[] = [...Object.keys(CUSTOMER_FIELDS), 'since'];
export const CONTACT_FIELD_NAMES: readonly string[] = Object.keys(CONTACT_FIELDS);

const IN_FLIGHT = 64;

/** The first field that does not keep its rule; values are not quoted, they may be personal. */
const faultIn = (fields: JsonObject, schemas: Schemas): string | undefined => {
  for (const [name, value] of Object.entries(fields)) {
    const schema = schemas[name];
    if (schema === undefined || Value.Check(schema, value)) continue;
    const [error] = Value.Errors(schema, value);
    return `${name} ${error?.message ?? 'is not valid'}`;
  }
  return undefined;
};

type Understand = (row: { readonly [column: string]: string }) => ImportCommand | string;

/** One command per row. */
const importRows = async (
  { sender, file, rejects, onProgress, checkStop }: ImportRun,
  columns: readonly string[],
  understand: Understand,
): Promise<Omit<ImportSummary, 'seconds'>> => {
  let total = 0;
  for await (const _ of readCsv(file, columns)) {
    checkStop();
    total += 1;
  }
  const inFlight = new InFlight(IN_FLIGHT);
  const seen = new Map<string, number>();
  let rows = 0;
  let imported = 0;
  let skipped = 0;
  const take = async (row: CsvRow<string>): Promise<void> => {
    const command = row.values === undefined ? row.broken! : understand(row.values);
    if (typeof command === 'string') return rejects.add(row.line, command, row.raw);
    const earlier = seen.get(command.sourceRow);
    if (earlier !== undefined) return rejects.add(row.line, `has the key of line ${earlier}`, row.raw);
    seen.set(command.sourceRow, row.line);
    await inFlight.add(async () => {
      try {
        if ((await sender.send(command)) > 0) imported += 1;
        else skipped += 1;
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        await rejects.add(row.line, error.message, row.raw);
      }
    });
  };
  for await (const row of readCsv(file, columns)) {
    checkStop();
    rows += 1;
    if (rows % 200 === 0) onProgress(rows, total);
    await take(row);
  }
  await inFlight.settled();
  onProgress(rows, total);
  return { rows, imported, skipped, rejected: rejects.count, events: sender.events, customers: 0, repaired: {} };
};

const keyIn = (row: { readonly [column: string]: string }, column: string): string | undefined => {
  const key = row[column]!.trim();
  return key === '' || key.length > 200 ? undefined : key;
};

/** The id under which every import knows the customer with this key in this system. */
const customerIdOf = ({ sender }: ImportRun, system: string, key: string): string =>
  sender.idOf(`customers/${system}/${key}`);

/** Customers of another system, by a mapping. docs/guides/imports.md. */
export const importCustomers = async (
  run: ImportRun,
  mapping: CustomerMapping,
): Promise<Omit<ImportSummary, 'seconds'>> => {
  const moment = isoMomentIn(run.zone);
  const { system } = mapping;
  const summary = await importRows(run, columnsOf(mapping), (row) => {
    const key = keyIn(row, mapping.key);
    if (key === undefined) return `${mapping.key} is missing or longer than 200 characters`;
    const fields = mapped(mapping, row);
    if (typeof fields === 'string') return fields;
    const { since: sinceText, ...body } = fields;
    if (body['kind'] === undefined) return 'kind is missing: enterprise, government, industry or individual';
    const fault = faultIn(body, CUSTOMER_FIELDS);
    if (fault !== undefined) return fault;
    let since: Instant | undefined;
    if (sinceText !== undefined && (since = moment(sinceText)) === undefined)
      return 'since is not a day or moment like 2020-01-31 or 2020-01-31 09:30';
    return {
      ...{ name: 'customer.import', id: customerIdOf(run, system, key), sourceRow: `customers:${system}/${key}` },
      body: { ...body, externalIds: [{ system, value: key }], ...(since === undefined ? {} : { since }) },
    };
  });
  return { ...summary, customers: summary.imported };
};

/** Contacts of customers that were imported from the same system, by a mapping. docs/guides/imports.md. */
export const importContacts = async (
  run: ImportRun,
  mapping: ContactMapping,
): Promise<Omit<ImportSummary, 'seconds'>> => {
  const { system } = mapping;
  return importRows(run, columnsOf(mapping), (row) => {
    const key = keyIn(row, mapping.key);
    if (key === undefined) return `${mapping.key} is missing or longer than 200 characters`;
    const customer = keyIn(row, mapping.customer);
    if (customer === undefined) return `${mapping.customer} is missing or longer than 200 characters`;
    const fields = mapped(mapping, row);
    if (typeof fields === 'string') return fields;
    const lacking = ['name', 'role'].filter((name) => fields[name] === undefined);
    if (lacking.length > 0) return `${lacking.join(' and ')} missing`;
    const fault = faultIn(fields, CONTACT_FIELDS);
    if (fault !== undefined) return fault;
    return {
      ...{ name: 'customer.import-contact', id: customerIdOf(run, system, customer) },
      ...{ sourceRow: `contacts:${system}/${key}`, body: { key: `${system}/${key}`, ...fields } },
    };
  });
};
