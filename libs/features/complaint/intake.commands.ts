import { Id, Moment, OneOf, Pattern, Text } from '#libs/features/staff/body-rules.commands.ts';
import { CATEGORIES, CHANNELS, FILED_BY, REMEDIES, SEVERITIES, STEPS } from './vocabulary.ts';
import type { Category, Channel, Severity, Step } from './vocabulary.ts';

class Why {
  @Text(2_000)
  why!: string;
}

export class FileComplaint {
  @Pattern(/^[A-Z0-9][A-Z0-9-]{2,39}$/, 'CP-2026-000123', { optional: true, description: 'Made up where left out' })
  reference?: string;
  @OneOf(CHANNELS)
  channel!: Channel;
  @OneOf(CATEGORIES)
  category!: Category;
  @OneOf(SEVERITIES)
  severity!: Severity;
  @OneOf(FILED_BY, { optional: true, description: 'customer where left out' })
  filedBy?: (typeof FILED_BY)[number];
  @Id({ optional: true, description: 'Left out: not identified' })
  customerId?: string;
  @Text(300, { optional: true, description: 'Who complains; personal' })
  complainant?: string;
  @Text(500, { optional: true, description: 'How to reach them; personal' })
  contact?: string;
  @Text(20_000)
  description!: string;
  @OneOf(REMEDIES, { optional: true })
  remedyAsked?: (typeof REMEDIES)[number];
  @Text(2_000, { optional: true })
  remedyDetail?: string;
  @Id({ optional: true, description: 'The customer’s team where left out' })
  team?: string;
  @Id({ optional: true, description: 'The ended complaint that this one takes up again' })
  followsId?: string;
  @Moment({ optional: true, description: 'When it came in; now where left out' })
  receivedAt?: string;
}

export class IdentifyCustomer {
  @Id()
  customerId!: string;
}

export class ChangeSeverity extends Why {
  @OneOf(SEVERITIES)
  severity!: Severity;
}

export class ChangeCategory extends Why {
  @OneOf(CATEGORIES)
  category!: Category;
}

export class AssignComplaint {
  @Id()
  responsibleId!: string;
  @Id({ optional: true })
  team?: string;
}

/** Owners of the procedure's steps; whoever is not named is the role that the procedure names. */
export class AcceptComplaint {
  @Id({ optional: true })
  responsibleId?: string;
  @Id({ optional: true, description: 'The responsible person where left out' })
  investigationOwnerId?: string;
  @Id({ optional: true, description: 'The responsible person where left out' })
  handlingOwnerId?: string;
  @Id({ optional: true, description: 'The responsible person where left out' })
  feedbackOwnerId?: string;
  @Id({ optional: true, description: 'Not the responsible person' })
  reviewOwnerId?: string;
}

export class ReassignStep extends Why {
  @OneOf(STEPS)
  step!: Step;
  @Id()
  ownerId!: string;
  @Moment()
  dueAt!: string;
}

export const intakeCommands = {
  'complaint.file': FileComplaint,
  'complaint.identify-customer': IdentifyCustomer,
  'complaint.change-severity': ChangeSeverity,
  'complaint.change-category': ChangeCategory,
  'complaint.assign': AssignComplaint,
  'complaint.accept': AcceptComplaint,
  'complaint.reassign-step': ReassignStep,
};
