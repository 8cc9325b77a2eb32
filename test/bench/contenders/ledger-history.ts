import { instantOf } from '#libs/kernel/instant.ts';
import { openEmbeddedLedger } from '#apps/server/embedded-ledger.ts';
import { closedLoop, contend } from '../contender.ts';
import { PERSON, TENANT } from '../open-parts.ts';
import { LONG_CUSTOMER } from '../seed.ts';

interface Options {
  readonly folder: string;
  readonly questions: number;
  readonly ask: 'first-page' | 'state-as-of';
  /** The customer's events were recorded between these two, as milliseconds since 1970. */
  readonly fromMs: number;
  readonly toMs: number;
}

/** Questions about the customer with the long stream, one after the other. */
contend<Options>(async ({ folder, questions, ask, fromMs, toMs }) => {
  const ledger = await openEmbeddedLedger({ folder, tenant: TENANT, clearance: 'assumed' });
  await ledger.caughtUp(undefined, 3_600_000);
  const viewer = { actor: PERSON };
  const one = async (question: number): Promise<void> => {
    if (ask === 'first-page') {
      const page = await ledger.history(LONG_CUSTOMER, viewer, { limit: 100 });
      if (page?.entries.length !== 100) throw new Error('The first page of the history is not full.');
      return;
    }
    const asOf = instantOf(Math.floor(fromMs + ((toMs - fromMs) * ((question * 37) % questions)) / questions));
    const found = await ledger.stateOf(`customer-${LONG_CUSTOMER}`, viewer, { asOf });
    if (found === undefined) throw new Error(`There is no customer as of ${asOf}.`);
  };
  return { round: () => closedLoop(1, questions, one), close: () => ledger.close() };
});
