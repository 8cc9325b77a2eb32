import type { AccessRecord } from '#libs/ports/access-log.ts';
import { AccessFile } from './access-file.ts';

/** Adds records to the file, which is opened, and made, with the first of them. */
export class AccessWriter {
  readonly #file: string;
  #open: AccessFile | undefined;

  constructor(file: string) {
    this.#file = file;
  }

  /** Durable when it returns undefined; otherwise why not. */
  add(records: readonly AccessRecord[]): string | undefined {
    try {
      this.#open ??= new AccessFile(this.#file, { readOnly: false });
      this.#open.add(records);
      return undefined;
    } catch (error) {
      // Opened anew for the next ones: the disk may have room again.
      this.close();
      return (error as Error).message;
    }
  }

  close(): void {
    this.#open?.close();
    this.#open = undefined;
  }
}
