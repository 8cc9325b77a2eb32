import { clockTerms, stateTerms } from '#libs/features/sla/sla.events.ts';
import type { Terms } from '#libs/kernel/terms.ts';

/** The words for the codes of the board. */
export const slaBoardTerms: Terms = {
  clock: clockTerms,
  state: stateTerms,
  about: { case: { en: 'service case', 'zh-CN': '服务单' }, complaint: { en: 'complaint', 'zh-CN': '投诉' } },
};
