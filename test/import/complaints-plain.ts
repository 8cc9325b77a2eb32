// What the file of complaints says, worked out with no code of the product.
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';

export interface PlainComplaint {
  status: 'closed' | 'accepted';
  receivedAt: string;
  outcome: string | undefined;
  verdict: 'timely' | 'late' | undefined;
  category: string;
}

/** The first moment of a day in Shanghai. */
const day = (text: string): string => new Date(Date.parse(`${text}T00:00:00Z`) - 8 * 3_600_000).toISOString();

export const plainComplaints = (file: string): Map<string, PlainComplaint> => {
  const rows = parse(gunzipSync(readFileSync(file)), { columns: true, bom: true }) as unknown as Record<
    string,
    string
  >[];
  const complaints = new Map<string, PlainComplaint>();
  for (const row of rows) {
    const response = row['Company response to consumer']!;
    const timely = row['Timely response?'];
    complaints.set(row['Complaint ID']!, {
      status: response === 'In progress' ? 'accepted' : 'closed',
      receivedAt: day(row['Date submitted']!),
      outcome: response === 'In progress' ? undefined : response,
      verdict: timely === 'Yes' ? 'timely' : timely === 'No' ? 'late' : undefined,
      category: row['Product']!,
    });
  }
  return complaints;
};
