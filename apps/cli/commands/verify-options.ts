import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { keptHeadsIn } from '#libs/adapters/witness-file/witness-file.ts';
import { MalformedNote, parseNoteKey } from '#libs/kernel/signed-note.ts';
import type { NoteKey } from '#libs/kernel/signed-note.ts';
import type { KeptHead } from '#libs/ports/witness.ts';
import { notFound, wrongUsage } from '../problem.ts';

export interface VerifyOptions {
  /** `sqlite:<folder>`, `esdb://…`; default: the data folder. */
  readonly store?: string;
  /** Files that witnesses wrote, or copies of a log's checkpoint. */
  readonly heads?: readonly string[];
  /** `name+id+key`, or a file with it. */
  readonly publicKey?: readonly string[];
  /** A folder that `care export` wrote, in place of a store. */
  readonly bundle?: string;
}

const textIn = async (file: string, what: string): Promise<string> => {
  if (!existsSync(file)) throw notFound(`There is no file ${file}.`, `Name ${what}.`);
  return readFile(file, 'utf8');
};

export const keyOf = async (text: string): Promise<NoteKey> => {
  const isKey = /^\S+\+[0-9a-f]{8}\+\S+$/.test(text);
  try {
    return parseNoteKey(isKey ? text : await textIn(text, 'a public key, or the file that holds it'));
  } catch (error) {
    if (error instanceof MalformedNote) throw wrongUsage(`--public-key: ${error.message}`);
    throw error;
  }
};

export const keptIn = async (files: readonly string[]): Promise<readonly KeptHead[]> => {
  const kept: KeptHead[] = [];
  for (const file of files) {
    if (!existsSync(file))
      throw notFound(`There is no file ${file}.`, 'Name the file of a witness, or a kept checkpoint.');
    try {
      kept.push(...(await keptHeadsIn(file)));
    } catch (error) {
      throw wrongUsage(`--heads: ${(error as Error).message}`);
    }
  }
  return kept;
};
