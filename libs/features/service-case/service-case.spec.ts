import { describe, expect, it } from '@jest/globals';
import type { Actor } from '#libs/kernel/actor.ts';
import type { SlaClock } from '#libs/features/sla/sla.events.ts';
import type { NewEvent } from '#libs/kernel/event.ts';
import { addMinutes } from '#libs/kernel/instant.ts';
import { given, MONDAY_9_IN_SHANGHAI } from '#libs/testing/given-when-then.ts';
import { happened } from './service-case.events.ts';
import { serviceCase } from './service-case.ts';
import { CASE_KINDS } from './vocabulary.ts';

const team = 'service-east';
const wang: Actor = { id: 'wang', grants: [{ role: 'agent', team }] };
const manager: Actor = { id: 'zhao', grants: [{ role: 'account-manager', team }] };

const received = happened('received', {
  ...{ reference: 'SC-1', kind: 'technical-support', channel: 'phone', subjectLine: 'Pump', team },
  ...{ customerId: 'customer-7', priority: 'moderate', complexity: 'routine', tier: 'B', tierBasis: 'customer' },
});
const proposed = happened('classification-proposed', {
  ...{ type: 'fault', priority: 'moderate', complexity: 'routine', rules: ['calm'] },
});
const identified = happened('identified', { type: 'fault', priority: 'moderate', complexity: 'routine', by: 'rule' });
const assigned = happened('assigned', { team, assigneeId: 'wang' });
const started = happened('started', {});
const waitingForCustomer = happened('waiting-for-customer-began', { reason: 'a photo' });
const waitingForOthers = happened('waiting-for-others-began', { reason: 'a spare part' });
const solved = happened('solved', { resultCode: 'solved', solution: 'New seal', staffId: 'wang' });
const confirmed = happened('solution-confirmed', { by: 'customer' });
const evaluated = happened('evaluated', { score: 4 });
const retrospective = happened('retrospective-recorded', { cause: 'Wear', wentWell: 'Fast', toImprove: 'Stock' });
const signed = happened('execution-record-signed', {
  ...{ servedAt: MONDAY_9_IN_SHANGHAI, kind: 'technical-support', problem: 'Leak', result: 'Tight', staffId: 'wang' },
  ...{ score: 4, signedBy: 'wang', signedAs: 'service-specialist' },
});
const closed = happened('closed', {});

const underWay = [received, proposed, identified, assigned, started] as const;
const toBeClosed = [...underWay, solved, confirmed, evaluated] as const;
const closedCase = [...toBeClosed, retrospective, signed, closed] as const;

const aCase = (...past: readonly NewEvent[]) => given(serviceCase)(...past);
const request = { kind: 'technical-support', channel: 'phone', subjectLine: 'The pump leaks' };
const card = { exists: true, refused: false };

