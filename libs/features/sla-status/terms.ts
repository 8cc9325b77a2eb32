import type { Term, Terms } from '#libs/kernel/terms.ts';
import type { ClockRow } from './sla-status.projection.ts';

type Words<Code extends string> = { readonly [C in Code]: Term };

const states: Words<ClockRow['state']> = {
  running: { en: 'running', 'zh-CN': '计时中' },
  paused: { en: 'paused', 'zh-CN': '已暂停' },
  met: { en: 'kept', 'zh-CN': '按时完成' },
  breached: { en: 'breached', 'zh-CN': '已超时' },
  'breached-on-change': { en: 'breached by a change of the target', 'zh-CN': '因时限变更而超时' },
  cancelled: { en: 'cancelled', 'zh-CN': '已取消' },
  undetermined: { en: 'cannot be determined', 'zh-CN': '无法判定' },
};
const clocks: Words<ClockRow['clock']> = {
  'first-response': { en: 'first response', 'zh-CN': '首次响应' },
  resolution: { en: 'resolution', 'zh-CN': '解决' },
};

/** The words for the codes of clocks; this feature has no events, its documents hold them. */
export const slaStatusTerms: Terms = { clock: clocks, state: states, stateNow: states, outcome: states };
