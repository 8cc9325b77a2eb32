import { setTimeout as sleep } from 'node:timers/promises';
import { LEDGER } from '#libs/kernel/actor.ts';
import type { Actor } from '#libs/kernel/actor.ts';
import { deriveId } from '#libs/kernel/identifiers.ts';
import { later } from '#libs/kernel/instant.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import { canonicalJson } from '#libs/kernel/json.ts';
import type { Clock } from '#libs/ports/clock.ts';
import { Unavailable } from '#libs/ports/event-store.ts';
import type { Appended, EventStore } from '#libs/ports/event-store.ts';
import type { CommandOutcome, CommandRequest } from './ledger.ts';
import { Superseded } from './saga-checkpoint.ts';
import type { CommandsRefused, RequestedCommand } from './saga-events.ts';
import { reasonOf } from './reason-of.ts';
import { processMetadata } from './saga-step.ts';
import { sideBySide } from './side-by-side.ts';

/** What one reaction asked for. */
export interface Outgoing {
  readonly saga: string;
  readonly key: string;
  readonly stream: string;
  readonly subject: string;
  /** Of the reaction's event. */
  readonly id: string;
  readonly inputId: string;
  readonly correlationId: string;
  readonly recordedAt: Instant;
  readonly commands: readonly RequestedCommand[];
}

export interface OutboxPorts {
  readonly tenant: string;
  readonly store: EventStore;
  readonly clock: Clock;
  readonly execute: (request: CommandRequest) => Promise<CommandOutcome>;
  /** The aggregates that a read model lists, once it shows all that the store holds now. */
  readonly listed?: (each: NonNullable<RequestedCommand['each']>) => AsyncIterable<readonly string[]>;
  readonly actor?: Actor | undefined;
  readonly onAlarm: (message: string) => void;
  readonly stop: AbortSignal;
  /** Where several processes may run them: whether this one still holds the right to, as far as it knows. */
  readonly lease?: { readonly held: boolean } | undefined;
}

/**
 * Throws Superseded where another process may have taken over: a process that was frozen learns it here, before it writes more.
 * What it writes all the same is fenced by the expected revisions, and recognised by its ids.
 */
export const checkHeld = ({ lease }: Pick<OutboxPorts, 'lease'>): void => {
  if (lease?.held === false) throw new Superseded();
};

const longestWaitMs = 5_000;

/** Repeats what a store that is away for a while refuses. Rejects at once with what no repeat will mend, and when stopped. */
export const untilAvailable = async <T>(
  { onAlarm, stop }: Pick<OutboxPorts, 'onAlarm' | 'stop'>,
  what: string,
  work: () => Promise<T>,
): Promise<T> => {
  for (let waitMs = 20; ; waitMs = Math.min(2 * waitMs, longestWaitMs)) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Unavailable) || !error.retryable || stop.aborted) throw error;
      if (waitMs === 20) onAlarm(`${what} waits for the event store, and goes on by itself: ${error.message}`);
      await sleep(waitMs * (0.5 + Math.random() / 2), undefined, { signal: stop });
    }
  }
};

/** Another process was faster: the same command is decided anew, it was not refused for what it asks. */
const passing = new Set(['stream.conflict']);
const mostConflicts = 20;

/** Commands of one fan-out that are under way at the same time: as many share a commit. */
const fannedAtOnce = 256;
/** A fan-out that is refused everywhere is one fault, not as many as there are aggregates. */
const mostRefusalsKept = 100;

type FanOut = RequestedCommand & { readonly each: NonNullable<RequestedCommand['each']> };

const longestFanOutPauseMs = 60_000;

/**
 * Repeats a fan-out that broke off, because what it goes through could not be listed, until it is through: its instance, and every
 * checkpoint, waits for it. The commands' ids make the repeats harmless.
 */
