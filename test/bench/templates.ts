import { randomUUID } from 'node:crypto';
import type { JsonObject, JsonValue } from '#libs/kernel/json.ts';
import { canonicalJson } from '#libs/kernel/json.ts';
import type { EventToAppend } from '#libs/ports/event-store.ts';
import type { CommandRequest } from '#libs/runtime/ledger.ts';
import { PERSON } from './open-parts.ts';
import type { Parts } from './open-parts.ts';

/** The events of one stream, personal texts opened, to be written again under other ids. */
export interface Template {
  readonly id: string;
  readonly subject: string;
  readonly events: readonly { readonly type: string; readonly text: string; readonly metadata: JsonObject }[];
}

/** Carries a command out under a new id; throws where it is refused. */
export const carryOut = async (
  { ledger }: Pick<Parts, 'ledger'>,
  request: Pick<CommandRequest, 'name' | 'id' | 'body' | 'actor'>,
): Promise<string> => {
  const outcome = await ledger.execute({ ...request, commandId: randomUUID() });
  if (!outcome.accepted) throw new Error(`${request.name} was refused: ${outcome.message}`);
  return outcome.id;
};

/** The events that the product itself wrote to a stream. */
export const templateOf = async ({ ledger, store, sealer }: Parts, stream: string): Promise<Template> => {
  const events: { type: string; text: string; metadata: JsonObject }[] = [];
  let subject = '';
  for await (const page of store.readStream(stream))
    for (const { type, data, metadata } of page) {
      const opened = await sealer.openAll(JSON.parse(data) as JsonValue, () => true);
      const parsed = JSON.parse(metadata) as JsonObject;
      subject = parsed.subject as string;
      events.push({ type, text: canonicalJson(opened), metadata: parsed });
    }
  const state = await ledger.stateOf(stream, { actor: PERSON });
  return { id: state!.id, subject, events };
};

/** Where a copy of a template goes. */
export interface Copy {
  readonly stream: string;
  readonly id: string;
  readonly subject: string;
  /** The revision that it follows. Default: none, it is a new stream. */
  readonly after?: number;
  /** When its nth event was recorded. */
  readonly recordedAt: (nth: number) => string;
  /** What else is to be another text in it. */
  readonly change?: (text: string) => string;
}

const appendsAtOnce = 200;

/** Writes copies of templates in large batches, sealed anew: the keys of their subjects must be in memory. */
export const copierOf = ({ store, sealer }: Parts, onWritten: (events: number) => void = () => undefined) => {
  let written = 0;
  let pending: Promise<unknown>[] = [];
  const done = async () => {
    await Promise.all(pending);
    pending = [];
    onWritten(written);
  };
  return {
    get written() {
      return written;
    },
    done,
    async write(template: Template, { stream, id, subject, after, recordedAt, change = (text) => text }: Copy) {
      const commandId = randomUUID();
      const events = template.events.map(({ type, text, metadata }, nth): EventToAppend => {
        const eventId = randomUUID();
        const at = recordedAt(nth);
        const copied = (json: string) =>
          JSON.parse(change(json).replaceAll(template.id, id).replaceAll(template.subject, subject)) as JsonObject;
        return {
          id: eventId,
          type,
          data: canonicalJson(sealer.seal(type, eventId, subject, copied(text))),
          metadata: canonicalJson({
            ...copied(JSON.stringify(metadata)),
            ...{ subject, recordedAt: at, occurredAt: at },
            ...{ commandId: `${commandId}/${nth}`, correlationId: commandId, causationId: commandId },
          }),
        };
      });
      written += events.length;
      pending.push(store.append(stream, after ?? 'no-stream', events));
      if (pending.length >= appendsAtOnce) await done();
    },
  };
};
