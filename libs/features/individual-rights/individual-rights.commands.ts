import { Day, Id, Moment, OneOf, Text } from '#libs/features/staff/body-rules.commands.ts';
import { ANSWERS, COLLECTED_BY, CONCLUSIONS, CONSENT_PURPOSES, RIGHTS } from './vocabulary.ts';
import type { ConsentPurpose } from './vocabulary.ts';

export class WithdrawConsent {
  @OneOf(CONSENT_PURPOSES)
  purpose!: ConsentPurpose;
}

export class GiveConsent extends WithdrawConsent {
  @Text(60, { description: 'Of the notice that the person was given' })
  noticeVersion!: string;
  @OneOf(COLLECTED_BY)
  collectedBy!: (typeof COLLECTED_BY)[number];
  @Moment({ optional: true, description: 'Exclusive; until it is withdrawn where left out' })
  until?: string;
  @Id({ optional: true, description: 'Where the id is a contact’s: the customer whose contact it is' })
  contactOf?: string;
}

export class ReceiveRightsRequest {
  @Id({ description: 'Whose data: the customer or another person' })
  subjectId!: string;
  @OneOf(RIGHTS)
  right!: (typeof RIGHTS)[number];
  @Moment({ optional: true, description: 'Now where left out' })
  receivedAt?: string;
  @Text(4_000)
  details!: string;
}

export class AnswerRightsRequest {
  @OneOf(ANSWERS)
  answer!: (typeof ANSWERS)[number];
  @Text(4_000, { description: 'What was done, or why not' })
  note!: string;
}

export class RecordImpactAssessment {
  @Text(300, { description: 'What is assessed' })
  processing!: string;
  @Day()
  assessedOn!: string;
  @Text(8_000)
  risks!: string;
  @Text(8_000)
  measures!: string;
  @OneOf(CONCLUSIONS)
  conclusion!: (typeof CONCLUSIONS)[number];
}

/** By wire name: the bodies of everything that can be asked over HTTP. */
export const individualRightsCommands = {
  'consent.give': GiveConsent,
  'consent.withdraw': WithdrawConsent,
  'rights-request.receive': ReceiveRightsRequest,
  'rights-request.answer': AnswerRightsRequest,
  'impact-assessment.record': RecordImpactAssessment,
};
