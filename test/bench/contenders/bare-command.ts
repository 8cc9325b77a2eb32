import { createHash, randomUUID } from 'node:crypto';
import { openBareEvents } from '../bare/bare-events.ts';
import { bareSeal } from '../bare/bare-seal.ts';
import { BareWriter } from '../bare/bare-writer.ts';
import { closedLoop, contend } from '../contender.ts';
import { idOf, TEXT } from '../seed.ts';

interface Options {
  readonly file: string;
  readonly clients: number;
  readonly commands: number;
  readonly cases: number;
  readonly loaded: boolean;
}

interface State {
  readonly revision: number;
  readonly subject: string;
  readonly status: string;
  readonly messages: number;
}

/** The same command without a ledger around it: load, decide, encrypt, serialise, insert. */
contend<Options>(async ({ file, clients, commands, cases, loaded }) => {
  const writer = await BareWriter.open(file);
  const database = openBareEvents(file);
  const stream = database.prepare(
    'SELECT revision, type, data, metadata FROM events WHERE stream = ? ORDER BY revision',
  );
  const states = new Map<string, State>();

  const load = (name: string): State => {
    let state: State = { revision: -1, subject: name, status: 'unknown', messages: 0 };
    for (const row of stream.all(name)) {
      const data = JSON.parse(String(row.data)) as { readonly text?: unknown };
      const metadata = JSON.parse(String(row.metadata)) as { readonly subject: string };
      state = {
        revision: Number(row.revision),
        subject: metadata.subject,
        status: String(row.type),
        messages: state.messages + (data.text === undefined ? 0 : 1),
      };
    }
    return state;
  };

  const note = async (index: number) => {
    const id = idOf('case', index);
    const name = `service-case-${id}`;
    const state = states.get(name) ?? load(name);
    if (state.revision === -1) throw new Error(`There is no ${name}.`);
    const revision = state.revision + 1;
    const eventId = randomUUID();
    const commandId = randomUUID();
    const now = new Date().toISOString();
    const data = { authorId: 'bench-agent', text: bareSeal(state.subject, eventId, 'text', TEXT) };
    const command = JSON.stringify({ name: 'service-case.add-note', id, body: { text: TEXT } });
    const metadata = {
      ...{ actor: 'bench-agent', causationId: commandId },
      commandHash: createHash('sha256').update(command).digest('hex'),
      ...{ commandId, correlationId: commandId, occurredAt: now, origin: 'command', recordedAt: now },
      ...{ subject: state.subject, tenant: 'bench' },
    };
    if (!loaded) states.set(name, { ...state, revision, messages: state.messages + 1 });
    await writer.insert([
      name,
      revision,
      eventId,
      'service-case.note-added.v1',
      JSON.stringify(data),
      JSON.stringify(metadata),
    ]);
  };
  let done = 0;
  return {
    round: () => {
      const from = loaded ? done : 0;
      done += commands;
      return closedLoop(clients, commands, (operation) => note(from + (operation % cases)));
    },
    close: async () => {
      database.close();
      await writer.close();
    },
  };
});
