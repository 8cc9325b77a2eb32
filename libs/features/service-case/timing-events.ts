import { clockRecordsOf } from '#libs/features/sla/sla.events.ts';
import { field } from '#libs/kernel/fields.ts';
import Type from 'typebox';
import { TIER_BASES, TIERS } from './vocabulary.ts';

/** What its clocks came to, and what moves them besides the work itself. [SLA 1–9, 13] */
export const timingEvents = {
  ...clockRecordsOf('service-case'),
  'service-case.tier-followed.v1': {
    meaning: 'The customer was judged anew while the case was open; it is served by the new class from then on.',
    source: '[T2] SLA 4',
    data: Type.Object({
      from: Type.Enum([...TIERS]),
      tier: Type.Enum([...TIERS]),
      tierBasis: Type.Enum([...TIER_BASES]),
    }),
    says: {
      en: 'The case is served as tier {tier} from now on ({tierBasis}), no longer as {from}.',
      'zh-CN': '服务单改按 {tier} 级客户服务（依据：{tierBasis}），原为 {from} 级。',
    },
  },
  'service-case.deadlines-loosened.v1': {
    meaning:
      'An approver allowed the later deadlines that now hold, where a change had left the earlier ones standing.',
    source: 'SLA 4',
    data: Type.Object({ approverId: field.id(), reason: field.personal({ maxLength: 2_000 }) }),
    says: {
      en: '{approverId} allowed later deadlines: {reason}.',
      'zh-CN': '{approverId}批准放宽时限，原因：{reason}。',
    },
  },
};
