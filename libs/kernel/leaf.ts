import { hash } from 'node:crypto';
import type { EventMetadata } from './event.ts';
import { isInstant } from './instant.ts';
import type { Instant } from './instant.ts';

/** What a leaf covers. `data` and `metadata` are the canonical JSON texts (RFC 8785) as stored. */
export interface LeafContent {
  readonly tenant: string;
  readonly stream: string;
  readonly revision: number;
  readonly id: string;
  readonly type: string;
  readonly recordedAt: Instant;
  readonly occurredAt: Instant;
  readonly data: string;
  readonly metadata: string;
}

/**
 * The text that a leaf is the hash of: the canonical JSON of
 * `{dataSha256, id, metadataSha256, occurredAt, recordedAt, revision, stream, tenant, type}`, the two digests in lower-case
 * hexadecimal, over the UTF-8 bytes of the texts.
 */
export const leafText = (event: LeafContent): string =>
  // Canonical by hand: the names stand in order already, and of a well-formed text JSON.stringify makes what RFC 8785 asks.
  `{"dataSha256":"${hash('sha256', event.data)}","id":${JSON.stringify(event.id)}` +
  `,"metadataSha256":"${hash('sha256', event.metadata)}","occurredAt":${JSON.stringify(event.occurredAt)}` +
  `,"recordedAt":${JSON.stringify(event.recordedAt)},"revision":${event.revision}` +
  `,"stream":${JSON.stringify(event.stream)},"tenant":${JSON.stringify(event.tenant)},"type":${JSON.stringify(event.type)}}`;

/**
 * An event's leaf, 32 bytes: SHA-256 of `leafText`. What it covers can be made again on every store, so whoever holds the
 * event can make its leaf. ["Event envelope"]
 */
export const leafHash = (event: LeafContent): Buffer => hash('sha256', leafText(event), 'buffer');

/** The three members of the metadata that the leaf names itself. Throws a TypeError where one is missing or not of its form. */
export const leafMembersOf = (metadata: string): Pick<EventMetadata, 'tenant' | 'occurredAt' | 'recordedAt'> => {
  const { tenant, occurredAt, recordedAt } = membersOf(metadata);
  if (typeof tenant !== 'string') throw new TypeError(`metadata.tenant: ${describe(tenant)} is not a tenant's id.`);
  if (!isInstant(occurredAt)) throw new TypeError(`metadata.occurredAt: ${describe(occurredAt)} is not an instant.`);
  if (!isInstant(recordedAt)) throw new TypeError(`metadata.recordedAt: ${describe(recordedAt)} is not an instant.`);
  return { tenant, occurredAt, recordedAt };
};

/** The leaf of a stored event; tenant and times are taken from its metadata. Throws a TypeError as `leafMembersOf` does. */
export const leafOf = (
  stored: Pick<LeafContent, 'stream' | 'revision' | 'id' | 'type' | 'data' | 'metadata'>,
  { tenant, occurredAt, recordedAt } = leafMembersOf(stored.metadata),
): Buffer =>
  leafHash({
    tenant,
    stream: stored.stream,
    revision: stored.revision,
    id: stored.id,
    type: stored.type,
    recordedAt,
    occurredAt,
    data: stored.data,
    metadata: stored.metadata,
  });

const membersOf = (metadata: string): { readonly [name: string]: unknown } => {
  let value: unknown;
  try {
    value = JSON.parse(metadata);
  } catch (error) {
    throw new TypeError('metadata: is not JSON.', { cause: error });
  }
  if (typeof value !== 'object' || value === null) throw new TypeError('metadata: is not a JSON object.');
  return value as { readonly [name: string]: unknown };
};

const describe = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 80));
