import type { JsonObject } from '#libs/kernel/json.ts';

/** What a command came to, refusals included, kept at least 30 days by command id. */
export interface CommandResult {
  readonly commandId: string;
  /** SHA-256 of the canonical command, so that an id reused with another body is noticed. */
  readonly bodyHash: string;
  readonly outcome: JsonObject;
  readonly recordedAt: string;
}

export interface CommandResults {
  get(commandId: string): Promise<CommandResult | undefined>;
  /** The first result recorded for an id stays. Resolved when durable. */
  put(result: CommandResult): Promise<void>;
  close(): Promise<void>;
}
