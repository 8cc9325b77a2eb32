import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Everything that is personal in the story, as it was written: none of it may be found anywhere afterwards. */
export const CLEAR = {
  name: '欧阳修远',
  place: '杭州市西湖区龙井路18号乙',
  preference: '只在下午三点后致电',
  contactName: 'Žaneta Příbramská',
  phone: '+86 571 8765 4321',
  email: 'zaneta.p@xihu.example',
  subjectLine: 'Invoice of Mr Ouyang is wrong',
  description: '客户称账单多收了二百元，住在龙井路',
  caller: 'Ouyang Xiuyuan, room 1204',
  message: 'My daughter Xiaomei is allergic to the coating',
  note: 'Sounded angry; a neighbour of the director',
  answer: 'Dear Mr Ouyang, we are sorry about the coating',
  solution: 'Replaced by hand at Longjing road on Friday',
  complainant: 'Ouyang Xiaomei',
  complaint: 'The technician called me names at my own door',
  unknownCaller: 'Somebody called Ouyang, no number',
  stray: 'A man with a limp asked about invoice 4711-B',
} as const;

const escaped = (text: string): string =>
  text.replaceAll(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** What base64 makes of a text wherever it stands in a longer one: without the ends, which depend on what is beside it. */
const base64At = (text: string, offset: number): string => {
  const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(text)]);
  return bytes
    .toString('base64')
    .replace(/=+$/, '')
    .slice(offset === 0 ? 0 : 4, -2);
};

/** The ways in which a value may have been written down. */
const spellingsOf = (value: string): ReadonlyMap<string, Buffer> => {
  const utf16 = Buffer.from(value, 'utf16le');
  return new Map([
    ['UTF-8', Buffer.from(value)],
    ['UTF-16LE', utf16],
    ['UTF-16BE', Buffer.from(utf16).swap16()],
    ['JSON-escaped', Buffer.from(escaped(value))],
    ['percent-encoded', Buffer.from(encodeURIComponent(value))],
    ['hexadecimal', Buffer.from(Buffer.from(value).toString('hex'))],
    ...[0, 1, 2].map((offset) => [`base64 at ${offset}`, Buffer.from(base64At(value, offset))] as const),
  ]);
};

const spellings = Object.entries(CLEAR).flatMap(([name, value]) =>
  [...spellingsOf(value)].map(([spelling, bytes]) => ({ found: `${name} as ${spelling}`, bytes })),
);

/** Which of the values stand in it, and how they are spelt. */
export const clearIn = (content: Uint8Array | string): readonly string[] => {
  const bytes = Buffer.from(content as Uint8Array);
  return spellings.filter((each) => bytes.includes(each.bytes)).map(({ found }) => found);
};

/** Every file below a folder, free pages and write-ahead logs as they lie there. The lock is never read: closing it would free it. */
export const filesBelow = async (folder: string): Promise<ReadonlyMap<string, Buffer>> => {
  const files = new Map<string, Buffer>();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || entry.name.startsWith('lock.db')) continue;
    const file = join(entry.parentPath, entry.name);
    // A server at work puts files in each other's place.
    const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
    if (bytes !== undefined) files.set(file.slice(folder.length + 1), bytes);
  }
  return files;
};

/** `file: value as spelling` for each that is found. */
export const clearBelow = async (folder: string): Promise<readonly string[]> =>
  [...(await filesBelow(folder))].flatMap(([file, bytes]) => clearIn(bytes).map((found) => `${file}: ${found}`));
