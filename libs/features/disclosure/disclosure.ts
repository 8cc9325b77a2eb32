import { defineAggregate } from '#libs/kernel/aggregate.ts';
import type { Decide } from '#libs/kernel/aggregate.ts';
import { disclosureEvents } from './disclosure.events.ts';
import type { BundleHandedOut, DisclosureEvent, NewDisclosureEvent } from './disclosure.events.ts';

type Disclosure =
  | { readonly status: 'unknown' }
  | { readonly status: 'handed-out'; readonly subjectId: string; readonly bundleSha256: string };

const register: Decide<BundleHandedOut, Disclosure, NewDisclosureEvent> = (bundle, disclosure) =>
  disclosure.status === 'unknown' ? [{ type: 'disclosure.bundle-handed-out.v1', data: bundle }] : [];

/** An entry of the register of what was handed out. Made by the ledger itself, before anybody gets the bundle. */
export const disclosure = defineAggregate<Disclosure, DisclosureEvent>({
  name: 'disclosure',
  collection: 'disclosures',
  events: disclosureEvents,
  initial: { status: 'unknown' },
  evolve: (_before, { data: { subjectId, bundleSha256 } }) => ({ status: 'handed-out', subjectId, bundleSha256 }),
  subjectOf: (state, id) => (state.status === 'unknown' ? id : state.subjectId),
  allowedIn: ({ status }) => (status === 'unknown' ? ['disclosure.register'] : []),
  commands: {
    'disclosure.register': {
      decide: register,
      roles: ['auditor', 'privacy-officer', 'legal'],
      summary: 'Register that evidence was handed out',
      source: '[G2]',
      creates: true,
    },
  },
});
