import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { filterOf, selectFields } from './list-query.ts';

describe('filters in an address', () => {
  it.each([
    [{ 'filter[status]': 'open' }, { status: 'open' }],
    [{ 'filter[tier]': 'A,B' }, { tier: { $in: ['A', 'B'] } }],
    [{ 'filter[tier]': ['A', 'B'] }, { tier: { $in: ['A', 'B'] } }],
    [{ 'filter[tier][in]': 'A,B' }, { tier: { $in: ['A', 'B'] } }],
    [{ 'filter[dueAt][gte]': '2026-03-01' }, { dueAt: { $gte: '2026-03-01' } }],
    [{ 'filter[score]': '3' }, { score: { $in: ['3', 3] } }],
    [{ 'filter[score]': '"3"' }, { score: '3' }],
    [{ 'filter[score][lt]': '3' }, { $or: [{ score: { $lt: '3' } }, { score: { $lt: 3 } }] }],
    [{ 'filter[open]': 'true' }, { open: { $in: ['true', true] } }],
    [{ 'filter[closedAt]': 'null' }, { closedAt: null }],
    [{ 'filter[title]': '"a,b"' }, { title: 'a,b' }],
    [{ 'filter[title]': '"say \\"hi\\""' }, { title: 'say "hi"' }],
    [{ 'filter[reference][prefix]': 'INC00,1' }, { reference: { $prefix: 'INC00,1' } }],
    [{ 'filter[closedAt][exists]': 'false' }, { closedAt: { $exists: false } }],
    [{ 'filter[status][ne]': 'closed' }, { status: { $ne: 'closed' } }],
    [{ 'filter[contact.city]': 'Suzhou' }, { 'contact.city': 'Suzhou' }],
    [
      { 'filter[dueAt][gte]': '2026-03-01', 'filter[dueAt][lt]': '2026-04-01', sort: 'dueAt' },
      { $and: [{ dueAt: { $gte: '2026-03-01' } }, { dueAt: { $lt: '2026-04-01' } }] },
    ],
    [{}, {}],
  ])('%j', (raw, filter) => {
    expect(filterOf(raw)).toEqual(filter);
  });

  it('never lets a value become an operator, whatever it holds', () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        const condition = filterOf({ 'filter[name]': value }).name;
        const operands =
          typeof condition === 'object' && condition !== null ? (condition as { $in: unknown[] }).$in : [condition];
        expect(operands.every((each) => each === null || ['string', 'number', 'boolean'].includes(typeof each))).toBe(
          true,
        );
      }),
    );
  });

  it('takes any text in double quotes as that text', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (text) => {
        const quoted = `"${text.replace(/["\\]/g, '\\$&')}"`;
        expect(filterOf({ 'filter[name]': quoted })).toEqual({ name: text });
      }),
    );
  });
});

describe('fields of a document', () => {
  const document = { a: 1, b: { c: 2, d: 3 }, e: [{ f: 4 }] };
  it('keeps those named, in their places', () => {
    expect(selectFields(document, ['a', 'b.c', 'missing', 'b.x.y'])).toEqual({ a: 1, b: { c: 2 } });
    expect(selectFields(document, undefined)).toBe(document);
  });
});
