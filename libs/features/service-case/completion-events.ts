import { field } from '#libs/kernel/fields.ts';
import Type from 'typebox';
import { CASE_KINDS } from './vocabulary.ts';

/** From the solution to the end. */
export const completionEvents = {
  'service-case.solved.v1': {
    meaning: 'The problem is solved, as far as staff can tell. Stops the resolution clock.',
    source: '[H5.2]',
    data: Type.Object({
      /** `solved`, `worked-around`, …; an import’s own code. Absent where the source gives none. */
      resultCode: Type.Optional(field.text(100)),
      solution: Type.Optional(field.personal()),
      staffId: Type.Optional(field.id()),
    }),
    says: {
      en: 'Solved{?staffId  by {staffId}}{?resultCode  ({resultCode})}{?solution : {solution}}.',
      'zh-CN':
        '已解决{?staffId （处理人：{staffId}）}{?resultCode ，结果：{resultCode}}{?solution ，方案：{solution}}。',
    },
  },
  'service-case.solution-confirmed.v1': {
    meaning: 'The customer agrees that it is solved, or was asked and did not answer.',
    source: '[H5.2]',
    data: Type.Object({ by: Type.Enum(['customer', 'no-answer']) }),
    says: { en: 'The solution was confirmed ({by}).', 'zh-CN': '解决方案已确认（{by}）。' },
  },
  'service-case.solution-refused.v1': {
    meaning: 'The customer says that it is not solved.',
    source: '[H5.2]',
    data: Type.Object({ reason: field.personal({ maxLength: 2_000 }) }),
    says: { en: 'The customer refused the solution: {reason}.', 'zh-CN': '客户不认可解决方案：{reason}。' },
  },
  'service-case.evaluated.v1': {
    meaning: 'The customer scored the service, 1 (worst) to 5.',
    source: '[T3]',
    data: Type.Object({ score: field.score(), comment: Type.Optional(field.personal({ maxLength: 4_000 })) }),
    says: {
      en: 'The customer gave {score} of 5{?comment : “{comment}”}.',
      'zh-CN': '客户评分 {score}（满分 5 分）{?comment ：“{comment}”}。',
    },
  },
  'service-case.evaluation-not-answered.v1': {
    meaning: 'The customer was asked for a score and gave none.',
    source: '[B6]',
    data: Type.Object({}),
    says: { en: 'The customer gave no score.', 'zh-CN': '客户未评分。' },
  },
  'service-case.retrospective-recorded.v1': {
    meaning: 'What staff learned from the solved case. Short form.',
    source: '[H5.2]',
    data: Type.Object({
      cause: field.personal({ maxLength: 2_000 }),
      wentWell: field.personal({ maxLength: 2_000 }),
      toImprove: field.personal({ maxLength: 2_000 }),
    }),
    says: {
      en: 'Retrospective. Cause: {cause}. Went well: {wentWell}. To improve: {toImprove}.',
      'zh-CN': '复盘。原因：{cause}。做得好的：{wentWell}。待改进：{toImprove}。',
    },
  },
  'service-case.execution-record-signed.v1': {
    meaning: 'The execution record of the service, signed off by the account manager or the service specialist.',
    source: '[T3]',
    data: Type.Object({
      customerId: Type.Optional(field.id()),
      contact: Type.Optional(field.personal({ maxLength: 500 })),
      servedAt: field.instant(),
      kind: Type.Enum([...CASE_KINDS]),
      problem: field.personal({ maxLength: 4_000 }),
      result: field.personal({ maxLength: 4_000 }),
      staffId: field.id(),
      /** Absent: the customer gave none. */
      score: Type.Optional(field.score()),
      remarks: Type.Optional(field.personal({ maxLength: 4_000 })),
      signedBy: field.id(),
      signedAs: Type.Enum(['account-manager', 'service-specialist']),
    }),
    says: {
      en: '{signedBy} signed the execution record as {signedAs}: {kind} served by {staffId} at {servedAt}{?score , score {score}}. Problem: {problem}. Result: {result}.{?remarks  Remarks: {remarks}}',
      'zh-CN':
        '{signedBy}以{signedAs}身份签署服务执行记录：{kind}，服务人员：{staffId}，服务时间：{servedAt}{?score ，评分：{score}}。问题：{problem}。结果：{result}。{?remarks 备注：{remarks}}',
    },
  },
  'service-case.closed.v1': {
    meaning: 'Nothing is left to do.',
    source: '[H5.2]',
    data: Type.Object({
      /** Imported: the source does not say since when; the event’s time is when it was seen closed. */
      timeUnknown: Type.Optional(Type.Literal(true)),
    }),
    says: {
      en: 'The case was closed{?timeUnknown  (the time is not known)}.',
      'zh-CN': '服务单已关闭{?timeUnknown （关闭时间不详）}。',
    },
  },
};
