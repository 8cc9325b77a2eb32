import {
  Amount,
  Currency,
  Day,
  Id,
  ListOf,
  Moment,
  OneOf,
  Text,
  Whole,
} from '#libs/features/staff/body-rules.commands.ts';
import { LIFECYCLE_STAGES, REFUSAL_REASONS, TAG_KINDS } from './relationship-events.ts';

class Remark {
  @Text(1_000, { optional: true })
  remark?: string;
}
class Why {
  @Text(1_000)
  why!: string;
}

export class Screen extends Remark {}
export class Qualify extends Remark {}
export class CheckBackground extends Remark {}
export class Admit extends Remark {}

export class Assess extends Remark {
  @Whole(1, 5)
  value!: number;
  @Whole(1, 5, { description: '5 is the highest risk' })
  risk!: number;
  @Whole(1, 5)
  ability!: number;
}

export class Refuse extends Why {
  @OneOf(REFUSAL_REASONS)
  reasonCode!: (typeof REFUSAL_REASONS)[number];
}

export class Reapply extends Why {}

export class SlaOverride {
  @OneOf(['first-response', 'resolution'])
  clock!: 'first-response' | 'resolution';
  @OneOf(['urgent', 'other'], { optional: true, description: 'Whatever the urgency where left out' })
  urgency?: 'urgent' | 'other';
  @Whole(1, 525_600)
  targetMinutes!: number;
  @OneOf(['calendar', 'business'])
  time!: 'calendar' | 'business';
}

export class SignContract {
  @Text(100)
  number!: string;
  @Text(2_000)
  subjectMatter!: string;
  @Day()
  signedOn!: string;
  @Day({ optional: true })
  validUntil?: string;
  @Amount({ optional: true })
  amount?: string;
  @Currency({ optional: true })
  currency?: string;
  @ListOf(SlaOverride, { maxItems: 10, optional: true })
  slaOverrides?: SlaOverride[];
}

export class AmendContract extends Why {
  @Id()
  contractId!: string;
  @Text(2_000, { optional: true })
  subjectMatter?: string;
  @Day({ optional: true })
  validUntil?: string;
  @Amount({ optional: true })
  amount?: string;
  @Currency({ optional: true })
  currency?: string;
  @ListOf(SlaOverride, { maxItems: 10, optional: true, description: 'The list replaces the one before' })
  slaOverrides?: SlaOverride[];
}

export class EndContract extends Why {
  @Id()
  contractId!: string;
  @Day()
  endedOn!: string;
}

export class OverrideLifecycle extends Why {
  @OneOf(LIFECYCLE_STAGES)
  stage!: (typeof LIFECYCLE_STAGES)[number];
}

export class LiftLifecycleOverride extends Why {}

export class Churn extends Why {
  @Moment({ optional: true, description: 'Since when; now where left out' })
  churnedAt?: string;
}

export class WinBack extends Why {}

export class Tag extends Why {
  @Text(60)
  tag!: string;
  @OneOf(TAG_KINDS)
  kind!: (typeof TAG_KINDS)[number];
  @Moment({ description: 'At most two years ahead' })
  validUntil!: string;
}

export class TagByRule {
  @Whole(0, 100_000, { optional: true, description: 'Complaints of the last 30 days' })
  complaints?: number;
}

export class Untag extends Why {
  @Text(60)
  tag!: string;
}

export const relationshipCommands = {
  'customer.screen': Screen,
  'customer.qualify': Qualify,
  'customer.check-background': CheckBackground,
  'customer.assess': Assess,
  'customer.admit': Admit,
  'customer.refuse': Refuse,
  'customer.reapply': Reapply,
  'customer.sign-contract': SignContract,
  'customer.amend-contract': AmendContract,
  'customer.end-contract': EndContract,
  'customer.override-lifecycle': OverrideLifecycle,
  'customer.lift-lifecycle-override': LiftLifecycleOverride,
  'customer.churn': Churn,
  'customer.win-back': WinBack,
  'customer.tag': Tag,
  'customer.tag-by-rule': TagByRule,
  'customer.untag': Untag,
};
