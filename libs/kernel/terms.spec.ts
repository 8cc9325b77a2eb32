import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import Type from 'typebox';
import { field } from './fields.ts';
import { epochMsOf, instantOf } from './instant.ts';
import { idsToldOf, inWords, momentInWords, tell } from './terms.ts';
import type { Terms } from './terms.ts';

const parcelStored = {
  data: Type.Object({
    box: Type.Enum(['small', 'large']),
    label: field.text(),
    marks: Type.Array(Type.Enum(['small', 'fragile'])),
    at: field.instant(),
    keeperId: field.id(),
    helpers: Type.Array(field.id()),
    note: Type.Optional(field.personal()),
    sizes: Type.Object({ box: Type.Enum(['small', 'large']) }),
  }),
  says: {
    en: '{keeperId} stored {label} in a {box} box ({marks}) at {at}{?helpers  with {helpers}}{?note : {note}}.',
    'zh-CN': '{keeperId}于{at}将{label}存入{box}（{marks}）{?helpers ，协助：{helpers}}{?note ，备注：{note}}。',
  },
};
const sizes = { small: { en: 'little', 'zh-CN': '小柜' }, large: { en: 'big', 'zh-CN': '大柜' } };
const terms: Terms = {
  box: sizes,
  marks: { small: { en: 'light', 'zh-CN': '轻' }, fragile: { en: 'breakable', 'zh-CN': '易碎' } },
  note: sizes,
};
const facts = {
  ...{ box: 'small', label: 'small', marks: ['small', 'fragile'], at: '2026-02-03T01:00:59.999Z' },
  ...{ keeperId: 'u-1', helpers: ['u-2', 'u-3'], note: 'small', sizes: { box: 'large' } },
};
const nameOf = (id: string) => ({ 'u-1': '李娜', 'u-2': '王强' })[id];
const tellIn = (language: 'en' | 'zh-CN', more: object = {}) =>
  tell(parcelStored, { ...facts, ...more }, { language, terms, nameOf });

describe('a fact in words', () => {
  it('tells codes by the word for their field, moments on the readers’ clocks and ids by their names', () => {
    expect(tellIn('zh-CN')).toBe(
      '李娜于2026-02-03 09:00 (+08:00)将small存入小柜（轻、易碎），协助：王强、u-3，备注：small。',
    );
    expect(tellIn('en')).toBe(
      '李娜 stored small in a little box (light, breakable) at 2026-02-03 09:00 (+08:00) with 王强, u-3: small.',
    );
  });

  it('never touches what a person wrote, be it a code, an id or a moment', () => {
    for (const note of ['small', 'u-1', '2026-02-03T01:00:00.000Z'])
      expect(tellIn('en', { note }).endsWith(`: ${note}.`)).toBe(true);
  });

  it('leaves a code without a word, and a value of which the schema knows nothing', () => {
    expect(tellIn('en', { box: 'huge' })).toContain('in a huge box');
    expect(inWords(undefined, 'small', { language: 'en', terms }, 'box')).toBe('small');
    expect(inWords(parcelStored.data as never, { toString: 'small' }, { language: 'en', terms })).toEqual({
      toString: 'small',
    });
  });

  it('goes by the field’s own name wherever it stands', () =>
    expect(inWords(parcelStored.data as never, facts, { language: 'en', terms })).toMatchObject({
      sizes: { box: 'big' },
    }));

  it('leaves sealed values sealed', () => {
    const sealed = { $sealed: 'AAAA', by: 'e', at: 'label', of: 'c', as: 'personal' };
    expect(inWords(parcelStored.data as never, { label: sealed }, { language: 'en', terms })).toEqual({
      label: sealed,
    });
  });

  it('names the ids of which a sentence speaks', () =>
    expect([...idsToldOf(parcelStored, facts)]).toEqual(['u-1', 'u-2', 'u-3']));
});

describe('a moment in words', () => {
  it.each([
    ['2026-02-03T01:00:00.000Z', undefined, '2026-02-03 09:00 (+08:00)'],
    ['2025-12-31T16:00:00.000Z', undefined, '2026-01-01 00:00 (+08:00)'],
    ['2026-07-01T12:30:00.000Z', 'Europe/Berlin', '2026-07-01 14:30 (+02:00)'],
    ['2026-01-01T12:30:00.000Z', 'America/St_Johns', '2026-01-01 09:00 (-03:30)'],
    ['2026-01-01T12:30:59.999Z', 'UTC', '2026-01-01 12:30 (+00:00)'],
  ])('%s in %s is %s', (instant, zone, words) => expect(momentInWords(instant, zone)).toBe(words));

  it('can be read back to the minute', () =>
    fc.assert(
      fc.property(
        fc.integer({ min: Date.UTC(1970, 0), max: Date.UTC(2100, 0) }),
        fc.constantFrom('Asia/Shanghai', 'Europe/Berlin', 'America/St_Johns', 'Asia/Kathmandu', 'UTC'),
        (epochMs, zone) => {
          const [, day, time, offset] = /^(\S+) (\S+) \((\S+)\)$/.exec(momentInWords(instantOf(epochMs), zone))!;
          return epochMsOf(`${day}T${time}:00.000${offset}`) === Math.floor(epochMs / 60_000) * 60_000;
        },
      ),
    ));
});
