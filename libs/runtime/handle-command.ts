import { mayAct } from '#libs/kernel/actor.ts';
import type { Aggregate, CommandDefinition, Decision } from '#libs/kernel/aggregate.ts';
import { streamOf } from '#libs/kernel/event.ts';
import { aggregateIdFor } from '#libs/kernel/identifiers.ts';
import type { JsonObject } from '#libs/kernel/json.ts';
import { forbidden, invalid, isRejection, missing, reject } from '#libs/kernel/rejection.ts';
import type { Rejection } from '#libs/kernel/rejection.ts';
import { CommandRecorded } from '#libs/ports/command-results.ts';
import { WrongExpectedRevision } from '#libs/ports/event-store.ts';
import { SubjectErased } from '#libs/ports/key-vault.ts';
import { AggregateStates } from './aggregate-states.ts';
import type { LoadedState } from './aggregate-states.ts';
import { CommandAnswers, refusal, refusedReuse } from './command-answers.ts';
import { commandHashOf, isHashOf } from './command-hash.ts';
import type { CommandPorts } from './command-ports.ts';
import type { Accepted, CommandOutcome, CommandRequest } from './ledger.ts';
import { prepareEvents } from './prepare-events.ts';
import type { Decided } from './prepare-events.ts';
import { reserve } from './reservations.ts';

/** How often a commutative command is decided anew when others were faster. */
const maxAttempts = 20;

/** Commands in, events out: idempotent by command id, one decision at a time per stream, durable when answered. */
export class CommandHandler {
  readonly #ports: CommandPorts;
  readonly states: AggregateStates;
  readonly #underWay = new Map<string, { readonly hash: string; readonly outcome: Promise<CommandOutcome> }>();
  readonly #queues = new Map<string, Promise<unknown>>();
  readonly #answers: CommandAnswers;

  constructor(ports: CommandPorts) {
    this.#ports = ports;
    this.states = new AggregateStates(ports.store, ports.decode);
    this.#answers = new CommandAnswers(ports);
  }

  async execute(request: CommandRequest): Promise<CommandOutcome> {
    const hash = commandHashOf(this.#ports.vault, request);
    const { commandId } = request;
    const current = this.#underWay.get(commandId);
    if (current !== undefined)
      return current.hash === hash ? { ...(await current.outcome), repeated: true } : refusal(refusedReuse(commandId));
    const outcome = this.#executeOnce(request, hash);
    this.#underWay.set(commandId, { hash, outcome });
    try {
      return await outcome;
    } finally {
      this.#underWay.delete(commandId);
    }
  }

  /** Resolves once every answer given is on record. */
  settled(): Promise<void> {
    return this.#answers.settled();
  }

  async #executeOnce(request: CommandRequest, hash: string): Promise<CommandOutcome> {
    const { registry, results, tenant } = this.#ports;
    const { name, commandId } = request;
    const known = registry.commands.get(name);
    if (known === undefined) return refusal(missing('command.unknown', `There is no command ${name}.`));
    const { aggregate, definition } = known;
    // Where the append itself notices a repeat, looking first would only cost the many that are none. Reservations come before it.
    if (results.append === undefined || definition.reserves !== undefined) {
      const earlier = await this.#answers.earlier(request, hash);
      if (earlier !== undefined) return earlier;
    }
    if (request.id === undefined && definition.creates !== true)
      return refusal(invalid('command.id-missing', `${name} needs the id of the ${aggregate.name} it is meant for.`));
    const id = request.id ?? aggregateIdFor(tenant, commandId);
    return this.#inOrder(streamOf(aggregate.name, id), () => this.#carryOut(request, hash, aggregate, definition, id));
  }

  /** One after the other per stream: each decides on what the one before recorded. */
  async #inOrder<T>(stream: string, work: () => Promise<T>): Promise<T> {
    const before = this.#queues.get(stream);
    const result = before === undefined ? work() : before.then(work, work);
    this.#queues.set(stream, result);
    try {
      return await result;
    } finally {
      if (this.#queues.get(stream) === result) this.#queues.delete(stream);
    }
  }

