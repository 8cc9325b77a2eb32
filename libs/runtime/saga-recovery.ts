import type { LedgerEvent } from '#libs/kernel/event.ts';
import type { EventStore } from '#libs/ports/event-store.ts';
import type { ReadModels } from '#libs/ports/read-models.ts';
import type { Decode } from './codec.ts';
import { isIn, reachedBy } from './partitions.ts';
import type { Partition } from './partitions.ts';
import type { CommandsRefused, Reacted } from './saga-events.ts';
import { dispatch } from './saga-outbox.ts';
import type { Outgoing, OutboxPorts } from './saga-outbox.ts';
import { sideBySide } from './side-by-side.ts';
import { waitingProcesses } from './saga-waiting.ts';
import type { WaitingProcess } from './saga-waiting.ts';

const streamsAtOnce = 256;

/**
 * After a crash: carries out again what was asked for since the last checkpoint. What had been carried out is recognised by
 * its command's id; what had been refused is on record in the tail itself.
 */
export const dispatchTail = async (ports: OutboxPorts, tail: readonly LedgerEvent[]): Promise<void> => {
  const refused = new Set(
    tail.flatMap(({ type, data }) =>
      type === 'process.commands-refused.v1' ? (data as unknown as CommandsRefused).refused.map((each) => each.id) : [],
    ),
  );
  const byStream = new Map<string, Outgoing[]>();
  for (const { id, type, stream, subject, data, metadata, recordedAt } of tail) {
    if (type !== 'process.reacted.v1') continue;
    const { saga, key, input, commands } = data as unknown as Reacted;
    const open = commands.filter((each) => !refused.has(each.id));
    if (open.length === 0) continue;
    const { correlationId } = metadata;
    const outgoing: Outgoing = {
      saga,
      key,
      stream,
      subject,
      id,
      inputId: input.id,
      correlationId,
      recordedAt,
      commands: open,
    };
    byStream.set(stream, [...(byStream.get(stream) ?? []), outgoing]);
  }
  await sideBySide(streamsAtOnce, byStream.values(), async (own) => {
    for (const outgoing of own) await dispatch(ports, outgoing);
  });
};

/**
 * A partition's processes that wait, from the read model as far as it has come, and the rest from the log; and the events of its
 * processes after `after`, in store order.
 */
export const readWaiting = async (
  store: EventStore,
  decode: Decode,
  models: ReadModels | undefined,
  after: number,
  partition: Partition,
): Promise<{ readonly waiting: ReadonlyMap<string, WaitingProcess>; readonly tail: readonly LedgerEvent[] }> => {
  const waiting = new Map<string, WaitingProcess>();
  const { name } = waitingProcesses.collection;
  const active = (await models?.collections())?.find((each) => each.logical === name && each.active);
  let from = 0;
  if (models !== undefined && active !== undefined) {
    // Taken before the documents are: what these reflect beyond it is only said once more by the log.
    from = reachedBy(await models.checkpoints(), active.physical);
    for await (const page of models.scan(active.physical))
      for (const { id, document } of page)
        if (isIn(partition, id)) waiting.set(id, document as unknown as WaitingProcess);
  }
  const tail: LedgerEvent[] = [];
  const filter = { streamPrefixes: ['process-'] };
  for await (const page of store.readAll({ after: Math.min(from, after), filter }))
    for (const event of page.filter(({ stream }) => isIn(partition, stream)).map(decode)) {
      if (event.position > after) tail.push(event);
      if (event.position <= from) continue;
      const fold = waitingProcesses.on[event.type];
      if (fold === undefined) continue;
      const now = fold(waiting.get(event.stream), event, event.stream) as WaitingProcess | undefined;
      if (now === undefined) waiting.delete(event.stream);
      else waiting.set(event.stream, now);
    }
  return { waiting, tail };
};
