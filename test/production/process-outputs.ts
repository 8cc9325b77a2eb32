import { decoderOf } from '#libs/runtime/codec.ts';
import type { EventStore } from '#libs/ports/event-store.ts';
import type { CommandsRefused, Reacted } from '#libs/runtime/saga-events.ts';

/** What durable processes took and asked for, and what became of it, by the events alone. */
export interface ProcessOutputs {
  /** Inputs that an instance took more than once. */
  readonly takenTwice: readonly string[];
  /** Commands of processes that left the same kind of event more than once. */
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
  const effects: string[] = [];
  const effective = new Set<string>();
  let timersFired = 0;
  for await (const page of store.readAll())
    for (const { type, stream, data, metadata } of page.map(decode)) {
      if (type === 'process.reacted.v1') {
        const { input, commands, saga: by } = data as unknown as Reacted;
        inputs.push(`${stream} ${input.id}`);
        if (by !== saga) continue;
        if (input.type === 'timer') timersFired += 1;
        asked.push(...commands.map((each) => each.id));
      } else if (type === 'process.commands-refused.v1')
        for (const { id } of (data as unknown as CommandsRefused).refused) refused.add(id);
      else if (metadata.origin === 'process' && !stream.startsWith('process-')) {
        effects.push(`${metadata.commandId} ${type}`);
        effective.add(metadata.commandId);
      }
    }
  return {
    takenTwice: twice(inputs),
    carriedOutTwice: twice(effects),
    lost: asked.filter((id) => !effective.has(id) && !refused.has(id)),
    timersFired,
    commands: asked.length,
  };
};
