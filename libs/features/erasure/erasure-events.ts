import { defineEvents } from '#libs/kernel/event.ts';
import type { EventOf, NewEventOf } from '#libs/kernel/event.ts';
import { field } from '#libs/kernel/fields.ts';
import Type from 'typebox';
import { DECLINE_REASONS, ERASURE_REASONS, PAPER_KINDS, PURGED } from './vocabulary.ts';

const count = () => field.count();
const whose = {
  scope: Type.Enum(['customer', 'contact']),
  customerId: field.id(),
};

/**
 * One stream for each customer, or contact, whose personal data is to be destroyed; its id is theirs. Nothing personal stands in these
 * events: they outlive what they speak of.
 */
export const erasureEvents = defineEvents('erasure', {
  'erasure.requested.v1': {
    meaning: 'Somebody asks that the personal data of a customer, or of one of its contacts, be destroyed.',
    source: 'G4',
    data: Type.Object({ ...whose, reason: Type.Enum([...ERASURE_REASONS]), requestedBy: field.id() }),
    says: {
      en: '{requestedBy} asked that the personal data of the {scope} be destroyed ({reason}).',
      'zh-CN': '{requestedBy}申请销毁该{scope}的个人信息（{reason}）。',
    },
  },
  'erasure.proposed.v1': {
    meaning: 'The time for which the personal data may be kept is over: its destruction is proposed.',
    source: 'G4, G6',
    data: Type.Object({
      ...whose,
      /** The purpose for which it was kept. */
      keptFor: field.text(100),
      retentionEndedAt: field.instant(),
    }),
    says: {
      en: 'The retention for “{keptFor}” ended at {retentionEndedAt}: the destruction of the personal data of the {scope} is proposed.',
      'zh-CN': '“{keptFor}”的保存期限已于{retentionEndedAt}届满，建议销毁该{scope}的个人信息。',
    },
  },
  'erasure.withdrawn.v1': {
    meaning: 'The request was taken back before it was approved.',
    source: 'G4',
    data: Type.Object({ withdrawnBy: field.id() }),
    says: { en: '{withdrawnBy} took the request for destruction back.', 'zh-CN': '{withdrawnBy}撤回了销毁申请。' },
  },
  'erasure.declined.v1': {
    meaning: 'A second person decided that the data stays.',
    source: 'G4',
    data: Type.Object({ declinedBy: field.id(), because: Type.Enum([...DECLINE_REASONS]) }),
    says: {
      en: '{declinedBy} declined the destruction ({because}).',
      'zh-CN': '{declinedBy}未批准销毁（{because}）。',
    },
  },
  'erasure.approved.v1': {
    meaning: 'A second person approved the destruction and is responsible for it.',
    source: 'G4',
    data: Type.Object({ approvedBy: field.id() }),
    says: { en: '{approvedBy} approved the destruction.', 'zh-CN': '{approvedBy}批准销毁。' },
  },
  'erasure.begun.v1': {
    meaning: 'Whose keys are destroyed is settled; from here there is no way back.',
    source: 'G4',
    data: Type.Object({ subjects: Type.Array(field.id()) }),
    says: { en: 'The destruction began.', 'zh-CN': '开始销毁。' },
  },
  'erasure.carried-out.v1': {
    meaning: 'The certificate: the keys are destroyed, and with them every copy of what they sealed.',
    source: 'G4',
    data: Type.Object({
      method: Type.Enum(['key-destruction']),
      destroyedAt: field.instant(),
      /** Who approved it. */
      responsible: field.id(),
      subjects: Type.Array(field.id()),
      result: Type.Enum(['complete']),
      purged: Type.Array(Type.Object({ what: Type.Enum([...PURGED]), count: count() })),
      /** Handed out before: not in reach. */
      exportsOutside: Type.Array(field.id()),
    }),
    says: {
      en: 'The personal data was destroyed at {destroyedAt} ({method}; responsible: {responsible}; result: {result}).',
      'zh-CN': '个人信息已于{destroyedAt}销毁（方式：{method}；负责人：{responsible}；结果：{result}）。',
    },
  },
  'erasure.paper-shredded.v1': {
    meaning: 'Paper copies were shredded, as somebody says.',
    source: 'G4',
    data: Type.Object({
      kind: Type.Enum([...PAPER_KINDS]),
      copies: Type.Integer({ minimum: 1 }),
      shreddedOn: field.date(),
      recordedBy: field.id(),
    }),
    says: {
      en: '{copies} paper copies ({kind}) were shredded on {shreddedOn}.',
      'zh-CN': '已于{shreddedOn}粉碎纸质文件{copies}份（{kind}）。',
    },
  },
  'erasure.supervised.v1': {
    meaning: 'Somebody else than the responsible person checked the destruction and confirms it.',
    source: 'G4',
    data: Type.Object({ supervisedBy: field.id() }),
    says: {
      en: '{supervisedBy} checked and confirmed the destruction.',
      'zh-CN': '{supervisedBy}已监督确认销毁结果。',
    },
  },
  'erasure.found-incomplete.v1': {
    meaning:
      'Somebody else than the responsible person checked the destruction and still found data: it is done again.',
    source: 'G4',
    data: Type.Object({ supervisedBy: field.id() }),
    says: {
      en: '{supervisedBy} checked the destruction and found it incomplete: it is carried out again.',
      'zh-CN': '{supervisedBy}监督检查发现销毁不完整，将重新执行。',
    },
  },
});
export type ErasureEvent = EventOf<typeof erasureEvents>;
export type NewErasureEvent = NewEventOf<typeof erasureEvents>;
export type ErasureData<Fact extends string> = Extract<
  NewErasureEvent,
  { readonly type: `erasure.${Fact}.v1` }
>['data'];
