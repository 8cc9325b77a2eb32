import { defineEvents } from '#libs/kernel/event.ts';
import type { EventOf, NewEventOf } from '#libs/kernel/event.ts';
import { field } from '#libs/kernel/fields.ts';
import Type from 'typebox';

export const USE_PURPOSES = [
  'survey',
  'dispute',
  'regulator-request',
  'quality-review',
  'campaign',
  'billing',
  'personnel-matter',
  'other',
] as const;
export const REFUSAL_GROUNDS = ['not-necessary', 'scope-too-wide', 'period-too-long', 'purpose-unclear'] as const;
export const REVIEW_OUTCOMES = ['proper', 'beyond-purpose', 'not-used'] as const;

const free = () => field.personal({ maxLength: 1_000 });

/** Single approvals to look at personal data, for what no standing approval covers. [G2] */
export const useApprovalEvents = defineEvents('use-approval', {
  'use-approval.requested.v1': {
    meaning: 'Somebody asks to see personal values of some people, for a purpose and a time.',
    source: '[G2]',
    data: Type.Object({
      userId: field.id(),
      purpose: Type.Enum([...USE_PURPOSES]),
      subjects: Type.Array(field.id(), { minItems: 1, maxItems: 200 }),
      from: field.instant(),
      until: field.instant(),
      why: free(),
    }),
    says: {
      en: 'Access to personal data was asked for {userId} ({purpose}), from {from} until {until}: {why}.',
      'zh-CN': '为{userId}申请查看个人信息（{purpose}），自{from}至{until}：{why}。',
    },
  },
  'use-approval.approved.v1': {
    meaning: 'Another person allowed it.',
    source: '[G2]',
    data: Type.Object({}),
    says: { en: 'The access was approved.', 'zh-CN': '已批准该访问。' },
  },
  'use-approval.refused.v1': {
    meaning: 'Another person did not allow it.',
    source: '[G2]',
    data: Type.Object({ because: Type.Enum([...REFUSAL_GROUNDS]) }),
    says: { en: 'The access was refused: {because}.', 'zh-CN': '已拒绝该访问：{because}。' },
  },
  'use-approval.ended.v1': {
    meaning: 'The approval was taken back, or given up, before its time was over.',
    source: '[G2]',
    data: Type.Object({ why: free() }),
    says: { en: 'The approval was ended early: {why}.', 'zh-CN': '批准提前终止：{why}。' },
  },
  'use-approval.reviewed.v1': {
    meaning: 'Somebody else compared what was looked at with what had been approved.',
    source: '[G2]',
    data: Type.Object({ outcome: Type.Enum([...REVIEW_OUTCOMES]), accesses: field.count(), note: free() }),
    says: {
      en: 'The use was reviewed ({accesses} accesses): {outcome}. {note}',
      'zh-CN': '已复核使用情况（访问{accesses}次）：{outcome}。{note}',
    },
  },
});
export type UseApprovalEvent = EventOf<typeof useApprovalEvents>;
export type NewUseApprovalEvent = NewEventOf<typeof useApprovalEvents>;