describe('receiving', () => {
  it.each(CASE_KINDS)('takes a %s from a customer and proposes what it is [C1]', (kind) => {
    const { facts: decision } = aCase().when(
      'service-case.receive',
      { ...request, kind, customerId: 'customer-7' },
      { consulted: { customer: { ...card, tier: 'A', team } } },
    );
    expect(decision).toMatchObject([
      {
        type: 'service-case.received.v1',
        data: { kind, customerId: 'customer-7', team, tier: 'A', tierBasis: 'customer', reference: 'SC-42' },
      },
      {
        type: 'service-case.classification-proposed.v1',
        data: { rules: [`kind-${kind}`, expect.anything(), expect.anything()] },
      },
    ]);
  });

  it('starts both clocks when it was asked for, not when it was entered [C1]', () =>
    expect(
      aCase().when('service-case.receive', { ...request, receivedAt: '2026-03-01T23:00:00.000Z' }).facts,
    ).toMatchObject([{ occurredAt: '2026-03-01T23:00:00.000Z' }, {}]));

  it('serves a caller who is not identified, and a customer without a tier, as C [C1]', () => {
    expect(aCase().when('service-case.receive', request).facts).toMatchObject([
      { data: { tier: 'C', tierBasis: 'unidentified' } },
      {},
    ]);
    expect(
      aCase().when('service-case.receive', { ...request, customerId: 'customer-7' }, { consulted: { customer: card } })
        .facts,
    ).toMatchObject([{ data: { tier: 'C', tierBasis: 'untiered' } }, {}]);
  });

  it('goes to the customer who carries on after a merger', () =>
    expect(
      aCase().when(
        'service-case.receive',
        { ...request, customerId: 'customer-7' },
        { consulted: { customer: { ...card, mergedInto: 'customer-1' } } },
      ).facts,
    ).toMatchObject([{ data: { customerId: 'customer-1' } }, {}]));

  it('refuses a customer whom nobody knows', () =>
    aCase()
      .when(
        'service-case.receive',
        { ...request, customerId: 'customer-9' },
        { consulted: { customer: { exists: false, refused: false } } },
      )
      .thenRejected('customer.unknown', { field: 'customerId' }));

  it('opens no new case for a refused customer, who can still complain [A2]', () =>
    aCase()
      .when(
        'service-case.receive',
        { ...request, customerId: 'customer-9' },
        { consulted: { customer: { exists: true, refused: true } } },
      )
      .thenRejected('customer.refused', { allowed: ['complaint.file', 'customer.reapply'] }));

  it('refuses to be told of the future', () =>
    aCase()
      .when('service-case.receive', { ...request, receivedAt: '2026-03-02T01:00:00.001Z' })
      .thenRejected('service-case.in-the-future', { field: 'receivedAt' }));

  it('refuses to follow a case that is not there', () =>
    aCase()
      .when(
        'service-case.receive',
        { ...request, followsCaseId: '41' },
        { consulted: { earlierCase: { exists: false } } },
      )
      .thenRejected('service-case.earlier-case-unknown', { field: 'followsCaseId' }));

  it('happens once', () =>
    aCase(received).when('service-case.receive', request).thenRejected('service-case.already-received'));

  it('reserves the reference given, or one made from the id', () => {
    const reserve = serviceCase.commands['service-case.receive']?.reserves;
    expect(reserve?.({ reference: 'R-1' }, { id: '42' })).toMatchObject([{ value: 'R-1' }]);
    expect(reserve?.({}, { id: '6f0a9a4e-6c0e-5b1a-9a53-3a1f3f6f0c11' })).toEqual([
      { scope: 'service-case-reference', value: 'SC-6F0A9A4E6C0E', takenCode: 'service-case.reference-taken' },
    ]);
  });
});

describe('identifying', () => {
  it('takes what the rules propose [C2]', () =>
    aCase(received, proposed).when('service-case.identify').thenFacts(identified));

  it('lets a person change it, with a reason [C2]', () => {
    aCase(received, proposed)
      .when('service-case.identify', { priority: 'critical', reason: 'The line stands still' })
      .thenFacts(
        happened('identified', {
          ...{
            type: 'fault',
            priority: 'critical',
            complexity: 'routine',
            by: 'person',
            reason: 'The line stands still',
          },
        }),
      );
    aCase(received, proposed)
      .when('service-case.identify', { priority: 'critical' })
      .thenRejected('service-case.reason-missing', { field: 'reason' });
  });

  it.each([
    ['停产了，请处理', 'critical', 'routine'],
    ['Server down since this morning', 'critical', 'routine'],
    ['请尽快回复', 'high', 'routine'],
    ['Question on the manual', 'moderate', 'routine'],
    ['反复出现同样的故障', 'moderate', 'complex'],
  ])('proposes by the words of the request: %s is %s and %s [C2]', (subjectLine, priority, complexity) =>
    expect(aCase().when('service-case.receive', { ...request, subjectLine }).facts).toMatchObject([
      { data: { priority, complexity } },
      { data: { priority, complexity } },
    ]),
  );

  it('believes a reporter more than a rule', () =>
    expect(aCase().when('service-case.receive', { ...request, priority: 'low' }).facts).toMatchObject([
      { data: { priority: 'low' } },
      { data: { priority: 'moderate' } },
    ]));

  it('finds the customer later, once [C2]', () => {
    const { customerId: _, ...unidentified } = received.data as { customerId: string; reference: string };
    const stranger = { ...received, data: unidentified };
    aCase(stranger)
      .when(
        'service-case.identify-customer',
        { customerId: 'customer-7' },
        { consulted: { customer: { ...card, tier: 'A' } } },
      )
      .thenFacts(happened('customer-identified', { customerId: 'customer-7', tier: 'A', tierBasis: 'customer' }));
    aCase(received)
      .when('service-case.identify-customer', { customerId: 'customer-8' }, { consulted: { customer: card } })
      .thenRejected('service-case.customer-known');
    expect(serviceCase.subjectOf?.(aCase(stranger).state, '42')).toBe('42');
    expect(serviceCase.subjectOf?.(aCase(received).state, '42')).toBe('customer-7');
  });

  it('classifies otherwise, one fact for each change [C2]', () => {
    aCase(received, identified)
      .when('service-case.reclassify', { type: 'installation', complexity: 'complex', reason: 'Wrong part' })
      .thenFacts(
        happened('type-changed', { from: 'fault', type: 'installation', reason: 'Wrong part' }),
        happened('complexity-changed', { from: 'routine', complexity: 'complex', reason: 'Wrong part' }),
      );
    aCase(received, identified).when('service-case.reclassify', { type: 'fault', reason: 'As before' }).thenFacts();
    aCase(received, identified)
      .when('service-case.reclassify', { type: 'x' })
      .thenRejected('service-case.reason-missing');
    aCase(received)
      .when('service-case.reclassify', { type: 'x', reason: 'y' })
      .thenRejected('service-case.not-to-reclassify');
    aCase(...underWay)
      .when('service-case.identify')
      .thenRejected('service-case.not-to-identify');
  });

  it('changes the priority while deadlines are open, with a reason [C2]', () => {
    aCase(received)
      .when('service-case.change-priority', { priority: 'high', reason: 'Board meeting' })
      .thenFacts(happened('priority-changed', { from: 'moderate', priority: 'high', reason: 'Board meeting' }));
    aCase(received).when('service-case.change-priority', { priority: 'moderate', reason: 'x' }).thenFacts();
    aCase(received)
      .when('service-case.change-priority', { priority: 'high', reason: ' ' })
      .thenRejected('service-case.reason-missing');
    aCase(...underWay, solved)
      .when('service-case.change-priority', { priority: 'high', reason: 'x' })
      .thenRejected('service-case.not-open');
  });
});

