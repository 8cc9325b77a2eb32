import { clockRecordsOf } from '#libs/features/sla/sla.events.ts';
import { field } from '#libs/kernel/fields.ts';
import Type from 'typebox';

const tier = Type.Enum(['A', 'B', 'C']);

/** What its clocks came to, and what moves them besides the handling itself. [B3, SLA 1–9, 13] */
export const timingEvents = {
  ...clockRecordsOf('complaint'),
  'complaint.tier-followed.v1': {
    meaning: 'The customer was judged anew while the complaint was open; the times of the new class hold from then on.',
    source: '[T2] SLA 4',
    data: Type.Object({ from: Type.Optional(tier), tier }),
    says: {
      en: 'The complaint is served as tier {tier} from now on{?from , no longer as {from}}.',
      'zh-CN': '投诉改按 {tier} 级客户时限处理{?from ，原为 {from} 级}。',
    },
  },
  'complaint.deadlines-loosened.v1': {
    meaning:
      'An approver allowed the later deadlines that now hold, where a change had left the earlier ones standing.',
    source: 'SLA 4',
    data: Type.Object({ approverId: field.id(), why: field.personal({ maxLength: 2_000 }) }),
    says: {
      en: '{approverId} allowed later deadlines: {why}.',
      'zh-CN': '{approverId}批准放宽时限，原因：{why}。',
    },
  },
};
