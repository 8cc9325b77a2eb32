import { defineEvents } from '#libs/kernel/event.ts';
import { field } from '#libs/kernel/fields.ts';
import Type from 'typebox';

/** A value that may belong to one aggregate only: one stream per scope and value, named by a keyed hash of the value. */
export const reservationEvents = defineEvents('reservation', {
  'reservation.made.v1': {
    meaning: 'A unique value (a reference, a registration code, a key of a source system) was taken by an aggregate.',
    data: Type.Object({ scope: field.text(100), owner: field.id() }),
    says: {
      en: 'A unique value ({scope}) was reserved.',
      'zh-CN': '已占用一个唯一值（{scope}）。',
    },
  },
});