describe('working', () => {
  it('assigns only what is identified [C2]', () => {
    aCase(received, identified).when('service-case.assign', { assigneeId: 'wang' }).thenFacts(assigned);
    aCase(received)
      .when('service-case.assign', { assigneeId: 'wang' })
      .thenRejected('service-case.not-assignable', { allowed: aCase(received).allowed });
    expect(aCase(received).allowed).toContain('service-case.identify');
  });

  it('re-assigns with a reason, and not to the same person [C2]', () => {
    aCase(...underWay)
      .when('service-case.assign', { assigneeId: 'chen', reason: 'Holiday' })
      .thenFacts(
        happened('reassigned', { fromTeam: team, fromAssigneeId: 'wang', team, assigneeId: 'chen', reason: 'Holiday' }),
      );
    aCase(...underWay)
      .when('service-case.assign', { assigneeId: 'chen' })
      .thenRejected('service-case.reason-missing');
    aCase(...underWay)
      .when('service-case.assign', { assigneeId: 'wang' })
      .thenFacts();
  });

  it('takes a case back only from somebody', () => {
    aCase(received, identified, assigned)
      .when('service-case.unassign', { reason: 'Overload' })
      .thenFacts(happened('unassigned', { fromAssigneeId: 'wang', reason: 'Overload' }));
    aCase(received, identified)
      .when('service-case.unassign', { reason: 'x' })
      .thenRejected('service-case.not-assigned');
    aCase(received).when('service-case.unassign', { reason: 'x' }).thenRejected('service-case.not-assigned');
    aCase(...underWay)
      .when('service-case.unassign', {})
      .thenRejected('service-case.reason-missing');
    expect(
      aCase(received, identified, assigned, happened('unassigned', { fromAssigneeId: 'wang' })).state,
    ).toMatchObject({ status: 'identified', assigneeId: undefined });
  });

  it('hands over to another team, which assigns anew', () => {
    const handedOver = happened('handed-over', { fromTeam: team, team: 'service-west', reason: 'Their site' });
    aCase(...underWay)
      .when('service-case.hand-over', { team: 'service-west', reason: 'Their site' })
      .thenFacts(handedOver);
    const { state } = aCase(received, identified, assigned, handedOver);
    expect(state).toMatchObject({ status: 'identified', team: 'service-west', assigneeId: undefined });
    expect(serviceCase.owningTeamOf?.(state)).toBe('service-west');
    aCase(received).when('service-case.hand-over', { team, reason: 'x' }).thenFacts();
    aCase(received).when('service-case.hand-over', { team: 'x' }).thenRejected('service-case.reason-missing');
    aCase(...closedCase)
      .when('service-case.hand-over', { team: 'x', reason: 'y' })
      .thenRejected('service-case.not-open');
  });

  it('begins once somebody has it [C2]', () => {
    aCase(received, identified, assigned).when('service-case.start').thenFacts(started);
    aCase(received, identified).when('service-case.start').thenRejected('service-case.not-assigned');
  });

  it('waits for the customer or for others, with a reason, and not twice for the same [C2] [SLA 3]', () => {
    aCase(...underWay)
      .when('service-case.wait-for-customer', { reason: 'a photo' })
      .thenFacts(waitingForCustomer);
    aCase(...underWay, waitingForCustomer)
      .when('service-case.wait-for-others', { reason: 'a spare part' })
      .thenFacts(waitingForOthers);
    aCase(...underWay)
      .when('service-case.wait-for-customer', {})
      .thenRejected('service-case.reason-missing');
    aCase(...underWay, waitingForOthers)
      .when('service-case.wait-for-others', { reason: 'x' })
      .thenRejected('service-case.already-waiting');
    aCase(received).when('service-case.wait-for-others', { reason: 'x' }).thenRejected('service-case.not-in-progress');
  });

  it('goes on by hand [C2]', () => {
    aCase(...underWay, waitingForOthers)
      .when('service-case.resume', { reason: 'Part came' })
      .thenFacts(happened('resumed', { because: 'by-hand', reason: 'Part came' }));
    aCase(...underWay)
      .when('service-case.resume')
      .thenRejected('service-case.not-waiting');
  });
});