const untilFannedOut = async (
  ports: OutboxPorts,
  outgoing: Outgoing,
  fanOut: FanOut,
): Promise<CommandsRefused['refused']> => {
  for (let waitMs = 200; ; waitMs = Math.min(2 * waitMs, longestFanOutPauseMs)) {
    try {
      return await carryOutEach(ports, outgoing, fanOut);
    } catch (error) {
      if (error instanceof Superseded || ports.stop.aborted) throw error;
      ports.onAlarm(
        `${fanOut.command} for all in ${fanOut.each.collection}, asked for by the process ${outgoing.saga} ${outgoing.key}, broke off and is tried again: ${reasonOf(error)}`,
      );
      await sleep(waitMs * (0.5 + Math.random() / 2), undefined, { signal: ports.stop });
    }
  }
};

const carryOutEach = async (
  ports: OutboxPorts,
  outgoing: Outgoing,
  { each, ...one }: FanOut,
): Promise<CommandsRefused['refused']> => {
  if (ports.listed === undefined) throw new Error(`${one.command} is for all in ${each.collection}: give \`listed\`.`);
  const refused: CommandsRefused['refused'] = [];
  for await (const page of ports.listed(each))
    await sideBySide(fannedAtOnce, page, async (aggregateId) => {
      const id = deriveId(ports.tenant, `${one.id}/${aggregateId}`);
      const refusal = await carryOut(ports, outgoing, { ...one, id, aggregateId });
      if (refusal !== undefined && refused.length < mostRefusalsKept) refused.push(refusal);
    });
  return refused;
};

const carryOut = async (
  ports: OutboxPorts,
  { inputId, correlationId, saga, key }: Outgoing,
  { id, command, aggregateId, body }: RequestedCommand,
): Promise<CommandsRefused['refused'][number] | undefined> => {
  const request: CommandRequest = {
    name: command,
    ...(aggregateId === undefined ? {} : { id: aggregateId }),
    body,
    commandId: id,
    actor: ports.actor ?? LEDGER,
    origin: 'process',
    correlationId,
    causationId: inputId,
  };
  for (let attempt = 1; ; attempt += 1) {
    let outcome: CommandOutcome;
    checkHeld(ports);
    try {
      outcome = await untilAvailable(ports, `${command} of the process ${saga} ${key}`, () => ports.execute(request));
    } catch (error) {
      if (error instanceof Unavailable || ports.stop.aborted) throw error;
      ports.onAlarm(
        `${command}, asked for by the process ${saga} ${key}, failed and is not repeated: ${reasonOf(error)}`,
      );
      return { id, command, code: 'command.failed' };
    }
    if (outcome.accepted) return undefined;
    if (passing.has(outcome.code) && attempt < mostConflicts) continue;
    return { id, command, code: outcome.code };
  }
};

/**
 * Carries out the commands of one reaction in order; once each, because their ids are derived from the input. Refusals are
 * recorded in the process's stream. Resolves with where, or undefined: nothing was refused.
 */
export const dispatch = async (ports: OutboxPorts, outgoing: Outgoing): Promise<Appended | undefined> => {
  const refused: CommandsRefused['refused'] = [];
  for (const command of outgoing.commands) {
    const { each } = command;
    if (each !== undefined) refused.push(...(await untilFannedOut(ports, outgoing, { ...command, each })));
    else {
      const refusal = await carryOut(ports, outgoing, command);
      if (refusal !== undefined) refused.push(refusal);
    }
  }
  if (refused.length === 0) return undefined;
  const { tenant, store, clock } = ports;
  const { saga, key, stream, subject, id, inputId, correlationId } = outgoing;
  const now = later(clock.now(), outgoing.recordedAt);
  const data: CommandsRefused = { saga, key, refused };
  const event = {
    id: deriveId(tenant, `${id}/refused`),
    type: 'process.commands-refused.v1',
    data: canonicalJson(data),
    metadata: processMetadata(tenant, { subject, inputId, correlationId, occurredAt: now, recordedAt: now }),
  };
  // Under `any` the same id is recognised wherever it stands: a refusal recorded before a crash is not recorded again.
  return untilAvailable(ports, `The refusals of ${stream}`, () => store.append(stream, 'any', [event]));
};
