import { BACKWARDS, END } from '@eventstore/db-client';
import { Unavailable } from '#libs/ports/event-store.ts';
import { withoutSecrets } from './connection.ts';
import { failureOf, reasonOf } from './failures.ts';
import { within } from './session.ts';
import type { Session } from './session.ts';

/** The first version that says when a subscription has caught up. */
const OLDEST = [23, 10] as const;

const isTooOld = (version: string): boolean => {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  // Not a number: `unknown`, from servers before 22.
  return !(major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]));
};

/** Rejects with what is wrong, where, and what next, unless the server can carry the ledger. */
export const greet = async (session: Session): Promise<void> => {
  const { commands, connectionString, patience } = session;
  const where = withoutSecrets(connectionString);
  const opening = async () => {
    const version = await commands.serverVersion();
    if (isTooOld(version))
      throw new Unavailable(
        `The event store ${where} is EventStoreDB ${version}, older than ${OLDEST.join('.')}: upgrade the server.`,
        { retryable: false },
      );
    // Only a call with credentials shows whether they are accepted.
    for await (const _event of commands.client.readAll({ direction: BACKWARDS, fromPosition: END, maxCount: 1 }));
  };
  try {
    await within(patience.silenceMs, 'The greeting', opening());
  } catch (error) {
    if (error instanceof Unavailable) throw error;
    throw new Unavailable(`The event store ${where} cannot be used: ${reasonOf(error)}.`, {
      retryable: failureOf(error) !== 'denied',
      cause: error,
    });
  }
};
