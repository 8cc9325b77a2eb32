import { randomUUID } from 'node:crypto';
import { closedLoop, contend } from '../contender.ts';
import { openParts, PERSON } from '../open-parts.ts';
import { TEXT } from '../seed.ts';

interface Options {
  readonly url: string;
  /** Where the keys stand. */
  readonly folder: string;
  readonly clients: number;
  readonly commands: number;
  readonly cases: number;
}

/** `service-case.add-note` through the whole command path on cases of this run's own, states in memory. */
contend<Options>(async ({ url, folder, clients, commands, cases }) => {
  const { ledger } = await openParts(folder, url);
  const execute = async (name: string, body: { readonly [field: string]: string }, id?: string): Promise<string> => {
    const outcome = await ledger.execute({
      ...{ name, body, commandId: randomUUID(), actor: PERSON },
      ...(id === undefined ? {} : { id }),
    });
    if (!outcome.accepted) throw new Error(`${name} was refused: ${outcome.message}`);
    return outcome.id;
  };
  const ids: string[] = [];
  await closedLoop(clients, cases, async () => {
    const receipt = { kind: 'after-sales', channel: 'phone', subjectLine: 'Damaged pumps', description: TEXT };
    ids.push(await execute('service-case.receive', receipt));
  });
  return {
    round: () =>
      closedLoop(clients, commands, (operation) =>
        execute('service-case.add-note', { text: TEXT }, ids[operation % ids.length]),
      ),
    close: () => ledger.close(),
  };
});
