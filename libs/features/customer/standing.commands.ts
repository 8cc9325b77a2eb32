import { Id, Moment, OneOf, Text } from '#libs/features/staff/body-rules.commands.ts';
import { ExternalId } from './profile.commands.ts';
import { DUPLICATE_GROUNDS, STANDINGS } from './standing-events.ts';

class Why {
  @Text(1_000)
  why!: string;
}

export class RejudgeTier {
  @Moment({ optional: true, description: 'Judge by what had happened by then; now where left out' })
  asAt?: string;
}

/** The approver is the person who sends it. */
export class GrantStanding extends Why {
  @OneOf(STANDINGS)
  standing!: (typeof STANDINGS)[number];
}

export class WithdrawStanding extends GrantStanding {}

export class LinkExternalId extends ExternalId {}

export class ProposeDuplicate {
  @Id()
  otherId!: string;
  @OneOf(DUPLICATE_GROUNDS)
  grounds!: (typeof DUPLICATE_GROUNDS)[number];
}

export class DismissDuplicate extends Why {
  @Id()
  otherId!: string;
}

export class MergeInto extends Why {
  @Id()
  survivorId!: string;
}

export class Absorb {
  @Id()
  otherId!: string;
}

export class Separate extends Why {}

export class Release {
  @Id()
  otherId!: string;
}

export const standingCommands = {
  'customer.rejudge-tier': RejudgeTier,
  'customer.grant-standing': GrantStanding,
  'customer.withdraw-standing': WithdrawStanding,
  'customer.link-external-id': LinkExternalId,
  'customer.propose-duplicate': ProposeDuplicate,
  'customer.dismiss-duplicate': DismissDuplicate,
  'customer.merge-into': MergeInto,
  'customer.absorb': Absorb,
  'customer.separate': Separate,
  'customer.release': Release,
};
