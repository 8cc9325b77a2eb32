import type { Actor, Role } from './actor.ts';
import type { EventSet, LedgerEvent, NewEvent, Origin } from './event.ts';
import type { Instant } from './instant.ts';
import type { JsonObject } from './json.ts';
import type { Rejection } from './rejection.ts';

/** What a decider may know besides the command and the state. Time and ids come in as arguments. */
export interface DecisionContext {
  readonly now: Instant;
  readonly actor: Actor;
  /** The aggregate's id. */
  readonly id: string;
  readonly tenant: string;
  readonly origin: Origin;
  /** What other aggregates look like, by the names under which the command's `consults` asks for them. */
  readonly consulted: Consulted;
}

/**
 * A small public view of an aggregate that another feature's decisions need (does the customer exist, which tier): folded
 * from the stream's events when a command consults it. Exported from the owner's `*.events.ts`.
 */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export interface PublicView<View = any, Event extends LedgerEvent<string, any> = any> {
  /** Unique name, for caching: `customer-card`. */
  readonly name: string;
  readonly events: EventSet;
  /** The view of a stream that does not exist. */
  readonly initial: View;
  readonly evolve: (view: View, event: Event) => View;
}

/** A command's look at another aggregate before it decides. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export interface Consultation<State = any, Command = any> {
  /** Where the view stands in `context.consulted`. */
  readonly as: string;
  readonly view: PublicView;
  /**
   * The other aggregate's id (not the stream's name); undefined: nothing to look at. `consulted`: what was looked at before; `id`: of
   * the aggregate that the command is for.
   */
  readonly idOf: (command: Command, state: State, consulted: Consulted, id: string) => string | undefined;
  /** A view that is so old will do, in ms, where a process catches up with what was missed. Default: as the store holds it now. */
  readonly mayLagMs?: number;
}

/** A look at several aggregates of one kind: `context.consulted` holds their views by id. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export interface ConsultationOfMany<State = any, Command = any> {
  readonly as: string;
  readonly view: PublicView;
  readonly idsOf: (command: Command, state: State, consulted: Consulted, id: string) => readonly string[];
}

/**
 * A look at which documents of a read model match: `context.consulted` holds their ids, at most `most` of them. What the store held
 * when the command came is reflected; what comes while it is decided is not.
 */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export interface ConsultationOfList<State = any, Command = any> {
  readonly as: string;
  /** The collection's name: `service-cases`. */
  readonly listedIn: string;
  /** In the read models' own form; undefined: nothing to look for. */
  readonly filterOf: (command: Command, state: State, consulted: Consulted, id: string) => JsonObject | undefined;
  readonly most: number;
}

/** Views by the names under which a command's `consults` asks for them, in that order. */
export interface Consulted {
  readonly [as: string]: unknown;
}

/** Facts to record (none: the command was already fulfilled), or why not. */
export type Decision<Event extends NewEvent = NewEvent> = readonly Event[] | Rejection;

export type Decide<Command, State, Event extends NewEvent = NewEvent> = (
  command: Command,
  state: State,
  context: DecisionContext,
) => Decision<Event>;

/** A value that may belong to one aggregate only, e.g. scope `service-case-reference`, value `INC0000073`. */
export interface Reservation {
  readonly scope: string;
  readonly value: string;
  /** The rejection's code when another aggregate holds it. */
  readonly takenCode: string;
}

/** One thing that can be asked of an aggregate. */
// `any` for the command: a registry holds commands of every shape; each declaration is checked where it is written.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export interface CommandDefinition<State = any, Event extends NewEvent = any, Command = any> {
  readonly decide: Decide<Command, State, Event>;
  /** Who may send it, in the aggregate's owning team. Programs (`service`) must be named like any other role. */
  readonly roles: readonly Role[];
  /** One line for the API page. */
  readonly summary: string;
  readonly source?: string;
  /** Creates the aggregate: its id is derived from the command's id, so a retry makes no twin. */
  readonly creates?: true;
  /** May be the first thing that is asked of an id, which its sender knows: there is one stream for each kind of policy. */
  readonly opens?: true;
  /** Decides the same whatever others did meanwhile: tried again by itself on a conflict. */
  readonly commutative?: true;
  /** Import commands only: never offered over HTTP. */
  readonly internal?: true;
  readonly reserves?: (command: Command, context: { readonly id: string }) => readonly Reservation[];
  readonly consults?: readonly (
    Consultation<State, Command> | ConsultationOfMany<State, Command> | ConsultationOfList<State, Command>
  )[];
}

/** state → evolve → decide, and what the platform needs to know around it. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export interface Aggregate<State = any, Event extends LedgerEvent<string, any> = any> {
  /** The streams' category and the first part of wire names: `service-case`. */
  readonly name: string;
  /** The path segment of the API: `service-cases`. */
  readonly collection: string;
  readonly events: EventSet;
  readonly initial: State;
  /** Total and pure. Sees personal values sealed. */
  readonly evolve: (state: State, event: Event) => State;
  /** Whose history an event belongs to, given the state after it. Default: the aggregate's own id. */
  readonly subjectOf?: (state: State, id: string) => string;
  /** The team whose members may act on it. Undefined: nobody owns it, any team's grant will do. */
  readonly owningTeamOf?: (state: State) => string | undefined;
  /** The wire names of the commands that this state accepts. */
  readonly allowedIn: (state: State) => readonly string[];
  /** By wire name: `service-case.assign`. */
  readonly commands: { readonly [name: string]: CommandDefinition<State> };
}

/** Does nothing at run time; checks an aggregate's declaration and keeps its precise type. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export const defineAggregate = <State, Event extends LedgerEvent<string, any>>(
  aggregate: Aggregate<State, Event>,
): Aggregate<State, Event> => aggregate;
