import type { Terms } from '#libs/kernel/terms.ts';
import { clockTerms, stateTerms } from '#libs/features/sla/sla.events.ts';

/** The words for the codes of lists of clocks. */
export const slaStatusTerms: Terms = {
  clock: clockTerms,
  state: stateTerms,
  stateNow: stateTerms,
  outcome: stateTerms,
  about: { case: { en: 'service case', 'zh-CN': '服务单' }, complaint: { en: 'complaint', 'zh-CN': '投诉' } },
};
