import { open, readFile } from 'node:fs/promises';
import type { KeptHead, Witness } from '#libs/ports/witness.ts';

/**
 * Keeps heads in a file, one a line, added at its end and synced. It is of use where the operator of the ledger cannot change it: on
 * another machine's disk, or one that is written once.
 */
export const openFileWitness = (file: string): Witness => ({
  name: `file:${file}`,
  keep: async ({ keptAt, head }) => {
    const handle = await open(file, 'a', 0o644);
    try {
      await handle.writeFile(`${JSON.stringify({ keptAt, head })}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
});

const isKeptHead = (value: unknown): value is KeptHead =>
  typeof value === 'object' &&
  value !== null &&
  typeof (value as KeptHead).head === 'string' &&
  typeof (value as KeptHead).keptAt === 'string';

const lineOf = (line: string): KeptHead | undefined => {
  try {
    const value: unknown = JSON.parse(line);
    return isKeptHead(value) ? value : undefined;
  } catch {
    return undefined;
  }
};

/**
 * The heads in a witness's file; a copy of a log's `checkpoint` counts as one. A last line that was cut off by a crash is passed
 * over. Throws an Error where the file holds anything else.
 */
export const keptHeadsIn = async (file: string): Promise<readonly KeptHead[]> => {
  const text = await readFile(file, 'utf8');
  if (!text.startsWith('{')) return [{ head: text, keptAt: `an unknown time (${file})` }];
  const lines = text.split('\n');
  const cut = lines.pop()!;
  return [...lines, ...(lineOf(cut) === undefined ? [] : [cut])].map((line, place) => {
    const kept = lineOf(line);
    if (kept === undefined)
      throw new Error(
        `${file}, line ${place + 1}: is no kept head. Name the file that a witness wrote, or a copy of a log's checkpoint.`,
      );
    return kept;
  });
};
