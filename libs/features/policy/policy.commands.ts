import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { IsObject } from 'class-validator';
import { Day, Flag, Moment, OneOf, Pattern, Text } from '#libs/features/staff/body-rules.commands.ts';
import { VERSION_PATTERN } from './document-fields.ts';
import { DEPARTMENTS } from './policy-events.ts';
import type { Department } from './policy-events.ts';

const Version = () => Pattern(new RegExp(VERSION_PATTERN), 'sla-2027@1');

const PolicyBody = () =>
  applyDecorators(
    ApiProperty({
      type: 'object',
      additionalProperties: true,
      description: 'By the schema of its kind: GET /v1/policy-schemas/{kind}',
    }),
    IsObject(),
  );

export class ApplyForPolicy {
  @PolicyBody()
  document!: object;
  @OneOf(DEPARTMENTS)
  department!: Department;
  @Text(2_000)
  reason!: string;
}

class OfVersion {
  @Version()
  version!: string;
}

export class ReviewPolicyLegally extends OfVersion {
  @OneOf(['passed', 'objected'])
  verdict!: 'passed' | 'objected';
  @Text(2_000, { optional: true, description: 'Required with an objection' })
  remarks?: string;
}

export class ApprovePolicy extends OfVersion {
  @Text(2_000, { optional: true })
  remarks?: string;
}

export class RejectPolicy extends OfVersion {
  @Text(2_000)
  reason!: string;
}

export class PublishPolicy extends OfVersion {
  @Moment({
    optional: true,
    description: 'Facts from then on are judged by it; left out: now. In the past only with `backdated`',
  })
  effectiveFrom?: string;
  @Flag({
    optional: true,
    description:
      'That it judges facts of the past too is meant so: imports of old cases. Finished outcomes keep their version',
  })
  backdated?: boolean;
}

export class RecordPolicyTraining extends OfVersion {
  @Day()
  heldOn!: string;
  @Text(200, { description: 'The teams and roles that were trained' })
  audience!: string;
}

export class WithdrawPolicy extends OfVersion {
  @Text(2_000)
  reason!: string;
}

/** By wire name: the bodies of everything that can be asked of a policy. */
export const policyCommands = {
  'policy.apply': ApplyForPolicy,
  'policy.review-legally': ReviewPolicyLegally,
  'policy.approve': ApprovePolicy,
  'policy.reject': RejectPolicy,
  'policy.publish': PublishPolicy,
  'policy.record-training': RecordPolicyTraining,
  'policy.withdraw': WithdrawPolicy,
};
