import { DatabaseSync } from 'node:sqlite';
import { closedLoop, contend } from '../contender.ts';
import { LONG_CUSTOMER } from '../seed.ts';

interface Options {
  readonly file: string;
  readonly questions: number;
  readonly ask: 'first-page' | 'state-as-of';
  readonly fromMs: number;
  readonly toMs: number;
}

/** The same questions as plain SQL, parsing and a fold; nothing is decrypted. */
contend<Options>(async ({ file, questions, ask, fromMs, toMs }) => {
  const database = new DatabaseSync(file, { readOnly: true });
  const rows = database.prepare('SELECT data, metadata FROM events WHERE stream = ? ORDER BY revision LIMIT ?');
  const stream = `customer-${LONG_CUSTOMER}`;
  const one = async (question: number): Promise<void> => {
    const asOf = new Date(fromMs + ((toMs - fromMs) * ((question * 37) % questions)) / questions).toISOString();
    let state: object = {};
    for (const row of rows.iterate(stream, ask === 'first-page' ? 100 : -1)) {
      const metadata = JSON.parse(String(row.metadata)) as { readonly recordedAt: string };
      if (ask === 'state-as-of' && metadata.recordedAt > asOf) break;
      state = { ...state, ...(JSON.parse(String(row.data)) as object), at: metadata.recordedAt };
    }
    if (Object.keys(state).length === 0) throw new Error('Nothing was found.');
  };
  return {
    round: () => closedLoop(1, questions, one),
    close: async () => database.close(),
  };
});
