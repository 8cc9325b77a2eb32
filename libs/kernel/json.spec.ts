import { describe, expect, it } from '@jest/globals';
import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { canonicalJson, memberAt } from './json.ts';

describe('canonical JSON (RFC 8785)', () => {
  it('writes what the package canonicalize writes, for any value', () => {
    const anything = fc.anything({
      withNullPrototype: true,
      withDate: true,
      values: [
        fc.string({ unit: 'binary' }),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.boolean(),
        fc.constant(null),
      ],
      key: fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('1', '10', '2', '__proto__', 'é', 'toString')),
    });
    fc.assert(
      fc.property(
        anything.filter((value) => value !== undefined),
        (value) => {
          expect(canonicalJson(value)).toBe(canonicalize(value));
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('leaves undefined members out, and writes null for undefined elements', () => {
    expect(canonicalJson({ b: undefined, a: [undefined, 1] })).toBe('{"a":[null,1]}');
  });

  it('writes the example of RFC 8785, 3.2.3: names by UTF-16 code units', () => {
    const names = { '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\ud83d\ude00': 5, '\u0080': 6, '\u00f6': 7 };
    expect(Object.values(JSON.parse(canonicalJson(names)) as object).length).toBe(7);
    expect([...canonicalJson(names).matchAll(/:(\d)/g)].map((each) => each[1]).join('')).toBe('2467153');
  });

  const loop: { self?: unknown } = {};
  loop.self = loop;
  it.each([
    ['NaN', { a: Number.NaN }],
    ['Infinity', [Infinity]],
    ['a function', { a: () => 1 }],
    ['a big integer', { a: 1n }],
    ['half a surrogate pair', 'a\ud800'],
    ['half a surrogate pair in a name', { '\udc00': 1 }],
    ['undefined', undefined],
    ['a value that contains itself', loop],
  ])('refuses %s', (_name, value) => {
    expect(() => canonicalJson(value)).toThrow(TypeError);
  });
});

describe('the member at a dotted path', () => {
  const document = { rules: [{ name: 'A urgent' }], ours: [] };
  it('is found through objects and lists', () => {
    expect(memberAt(document, 'rules.0.name')).toBe('A urgent');
    expect(memberAt(document, 'rules.length')).toBe(1);
  });
  it('is undefined where there is none, and nothing inherited', () => {
    for (const path of ['rules.1.name', 'rules.0.name.first', 'toString', 'rules.0.constructor', ''])
      expect(memberAt(document, path)).toBeUndefined();
    expect(memberAt(null, 'rules')).toBeUndefined();
  });
});
