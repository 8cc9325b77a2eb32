import type { Instant } from '#libs/kernel/instant.ts';
import type { JsonObject } from '#libs/kernel/json.ts';
import type { Appended, EventToAppend, ExpectedRevision } from './event-store.ts';

/** What a command came to, refusals included, kept at least 30 days by command id. */
export interface CommandResult {
  readonly commandId: string;
  /** SHA-256 of the canonical command, so that an id reused with another body is noticed. */
  readonly bodyHash: string;
  readonly outcome: JsonObject;
  readonly recordedAt: string;
  /** An import's: its keys tell rows that come again, however late. */
  readonly keptForEver?: true;
}

export interface CommandResults {
  get(commandId: string): Promise<CommandResult | undefined>;
  /** The first result recorded for an id stays. Resolved when durable. */
  put(result: CommandResult): Promise<void>;
  /**
   * Only where results stand beside the events: `EventStore.append` and `put` in one transaction, all or nothing. `revision` and
   * `position`, as appended, are added to the outcome, which has other members. Rejects with CommandRecorded where the id has a
   * result already, and as `append` does.
   */
  append?(
    stream: string,
    expected: ExpectedRevision,
    events: readonly EventToAppend[],
    result: CommandResult,
  ): Promise<Appended>;
  /**
   * Only where that frees room: forgets results recorded before then, but for those kept for ever, a small part at a time.
   * `next` is where to go on, absent at the end.
   */
  forget?(before: Instant, from?: string): Promise<{ readonly forgotten: number; readonly next?: string }>;
  close(): Promise<void>;
}

/** The command has a result already: nothing was written. */
export class CommandRecorded extends Error {
  override readonly name = 'CommandRecorded';
  constructor(commandId: string) {
    super(`There is a result of command ${commandId} already: answer with that one.`);
  }
}
