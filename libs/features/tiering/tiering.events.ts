import type { PublicView } from '#libs/kernel/aggregate.ts';
import { defineEvents } from '#libs/kernel/event.ts';
import type { EventOf, NewEventOf } from '#libs/kernel/event.ts';
import { field } from '#libs/kernel/fields.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import Type from 'typebox';
import type { AbcPolicy } from './abc-policy.ts';
import { abcPolicySchema, DEFAULT_ABC_POLICY } from './abc-policy.ts';

// The feature's public face: what the deciders of other features judge by.
export { abcPolicySchema, DEFAULT_ABC_POLICY } from './abc-policy.ts';
export type { AbcPolicy } from './abc-policy.ts';
export { judgeAbc, spendWindow } from './judge-abc.ts';
export type { AbcDecision, AbcFacts, AbcTier } from './judge-abc.ts';

export const tierPolicyEvents = defineEvents('tier-policy', {
  'tier-policy.published.v1': {
    meaning: 'A version of the A/B/C scheme, in force from a moment on until a later one takes its place.',
    source: '[T1, H1.3]',
    data: Type.Object({ policy: abcPolicySchema, effectiveFrom: field.instant() }),
    says: {
      en: 'Tier policy {policy.version} is in force from {effectiveFrom}.',
      'zh-CN': '客户分级政策{policy.version}自{effectiveFrom}起生效。',
    },
  },
});
export type TierPolicyEvent = EventOf<typeof tierPolicyEvents>;
export type NewTierPolicyEvent = NewEventOf<typeof tierPolicyEvents>;

/** The one stream that holds the versions of the A/B/C scheme: `tier-policy-abc`. */
export const ABC_POLICY_ID = 'abc';

/** The published versions, oldest first. */
export interface AbcPolicies {
  readonly versions: readonly { readonly policy: AbcPolicy; readonly effectiveFrom: Instant }[];
}

export const abcPolicies: PublicView<AbcPolicies, TierPolicyEvent> = {
  name: 'abc-policies',
  events: tierPolicyEvents,
  initial: { versions: [] },
  evolve: ({ versions }, event) => ({ versions: [...versions, event.data] }),
};

/** The version in force at a moment: of those that have begun, the one published last. The default, before any. */
export const abcPolicyAt = ({ versions }: AbcPolicies, moment: Instant): AbcPolicy =>
  versions.findLast(({ effectiveFrom }) => effectiveFrom <= moment)?.policy ?? DEFAULT_ABC_POLICY;