describe('the conversation', () => {
  const says = { channel: 'e-mail', text: 'Here is the photo' } as const;

  it('goes on with the work when the customer writes, at the message’s own time [C7] [SLA 3]', () => {
    const occurredAt = '2026-03-02T00:10:00.000Z';
    aCase(...underWay, waitingForCustomer)
      .when('service-case.record-customer-message', { ...says, sentAt: occurredAt })
      .thenFacts(
        happened('customer-message-received', says, { occurredAt }),
        happened('resumed', { because: 'customer-message' }, { occurredAt }),
      );
  });

  it('lets a message of the customer end no wait for others [C7]', () =>
    aCase(...underWay, waitingForOthers)
      .when('service-case.record-customer-message', says)
      .thenFacts(happened('customer-message-received', says)));

  it('records what is said whatever the status, even after closing [C7]', () => {
    for (const past of [[received], underWay, closedCase])
      aCase(...past)
        .when('service-case.record-customer-message', says)
        .thenFacts(happened('customer-message-received', says));
  });

  it('tells a person’s answer from a program’s [C7] [SLA 2]', () => {
    aCase(received)
      .when('service-case.send-answer', says, { actor: wang })
      .thenFacts(happened('answer-sent', { ...says, authorId: 'wang' }));
    aCase(received).when('service-case.send-automatic-answer', says).thenFacts(happened('automatic-answer-sent', says));
    expect(serviceCase.commands['service-case.send-answer']?.roles).not.toContain('service');
    expect(serviceCase.commands['service-case.send-automatic-answer']?.roles).toEqual(['service']);
    expect(aCase(received, happened('automatic-answer-sent', says)).state).not.toHaveProperty('firstResponseAt');
    expect(aCase(received, happened('answer-sent', { ...says, authorId: 'wang' })).state).toHaveProperty(
      'firstResponseAt',
      MONDAY_9_IN_SHANGHAI,
    );
  });

  it('keeps notes and attachments [C7]', () => {
    aCase(received)
      .when('service-case.add-note', { text: 'Call before noon' }, { actor: wang })
      .thenFacts(happened('note-added', { text: 'Call before noon', authorId: 'wang' }));
    const file = {
      fileName: 'leak.jpg',
      mediaType: 'image/jpeg',
      sizeBytes: 9,
      sha256: 'a'.repeat(64),
      from: 'customer',
    } as const;
    aCase(received).when('service-case.record-attachment', file).thenFacts(happened('attachment-recorded', file));
  });

  it('refuses a message from the future, and one to a case that is not there [C7]', () => {
    aCase(received)
      .when('service-case.record-customer-message', { ...says, sentAt: '2027-01-01T00:00:00.000Z' })
      .thenRejected('service-case.in-the-future', { field: 'sentAt' });
    aCase()
      .when('service-case.send-answer', says)
      .thenRejected('service-case.not-received', { allowed: ['service-case.receive'] });
  });

  it('is decided the same whatever others do meanwhile', () => {
    const commutative = Object.entries(serviceCase.commands).filter(([, { commutative }]) => commutative === true);
    expect(commutative.map(([name]) => name)).toEqual([
      'service-case.record-customer-message',
      'service-case.send-answer',
      'service-case.send-automatic-answer',
      'service-case.add-note',
      'service-case.record-attachment',
      'service-case.observe-clocks',
      'service-case.follow-tier',
    ]);
  });
});

