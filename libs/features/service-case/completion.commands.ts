import { Moment, OneOf, Text, Whole } from '#libs/features/staff/body-rules.commands.ts';
import { RESULT_CODES } from './vocabulary.ts';
import type { ResultCode } from './vocabulary.ts';

export class SolveServiceCase {
  @OneOf(RESULT_CODES)
  resultCode!: ResultCode;
  @Text(20_000)
  solution!: string;
}

export class ConfirmSolution {
  @OneOf(['customer', 'no-answer'], { description: 'The customer agreed, or was asked and did not answer' })
  by!: 'customer' | 'no-answer';
}

export class RefuseSolution {
  @Text(2_000, { description: 'What the customer says is still wrong' })
  reason!: string;
}

export class EvaluateService {
  @Whole(1, 5)
  score!: number;
  @Text(4_000, { optional: true })
  comment?: string;
}

export class RecordNoEvaluation {}

export class RecordRetrospective {
  @Text(2_000)
  cause!: string;
  @Text(2_000)
  wentWell!: string;
  @Text(2_000)
  toImprove!: string;
}

/** Customer, kind, staff and score are taken from the case. [C4] */
export class SignExecutionRecord {
  @Text(500, { optional: true, description: 'The customer’s contact' })
  contact?: string;
  @Moment({ optional: true, description: 'When the service was given; the time of the solution where left out' })
  servedAt?: string;
  @Text(4_000)
  problem!: string;
  @Text(4_000)
  result!: string;
  @Text(4_000, { optional: true })
  remarks?: string;
}

export class CloseServiceCase {}

export const completionCommands = {
  'service-case.solve': SolveServiceCase,
  'service-case.confirm-solution': ConfirmSolution,
  'service-case.refuse-solution': RefuseSolution,
  'service-case.evaluate': EvaluateService,
  'service-case.record-no-evaluation': RecordNoEvaluation,
  'service-case.record-retrospective': RecordRetrospective,
  'service-case.sign-execution-record': SignExecutionRecord,
  'service-case.close': CloseServiceCase,
};
