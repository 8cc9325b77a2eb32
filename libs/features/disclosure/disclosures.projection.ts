import { streamOf } from '#libs/kernel/event.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import { projection } from '#libs/kernel/projection.ts';
import type { Document } from '#libs/kernel/projection.ts';
import { disclosureEvents } from './disclosure.events.ts';
import type { BundleHandedOut } from './disclosure.events.ts';

type Row = Document & BundleHandedOut & { readonly handedOutAt: Instant; readonly handedOutBy: string };

/** The register of exports: what was handed out about whom, to whom, why. */
export const disclosures = projection<Row>()('disclosures@1', {
  collection: { kind: 'current', indexes: [['subjectId', 'handedOutAt'], ['handedOutAt'], ['bundleSha256']] },
  access: { roles: ['auditor', 'privacy-officer', 'legal', 'operator'] },
  reads: [disclosureEvents],
  keyOf: (event) => event.streamId,
  streamsOf: (id) => [streamOf('disclosure', id)],
  on: {
    'disclosure.bundle-handed-out.v1': (_row, { data, occurredAt, metadata }) => ({
      ...data,
      handedOutAt: occurredAt,
      handedOutBy: metadata.actor,
    }),
  },
  ignores: [],
});
