import { createWriteStream, existsSync, readFileSync, rmSync } from 'node:fs';
import type { WriteStream } from 'node:fs';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { once } from 'node:events';
import { wrongUsage } from '../problem.ts';

const HEADER = 'line,reason,raw\n';

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;

/** The rows that could not be imported: line, reason, raw text. Made at the first one, readable by its owner only. */
export class RejectsFile {
  readonly path: string;
  count = 0;
  #stream: WriteStream | undefined;

  /**
   * The file holds what the source holds, persons' names included: it may not lie in the data folder, where nothing is in
   * clear.
   */
  constructor(path: string, dataFolder: string) {
    const within = relative(resolve(dataFolder), resolve(path));
    if (within !== '..' && !within.startsWith(`..${sep}`) && !isAbsolute(within))
      throw wrongUsage(
        `--rejects ${path} lies in the data folder; the rejected rows are written in clear.`,
        'Name a file outside of it, and delete it when the rows are dealt with.',
      );
    if (existsSync(path) && !readFileSync(path, 'utf8').startsWith(HEADER))
      throw wrongUsage(`--rejects ${path} is there, and no rejects file.`, 'Name another file, or move that one away.');
    this.path = path;
    // Those of an earlier run are out of date.
    rmSync(path, { force: true });
  }

  async add(line: number, reason: string, raw: string): Promise<void> {
    this.count += 1;
    if (this.#stream === undefined) {
      this.#stream = createWriteStream(this.path, { mode: 0o600 });
      // Before anything is awaited: rows are rejected side by side, and the header has to be the first line.
      this.#stream.write(HEADER);
      await once(this.#stream, 'open');
    }
    if (!this.#stream.write(`${line},${quoted(reason)},${quoted(raw)}\n`)) await once(this.#stream, 'drain');
  }

  async close(): Promise<void> {
    if (this.#stream === undefined) return;
    this.#stream.end();
    await once(this.#stream, 'close');
  }
}
