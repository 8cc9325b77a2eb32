import type { JsonObject } from '#libs/kernel/json.ts';
import { inclusionProof } from '#libs/kernel/merkle-tree.ts';
import type { EventStore, StoredEvent } from '#libs/ports/event-store.ts';
import type { ReadableLog } from '#libs/ports/transparency-log.ts';
import { sealedIn } from './evidence-bundle.ts';
import type { EvidenceBundle, ProvenEvent } from './evidence-bundle.ts';
import type { Sealer } from './seal.ts';

/** The newest events are under no head yet, or nothing signs this ledger. */
export class NotYetSigned extends Error {
  override readonly name = 'NotYetSigned';
}

interface BundleParts {
  readonly store: Pick<EventStore, 'readStream' | 'readAll'>;
  readonly log: ReadableLog;
  readonly sealer: Pick<Sealer, 'fieldKey'>;
}

const streamsAtOnce = 8;

const wholeStream = async (store: BundleParts['store'], stream: string): Promise<readonly StoredEvent[]> => {
  const events: StoredEvent[] = [];
  for await (const page of store.readStream(stream)) events.push(...page);
  return events;
};

/** The events of the streams in store order, each with its proof. Rejects with NotYetSigned. */
const proven = async ({ log }: BundleParts, events: readonly StoredEvent[]): Promise<readonly ProvenEvent[]> => {
  const inOrder = [...events].sort((a, b) => a.position - b.position);
  const found: ProvenEvent[] = [];
  for (const { position, stream, revision, id, type, data, metadata } of inOrder) {
    const index = await log.indexOf(position);
    if (index === undefined)
      throw new NotYetSigned(
        `Revision ${revision} of ${stream} is not signed yet: try again in a second; if that does not help, look at the server’s log.`,
      );
    const path = await inclusionProof(index, log.size, (subtree) => log.hashOf(subtree));
    found.push({
      ...{ index, position, stream, revision, id, type, data, metadata },
      proof: path.map((each) => each.toString('base64')),
    });
  }
  return found;
};

/** Whole streams with their proofs, the policies' streams, and the key of each value that still has one. */
export const makeBundle = async (
  parts: BundleParts,
  streams: readonly string[],
  policyPrefixes: readonly string[],
): Promise<Pick<EvidenceBundle, 'head' | 'events' | 'policies' | 'fieldKeys'>> => {
  const { store, log, sealer } = parts;
  const { head } = log;
  if (head === undefined)
    throw new NotYetSigned('Nothing is signed in this ledger yet: open it once for writing, e.g. by care serve.');
  const events: StoredEvent[] = [];
  for (let at = 0; at < streams.length; at += streamsAtOnce) {
    const read = await Promise.all(streams.slice(at, at + streamsAtOnce).map((each) => wholeStream(store, each)));
    events.push(...read.flat());
  }
  const policies: StoredEvent[] = [];
  for await (const page of store.readAll({ filter: { streamPrefixes: policyPrefixes } })) policies.push(...page);
  const fieldKeys: { [sealed: string]: string } = {};
  for (const { data } of events)
    for (const token of sealedIn(JSON.parse(data) as JsonObject)) {
      const key = await sealer.fieldKey(token);
      if (key !== undefined) fieldKeys[token.$sealed] = key;
    }
  return { head, events: await proven(parts, events), policies: await proven(parts, policies), fieldKeys };
};