describe('completing', () => {
  it('solves what is worked on, also out of a wait [C2] [SLA 3]', () => {
    const solution = { resultCode: 'solved', solution: 'New seal' };
    aCase(...underWay)
      .when('service-case.solve', solution)
      .thenFacts(solved);
    aCase(...underWay, waitingForCustomer)
      .when('service-case.solve', solution)
      .thenFacts(solved);
    aCase(received, identified, assigned)
      .when('service-case.solve', solution)
      .thenRejected('service-case.not-in-progress', { allowed: aCase(received, identified, assigned).allowed });
  });

  it('is confirmed by the customer, or by no answer [C2]', () => {
    aCase(...underWay, solved)
      .when('service-case.confirm-solution', { by: 'customer' })
      .thenFacts(confirmed);
    aCase(...underWay)
      .when('service-case.confirm-solution', { by: 'customer' })
      .thenRejected('service-case.not-solved');
  });

  it('is opened again by a customer who refuses the solution [C2]', () => {
    aCase(...underWay, solved)
      .when('service-case.refuse-solution', { reason: 'Still leaks' })
      .thenFacts(
        happened('solution-refused', { reason: 'Still leaks' }),
        happened('reopened', { cycle: 2, cause: 'solution-refused' }),
      );
    aCase(...underWay, solved)
      .when('service-case.refuse-solution', {})
      .thenRejected('service-case.reason-missing');
    aCase(...underWay, solved, confirmed)
      .when('service-case.refuse-solution', { reason: 'x' })
      .thenRejected('service-case.not-solved');
  });

  it('is evaluated after confirmation; no answer is recorded as such [C2]', () => {
    aCase(...underWay, solved, confirmed)
      .when('service-case.evaluate', { score: 4 })
      .thenFacts(evaluated);
    aCase(...underWay, solved, confirmed)
      .when('service-case.record-no-evaluation')
      .thenFacts(happened('evaluation-not-answered', {}));
    aCase(...underWay, solved)
      .when('service-case.evaluate', { score: 4 })
      .thenRejected('service-case.not-confirmed');
    aCase(...toBeClosed)
      .when('service-case.record-no-evaluation')
      .thenRejected('service-case.not-confirmed');
  });

  it('has one retrospective per solution, before it is closed [C2]', () => {
    const short = { cause: 'Wear', wentWell: 'Fast', toImprove: 'Stock' };
    aCase(...underWay, solved)
      .when('service-case.record-retrospective', short)
      .thenFacts(retrospective);
    aCase(...underWay, solved, retrospective, confirmed)
      .when('service-case.record-retrospective', short)
      .thenRejected('service-case.retrospective-recorded');
    aCase(...underWay)
      .when('service-case.record-retrospective', short)
      .thenRejected('service-case.no-retrospective-now');
    aCase(...closedCase)
      .when('service-case.record-retrospective', short)
      .thenRejected('service-case.no-retrospective-now');
  });

  it('gets an execution record with all that the template asks for, signed by the specialist [C4]', () =>
    aCase(...toBeClosed)
      .when(
        'service-case.sign-execution-record',
        { contact: 'Mr Sun, 138 0000 0000', problem: 'Leak', result: 'Tight', remarks: 'None' },
        { actor: wang },
      )
      .thenFacts(
        happened('execution-record-signed', {
          ...{ customerId: 'customer-7', contact: 'Mr Sun, 138 0000 0000', servedAt: MONDAY_9_IN_SHANGHAI },
          ...{ kind: 'technical-support', problem: 'Leak', result: 'Tight', staffId: 'wang', score: 4 },
          ...{ remarks: 'None', signedBy: 'wang', signedAs: 'service-specialist' },
        }),
      ));

  it('lets the account manager sign as such, and nobody else than the two [C4]', () => {
    expect(
      aCase(...toBeClosed).when('service-case.sign-execution-record', { problem: 'x', result: 'y' }, { actor: manager })
        .decision,
    ).toMatchObject([{ data: { signedBy: 'zhao', signedAs: 'account-manager', staffId: 'wang' } }]);
    expect(serviceCase.commands['service-case.sign-execution-record']?.roles).toEqual(['account-manager', 'agent']);
  });

  it('signs once, after the evaluation, and not ahead of time [C4]', () => {
    const record = { problem: 'Leak', result: 'Tight' };
    aCase(...toBeClosed, signed)
      .when('service-case.sign-execution-record', record)
      .thenRejected('service-case.execution-record-signed');
    aCase(...underWay, solved, confirmed)
      .when('service-case.sign-execution-record', record)
      .thenRejected('service-case.not-evaluated');
    aCase(...toBeClosed)
      .when('service-case.sign-execution-record', { ...record, servedAt: '2026-03-02T01:00:01.000Z' })
      .thenRejected('service-case.in-the-future', { field: 'servedAt' });
  });

  it('closes with a retrospective and a signed execution record, and says which one is missing [C2] [C4]', () => {
    aCase(...toBeClosed, retrospective, signed)
      .when('service-case.close')
      .thenFacts(closed);
    aCase(...toBeClosed, signed)
      .when('service-case.close')
      .thenRejected('service-case.retrospective-missing');
    aCase(...toBeClosed, retrospective)
      .when('service-case.close')
      .thenRejected('service-case.execution-record-missing');
    aCase(...underWay, solved)
      .when('service-case.close')
      .thenRejected('service-case.not-evaluated');
    expect(aCase(...toBeClosed, retrospective).allowed).not.toContain('service-case.close');
  });
});

