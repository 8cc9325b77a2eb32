import { Day, Id, Moment, OneOf, Text } from '#libs/features/staff/body-rules.commands.ts';
import { CAUSES, CHANNELS, FINDINGS, REMEDIES } from './vocabulary.ts';
import type { Channel } from './vocabulary.ts';

class Why {
  @Text(2_000)
  why!: string;
}

export class BeginInvestigation {}
export class BeginHandling {}

export class RecordFinding {
  @OneOf(FINDINGS)
  finding!: (typeof FINDINGS)[number];
  @OneOf(CAUSES)
  cause!: (typeof CAUSES)[number];
  @Text(10_000)
  explanation!: string;
}

export class SetPlan {
  @Text(10_000)
  plan!: string;
  @Moment()
  completeBy!: string;
}

export class RevisePlan extends SetPlan {
  @Text(2_000)
  why!: string;
}

export class RecordCorrectiveAction {
  @Text(10_000)
  action!: string;
  @Id()
  ownerId!: string;
  @Day()
  dueOn!: string;
}

export class RecordNoCorrectiveAction extends Why {}

export class SendFinalAnswer {
  @OneOf(CHANNELS)
  channel!: Channel;
  @Text(20_000)
  text!: string;
  @OneOf(REMEDIES)
  remedy!: (typeof REMEDIES)[number];
}

export class PassReview {
  @Text(2_000, { optional: true })
  remark?: string;
}

export class FailReview extends Why {}
export class CloseComplaint {}
export class WithdrawComplaint extends Why {}

export class MergeComplaint extends Why {
  @Id()
  survivorId!: string;
}

export class ReopenComplaint extends Why {}

export const handlingCommands = {
  'complaint.begin-investigation': BeginInvestigation,
  'complaint.begin-handling': BeginHandling,
  'complaint.record-finding': RecordFinding,
  'complaint.set-plan': SetPlan,
  'complaint.revise-plan': RevisePlan,
  'complaint.record-corrective-action': RecordCorrectiveAction,
  'complaint.record-no-corrective-action': RecordNoCorrectiveAction,
  'complaint.send-final-answer': SendFinalAnswer,
  'complaint.pass-review': PassReview,
  'complaint.fail-review': FailReview,
  'complaint.close': CloseComplaint,
  'complaint.withdraw': WithdrawComplaint,
  'complaint.merge-into': MergeComplaint,
  'complaint.reopen': ReopenComplaint,
};
