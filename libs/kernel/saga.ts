import type { EventOf, EventSet, LedgerEvent } from './event.ts';
import type { Instant } from './instant.ts';
import type { JsonObject } from './json.ts';

/** A timer that fired: what was scheduled, and when it was due (not when it was noticed). */
export interface TimerFired {
  readonly type: 'timer';
  readonly key: string;
  readonly dueAt: Instant;
  readonly payload: JsonObject;
}

/** What a saga asks for. Outputs carry ids derived from the input, so that a repeat is recognised. */
export type SagaOutput =
  /** Send a command to an aggregate. A rejection is recorded in the saga's stream and given back as no input. */
  | { readonly kind: 'command'; readonly name: string; readonly id?: string; readonly body: JsonObject }
  /**
   * Send a command to each aggregate that a read model lists: its documents that match the filter once it reflects the input.
   * `idField` holds the aggregate's id. Other inputs, also of other instances, do not wait for it.
   */
  | {
      readonly kind: 'command-each';
      readonly name: string;
      readonly collection: string;
      readonly filter: JsonObject;
      readonly idField: string;
      readonly body: JsonObject;
    }
  /** Set, or move, the timer of that key. */
  | { readonly kind: 'schedule'; readonly key: string; readonly dueAt: Instant; readonly payload: JsonObject }
  | { readonly kind: 'cancel'; readonly key: string };

export interface SagaStep<State> {
  readonly state: State;
  readonly outputs: readonly SagaOutput[];
}

/**
 * A durable business process: a pure function (state, event or timer) → (state, outputs). Its stream is inbox and outbox
 * in one append. `@nestjs/cqrs` sagas live in memory and are not used.
 */
export interface Saga<State extends JsonObject = JsonObject> {
  /** `escalation`. */
  readonly name: string;
  readonly reads: readonly EventSet[];
  /** The instance that an event concerns; undefined: none. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly keyOf: (event: any) => string | undefined;
  readonly initial: State;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly react: (state: State, input: any, key: string) => SagaStep<State>;
}

export interface SagaDeclaration<State extends JsonObject, Sets extends readonly EventSet[]> {
  readonly reads: Sets;
  readonly initial: State;
  readonly keyOf: (event: EventOf<Sets[number]>) => string | undefined;
  readonly react: (
    state: State,
    input: (EventOf<Sets[number]> & LedgerEvent) | TimerFired,
    key: string,
  ) => SagaStep<State>;
}

export const defineSaga = <State extends JsonObject, const Sets extends readonly EventSet[]>(
  name: string,
  declaration: SagaDeclaration<State, Sets>,
): Saga<State> => ({ name, ...declaration });

export const schedule = (payload: JsonObject, at: { readonly at: Instant; readonly key: string }): SagaOutput => ({
  kind: 'schedule',
  key: at.key,
  dueAt: at.at,
  payload,
});
