import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { foldEvent } from '#libs/kernel/projection.ts';
import { describeAggregate } from '#libs/testing/aggregate.contract.ts';
import { given, recorded } from '#libs/testing/given-when-then.ts';
import { affectedBy } from './affected.ts';
import { breach } from './breach.ts';
import { breaches } from './breaches.projection.ts';
import { breachFeature } from './feature.ts';

const detected = {
  type: 'breach.detected.v1',
  data: {
    ...{ kind: 'stolen-token', detectedAt: '2026-03-02T01:00:00.000Z', description: '令牌外泄' },
    ...{ isolateBy: '2026-03-02T05:00:00.000Z', tellRegulatorBy: '2026-03-05T01:00:00.000Z' },
    tellAffectedBy: '2026-03-05T01:00:00.000Z',
  },
};
const isolated = { type: 'breach.isolated.v1', data: { how: 'token-revoked', note: '' } };
const found = {
  ...{ actors: ['wang'], from: '2026-03-01T00:00:00.000Z', to: '2026-03-02T00:00:00.000Z', accesses: 3 },
  ...{ subjects: ['customer-1', 'customer-2'], lastRecord: { number: 9, hash: 'a'.repeat(64) } },
};
const determined = { type: 'breach.affected-determined.v1', data: found };
const told = (...subjects: readonly string[]) => ({
  type: 'breach.affected-told.v1',
  data: { subjects, advice: '请修改密码' },
});
const regulatorTold = { type: 'breach.regulator-told.v1', data: { authority: '网信办', fileNumber: '7' } };
const accounted = { type: 'breach.accountability-recorded.v1', data: { consequence: 'training', note: '' } };
const fixed = { type: 'breach.fixed.v1', data: { fix: '缩短令牌有效期' } };
const everything = [isolated, determined, told('customer-1', 'customer-2'), regulatorTold, accounted, fixed];

describe('a breach', () => {
  it('starts its clocks when it is detected: isolation, regulator, those affected [G5]', () =>
    given(breach)().when('breach.detect', { kind: 'stolen-token', description: '令牌外泄' }).then(detected));

  it('is not of the future', () =>
    given(breach)()
      .when('breach.detect', { kind: 'other', description: 'x', detectedAt: '2026-03-03T00:00:00.000Z' })
      .thenRejected('breach.in-future', { field: 'detectedAt' }));

  it('tells those affected, all who were not told yet where none are named [G5]', () => {
    const advice = '请修改密码';
    given(breach)(detected, determined, told('customer-1'))
      .when('breach.tell-affected', { advice })
      .then(told('customer-2'));
    given(breach)(detected).when('breach.tell-affected', { advice }).thenRejected('breach.not-determined');
    given(breach)(detected, determined)
      .when('breach.tell-affected', { advice, subjects: ['customer-3'] })
      .thenRejected('breach.not-affected', { field: 'subjects' });
  });

  it('is closed once every step is taken, and says which are left [G5]', () => {
    given(breach)(detected, ...everything)
      .when('breach.close')
      .then({ type: 'breach.closed.v1', data: {} });
    const steps = ['isolate', 'determine-affected', '', 'tell-regulator', 'record-accountability', 'record-fix'];
    for (const [left, step] of steps.entries())
      if (step !== '')
        given(breach)(
          detected,
          ...everything.filter((_, index) => index !== left && (step !== 'determine-affected' || index !== 2)),
        )
          .when('breach.close')
          .thenRejected('breach.steps-left', { allowed: [`breach.${step}`] });
    given(breach)(detected, ...everything.filter((event) => event.type !== 'breach.affected-told.v1'))
      .when('breach.close')
      .thenRejected('breach.steps-left', { allowed: ['breach.tell-affected'] });
  });

  it('counts whom the access records name: of these actors, page by page [G5]', async () => {
    const asked: object[] = [];
    const pages: { readonly [actor: string]: readonly { readonly subjects: string[]; readonly number: number }[] } = {
      wang: [
        { number: 3, subjects: ['c-2'] },
        { number: 8, subjects: ['c-1', 'c-2'] },
      ],
      li: [{ number: 5, subjects: ['c-9'] }],
    };
    const result = await affectedBy(
      async (query) => {
        asked.push(query);
        const rest = pages[query.actor]!.filter(({ number }) => number > query.after);
        const records = rest.slice(0, 1).map((each) => ({ ...each, hash: `h${each.number}` }));
        return { records, ...(rest.length > 1 ? { next: records[0]!.number } : {}) };
      },
      { actors: ['wang', 'li', 'wang'], from: found.from, to: found.to },
    );
    expect(result).toMatchObject({
      subjects: ['c-1', 'c-2', 'c-9'],
      accesses: 3,
      lastRecord: { number: 8, hash: 'h8' },
    });
    expect(asked).toHaveLength(3);
  });

  it('shows what is overdue, and what was done in time [G5]', () => {
    const row = (...events: readonly { type: string; data: object; occurredAt?: string }[]) =>
      events.reduce<never>(
        (before, event, index) =>
          foldEvent(breaches as never, before, recorded('breach', 'b', index, event), 'b') as never,
        undefined as never,
      );
    const overdueAt = (now: string, ...events: readonly { type: string; data: object }[]) =>
      breaches.onRead!(row(detected, ...events), now, {})['overdue'];
    expect(overdueAt('2026-03-02T05:00:00.000Z')).toEqual([]);
    expect(overdueAt('2026-03-02T05:00:01.000Z')).toEqual(['isolation']);
    expect(overdueAt('2026-03-06T00:00:00.000Z')).toEqual(['isolation', 'regulator', 'affected']);
    expect(overdueAt('2026-03-06T00:00:00.000Z', ...everything)).toEqual([]);
    const late = { ...regulatorTold, occurredAt: '2026-03-05T02:00:00.000Z' };
    expect(overdueAt('2026-03-06T00:00:00.000Z', isolated, determined, told('customer-1'), late)).toEqual([
      'regulator',
      'affected',
    ]);
  });
});

const note = '无';
describeAggregate('breach', {
  aggregate: breach,
  feature: breachFeature,
  stateName: (state) => state.status,
  states: ['unknown', 'open', 'closed'],
  reached: ['open'],
  bodies: {
    'breach.detect': fc.constant({ kind: 'data-leak', description: '外发' }),
    'breach.isolate': fc.constant({ how: 'token-revoked', note }),
    'breach.determine-affected': fc.constant(found),
    'breach.tell-affected': fc.constant({ advice: '请修改密码' }),
    'breach.tell-regulator': fc.constant({ authority: '网信办', fileNumber: '7' }),
    'breach.record-accountability': fc.constant({ consequence: 'training', note }),
    'breach.record-fix': fc.constant({ fix: '整改' }),
    'breach.close': fc.constant({}),
  },
});
