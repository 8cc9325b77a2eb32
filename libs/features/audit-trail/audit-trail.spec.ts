import { describe, expect, it } from '@jest/globals';
import { serviceCaseEvents } from '#libs/features/service-case/service-case.events.ts';
import { defineEvents } from '#libs/kernel/event.ts';
import { field } from '#libs/kernel/fields.ts';
import { foldEvent } from '#libs/kernel/projection.ts';
import { recorded } from '#libs/testing/given-when-then.ts';
import Type from 'typebox';
import { auditTrail } from './audit-trail.projection.ts';

const parcelEvents = defineEvents('parcel', {
  'parcel.stored.v1': {
    meaning: 'A parcel lies in a box.',
    source: '[contract 4.1]',
    data: Type.Object({ box: field.text(), weightGrams: field.count(), sender: field.personal() }),
    says: { en: 'Stored in {box}, sent by {sender}.', 'zh-CN': '{sender} 寄来的包裹已存入 {box}。' },
  },
});
const trail = auditTrail([parcelEvents, serviceCaseEvents]);
const stored = recorded('parcel', 'p-1', 3, {
  type: 'parcel.stored.v1',
  data: { box: 'box-7', weightGrams: 120, sender: 'Li Na' },
  policyVersions: { storage: '2' },
});
const row = foldEvent(trail, undefined, stored, 'event-3');

describe('the audit trail', () => {
  it('keeps one document per event, under the event’s id, with who, what, when and why', () => {
    expect(trail.keysOf(stored)).toEqual(['event-3']);
    expect(row).toMatchObject({
      ...{ subject: 'p-1', stream: 'parcel-p-1', aggregate: 'parcel', aggregateId: 'p-1', revision: 3, position: 4 },
      ...{ type: 'parcel.stored.v1', actor: 'test', origin: 'command', commandId: 'command-3' },
      ...{ causationId: 'command-3', rule: '[contract 4.1]', policyVersions: { storage: '2' } },
    });
  });

  it('keeps of the facts only what the sentence speaks of', () =>
    expect(row).toMatchObject({ facts: { box: 'box-7', sender: 'Li Na' } }));

  it('tells it in both languages when it is read', () =>
    expect(trail.onRead?.(row as never, '2026-03-02T01:00:00.000Z', {})).toMatchObject({
      text: { en: 'Stored in box-7, sent by Li Na.', 'zh-CN': 'Li Na 寄来的包裹已存入 box-7。' },
    }));

  it('puts codes into words, never what a person wrote', () => {
    const words = { 'box-7': { en: 'the seventh box', 'zh-CN': '七号柜' } };
    const worded = auditTrail([parcelEvents], new Map([['parcel', { box: words, sender: words }]]));
    const odd = { ...(row as object), facts: { box: 'box-7', sender: 'box-7' } };
    expect(worded.onRead?.(odd as never, '2026-03-02T01:00:00.000Z', {})).toMatchObject({
      text: { en: 'Stored in the seventh box, sent by box-7.', 'zh-CN': 'box-7 寄来的包裹已存入 七号柜。' },
    });
  });

  it('takes the facts of every feature that it is given', () =>
    expect(Object.keys(trail.on)).toEqual([
      ...Object.keys(parcelEvents.definitions),
      ...Object.keys(serviceCaseEvents.definitions),
    ]));

  it('has nothing in it that changes with the time of reading', () => {
    const [early, late] = ['2026-03-02T01:00:00.000Z', '2030-01-01T00:00:00.000Z'];
    expect(trail.onRead?.(row as never, early, {})).toEqual(trail.onRead?.(row as never, late, {}));
  });
});
