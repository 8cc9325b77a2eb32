import { describe, expect, it } from '@jest/globals';
import { complaintCard } from '#libs/features/complaint/complaint.events.ts';
import type { ComplaintEvent } from '#libs/features/complaint/complaint.events.ts';
import { customerCard } from '#libs/features/customer/customer.events.ts';
import type { CustomerEvent } from '#libs/features/customer/customer.events.ts';
import { serviceCaseCard } from '#libs/features/service-case/service-case.events.ts';
import type { ServiceCaseEvent } from '#libs/features/service-case/service-case.events.ts';
import type { PublicView } from '#libs/kernel/aggregate.ts';
import type { LedgerEvent, Origin } from '#libs/kernel/event.ts';
import { recorded } from '#libs/testing/given-when-then.ts';
import { at } from './office.fixture.ts';

interface Told {
  readonly type: string;
  readonly data?: object;
  readonly occurredAt?: string;
  readonly recordedAt?: string;
  readonly origin?: Origin;
}
const cardOf =
  <View, Event extends LedgerEvent<string, unknown>>(view: PublicView<View, Event>, category: string) =>
  (...facts: readonly Told[]): View =>
    facts.reduce(
      (card, { type, data = {}, occurredAt = at('01:00'), recordedAt = occurredAt, origin = 'command' }, n) => {
        const event = recorded(category, '9', n, { type: `${category}.${type}.v1`, data, occurredAt });
        return view.evolve(card, { ...event, recordedAt, metadata: { ...event.metadata, origin } } as unknown as Event);
      },
      view.initial,
    );
const caseCard = cardOf<ReturnType<typeof serviceCaseCard.evolve>, ServiceCaseEvent>(serviceCaseCard, 'service-case');
const complaint = cardOf<ReturnType<typeof complaintCard.evolve>, ComplaintEvent>(complaintCard, 'complaint');
const customer = cardOf<ReturnType<typeof customerCard.evolve>, CustomerEvent>(customerCard, 'customer');

const received = { type: 'received', data: { reference: 'SC-1', team: 'east', tier: 'B', priority: 'high' } };
const judged = (clocks: readonly object[], more: object = {}) => ({ type: 'clocks-judged', data: { clocks }, ...more });
const resolution = (more: object = {}) => ({ clock: 'resolution', cycle: 1, ...more });

describe('what a call needs to know', () => {
  it('of a case: whose it is, how it is served, whether it is over', () => {
    expect(caseCard(received)).toEqual({
      ...{ exists: true, reference: 'SC-1', team: 'east', tier: 'B', urgent: true, clocks: {} },
    });
    const assigned = { type: 'assigned', data: { assigneeId: 'ada' } };
    expect(caseCard(received, assigned)).toMatchObject({ team: 'east', assigneeId: 'ada' });
    expect(caseCard(received, assigned, { type: 'unassigned' })).not.toHaveProperty('assigneeId');
    const handedOver = caseCard(received, assigned, { type: 'handed-over', data: { team: 'west' } });
    expect(handedOver).toMatchObject({ team: 'west' });
    expect(handedOver).not.toHaveProperty('assigneeId');
    // To a group alone: it is nobody's any more.
    const regrouped = caseCard(received, assigned, { type: 'reassigned', data: { team: 'west' } });
    expect(regrouped).not.toHaveProperty('assigneeId');
    expect(caseCard(received, { type: 'priority-changed', data: { priority: 'low' } })).toMatchObject({
      urgent: false,
    });
    expect(caseCard(received, { type: 'tier-followed', data: { tier: 'A' } })).toMatchObject({ tier: 'A' });
    const solved = [received, { type: 'solved', occurredAt: at('05:00') }, { type: 'closed', occurredAt: at('06:00') }];
    expect(caseCard(...solved)).toMatchObject({ ended: { at: at('05:00'), because: 'solved' } });
    expect(caseCard(received, { type: 'closed', occurredAt: at('06:00') })).toMatchObject({
      ended: { at: at('06:00'), because: 'closed' },
    });
    expect(caseCard(...solved, { type: 'reopened', data: { cycle: 2 } })).not.toHaveProperty('ended');
  });

  it('of a complaint: besides, how grave it is and how often it was re-opened', () => {
    const filed = { type: 'filed', data: { reference: 'CP-1', severity: 'moderate', customerId: 'c' } };
    expect(complaint(filed)).toMatchObject({
      severity: 'moderate',
      urgent: false,
      cycle: 1,
      customerId: 'c',
    });
    const raised = { type: 'severity-raised', data: { from: 'moderate', severity: 'critical' } };
    expect(complaint(filed, raised)).toMatchObject({ severity: 'critical', urgent: true });
    expect(complaint(filed, { type: 'accepted', data: { responsibleId: 'ada' } })).toMatchObject({
      responsibleId: 'ada',
    });
    expect(complaint(filed, { type: 'assigned', data: { responsibleId: 'sue', team: 'east' } })).toMatchObject({
      ...{ responsibleId: 'sue', team: 'east' },
    });
    const closed = { type: 'closed', occurredAt: at('05:00') };
    expect(complaint(filed)).not.toHaveProperty('ended');
    expect(complaint(filed, closed)).toMatchObject({ ended: { at: at('05:00'), because: 'closed' } });
    for (const [type, because] of [
      ['withdrawn', 'withdrawn'],
      ['merged-into', 'merged'],
    ])
      expect(complaint(filed, { type: type!, data: { survivorId: 'x' }, occurredAt: at('05:00') })).toMatchObject({
        ended: { at: at('05:00'), because },
      });
    const reopened = complaint(filed, closed, { type: 'reopened', data: { cycle: 2 } });
    expect(reopened).toMatchObject({ cycle: 2 });
    expect(reopened).not.toHaveProperty('ended');
  });

  it('of a customer: the account manager', () => {
    expect(customer({ type: 'account-manager-assigned', data: { userId: 'max' } })).toMatchObject({
      accountManagerId: 'max',
    });
  });

  it('of clocks: since when the ledger knew of them, and of their end; a process is never later than the moment [SLA 13]', () => {
    const late = { occurredAt: at('02:00'), recordedAt: at('09:00') };
    const stopped = judged([resolution({ outcome: 'breached' })], late);
    const running = judged([resolution()], late);
    expect(caseCard(received, running).clocks).toEqual({ 'resolution.1': { since: at('09:00') } });
    expect(caseCard(received, judged([resolution()], { ...late, origin: 'process' })).clocks).toEqual({
      'resolution.1': { since: at('02:00') },
    });
    expect(caseCard(received, judged([resolution()]), stopped).clocks).toEqual({
      'resolution.1': { since: at('01:00'), ended: { at: at('09:00'), outcome: 'breached' } },
    });
    // A later judgement leaves a finished clock as it was.
    const again = judged([resolution({ outcome: 'breached' })], { occurredAt: at('11:00') });
    expect(caseCard(received, judged([resolution()]), stopped, again).clocks['resolution.1']!.ended!.at).toBe(
      at('09:00'),
    );
  });
});