describe('time', () => {
  const A = { customer: { ...card, tier: 'A' } };
  const told = (decision: unknown) =>
    (decision as readonly NewEvent[]).map(({ type, data, occurredAt }) => ({
      fact: type.split('.')[1],
      at: occurredAt,
      ...(data as object),
    }));
  const judged = (decision: unknown) =>
    (decision as readonly NewEvent[]).flatMap(({ type, data }) =>
      type === 'service-case.clocks-judged.v1' ? (data as { clocks: readonly SlaClock[] }).clocks : [],
    );
  /** A case that an A customer reported, with its clocks. */
  const reported = aCase().when('service-case.receive', { ...request, customerId: 'customer-7' }, { consulted: A })
    .decision as readonly NewEvent[];
  const minutes = (n: number) => addMinutes(MONDAY_9_IN_SHANGHAI, n);

  it('has its clocks set in the same decision, by the customer’s class [C3] [SLA 13]', () =>
    expect(judged(reported)).toMatchObject([
      { clock: 'first-response', dueAt: minutes(480) },
      { clock: 'resolution', dueAt: minutes(1_440) },
    ]));

  it('records a missed deadline at the deadline, whenever somebody looks, and once [SLA 13] [SLA 9]', () => {
    const late = aCase(...reported).when('service-case.observe-clocks', {}, { now: minutes(500) });
    expect(told(late.decision)).toMatchObject([
      { fact: 'threshold-reached', at: minutes(360), clock: 'first-response', percent: 75 },
      { fact: 'threshold-reached', at: minutes(480), clock: 'first-response', percent: 100 },
      { fact: 'deadline-missed', at: minutes(480), clock: 'first-response', nextAt: minutes(1_080) },
    ]);
    const again = aCase(...reported, ...(late.decision as readonly NewEvent[]));
    again.when('service-case.observe-clocks', {}, { now: minutes(501) }).then();
  });

  it('finds the breach that was answered between two looks [SLA 13]', () => {
    const answered = aCase(...reported).when(
      'service-case.send-answer',
      { channel: 'phone', text: 'Hello' },
      { now: minutes(481) },
    );
    expect(told(answered.decision)).toMatchObject([
      { fact: 'answer-sent' },
      { fact: 'threshold-reached', percent: 75 },
      { fact: 'threshold-reached', percent: 100 },
      { fact: 'deadline-missed', at: minutes(480) },
      { fact: 'clocks-judged', late: ['first-response'] },
    ]);
  });

  it('follows the customer’s class while the case is open, and says when nothing is left to wait for [SLA 4]', () => {
    const B = { customer: { ...card, tier: 'B' } };
    aCase(...reported)
      .when('service-case.follow-tier', {}, { consulted: A })
      .then();
    const followed = aCase(...reported).when('service-case.follow-tier', {}, { consulted: B, now: minutes(10) });
    expect(followed.facts).toEqual([happened('tier-followed', { from: 'A', tier: 'B', tierBasis: 'customer' })]);
    // The earlier deadline stays, unless an approver loosens it.
    expect(judged(followed.decision).map(({ dueAt }) => dueAt)).toEqual([minutes(480), minutes(1_440)]);
    const loosened = aCase(...reported, ...(followed.decision as readonly NewEvent[])).when(
      'service-case.loosen-deadlines',
      { reason: 'agreed with the customer' },
      { actor: { id: 'sun', grants: [] }, now: minutes(20) },
    );
    expect(told(loosened.decision)).toMatchObject([
      { fact: 'deadlines-loosened', approverId: 'sun' },
      { fact: 'deadline-moved', clock: 'first-response', cause: 'loosened', from: minutes(480), to: minutes(540) },
      { fact: 'deadline-moved', clock: 'resolution', cause: 'loosened', from: minutes(1_440), to: minutes(2_880) },
      { fact: 'clocks-judged', nextDueAt: minutes(540) },
    ]);
  });

  it('lets nobody allow more time to themselves [SLA 4]', () =>
    aCase(...underWay)
      .when('service-case.loosen-deadlines', { reason: 'busy' }, { actor: { id: 'wang', grants: [] } })
      .thenRejected('service-case.own-deadline'));
});

