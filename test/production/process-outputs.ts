import { decoderOf } from '#libs/runtime/codec.ts';
import type { EventStore } from '#libs/ports/event-store.ts';
import type { CommandsRefused, Reacted } from '#libs/runtime/saga-events.ts';

/** What durable processes took and asked for, and what became of it, by the events alone. */
export interface ProcessOutputs {
  /** Inputs that an instance took more than once. */
  readonly takenTwice: readonly string[];
  /** Commands of processes that left events in more than one place: each leaves its events with one append. */
  readonly carriedOutTwice: readonly string[];
  /** Of one saga, all of whose commands leave an event or are refused: those that left neither. */
  readonly lost: readonly string[];
  /** Of that saga. */
  readonly timersFired: number;
  /** Of that saga. */
  readonly commands: number;
}

const twice = (values: readonly string[]): string[] =>
  [...Map.groupBy(values, (value) => value)].flatMap(([value, found]) => (found.length > 1 ? [value] : []));

export const processOutputs = async (store: EventStore, saga: string): Promise<ProcessOutputs> => {
  const decode = decoderOf({ upcasters: new Map() });
  const inputs: string[] = [];
  const asked: string[] = [];
  const refused = new Set<string>();
  /** By command: the stream and last revision of its events, one for each run of revisions without a gap. */
  const effects = new Map<string, { readonly stream: string; revision: number }[]>();
  let timersFired = 0;
  for await (const page of store.readAll())
    for (const { type, stream, revision, data, metadata } of page.map(decode)) {
      if (type === 'process.reacted.v1') {
        const { input, commands, saga: by } = data as unknown as Reacted;
        inputs.push(`${stream} ${input.id}`);
        if (by !== saga) continue;
        if (input.type === 'timer') timersFired += 1;
        asked.push(...commands.map((each) => each.id));
      } else if (type === 'process.commands-refused.v1')
        for (const { id } of (data as unknown as CommandsRefused).refused) refused.add(id);
      else if (metadata.origin === 'process' && !stream.startsWith('process-')) {
        const appends = effects.get(metadata.commandId) ?? [];
        effects.set(metadata.commandId, appends);
        const last = appends.at(-1);
        if (last?.stream === stream && last.revision + 1 === revision) last.revision = revision;
        else appends.push({ stream, revision });
      }
    }
  return {
    takenTwice: twice(inputs),
    carriedOutTwice: [...effects].flatMap(([commandId, appends]) => (appends.length > 1 ? [commandId] : [])),
    lost: asked.filter((id) => !effects.has(id) && !refused.has(id)),
    timersFired,
    commands: asked.length,
  };
};
