import type { Decide } from '#libs/kernel/aggregate.ts';
import { defineAggregate } from '#libs/kernel/aggregate.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import { compareAmounts } from '#libs/kernel/money.ts';
import { invalid, reject } from '#libs/kernel/rejection.ts';
import { Value } from 'typebox/value';
import type { AbcPolicy } from './abc-policy.ts';
import { abcPolicySchema, DEFAULT_ABC_POLICY } from './abc-policy.ts';
import type { AbcPolicies, NewTierPolicyEvent, TierPolicyEvent } from './tiering.events.ts';
import { ABC_POLICY_ID, abcPolicies, tierPolicyEvents } from './tiering.events.ts';

/** The body of `tier-policy.publish`, sent to the id `abc`. */
export interface PublishTierPolicy {
  readonly policy: AbcPolicy;
  readonly effectiveFrom: Instant;
}

/** A higher class must ask for at least as much as a lower one, or its interval is empty. */
const isOrdered = ({ a, b }: AbcPolicy): boolean =>
  compareAmounts(a.spend, b.spend) >= 0 && a.tenureDays >= b.tenureDays;

const publish: Decide<PublishTierPolicy, AbcPolicies, NewTierPolicyEvent> = (
  { policy, effectiveFrom },
  { versions },
  { id },
) => {
  if (id !== ABC_POLICY_ID)
    return invalid('tier-policy.unknown-scheme', `There is no scheme ${id}: publish to ${ABC_POLICY_ID}.`);
  if (!Value.Check(abcPolicySchema, policy)) {
    const [fault] = Value.Errors(abcPolicySchema, policy);
    return invalid(
      'tier-policy.malformed',
      `The policy is malformed: ${fault?.instancePath} ${fault?.message}.`,
      'policy',
    );
  }
  if (!isOrdered(policy))
    return invalid(
      'tier-policy.disordered',
      'Class A must not ask for less than class B: raise A or lower B.',
      'policy',
    );
  const published = [DEFAULT_ABC_POLICY, ...versions.map((each) => each.policy)].find(
    ({ version }) => version === policy.version,
  );
  if (published !== undefined)
    return Value.Equal(published, policy)
      ? []
      : reject(
          'tier-policy.version-taken',
          `Version ${policy.version} was published with other content, and a version never changes: choose another name.`,
        );
  return [{ type: 'tier-policy.published.v1', data: { policy, effectiveFrom } }];
};

/** Versions of the A/B/C scheme. Application, legal review and approval come before publishing. [H1.3] */
export const tierPolicy = defineAggregate<AbcPolicies, TierPolicyEvent>({
  name: 'tier-policy',
  collection: 'tier-policies',
  events: tierPolicyEvents,
  initial: abcPolicies.initial,
  evolve: abcPolicies.evolve,
  allowedIn: () => ['tier-policy.publish'],
  commands: {
    'tier-policy.publish': {
      decide: publish,
      roles: ['committee', 'operator', 'service'],
      summary: 'Publish a version of the A/B/C scheme',
      source: '[T1]',
      creates: true,
      internal: true,
    },
  },
});