  async #carryOut(
    request: CommandRequest,
    hash: string,
    aggregate: Aggregate,
    definition: CommandDefinition,
    id: string,
  ): Promise<CommandOutcome> {
    const { commandId, expectedRevision } = request;
    const stream = streamOf(aggregate.name, id);
    let loaded = this.states.cached(stream) ?? (await this.states.load(aggregate, stream));
    for (let attempt = 1; ; attempt += 1) {
      const repeat = loaded.commands.get(commandId);
      if (repeat !== undefined)
        return isHashOf(repeat.hash, request, hash)
          ? { accepted: true, id, stream, ...withoutHash(repeat), repeated: true }
          : refusal(refusedReuse(commandId));

      let verdict = await this.#decide(request, aggregate, definition, id, loaded);
      if (isRejection(verdict) || (expectedRevision !== undefined && expectedRevision !== loaded.revision)) {
        // What is in memory may be behind what other processes recorded: refuse only on what the store holds now.
        const fresh = await this.states.load(aggregate, stream);
        if (fresh !== loaded) {
          loaded = fresh;
          if (fresh.commands.has(commandId)) continue;
          verdict = await this.#decide(request, aggregate, definition, id, loaded);
        }
      }
      // Only an append notices a repeat by itself.
      if (isRejection(verdict) || verdict.length === 0 || (expectedRevision ?? loaded.revision) !== loaded.revision) {
        const earlier = await this.#answers.earlier(request, hash);
        if (earlier !== undefined) return earlier;
      }
      if (expectedRevision !== undefined && expectedRevision !== loaded.revision)
        return refusal(
          reject(
            'stream.wrong-revision',
            new WrongExpectedRevision(stream, expectedRevision, loaded.revision === -1 ? 'no-stream' : loaded.revision)
              .message,
            aggregate.allowedIn(loaded.state),
          ),
        );
      if (isRejection(verdict)) return this.#answers.refuse(request, hash, verdict);
      if (verdict.length === 0) {
        const { revision, position } = loaded;
        return this.#answers.recordLater(request, hash, { accepted: true, id, stream, revision, position, events: 0 });
      }

      const refused = await this.#reserveAll(request, definition, id, stream);
      if (refused !== undefined) return this.#answers.refuse(request, hash, refused);
      try {
        const accepted = await this.#append({ request, hash, aggregate, id, stream, loaded, events: verdict });
        return this.#ports.results.append === undefined ? this.#answers.recordLater(request, hash, accepted) : accepted;
      } catch (error) {
        this.states.forget(stream);
        const isErased = error instanceof SubjectErased;
        if (isErased || error instanceof CommandRecorded) {
          const earlier = await this.#answers.earlier(request, hash);
          if (earlier !== undefined) return earlier;
          if (isErased) return refusal(reject('subject.erased', error.message));
        }
        if (!(error instanceof WrongExpectedRevision)) throw error;
        loaded = await this.states.load(aggregate, stream);
        if (loaded.commands.has(commandId)) continue;
        if (definition.commutative === true && attempt < maxAttempts) continue;
        const earlier = await this.#answers.earlier(request, hash);
        if (earlier !== undefined) return earlier;
        return refusal(
          reject(
            'stream.conflict',
            `${stream} was changed by somebody else at the same moment (it is at revision ${loaded.revision}): reload and retry under a new command id.`,
            aggregate.allowedIn(loaded.state),
          ),
        );
      }
    }
  }

  async #decide(
    request: CommandRequest,
    aggregate: Aggregate,
    definition: CommandDefinition,
    id: string,
    { state, revision }: LoadedState,
  ): Promise<Decision> {
    const { actor, name, body, origin = 'command' } = request;
    if (revision === -1 && definition.creates !== true && definition.opens !== true)
      return missing(`${aggregate.name}.unknown`, `There is no ${aggregate.name} ${id}: check the id.`);
    const team = revision === -1 ? undefined : aggregate.owningTeamOf?.(state);
    if (!mayAct(actor, definition.roles, team))
      return forbidden(
        'command.forbidden',
        `${actor.id} may not ${name}${team === undefined ? '' : ` in team ${team}`}: it needs one of the roles ${definition.roles.join(', ')}.`,
      );
    const consulted: { [as: string]: unknown } = {};
    for (const each of definition.consults ?? [])
      if ('idsOf' in each) {
        const views = each
          .idsOf(body, state, consulted, id)
          .map(async (other) => [other, await this.states.consult(each.view, other)]);
        consulted[each.as] = Object.fromEntries(await Promise.all(views));
      } else if ('filterOf' in each) {
        const filter = each.filterOf(body, state, consulted, id);
        consulted[each.as] = filter === undefined ? [] : await this.#listed(each.listedIn, filter, each.most);
      } else {
        const other = each.idOf(body, state, consulted, id);
        consulted[each.as] =
          other === undefined ? each.view.initial : await this.states.consult(each.view, other, each.mayLagMs);
      }
    const { clock, tenant } = this.#ports;
    return definition.decide(body, state, { now: clock.now(), actor, id, tenant, origin, consulted });
  }

  async #listed(collection: string, filter: JsonObject, most: number): Promise<readonly string[]> {
    if (this.#ports.listed === undefined)
      throw new Error(`There are no read models here to look for ${collection} in.`);
    return this.#ports.listed(collection, filter, most);
  }

  async #reserveAll(
    request: CommandRequest,
    definition: CommandDefinition,
    id: string,
    stream: string,
  ): Promise<Rejection | undefined> {
    for (const reservation of definition.reserves?.(request.body, { id }) ?? []) {
      const taken = await reserve(this.#ports, request, reservation, stream);
      if (taken !== undefined) return taken;
    }
    return undefined;
  }

  async #append(decided: Decided): Promise<Accepted> {
    const { request, hash, id, stream, loaded, events } = decided;
    const { store, results } = this.#ports;
    const { prepared, state } = await prepareEvents(this.#ports, decided);
    const expected = loaded.revision === -1 ? 'no-stream' : loaded.revision;
    const toAppend = prepared.map((each) => each.append);
    const appended = await (results.append === undefined
      ? store.append(stream, expected, toAppend)
      : results.append(
          stream,
          expected,
          toAppend,
          this.#answers.resultOf(request, hash, { accepted: true, id, stream, events: events.length }),
        ));
    const { position } = appended;
    this.states.advance(
      stream,
      loaded,
      state,
      prepared.map(({ event }) => ({ ...event, position })),
    );
    return { accepted: true, id, stream, revision: appended.revision, position, events: events.length };
  }
}

const withoutHash = ({ revision, position, events }: { revision: number; position: number; events: number }) => ({
  revision,
  position,
  events,
});
