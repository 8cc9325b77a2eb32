import { randomUUID } from 'node:crypto';
import { openEmbeddedLedger } from '#apps/server/embedded-ledger.ts';
import type { Ledger } from '#libs/runtime/ledger.ts';
import { closedLoop, contend } from '../contender.ts';
import { openParts, PERSON, TENANT } from '../open-parts.ts';
import { idOf, TEXT } from '../seed.ts';

interface Options {
  readonly folder: string;
  readonly clients: number;
  readonly commands: number;
  /** Cases that the commands go round; `loaded`: each command takes a case that was never in memory. */
  readonly cases: number;
  readonly loaded: boolean;
  /** With the projector at work beside, as in production. */
  readonly live: boolean;
}

/** `service-case.add-note` through the whole command path: one event with one sealed text each. */
contend<Options>(async ({ folder, clients, commands, cases, loaded, live }) => {
  const ledger: Ledger = live ? await openEmbeddedLedger({ folder, tenant: TENANT }) : (await openParts(folder)).ledger;
  const note = async (index: number) => {
    const outcome = await ledger.execute({
      name: 'service-case.add-note',
      id: idOf('case', index),
      body: { text: TEXT },
      commandId: randomUUID(),
      actor: PERSON,
    });
    if (!outcome.accepted) throw new Error(`The note was refused: ${outcome.message}`);
  };
  let done = 0;
  return {
    round: async () => {
      const from = loaded ? done : 0;
      done += commands;
      if (live) await ledger.caughtUp(undefined, 600_000);
      return closedLoop(clients, commands, (operation) => note(from + (operation % cases)));
    },
    close: () => ledger.close(),
  };
});
