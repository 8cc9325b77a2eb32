import { describe, expect, it } from '@jest/globals';
import { parseCondition, parseSort, toFilter } from './conditions.ts';

const filterOf = (...texts: readonly string[]) => toFilter(texts.map(parseCondition));

describe('--filter', () => {
  it('means equality by =, and takes a number also as a text', () => {
    expect(filterOf('status=open')).toEqual({ status: 'open' });
    expect(filterOf('score=5')).toEqual({ score: { $in: [5, '5'] } });
    expect(filterOf('score="5"')).toEqual({ score: '5' });
    expect(filterOf('urgent=true')).toEqual({ urgent: { $in: [true, 'true'] } });
    expect(filterOf('team=null')).toEqual({ team: null });
  });

  it('compares within the type that the value may have', () => {
    expect(filterOf('receivedAt>=2016-03-01')).toEqual({ receivedAt: { $gte: '2016-03-01' } });
    expect(filterOf('score<3')).toEqual({ $or: [{ score: { $lt: 3 } }, { score: { $lt: '3' } }] });
    expect(filterOf('status!=closed')).toEqual({ status: { $ne: 'closed' } });
  });

  it('knows beginnings, lists and presence', () => {
    expect(filterOf('reference^=INC00')).toEqual({ reference: { $prefix: 'INC00' } });
    expect(filterOf('tier in A, B')).toEqual({ tier: { $in: ['A', 'B'] } });
    expect(filterOf('closedAt exists')).toEqual({ closedAt: { $exists: true } });
    expect(filterOf('closedAt missing')).toEqual({ closedAt: { $exists: false } });
  });

  it('joins several by “and”, and none means everything', () => {
    expect(filterOf('a=x', 'b=y')).toEqual({ $and: [{ a: 'x' }, { b: 'y' }] });
    expect(filterOf()).toEqual({});
  });

  it('keeps operators in values: the first one counts', () => {
    expect(filterOf('subject=a>=b')).toEqual({ subject: 'a>=b' });
  });

  it.each(['', 'status', '=open', '$where=1', 'a b c'])('refuses %j as usage, and says what is right', (text) => {
    expect(() => parseCondition(text)).toThrow(
      expect.objectContaining({ exitCode: 2, next: expect.stringContaining('field=value') }),
    );
  });
});

describe('--sort', () => {
  it('descends by a minus', () => {
    expect(parseSort('-receivedAt,reference')).toEqual([
      { field: 'receivedAt', direction: 'desc' },
      { field: 'reference', direction: 'asc' },
    ]);
    expect(() => parseSort('a,,b')).toThrow(expect.objectContaining({ exitCode: 2 }));
  });
});
