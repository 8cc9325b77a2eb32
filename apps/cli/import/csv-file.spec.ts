import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from '@jest/globals';
import { readCsv } from './csv-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'care-csv-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const fileOf = (content: string | Buffer, name = 'rows.csv'): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};
const read = async (path: string) => {
  const rows = [];
  for await (const row of readCsv(path, ['a', 'b'])) rows.push(row);
  return rows;
};
const rowsOf = (content: string | Buffer) => read(fileOf(content));

describe('a CSV file', () => {
  it('is read with the number of each line, whatever its line ends and marks at its beginning', async () => {
    expect(await rowsOf('\ufeffb,a\r\n1,2\r\n\r\n"x\ny",3')).toEqual([
      { line: 2, values: { b: '1', a: '2' }, raw: '1,2' },
      { line: 4, values: { b: 'x\ny', a: '3' }, raw: '"x\ny",3' },
    ]);
  });

  it('is unpacked by what it begins with, not by its name', async () => {
    expect(await rowsOf(gzipSync('a,b\n1,2\n'))).toEqual([{ line: 2, values: { a: '1', b: '2' }, raw: '1,2' }]);
  });

  it('hands on a row with too few or too many values as broken, and goes on', async () => {
    expect(await rowsOf('a,b\n1\n1,2\n1,2,3\n')).toEqual([
      { line: 2, raw: '1', broken: '1 values where the header has 2' },
      { line: 3, raw: '1,2', values: { a: '1', b: '2' } },
      { line: 4, raw: '1,2,3', broken: '3 values where the header has 2' },
    ]);
  });

  it('takes a quotation mark in the middle of a value as it is', async () => {
    expect(await rowsOf('a,b\n5" pipe,2\n')).toMatchObject([{ values: { a: '5" pipe', b: '2' } }]);
  });

  it('breaks off with the line where a gzip file was cut off', async () => {
    const lines = Array.from({ length: 20_000 }, (_, index) => `${index},${(index * 7_919) % 10_007}`).join('\n');
    const packed = gzipSync(`a,b\n${lines}`);
    await expect(rowsOf(packed.subarray(0, packed.length / 2))).rejects.toThrow(
      /damaged or truncated gzip file: it breaks off after line \d+/,
    );
  });

  it('says which columns are missing, and which are expected', async () => {
    await expect(rowsOf('a,c\n1,2\n')).rejects.toMatchObject({
      message: expect.stringContaining('line 1: columns are missing: b'),
      next: expect.stringContaining('a, b'),
    });
    await expect(rowsOf('{"a": 1}')).rejects.toThrow(/line 1: none of the columns is there/);
    await expect(rowsOf('a,b,a\n1,2,3\n')).rejects.toThrow(/the column a is there twice/);
    await expect(rowsOf(Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 0, 1]))).rejects.toThrow(/none of the columns/);
  });

  it('never quotes the content of a file that is not CSV', async () => {
    const error: unknown = await rowsOf('a,b\n1,"secret\n2,3\n').catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      message: expect.stringMatching(/is not CSV after line 1: a quotation is not closed/),
    });
    expect((error as Error).message).not.toContain('secret');
  });

  it('says that a file is empty, or not there', async () => {
    await expect(rowsOf('')).rejects.toThrow(/is empty/);
    await expect(read(join(folder, 'none.csv'))).rejects.toMatchObject({ exitCode: 3 });
    await expect(read(folder)).rejects.toThrow(/is not a file/);
  });
});
