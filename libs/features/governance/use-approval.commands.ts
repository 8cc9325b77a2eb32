import { Id, Ids, Moment, OneOf, Text, Whole } from '#libs/features/staff/body-rules.commands.ts';
import { REFUSAL_GROUNDS, REVIEW_OUTCOMES, USE_PURPOSES } from './use-approval-events.ts';

export class RequestUse {
  @Id({ optional: true, description: 'Who is to look; whoever asks where left out' })
  userId?: string;
  @OneOf(USE_PURPOSES)
  purpose!: (typeof USE_PURPOSES)[number];
  @Ids(200, { description: 'Whose personal values: ids of customers or other people' })
  subjects!: string[];
  @Moment({ optional: true, description: 'Now where left out' })
  from?: string;
  @Moment({ description: 'Exclusive; 92 days at most' })
  until!: string;
  @Text(1_000)
  why!: string;
}

export class ApproveUse {}

export class RefuseUse {
  @OneOf(REFUSAL_GROUNDS)
  because!: (typeof REFUSAL_GROUNDS)[number];
}

export class EndUse {
  @Text(1_000)
  why!: string;
}

export class ReviewUse {
  @OneOf(REVIEW_OUTCOMES)
  outcome!: (typeof REVIEW_OUTCOMES)[number];
  @Whole(0, 1_000_000, { description: 'How many access records were looked at' })
  accesses!: number;
  @Text(1_000)
  note!: string;
}

/** By wire name: the bodies of everything that can be asked over HTTP. */
export const useApprovalCommands = {
  'use-approval.request': RequestUse,
  'use-approval.approve': ApproveUse,
  'use-approval.refuse': RefuseUse,
  'use-approval.end': EndUse,
  'use-approval.review': ReviewUse,
};
