import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { foldEvent } from '#libs/kernel/projection.ts';
import type { Document, Projection } from '#libs/kernel/projection.ts';
import { manualClock } from '#libs/ports/clock.ts';
import { describeAggregate } from '#libs/testing/aggregate.contract.ts';
import { given, recorded } from '#libs/testing/given-when-then.ts';
import { AGENT, openTestLedger, temporaryFolder } from '#libs/testing/test-ledger.ts';
import { features } from '../features.ts';
import { consent, mayBeUsedFor } from './consent.ts';
import { individualRightsFeature } from './feature.ts';
import { impactAssessment } from './impact-assessment.ts';
import { consents, rightsRequests } from './individual-rights.projection.ts';
import { rightsRequest } from './rights-request.ts';

const agreed = (purpose: string, until?: string) => ({
  type: 'consent.given.v1',
  data: { purpose, noticeVersion: '2026', collectedBy: 'phone', ...(until === undefined ? {} : { until }) },
});
const withdrawn = (purpose: string) => ({ type: 'consent.withdrawn.v1', data: { purpose } });
const NOW = '2026-03-02T01:00:00.000Z';

const folded = (of: Projection<never>, category: string, ...events: readonly { type: string; data: object }[]) =>
  events.reduce<Document | undefined>(
    (row, event, index) => foldEvent(of as never, row as never, recorded(category, 'c1', index, event), 'c1') as never,
    undefined,
  )!;

describe('consent', () => {
  it('is off for every purpose, marketing too, until it is given with the notice [G6]', () => {
    const none = given(consent)().state;
    for (const purpose of ['service', 'marketing', 'survey', 'analysis'] as const)
      expect(mayBeUsedFor(none, purpose, NOW)).toBe(false);
    const { data } = agreed('service');
    given(consent)().when('consent.give', data).then(agreed('service'));
    expect(mayBeUsedFor(given(consent)(agreed('service')).state, 'service', NOW)).toBe(true);
    expect(mayBeUsedFor(given(consent)(agreed('service')).state, 'marketing', NOW)).toBe(false);
  });

  it('ends at its time, or when it is withdrawn, and shows so [G6]', () => {
    const until = '2026-04-01T00:00:00.000Z';
    const row = folded(consents as never, 'consent', agreed('marketing', until), agreed('survey'));
    const allowedAt = (now: string) => consents.onRead!(row as never, now, {})['allowed'];
    expect(allowedAt('2026-03-31T23:59:59.999Z')).toMatchObject({ marketing: true, survey: true, service: false });
    expect(allowedAt(until)).toMatchObject({ marketing: false, survey: true });
    const { state } = given(consent)(agreed('marketing'), withdrawn('marketing'));
    expect(mayBeUsedFor(state, 'marketing', NOW)).toBe(false);
    given(consent)().when('consent.withdraw', { purpose: 'marketing' }).thenRejected('consent.not-given');
    given(consent)()
      .when('consent.give', agreed('marketing', NOW).data)
      .thenRejected('consent.over', { field: 'until' });
  });

  it('proposes the destruction of data once nothing is left that it may be kept for [G6, G4]', async () => {
    const temporary = await temporaryFolder();
    const clock = manualClock(NOW);
    const test = await openTestLedger(features, temporary.folder, clock, { runsProcesses: true });
    const { ledger } = test;
    try {
      let sent = 0;
      const send = async (name: string, body: object, id?: string) => {
        const commandId = `c-${(sent += 1)}`;
        const request = { name, body: body as never, commandId, actor: AGENT, ...(id === undefined ? {} : { id }) };
        const outcome = await ledger.execute(request);
        if (!outcome.accepted) throw new Error(outcome.message);
        return outcome.id;
      };
      const id = await send('customer.register', { kind: 'individual', personName: '李雷' });
      await send('consent.give', agreed('survey', '2026-04-01T00:00:00.000Z').data, id);
      await send('consent.give', agreed('marketing').data, id);
      const erasure = async () => {
        await ledger.processes!.settle();
        return (await ledger.stateOf(`erasure-${id}`, { actor: AGENT }))?.state as { status?: string } | undefined;
      };
      clock.set('2026-04-01T00:00:00.000Z');
      expect(await erasure()).toBeUndefined();
      clock.set('2026-05-01T00:00:00.000Z');
      await send('consent.withdraw', { purpose: 'marketing' }, id);
      expect(await erasure()).toMatchObject({ status: 'asked' });
    } finally {
      await test.close();
      await temporary.remove();
    }
  }, 60_000);
});

