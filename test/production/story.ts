import { AsyncLocalStorage } from 'node:async_hooks';
import { makeYear } from '#apps/cli/demo/year.ts';
import type { Action } from '#apps/cli/demo/company.ts';
import { ROLES } from '#libs/kernel/actor.ts';
import type { Actor } from '#libs/kernel/actor.ts';
import { deriveId } from '#libs/kernel/identifiers.ts';
import { instantOf } from '#libs/kernel/instant.ts';
import type { JsonObject } from '#libs/kernel/json.ts';
import type { Clock } from '#libs/ports/clock.ts';
import { Unavailable } from '#libs/ports/event-store.ts';
import type { CommandOutcome, CommandRequest, Ledger } from '#libs/runtime/ledger.ts';

export const EVERYBODY: Actor = { id: 'everybody', grants: ROLES.map((role) => ({ role, team: '*' })) };

const TENANT = 'acme';
const AT_ONCE = 16;

const moment = new AsyncLocalStorage<number>();
/** A command of the story happens at its moment; everything else now. */
export const storyClock: Clock = { now: () => instantOf(moment.getStore() ?? Date.now()) };

/** A company's year, told small: every run has ids of its own. */
export const yearOf = (run: string, customers: number, cases: number): readonly Action[] =>
  makeYear({
    ...{ seed: 7, end: Date.now() - 86_400_000, customers, cases },
    nameId: (name) => deriveId(TENANT, `${run}/${name}`),
  });

/** What an import brings: cases with their own facts and times. */
export const importsOf = (run: string, count: number): readonly Action[] =>
  Array.from({ length: count }, (_, index) => {
    const row = (number: number) => `incidents:${run}-${index}/${number}`;
    const at = (hour: number) => `2016-03-01T${String(hour).padStart(2, '0')}:00:00.000Z`;
    const facts: readonly JsonObject[] = [
      { row: row(0), at: at(1), kind: 'received', caseKind: 'technical-support', channel: 'phone', priority: 'high' },
      { row: row(0), at: at(1), kind: 'in-progress' },
      { row: row(1), at: at(2), kind: 'assigned', team: 'Group 70', assigneeId: 'Resolver 3' },
      { row: row(2), at: at(3), kind: 'waiting-for-customer', reason: 'Awaiting User Info' },
      { row: row(3), at: at(5), kind: 'solved', resultCode: 'code 11' },
      { row: row(4), at: at(9), kind: 'closed' },
    ];
    return {
      at: Date.now(),
      name: 'service-case.import',
      id: deriveId(TENANT, `${run}/import/${index}`),
      body: { reference: `INC-${run.slice(0, 8)}-${index}`, facts },
      actor: EVERYBODY,
    };
  });

export const requestOf = (run: string, { name, id, body, actor }: Action, number: number): CommandRequest => ({
  ...{ name, id, body, actor },
  commandId: `${run}/${number}`,
  purpose: 'test',
});

/** As a client does: where the store is away, the same command again under the same id. */
export const send = async (ledger: Ledger, request: CommandRequest, at: number): Promise<CommandOutcome> => {
  for (;;) {
    try {
      return await moment.run(at, () => ledger.execute(request));
    } catch (error) {
      if (!(error instanceof Unavailable) || !error.retryable) throw error;
    }
  }
};

/** Carries the actions out, one after the other for each aggregate, several aggregates at once. Throws where one is refused. */
export const perform = async (
  ledger: Ledger,
  run: string,
  actions: readonly Action[],
  first: number,
): Promise<void> => {
  const chains = [...Map.groupBy(actions.entries(), ([, { id }]) => id).values()].values();
  const work = async () => {
    for (const chain of chains)
      for (const [index, action] of chain) {
        const outcome = await send(ledger, requestOf(run, action, first + index), action.at);
        if (!outcome.accepted) throw new Error(`${action.name} was refused: ${outcome.message} (${outcome.code})`);
      }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
};

/** Parts of the story that may be told at once: nothing in one needs what another does. */
export const chaptersOf = (actions: readonly Action[], togetherMs = 60_000): readonly (readonly Action[])[] => {
  const chapters: Action[][] = [];
  let begin = Number.NEGATIVE_INFINITY;
  for (const action of actions) {
    if (action.at >= begin + togetherMs) {
      chapters.push([]);
      begin = action.at;
    }
    chapters.at(-1)!.push(action);
  }
  return chapters;
};
