import { clockTerms } from '#libs/features/sla/sla.events.ts';
import type { Terms } from '#libs/kernel/terms.ts';

/** The words for the codes of the figures. */
export const slaComplianceTerms: Terms = {
  clock: clockTerms,
  about: { case: { en: 'service cases', 'zh-CN': '服务单' }, complaint: { en: 'complaints', 'zh-CN': '投诉' } },
  by: {
    month: { en: 'month alone', 'zh-CN': '仅按月份' },
    tier: { en: 'customer tier', 'zh-CN': '客户级别' },
    kind: { en: 'kind of matter', 'zh-CN': '事项类别' },
    team: { en: 'team', 'zh-CN': '团队' },
    urgency: { en: 'urgency', 'zh-CN': '紧急程度' },
    policy: { en: 'version of the service times', 'zh-CN': '服务时限政策版本' },
    all: { en: 'everything at once', 'zh-CN': '全部维度' },
  },
};
