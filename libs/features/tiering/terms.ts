import type { Terms } from '#libs/kernel/terms.ts';

/** The words for what the A/B/C scheme names in its policies: the paths of the values that are ours. */
export const tieringTerms: Terms = {
  ours: {
    rates: { en: 'exchange rates', 'zh-CN': '汇率' },
    spendDays: { en: 'days over which spend is counted', 'zh-CN': '消费统计天数' },
    'a.tenureDays': { en: 'days of dealings for class A', 'zh-CN': 'A 类合作天数' },
    'b.tenureDays': { en: 'days of dealings for class B', 'zh-CN': 'B 类合作天数' },
  },
};
