import { Inject, Injectable } from '@nestjs/common';
import type { OnModuleDestroy } from '@nestjs/common';
import { Command, CommandHandler, EventBus, Query, QueryHandler } from '@nestjs/cqrs';
import type { ICommandHandler, IEvent, IQueryHandler } from '@nestjs/cqrs';
import { Unavailable } from '#libs/ports/event-store.ts';
import type { CommandOutcome, CommandRequest, DocumentChange, Ledger } from '#libs/runtime/ledger.ts';
import { Problem } from './problem.ts';

/** The injection token of the `Ledger`. */
export const LEDGER = Symbol('ledger');

/** Any command of any feature, on its way to the ledger. */
export class LedgerCommand extends Command<CommandOutcome> {
  readonly request: CommandRequest;
  constructor(request: CommandRequest) {
    super();
    this.request = request;
  }
}

/** Any question to the ledger. */
export class LedgerQuery<Answer> extends Query<Answer> {
  readonly ask: (ledger: Ledger) => Promise<Answer>;
  /** The answer must reflect at least this position: what the caller itself wrote. */
  readonly minPosition: number | undefined;
  constructor(ask: (ledger: Ledger) => Promise<Answer>, minPosition?: number) {
    super();
    this.ask = ask;
    this.minPosition = minPosition;
  }
}

/** The read models took a batch. */
export class DocumentsApplied implements IEvent {
  readonly changes: readonly DocumentChange[];
  constructor(changes: readonly DocumentChange[]) {
    this.changes = changes;
  }
}

@CommandHandler(LedgerCommand)
export class LedgerCommandHandler implements ICommandHandler<LedgerCommand> {
  readonly #ledger: Ledger;
  constructor(@Inject(LEDGER) ledger: Ledger) {
    this.#ledger = ledger;
  }
  execute({ request }: LedgerCommand): Promise<CommandOutcome> {
    return this.#ledger.execute(request);
  }
}

/** How long a reader waits for its own writes to show. */
export const READ_YOUR_WRITES_TIMEOUT = Symbol('milliseconds to wait for a position');

@QueryHandler(LedgerQuery)
export class LedgerQueryHandler implements IQueryHandler<LedgerQuery<unknown>> {
  readonly #ledger: Ledger;
  readonly #timeoutMs: number;
  constructor(@Inject(LEDGER) ledger: Ledger, @Inject(READ_YOUR_WRITES_TIMEOUT) timeoutMs: number) {
    this.#ledger = ledger;
    this.#timeoutMs = timeoutMs;
  }
  async execute({ ask, minPosition }: LedgerQuery<unknown>): Promise<unknown> {
    if (minPosition !== undefined) await this.#reach(minPosition);
    return ask(this.#ledger);
  }
  async #reach(position: number): Promise<void> {
    try {
      await this.#ledger.caughtUp(position, this.#timeoutMs);
    } catch (error) {
      if (error instanceof Unavailable) throw error;
      throw new Problem(
        504,
        'read-model.behind',
        `The read models do not reflect position ${position} yet: ask again, or without minPosition.`,
        {},
        { 'retry-after': '1' },
      );
    }
  }
}

/** Hands what the read models took to live streams, while there are any: documents cross over between threads for it. */
@Injectable()
export class AppliedFeed implements OnModuleDestroy {
  readonly #ledger: Ledger;
  readonly #events: EventBus;
  #stop: (() => void) | undefined;
  constructor(@Inject(LEDGER) ledger: Ledger, @Inject(EventBus) events: EventBus) {
    this.#ledger = ledger;
    this.#events = events;
  }
  start(): void {
    this.#stop ??= this.#ledger.onApplied((changes) => {
      if (changes.length > 0) this.#events.publish(new DocumentsApplied(changes));
    });
  }
  stop(): void {
    this.#stop?.();
    this.#stop = undefined;
  }
  onModuleDestroy(): void {
    this.stop();
  }
}