describe('opening again', () => {
  const now = (days: number, more = 0) =>
    new Date(Date.parse(MONDAY_9_IN_SHANGHAI) + days * 86_400_000 + more).toISOString();

  it('goes on in a new cycle within 7 days after closing [C2] [SLA 5]', () => {
    const again = happened('reopened', { cycle: 2, cause: 'asked-for', reason: 'Leaks again' });
    aCase(...closedCase)
      .when('service-case.reopen', { reason: 'Leaks again' }, { now: now(7) })
      .thenFacts(again);
    expect(aCase(...closedCase, again).state).toMatchObject({ status: 'in-progress', cycle: 2 });
    aCase(...underWay, solved)
      .when('service-case.reopen', { reason: 'Leaks again' }, { now: now(90) })
      .thenFacts(again);
  });

  it('is refused afterwards: a new case follows [C2] [SLA 5]', () =>
    aCase(...closedCase)
      .when('service-case.reopen', { reason: 'Leaks again' }, { now: now(7, 1) })
      .thenRejected('service-case.reopen-grace-over', { allowed: ['service-case.receive'] }));

  it('a new case afterwards is linked to the one that it continues [SLA 5]', () => {
    const { facts } = aCase().when(
      'service-case.receive',
      { ...request, followsCaseId: '41' },
      { consulted: { earlierCase: { exists: true } } },
    );
    expect(facts).toMatchObject([{ type: 'service-case.received.v1', data: { followsCaseId: '41' } }, {}]);
  });

  it('needs a reason, and something that was solved', () => {
    aCase(...closedCase)
      .when('service-case.reopen', {})
      .thenRejected('service-case.reason-missing');
    aCase(...underWay)
      .when('service-case.reopen', { reason: 'x' })
      .thenRejected('service-case.not-done');
  });

  it('asks for a retrospective and a record again at the end of the new cycle [C2]', () => {
    const reopened = happened('reopened', { cycle: 2, cause: 'asked-for', reason: 'x' });
    aCase(...closedCase, reopened, solved, confirmed, evaluated)
      .when('service-case.close')
      .thenRejected('service-case.retrospective-missing');
  });
});