describe('a request by a person about their own data', () => {
  const received = {
    type: 'rights-request.received.v1',
    data: {
      ...{ subjectId: 'c1', right: 'human-review', receivedAt: '2026-03-01T00:00:00.000Z', details: '为何是C类' },
      answerBy: '2026-03-31T00:00:00.000Z',
    },
  };
  const answered = {
    type: 'rights-request.answered.v1',
    data: { subjectId: 'c1', answer: 'fulfilled', note: '已复核' },
  };
  it.each(['access', 'copy', 'correction', 'portability', 'explanation', 'human-review'])(
    'is taken for the right to %s, to be answered within 30 days [G6]',
    (right) => {
      const { answerBy: _computed, ...body } = { ...received.data, right };
      given(rightsRequest)()
        .when('rights-request.receive', body)
        .then({ ...received, data: { ...received.data, right } });
    },
  );

  it('is answered once, by a person: no program may [G6]', () => {
    const { subjectId: _known, ...body } = answered.data;
    given(rightsRequest)(received).when('rights-request.answer', body).then(answered);
    given(rightsRequest)(received, answered)
      .when('rights-request.answer', body)
      .thenRejected('rights-request.answered-already');
    expect(rightsRequest.commands['rights-request.answer']!.roles).not.toContain('service');
  });

  it('is overdue once its time is over without an answer [G6]', () => {
    const overdueAt = (now: string, ...events: readonly { type: string; data: object }[]) =>
      rightsRequests.onRead!(folded(rightsRequests as never, 'rights-request', received, ...events) as never, now, {})[
        'overdue'
      ];
    expect(overdueAt('2026-03-31T00:00:00.000Z')).toBe(false);
    expect(overdueAt('2026-03-31T00:00:00.001Z')).toBe(true);
    expect(overdueAt('2027-01-01T00:00:00.000Z', answered)).toBe(false);
  });
});

it('keeps an impact assessment for three years, and unchanged [G6]', () => {
  const body = { processing: '分级', assessedOn: '2024-02-29', risks: 'r', measures: 'm', conclusion: 'acceptable' };
  const event = { type: 'impact-assessment.recorded.v1', data: { ...body, keptUntil: '2027-03-01' } };
  given(impactAssessment)().when('impact-assessment.record', body).then(event);
  given(impactAssessment)(event)
    .when('impact-assessment.record', body)
    .thenRejected('impact-assessment.recorded-already');
});

const purpose = fc.constantFrom('service', 'marketing');
describeAggregate('consent', {
  aggregate: consent,
  feature: individualRightsFeature,
  stateName: (state) => String(Object.keys(state.given).length > 0),
  states: ['false', 'true'],
  reached: ['false', 'true'],
  bodies: {
    'consent.give': purpose.map((each) => agreed(each).data),
    'consent.withdraw': purpose.map((each) => ({ purpose: each })),
  },
});
describeAggregate('rights-request', {
  aggregate: rightsRequest,
  feature: individualRightsFeature,
  stateName: (state) => state.status,
  states: ['unknown', 'received', 'answered'],
  reached: ['received', 'answered'],
  bodies: {
    'rights-request.receive': fc.constant({ subjectId: 'c1', right: 'copy', details: '副本' }),
    'rights-request.answer': fc.constant({ answer: 'refused', note: '身份未核实' }),
  },
});
