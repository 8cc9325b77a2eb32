import { Id, Text } from '#libs/features/staff/body-rules.commands.ts';

export class AssignServiceCase {
  @Id({ description: 'The person who is to work on it' })
  assigneeId!: string;
  @Text(2_000, { optional: true, description: 'Needed where somebody has it already' })
  reason?: string;
}

class WithReason {
  @Text(2_000)
  reason!: string;
}

export class UnassignServiceCase extends WithReason {}

export class HandOverServiceCase extends WithReason {
  @Id({ description: 'The team that owns the case from now on' })
  team!: string;
}

export class StartServiceCase {}

export class WaitForCustomer extends WithReason {}

export class WaitForOthers extends WithReason {}

export class ResumeServiceCase {
  @Text(2_000, { optional: true })
  reason?: string;
}

export class ReopenServiceCase extends WithReason {}

export const workCommands = {
  'service-case.assign': AssignServiceCase,
  'service-case.unassign': UnassignServiceCase,
  'service-case.hand-over': HandOverServiceCase,
  'service-case.start': StartServiceCase,
  'service-case.wait-for-customer': WaitForCustomer,
  'service-case.wait-for-others': WaitForOthers,
  'service-case.resume': ResumeServiceCase,
  'service-case.reopen': ReopenServiceCase,
};
