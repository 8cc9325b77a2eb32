import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fieldsOfSentence, renderSentence } from './sentence.ts';

describe('a timeline sentence', () => {
  it.each([
    ['Case {reference} was closed.', { reference: 'SC-1' }, 'Case SC-1 was closed.'],
    ['{a.b.c} and {a.0}', { a: { b: { c: 7 }, 0: 'x' } }, '7 and x'],
    ['Assigned{?who  to {who}}.', { who: 'li' }, 'Assigned to li.'],
    ['Assigned{?who  to {who}}.', {}, 'Assigned.'],
    ['已分派{?who 给{who}}。', { who: 'li' }, '已分派给li。'],
    ['{?a A{?b  and {b}}}', { a: 1, b: 2 }, 'A and 2'],
    ['{?a A{?b  and {b}}}', { b: 2 }, ''],
    ['{list}', { list: ['x', 'y'] }, 'x, y'],
    ['Missing: {nothing}.', {}, 'Missing: .'],
    ['{text}', { text: '{reference} {?a b}' }, '{reference} {?a b}'],
    ['{name}', { name: { $sealed: 'AAAA', by: 'e', at: 'name', of: 'c', as: 'personal' } }, '•••'],
    ['{toString} {__proto__}', {}, ' '],
  ])('%s', (template, facts, sentence) => expect(renderSentence(template, facts)).toBe(sentence));

  it('keeps a condition’s text for 0, not for false, empty text or empty lists', () => {
    const shown = [0, false, '', [], null, 'x', ['x']].map((value) => renderSentence('{?value yes}', { value }));
    expect(shown).toEqual(['yes', '', '', '', '', 'yes', 'yes']);
  });

  it.each(['{', '}', '{}', '{a', '{?a}', '{?a b', '{a b}', '{?a {b}'])('says that “%s” is malformed', (template) =>
    expect(() => renderSentence(template, {})).toThrow(/malformed at character \d+/),
  );

  it.each([
    ['原因：{why}。', { why: '客户没有回复。' }, '原因：客户没有回复。'],
    ['原因：{why}。', { why: '为什么？' }, '原因：为什么？'],
    ['Refused{?why : {why}}.', { why: 'No need.' }, 'Refused: No need.'],
    [
      'Problem: {problem}. Result: {result}.',
      { problem: 'It broke.', result: 'fixed' },
      'Problem: It broke. Result: fixed.',
    ],
    ['{name}{?role  ({role})}.', { name: 'Acme Ltd.' }, 'Acme Ltd.'],
    ['{name}{?role  ({role})}.', { name: 'Acme Ltd.', role: 'buyer' }, 'Acme Ltd. (buyer).'],
    ['评语：“{text}”。', { text: '好。' }, '评语：“好。”'],
    ['（{text}）。', { text: '好。' }, '（好。）。'],
  ])('after a text with a full stop has no second one: %s', (template, facts, sentence) =>
    expect(renderSentence(template, facts)).toBe(sentence),
  );

  it('joins lists as the language does', () =>
    expect(renderSentence('{list}', { list: ['甲', '乙'] }, '、')).toBe('甲、乙'));

  it('names its fields', () => expect(fieldsOfSentence('{a.b} {?c x {d}} {a.e}')).toEqual(['a', 'c', 'd']));

  it('leaves plain text as it is', () =>
    fc.assert(
      fc.property(
        fc.string().filter((text) => !/[{}]/.test(text)),
        (text) => renderSentence(text, {}) === text,
      ),
    ));
});
