import { Id, Moment, OneOf, Pattern, Text } from '#libs/features/staff/body-rules.commands.ts';
import { CASE_KINDS, CHANNELS, COMPLEXITIES, PRIORITIES } from './vocabulary.ts';
import type { CaseKind, Channel, Complexity, Priority } from './vocabulary.ts';

export class ReceiveServiceCase {
  @OneOf(CASE_KINDS, { description: 'What it is about [C1]' })
  kind!: CaseKind;
  @OneOf(CHANNELS)
  channel!: Channel;
  @Text(500, { description: 'The matter in one line' })
  subjectLine!: string;
  @Text(20_000, { optional: true })
  description?: string;
  @Id({ optional: true, description: 'Left out while nobody knows which customer it is' })
  customerId?: string;
  @Text(500, { optional: true, description: 'Who asked, and how to reach them' })
  contact?: string;
  @Id({ optional: true, description: 'The owning team; the customer’s own where left out' })
  team?: string;
  @OneOf(PRIORITIES, { optional: true, description: 'Proposed by rule where left out; critical and high are urgent' })
  priority?: Priority;
  @OneOf(COMPLEXITIES, { optional: true, description: 'Proposed by rule where left out' })
  complexity?: Complexity;
  @Pattern(/^[A-Za-z0-9][A-Za-z0-9_.\/-]{0,59}$/, 'SC-2026-0042', {
    optional: true,
    description: 'A reference for people, unique; made from the id where left out',
  })
  reference?: string;
  @Moment({ optional: true, description: 'When it was asked for; now where left out. Both clocks start here' })
  receivedAt?: string;
  @Id({ optional: true, description: 'The closed case that this one continues' })
  followsCaseId?: string;
}

export class IdentifyCustomer {
  @Id()
  customerId!: string;
}

export class IdentifyServiceCase {
  @Text(100, { optional: true, description: 'As it stands where left out' })
  type?: string;
  @OneOf(PRIORITIES, { optional: true, description: 'As it stands where left out' })
  priority?: Priority;
  @OneOf(COMPLEXITIES, { optional: true, description: 'As it stands where left out' })
  complexity?: Complexity;
  @Text(2_000, { optional: true, description: 'Needed where something is to be otherwise' })
  reason?: string;
}

export class ReclassifyServiceCase {
  @Text(100, { optional: true })
  type?: string;
  @OneOf(COMPLEXITIES, { optional: true })
  complexity?: Complexity;
  @Text(2_000)
  reason!: string;
}

export class ChangePriority {
  @OneOf(PRIORITIES)
  priority!: Priority;
  @Text(2_000)
  reason!: string;
}

export const receptionCommands = {
  'service-case.receive': ReceiveServiceCase,
  'service-case.identify-customer': IdentifyCustomer,
  'service-case.identify': IdentifyServiceCase,
  'service-case.reclassify': ReclassifyServiceCase,
  'service-case.change-priority': ChangePriority,
};
