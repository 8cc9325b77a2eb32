import { expect, it } from '@jest/globals';
import { features } from '#libs/features/features.ts';
import { registryOf } from '#libs/runtime/registry.ts';
import { reservationEvents } from '#libs/runtime/reservation.events.ts';
import { unmarkedPersonalFields } from '#libs/runtime/unmarked-personal-fields.ts';

it('no event has a field of a personal name that is not marked as personal', () => {
  expect(unmarkedPersonalFields(registryOf(features, [reservationEvents]).eventSets)).toEqual([]);
});
