import { field } from '#libs/kernel/fields.ts';
import Type from 'typebox';
import { stepSchema } from './intake-events.ts';
import { CAUSES, CHANNELS, FINDINGS, REMEDIES } from './vocabulary.ts';

const why = field.personal({ maxLength: 2_000 });
const channel = Type.Enum([...CHANNELS]);

/** From the investigation to the end. [B2, B4, B5] */
export const handlingEvents = {
  'complaint.investigation-begun.v1': {
    meaning: 'Somebody looks into what happened.',
    source: '[H5.4]',
    data: Type.Object({}),
    says: { en: 'The investigation began.', 'zh-CN': '已开始调查。' },
  },
  'complaint.finding-recorded.v1': {
    meaning: 'Whether the complaint is founded, and why it came about. A later one replaces it.',
    source: '[B5]',
    data: Type.Object({
      finding: Type.Enum([...FINDINGS]),
      cause: Type.Enum([...CAUSES]),
      explanation: field.personal({ maxLength: 10_000 }),
      byId: field.id(),
    }),
    says: {
      en: 'Found {finding}, cause: {cause} (by {byId}). {explanation}',
      'zh-CN': '认定投诉{finding}，原因：{cause}（认定人：{byId}）。{explanation}',
    },
  },
  'complaint.handling-begun.v1': {
    meaning: 'What follows from the finding is being done.',
    source: '[H5.4]',
    data: Type.Object({}),
    says: { en: 'Handling began.', 'zh-CN': '已开始处理。' },
  },
  'complaint.plan-set.v1': {
    meaning: 'How and by when the complaint will be handled. Stops the plan clock.',
    source: '[H5.4]',
    data: Type.Object({ plan: field.personal({ maxLength: 10_000 }), completeBy: field.instant(), byId: field.id() }),
    says: { en: 'Plan, to be done by {completeBy}: {plan}', 'zh-CN': '处理方案（完成时限{completeBy}）：{plan}' },
  },
  'complaint.plan-revised.v1': {
    meaning: 'The plan was changed, with the reason. The clock that the first plan stopped stays stopped.',
    source: '[H5.4]',
    data: Type.Object({
      plan: field.personal({ maxLength: 10_000 }),
      completeBy: field.instant(),
      why,
      revision: Type.Integer({ minimum: 1 }),
      byId: field.id(),
    }),
    says: {
      en: 'Plan revised, to be done by {completeBy}: {plan} (reason: {why})',
      'zh-CN': '方案已修订（完成时限{completeBy}）：{plan}（原因：{why}）',
    },
  },
  'complaint.corrective-action-recorded.v1': {
    meaning: 'What is done so that the cause does not come back.',
    source: '[B5]',
    data: Type.Object({
      action: field.personal({ maxLength: 10_000 }),
      ownerId: field.id(),
      dueOn: field.date(),
      byId: field.id(),
    }),
    says: {
      en: 'Corrective action by {ownerId}, due {dueOn}: {action}',
      'zh-CN': '纠正措施（负责人{ownerId}，期限{dueOn}）：{action}',
    },
  },
  'complaint.no-corrective-action-needed.v1': {
    meaning: 'Nothing needs to be changed, and why.',
    source: '[B5]',
    data: Type.Object({ why, byId: field.id() }),
    says: { en: 'No corrective action is needed: {why}', 'zh-CN': '无需纠正措施：{why}' },
  },
  'complaint.final-answer-sent.v1': {
    meaning: 'The customer was told the finding and the remedy. A person’s answer: stops the response clock.',
    source: '[H5.4]',
    data: Type.Object({ channel, text: field.personal(), remedy: Type.Enum([...REMEDIES]), byId: field.id() }),
    says: {
      en: '{byId} gave the final answer by {channel} (remedy: {remedy}): “{text}”',
      'zh-CN': '{byId}通过{channel}作出最终答复（补救：{remedy}）：“{text}”',
    },
  },
  'complaint.review-passed.v1': {
    meaning: 'A second person looked at finding, cause, action and answer, and agrees.',
    source: '[B5, H5.4]',
    data: Type.Object({ reviewerId: field.id(), remark: Type.Optional(why) }),
    says: {
      en: '{reviewerId} reviewed the complaint and agrees{?remark : {remark}}.',
      'zh-CN': '{reviewerId}已复核通过{?remark ：{remark}}。',
    },
  },
  'complaint.review-failed.v1': {
    meaning: 'A second person does not agree: the complaint goes back to handling.',
    source: '[B5, H5.4]',
    data: Type.Object({ reviewerId: field.id(), why }),
    says: {
      en: '{reviewerId} reviewed the complaint and sent it back: {why}',
      'zh-CN': '{reviewerId}复核未通过，退回处理：{why}',
    },
  },
  'complaint.closed.v1': {
    meaning:
      'The complaint is done. `timeUnknown`: imported, nobody knows since when; `occurredAt` is when it was seen closed.',
    source: '[H5.4]',
    data: Type.Object({ outcome: field.text(200), timeUnknown: Type.Boolean() }),
    says: {
      en: 'The complaint was closed, outcome: {outcome}{?timeUnknown  (when is not known)}.',
      'zh-CN': '投诉已结案，结论：{outcome}{?timeUnknown （结案时间不详）}。',
    },
  },
  'complaint.withdrawn.v1': {
    meaning: 'The complainant does not pursue it.',
    source: '[B2]',
    data: Type.Object({ why }),
    says: { en: 'The complaint was withdrawn: {why}', 'zh-CN': '投诉已撤回：{why}' },
  },
  'complaint.merged-into.v1': {
    meaning: 'The same matter as another complaint, which carries on.',
    source: '[B2]',
    data: Type.Object({ survivorId: field.id(), survivorReference: field.text(60), why }),
    says: {
      en: 'Merged into complaint {survivorReference}: {why}',
      'zh-CN': '已并入投诉{survivorReference}：{why}',
    },
  },
  'complaint.reopened.v1': {
    meaning: 'A new cycle begins with its own clocks; what was decided before stays as it was.',
    source: '[B2, SLA 5]',
    data: Type.Object({
      cycle: Type.Integer({ minimum: 2 }),
      why,
      /** The procedure begins anew, with the owners that it had. */
      steps: Type.Array(stepSchema),
    }),
    says: { en: 'The complaint was re-opened (cycle {cycle}): {why}', 'zh-CN': '投诉重新打开（第{cycle}轮）：{why}' },
  },
  'complaint.source-verdict-recorded.v1': {
    meaning: 'Imported: whether the source itself holds the response to be timely; kept beside our judgement.',
    source: 'import of complaints (Timely response?)',
    data: Type.Object({ verdict: Type.Enum(['timely', 'late']) }),
    says: { en: 'The source’s own verdict: {verdict}.', 'zh-CN': '来源系统的判定：{verdict}。' },
  },
} as const;
