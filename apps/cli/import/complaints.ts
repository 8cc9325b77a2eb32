import type { ImportComplaint } from '#libs/features/complaint/complaint-import.ts';
import type { Channel } from '#libs/features/complaint/vocabulary.ts';
import type { JsonObject } from '#libs/kernel/json.ts';
import { readCsv } from './csv-file.ts';
import { InFlight } from './in-flight.ts';
import { Refused } from './importer.ts';
import type { ImportRun, ImportSummary } from './importer.ts';
import { isoMomentIn } from './times.ts';

const COLUMNS = [
  'Complaint ID',
  'Submitted via',
  'Date submitted',
  'Date received',
  'Product',
  'Sub-product',
  'Issue',
  'Sub-issue',
  'Company response to consumer',
  'Timely response?',
] as const;
type Values = { readonly [column in (typeof COLUMNS)[number]]: string };

const CHANNELS: { readonly [text: string]: Channel } = {
  Web: 'web',
  Referral: 'referral',
  'Web Referral': 'referral',
  Phone: 'phone',
  'Postal mail': 'letter',
  Fax: 'fax',
  Email: 'e-mail',
};

const IN_FLIGHT = 64;
const MAX_TEXT = 300;

const given = (text: string): string | undefined => (text.trim() === '' ? undefined : text.trim());

/** A complaint as understood, or why it cannot be. */
export const complaintReader = (zone: string) => {
  const moment = isoMomentIn(zone);
  return (values: Values): ImportComplaint | string => {
    const reference = given(values['Complaint ID']);
    if (reference === undefined || reference.length > 100) return 'Complaint ID is missing or too long';
    const filedAt = moment(values['Date submitted'].trim());
    if (filedAt === undefined) return 'Date submitted is not a day like 2022-01-31';
    const received = given(values['Date received']);
    const acceptedAt = received === undefined ? undefined : moment(received);
    if (received !== undefined && acceptedAt === undefined) return 'Date received is not a day like 2022-01-31';
    const category = given(values.Product);
    if (category === undefined) return 'Product is missing';
    const outcome = given(values['Company response to consumer']);
    const timely = given(values['Timely response?'])?.toLowerCase();
    if (timely !== undefined && timely !== 'yes' && timely !== 'no')
      return 'Timely response? is neither Yes, No nor blank';
    const product = given(values['Sub-product']);
    const issue = [given(values.Issue), given(values['Sub-issue'])].filter((each) => each !== undefined).join(' / ');
    if ([category, product, issue, outcome].some((text) => (text?.length ?? 0) > MAX_TEXT))
      return `Product, Sub-product, Issue or response is longer than ${MAX_TEXT} characters`;
    return {
      ...{ reference, channel: CHANNELS[values['Submitted via'].trim()] ?? 'other', category, filedAt },
      ...(product === undefined ? {} : { product }),
      ...(issue === '' ? {} : { issue }),
      ...(acceptedAt === undefined ? {} : { acceptedAt }),
      ...(outcome === undefined || outcome === 'In progress' ? {} : { outcome }),
      ...(timely === undefined ? {} : { timely: timely === 'yes' }),
    };
  };
};

/** Imports complaints about a company, one per row. Mapping and rules: docs/guides/imports.md. */
export const importComplaints = async (run: ImportRun): Promise<Omit<ImportSummary, 'seconds'>> => {
  const { sender, file, zone, rejects, onProgress, checkStop } = run;
  const read = complaintReader(zone);
  const inFlight = new InFlight(IN_FLIGHT);
  let total = 0;
  for await (const _ of readCsv(file, COLUMNS)) {
    checkStop();
    total += 1;
  }
  let rows = 0;
  let imported = 0;
  let skipped = 0;
  for await (const { line, values, broken, raw } of readCsv(file, COLUMNS)) {
    checkStop();
    rows += 1;
    if (rows % 200 === 0) onProgress(rows, total);
    const understood = values === undefined ? broken! : read(values);
    if (typeof understood === 'string') {
      await rejects.add(line, understood, raw);
      continue;
    }
    const sourceRow = `complaints:${understood.reference}`;
    await inFlight.add(async () => {
      try {
        const events = await sender.send({
          ...{ name: 'complaint.import', id: sender.idOf(`complaints/${understood.reference}`), sourceRow },
          body: understood as unknown as JsonObject,
        });
        if (events > 0) imported += 1;
        else skipped += 1;
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        await rejects.add(line, error.message, raw);
      }
    });
  }
  await inFlight.settled();
  onProgress(rows, total);
  return { rows, imported, skipped, rejected: rejects.count, events: sender.events, customers: 0, repaired: {} };
};
