import { open, stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { CsvError, parse } from 'csv-parse';
import { EXIT, Problem, notFound } from '../problem.ts';

/** One line of data; a record that spans several lines is numbered by its first one. The header is line 1. */
export interface CsvRow<Column extends string> {
  readonly line: number;
  /** Absent where the number of values is not that of the columns. */
  readonly values?: { readonly [column in Column]: string };
  /** What is wrong with it, where `values` is absent. */
  readonly broken?: string;
  readonly raw: string;
}

interface Parsed {
  readonly record: readonly string[];
  readonly raw: string;
  readonly info: { readonly lines: number };
}

const GZIP = Buffer.from([0x1f, 0x8b]);

/** The file's text, unpacked where it begins like a gzip file, whatever its name says. */
const openText = async (file: string): Promise<Readable> => {
  const handle = await open(file, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') throw notFound(`There is no file ${file}.`, 'Check the path.');
    throw error;
  });
  try {
    if (!(await handle.stat()).isFile()) throw new Problem(`${file} is not a file.`, { exitCode: EXIT.usage });
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    const isGzip = bytesRead === 2 && buffer.equals(GZIP);
    const bytes = handle.createReadStream({ start: 0, highWaterMark: 256 * 1024 });
    if (!isGzip) return bytes;
    const text = createGunzip();
    bytes.on('error', (error) => text.destroy(error));
    return bytes.pipe(text);
  } catch (error) {
    await handle.close();
    throw error;
  }
};

const whatIsWrong = (error: unknown, file: string, line: number): unknown => {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  if (code.startsWith('Z_'))
    return new Problem(`${file} is a damaged or truncated gzip file: it breaks off after line ${line}.`, {
      next: 'Fetch the file again.',
      cause: error,
    });
  // The parser's own message would quote the content, which may be personal.
  if (error instanceof CsvError)
    return new Problem(
      `${file} is not CSV after line ${line}: ${error.code === 'CSV_QUOTE_NOT_CLOSED' ? 'a quotation is not closed' : error.code}.`,
      { next: 'Correct or re-export the file.' },
    );
  return error;
};

const checkHeader = (header: readonly string[], required: readonly string[], file: string): void => {
  const missing = required.filter((column) => !header.includes(column));
  if (missing.length > 0)
    throw new Problem(
      `${file}, line 1: ${missing.length === required.length ? 'none of the columns is there' : 'columns are missing'}: ${missing.join(', ')}.`,
      { next: `Expected is a comma-separated file whose first line names the columns ${required.join(', ')}.` },
    );
  const twice = header.find((column, index) => required.includes(column) && header.indexOf(column) !== index);
  if (twice !== undefined)
    throw new Problem(`${file}, line 1: the column ${twice} is there twice.`, { next: 'Name each column once.' });
};

/**
 * The rows of a CSV file in order, with little memory whatever its size. Rejects with a Problem that names the line: no
 * such file, no header, missing columns, a broken gzip file or quotation.
 */
export async function* readCsv<Column extends string>(
  file: string,
  columns: readonly Column[],
): AsyncGenerator<CsvRow<Column>> {
  const text = await openText(file);
  const parser = parse({
    ...{ bom: true, info: true, raw: true, max_record_size: 1_000_000 },
    // A row that is wrong in itself is rejected alone; it does not end the import.
    ...{ relax_column_count: true, relax_quotes: true },
  });
  text.on('error', (error) => parser.destroy(error));
  text.pipe(parser);
  let line = 0;
  let header: readonly string[] | undefined;
  try {
    for await (const { record, raw, info } of parser as AsyncIterable<Parsed>) {
      const first = line + 1;
      line = info.lines;
      if (header === undefined) {
        checkHeader((header = record.map((name) => name.trim())), columns, file);
        continue;
      }
      const content = raw.replace(/[\r\n]+$/, '');
      if (content.trim() === '') continue;
      if (record.length !== header.length) {
        yield { line: first, raw: content, broken: `${record.length} values where the header has ${header.length}` };
        continue;
      }
      const values: Record<string, string> = {};
      for (const [index, name] of header.entries()) values[name] = record[index]!;
      yield { line: first, raw: content, values: values as CsvRow<Column>['values'] & object };
    }
  } catch (error) {
    throw whatIsWrong(error, file, line);
  } finally {
    text.destroy();
    parser.destroy();
  }
  if (header === undefined) {
    const { size } = await stat(file);
    throw new Problem(size === 0 ? `${file} is empty.` : `${file} holds no header line.`, { next: 'Check the file.' });
  }
}
