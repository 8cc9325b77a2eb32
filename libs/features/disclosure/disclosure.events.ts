import Type from 'typebox';
import { defineEvents } from '#libs/kernel/event.ts';
import type { EventOf, NewEventOf } from '#libs/kernel/event.ts';
import { field } from '#libs/kernel/fields.ts';

const bundleHandedOut = Type.Object({
  /** Whose history it is. */
  subjectId: field.id(),
  /** An authority, a firm, an office; where it is a person, a person's name. */
  recipient: field.personal({ maxLength: 200 }),
  purpose: field.text(500),
  bundleSha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
  events: field.count(),
  /** Single values that the bundle lets its reader open. */
  disclosedValues: field.count(),
  logOrigin: field.text(300),
  logSize: field.count(),
});

export const disclosureEvents = defineEvents('disclosure', {
  'disclosure.bundle-handed-out.v1': {
    meaning: 'Evidence about a customer left the ledger; what is outside cannot be erased.',
    source: '[G2]',
    data: bundleHandedOut,
    says: {
      en: 'Evidence of {events} events, with {disclosedValues} personal values, was handed out to {recipient} for: {purpose}.',
      'zh-CN': '已向{recipient}提供含{events}个事件、{disclosedValues}项个人信息的证据，用途：{purpose}。',
    },
  },
});
export type DisclosureEvent = EventOf<typeof disclosureEvents>;
export type NewDisclosureEvent = NewEventOf<typeof disclosureEvents>;
export type BundleHandedOut = Extract<NewDisclosureEvent, { type: 'disclosure.bundle-handed-out.v1' }>['data'];
