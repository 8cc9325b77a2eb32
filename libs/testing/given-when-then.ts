import { expect } from '@jest/globals';
import { LEDGER } from '#libs/kernel/actor.ts';
import type { Actor } from '#libs/kernel/actor.ts';
import type { Aggregate, CommandDefinition, Consulted, Decision } from '#libs/kernel/aggregate.ts';
import type { LedgerEvent, NewEvent, Origin } from '#libs/kernel/event.ts';
import { streamOf } from '#libs/kernel/event.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import type { JsonObject } from '#libs/kernel/json.ts';
import { isRejection } from '#libs/kernel/rejection.ts';

/** What happened before, with the time it happened (default: 2026-03-02T01:00:00.000Z, a Monday at 09:00 in Shanghai). */
export type Past = NewEvent;

export interface Circumstances {
  readonly now?: Instant;
  readonly actor?: Actor;
  readonly origin?: Origin;
  /** By the names of the command's `consults`. */
  readonly consulted?: { readonly [as: string]: unknown };
}

export const MONDAY_9_IN_SHANGHAI: Instant = '2026-03-02T01:00:00.000Z';

/** An event as the store would return it, for folds tested without a store. */
export const recorded = (category: string, id: string, revision: number, event: NewEvent): LedgerEvent => {
  const occurredAt = event.occurredAt ?? MONDAY_9_IN_SHANGHAI;
  const stream = streamOf(category, id);
  return {
    id: `event-${revision}`,
    type: event.type,
    stream,
    streamId: id,
    revision,
    position: revision + 1,
    subject: id,
    occurredAt,
    recordedAt: occurredAt,
    data: event.data as JsonObject,
    metadata: {
      tenant: 'test',
      subject: id,
      commandId: `command-${revision}`,
      commandHash: '',
      correlationId: `command-${revision}`,
      causationId: `command-${revision}`,
      actor: 'test',
      origin: 'command',
      occurredAt,
      recordedAt: occurredAt,
      ...(event.policyVersions === undefined ? {} : { policyVersions: event.policyVersions }),
      ...(event.sourceRow === undefined ? {} : { sourceRow: event.sourceRow }),
    },
  };
};

const OF_CLOCKS = /\.(clocks-judged|threshold-reached|deadline-(missed|moved|passed-by-change))\.v1$/;

/** A decision without what it records of clocks. */
export const factsIn = <Decided>(decision: Decided): Decided =>
  Array.isArray(decision)
    ? ((decision as readonly NewEvent[]).filter(({ type }) => !OF_CLOCKS.test(type)) as Decided)
    : decision;

/** What a command sees of others of whom nothing is known. */
export const nothingConsulted = ({ consults = [] }: CommandDefinition): Consulted =>
  Object.fromEntries(
    consults.map((each) => [each.as, 'idsOf' in each ? {} : 'filterOf' in each ? [] : (each.view.initial as unknown)]),
  );

/** `given(serviceCase)(received, assigned).when('service-case.solve', { … }).then(…)`: a decision tested without a store. */
export const given =
  <State>(aggregate: Aggregate<State>, id = '42') =>
  (...past: readonly Past[]) => {
    const state = past.reduce<State>(
      (before, event, revision) => aggregate.evolve(before, recorded(aggregate.name, id, revision, event)),
      aggregate.initial,
    );
    return {
      state,
      allowed: aggregate.allowedIn(state),
      when: (name: string, body: JsonObject = {}, circumstances: Circumstances = {}) => {
        const command = aggregate.commands[name];
        if (command === undefined) throw new Error(`${aggregate.name} has no command ${name}`);
        const decision = command.decide(body, state, {
          now: circumstances.now ?? MONDAY_9_IN_SHANGHAI,
          actor: circumstances.actor ?? LEDGER,
          id,
          tenant: 'test',
          origin: circumstances.origin ?? 'command',
          consulted: { ...nothingConsulted(command), ...circumstances.consulted },
        }) as Decision;
        return {
          decision,
          /** What was decided, whatever became of clocks thereby. */
          facts: factsIn(decision),
          then: (...events: readonly NewEvent[]) => expect(decision).toEqual(events),
          thenFacts: (...events: readonly NewEvent[]) => expect(factsIn(decision)).toEqual(events),
          thenRejected: (
            code: string,
            rest: { readonly allowed?: readonly string[]; readonly field?: string } = {},
          ) => {
            if (!isRejection(decision)) throw new Error(`Expected ${code}, got events ${JSON.stringify(decision)}`);
            expect(decision).toMatchObject({ code, ...rest });
            expect(decision.message).toMatch(/\S{3}/);
          },
        };
      },
    };
  };
