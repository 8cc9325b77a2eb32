import { defineEvents } from '#libs/kernel/event.ts';
import type { EventOf, NewEventOf } from '#libs/kernel/event.ts';
import { field } from '#libs/kernel/fields.ts';
import Type from 'typebox';
import { COLLECTED_BY, CONSENT_PURPOSES } from './vocabulary.ts';

const purpose = () => Type.Enum([...CONSENT_PURPOSES]);

/** What a person agreed to, for which purpose, and under which notice. The stream's id is the customer's or the contact's. [G6] */
export const consentEvents = defineEvents('consent', {
  'consent.given.v1': {
    meaning:
      'The person agreed that their data is used for a purpose, having been given a notice; it replaces what held for it.',
    source: '[G6]',
    data: Type.Object({
      purpose: purpose(),
      noticeVersion: field.text(60),
      collectedBy: Type.Enum([...COLLECTED_BY]),
      /** Until when; it holds until it is withdrawn where left out. */
      until: Type.Optional(field.instant()),
      /** Where the person is a contact: of which customer. */
      contactOf: Type.Optional(field.id()),
    }),
    says: {
      en: 'Consent to “{purpose}” was given (notice {noticeVersion}, {collectedBy}){?until , until {until}}.',
      'zh-CN': '已同意用于“{purpose}”（告知书{noticeVersion}，{collectedBy}）{?until ，有效至{until}}。',
    },
  },
  'consent.withdrawn.v1': {
    meaning: 'The person no longer agrees.',
    source: '[G6]',
    data: Type.Object({ purpose: purpose() }),
    says: { en: 'Consent to “{purpose}” was withdrawn.', 'zh-CN': '已撤回对“{purpose}”的同意。' },
  },
});
export type ConsentEvent = EventOf<typeof consentEvents>;
export type NewConsentEvent = NewEventOf<typeof consentEvents>;
