import { invalid } from '#libs/kernel/rejection.ts';
import type { JsonObject } from '#libs/kernel/json.ts';
import type { Rejection } from '#libs/kernel/rejection.ts';
import type { CommandResult } from '#libs/ports/command-results.ts';
import { isHashOf } from './command-hash.ts';
import type { CommandPorts } from './command-ports.ts';
import type { Accepted, CommandOutcome, CommandRequest } from './ledger.ts';

export const refusal = (rejection: Rejection): CommandOutcome => ({ ...rejection, accepted: false });

export const refusedReuse = (commandId: string): Rejection =>
  invalid(
    'command.id-reused',
    `The command id ${commandId} was used for another command: send this one under a new id, or the earlier one unchanged.`,
    'commandId',
  );

/** Answers by command id: what a repeat is answered from. */
export class CommandAnswers {
  readonly #ports: Pick<CommandPorts, 'results' | 'clock'>;
  /** On their way to the disk, by command id. */
  readonly #recording = new Map<
    string,
    { readonly bodyHash: string; readonly outcome: CommandOutcome; readonly done: Promise<void> }
  >();

  constructor(ports: Pick<CommandPorts, 'results' | 'clock'>) {
    this.#ports = ports;
  }

  /** Resolves once every answer given is on record. */
  async settled(): Promise<void> {
    await Promise.all([...this.#recording.values()].map((each) => each.done));
  }

  /** What the command came to before, if it did. */
  async earlier(request: CommandRequest, hash: string): Promise<CommandOutcome | undefined> {
    const { commandId } = request;
    const earlier = this.#recording.get(commandId) ?? (await this.#ports.results.get(commandId));
    if (earlier === undefined) return undefined;
    return isHashOf(earlier.bodyHash, request, hash)
      ? { ...(earlier.outcome as unknown as CommandOutcome), repeated: true }
      : refusal(refusedReuse(commandId));
  }

  /** A refusal leaves nothing in the stream: its record is the only thing that a repeat can be answered from. */
  async refuse(request: CommandRequest, hash: string, rejection: Rejection): Promise<CommandOutcome> {
    const outcome = refusal(rejection);
    // Grants and existence may change; the same command may be right tomorrow.
    if (rejection.kind === 'state' || rejection.kind === 'invalid') await this.#record(request, hash, outcome);
    return outcome;
  }

  /** The stream itself already tells a repeat; the record by id only makes it quick and notices reuse elsewhere. */
  recordLater(request: CommandRequest, hash: string, outcome: Accepted): Accepted {
    const { commandId } = request;
    const done = this.#record(request, hash, outcome)
      .catch(() => undefined)
      .finally(() => this.#recording.delete(commandId));
    this.#recording.set(commandId, { bodyHash: hash, outcome, done });
    return outcome;
  }

  resultOf({ commandId, origin }: CommandRequest, bodyHash: string, outcome: JsonObject): CommandResult {
    const recordedAt = this.#ports.clock.now();
    return { commandId, bodyHash, outcome, recordedAt, ...(origin === 'import' ? { keptForEver: true } : {}) };
  }

  #record(request: CommandRequest, hash: string, outcome: CommandOutcome): Promise<void> {
    return this.#ports.results.put(this.resultOf(request, hash, outcome as unknown as JsonObject));
  }
}
