import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Feature } from '#libs/kernel/feature.ts';
import { accessPage } from './access-table.ts';
import { asyncApiOf } from './asyncapi.ts';
import { describeApi } from './create-server.ts';

const textOf = (document: object): string => `${JSON.stringify(document, null, 2)}\n`;

/** The committed descriptions of what the ledger offers: file names and contents. The same features give the same bytes. */
export const apiDocuments = async (features: readonly Feature[]): Promise<ReadonlyMap<string, string>> => {
  const openApi = await describeApi(features);
  return new Map([
    ['openapi.json', textOf(openApi)],
    ['asyncapi.json', textOf(asyncApiOf(features))],
    ['access.md', accessPage(openApi, features)],
  ]);
};

/** Writes the descriptions into the folder. With `check` nothing is written: resolves with the files that are out of date. */
export const writeApiDocuments = async (
  folder: string,
  features: readonly Feature[],
  { check = false }: { readonly check?: boolean } = {},
): Promise<readonly string[]> => {
  const outdated: string[] = [];
  for (const [name, text] of await apiDocuments(features)) {
    const file = join(folder, name);
    const before = await readFile(file, 'utf8').catch(() => undefined);
    if (before === text) continue;
    outdated.push(file);
    if (check) continue;
    await mkdir(folder, { recursive: true });
    await writeFile(file, text);
  }
  return outdated;
};
