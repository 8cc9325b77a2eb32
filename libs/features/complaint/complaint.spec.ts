import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Actor } from '#libs/kernel/actor.ts';
import type { SlaClock } from '#libs/features/sla/sla.events.ts';
import type { NewEvent } from '#libs/kernel/event.ts';
import type { Rejection } from '#libs/kernel/rejection.ts';
import { describeAggregate } from '#libs/testing/aggregate.contract.ts';
import { given } from '#libs/testing/given-when-then.ts';
import { complaint } from './complaint.ts';
import { complaintFeature } from './feature.ts';

const NOW = '2026-03-02T01:00:00.000Z';
const after = (hours: number) => new Date(Date.parse(NOW) + hours * 3_600_000).toISOString();
const by = (id: string): { actor: Actor } => ({ actor: { id, grants: [{ role: 'supervisor', team: '*' }] } });
const happened = (fact: string, data: object = {}, occurredAt?: string): NewEvent => ({
  type: `complaint.${fact}.v1`,
  data,
  ...(occurredAt === undefined ? {} : { occurredAt }),
});
const filed = (more: object = {}) =>
  happened('filed', {
    reference: 'CP-1',
    channel: 'phone',
    category: 'service-quality',
    severity: 'moderate',
    filedBy: 'customer',
    ...more,
  });
const accepted = happened('accepted', {
  responsibleId: 'ann',
  steps: [{ step: 'handling', ownerId: 'ann', dueAt: after(9) }],
});
const investigated = [filed(), accepted, happened('investigation-begun')];
const finding = happened('finding-recorded', { finding: 'founded', cause: 'delay', explanation: '…', byId: 'ann' });
const action = happened('corrective-action-recorded', { action: '…', ownerId: 'bo', dueOn: '2026-04-01', byId: 'ann' });
const answer = happened('final-answer-sent', { channel: 'phone', text: '…', remedy: 'apology', byId: 'ann' });
const inFeedback = [...investigated, finding, happened('handling-begun'), action, answer];
const passed = happened('review-passed', { reviewerId: 'sue' });
const reported = {
  channel: 'e-mail',
  category: 'delivery',
  severity: 'moderate',
  description: '两次未按约上门',
  remedyAsked: 'compensation',
};
const eventsOf = (decision: unknown) => decision as NewEvent<string, Record<string, unknown>>[];
/** The clocks as a decision records them. */
const clocksIn = ({ decision }: { readonly decision: unknown }) =>
  eventsOf(decision).flatMap(({ type, data }) =>
    type === 'complaint.clocks-judged.v1' ? (data['clocks'] as SlaClock[]) : [],
  );

describe('filing [B1]', () => {
  it('takes any channel, by an unidentified person, with a unique reference and a receipt at once [ISO 10002]', () => {
    given(complaint, '6f0a9a4e-6c0e-5b1a')()
      .when('complaint.file', { ...reported, complainant: '赵先生', filedBy: 'representative' })
      .thenFacts(
        happened(
          'filed',
          { ...reported, complainant: '赵先生', filedBy: 'representative', reference: 'CP-6F0A9A4E6C0E' },
          NOW,
        ),
        happened('receipt-sent', { channel: 'e-mail', reference: 'CP-6F0A9A4E6C0E' }),
      );
    expect(complaint.commands['complaint.file']!.reserves!({ reference: 'CP-9' }, { id: 'x' })).toEqual([
      { scope: 'complaint-reference', value: 'CP-9', takenCode: 'complaint.reference-taken' },
    ]);
  });

  it('is open to a customer who was refused admission [A2]', () => {
    const decision = given(complaint)().when(
      'complaint.file',
      { ...reported, customerId: 'c-1' },
      { consulted: { customer: { exists: true, refused: true, team: 't1' } } },
    ).facts;
    expect(eventsOf(decision)[0]).toMatchObject({
      type: 'complaint.filed.v1',
      data: { customerId: 'c-1', team: 't1' },
    });
  });

  it('goes to the survivor of a merged customer, and refuses an unknown one [A13]', () => {
    const file = (customer: object) =>
      given(complaint)().when('complaint.file', { ...reported, customerId: 'c-1' }, { consulted: { customer } });
    expect(eventsOf(file({ exists: true, refused: false, mergedInto: 's' }).facts)[0]!.data['customerId']).toBe('s');
    file({ exists: false, refused: false }).thenRejected('customer.unknown', { field: 'customerId' });
  });

  it('may be entered later than it came in, never before', () => {
    expect(clocksIn(given(complaint)().when('complaint.file', { ...reported, receivedAt: after(-5) }))).toMatchObject([
      { clock: 'response', startedAt: after(-5), dueAt: after(19) },
      { clock: 'plan', dueAt: after(43) },
      { clock: 'closing' },
    ]);
    given(complaint)()
      .when('complaint.file', { ...reported, receivedAt: after(1) })
      .thenRejected('complaint.in-the-future', { field: 'receivedAt' });
  });

  it('belongs to the history of its customer, or to its own where nobody is identified', () => {
    expect(complaint.subjectOf!(given(complaint)(filed({ customerId: 'c-1' })).state, '42')).toBe('c-1');
    expect(complaint.subjectOf!(given(complaint)(filed()).state, '42')).toBe('42');
    expect(
      complaint.subjectOf!(
        given(complaint)(filed(), happened('customer-identified', { customerId: 'c-1' })).state,
        '42',
      ),
    ).toBe('42');
  });
});

describe('the flow [B2]', () => {
  it('gives each step of the type’s procedure an owner and a due time', () => {
    const decision = given(complaint)(filed({ category: 'privacy' })).when('complaint.accept', {
      responsibleId: 'ann',
      handlingOwnerId: 'bo',
    }).facts;
    expect(eventsOf(decision)[0]!.data['steps']).toEqual([
      { step: 'investigation', ownerId: 'ann', dueAt: after(24) },
      { step: 'handling', ownerId: 'bo', dueAt: after(72) },
      { step: 'feedback', ownerId: 'ann', dueAt: after(120) },
      { step: 'review', ownerRole: 'legal', dueAt: after(168) },
    ]);
    given(complaint)(filed())
      .when('complaint.accept', { responsibleId: 'ann', reviewOwnerId: 'ann' })
      .thenRejected('complaint.same-person', { field: 'reviewOwnerId' });
  });

  it('runs acceptance, investigation, handling, feedback, review, and nothing else', () => {
    given(complaint)(filed(), accepted)
      .when('complaint.begin-investigation')
      .thenFacts(happened('investigation-begun'));
    given(complaint)(...investigated)
      .when('complaint.begin-handling')
      .thenFacts(happened('handling-begun'));
    given(complaint)(...inFeedback)
      .when('complaint.pass-review', {}, by('sue'))
      .thenFacts(passed);
    given(complaint)(...inFeedback, passed)
      .when('complaint.close')
      .thenFacts(happened('closed', { outcome: 'founded', timeUnknown: false }));
  });

  it('refuses an illegal move and says what is allowed instead', () => {
    const refusal = given(complaint)(filed()).when('complaint.begin-handling');
    refusal.thenRejected('complaint.not-investigated');
    expect((refusal.decision as Rejection).allowed).toContain('complaint.accept');
    expect((refusal.decision as Rejection).allowed).not.toContain('complaint.begin-handling');
    given(complaint)(...investigated, finding)
      .when('complaint.send-final-answer', { channel: 'phone', text: '…', remedy: 'none' })
      .thenRejected('complaint.not-in-handling');
    given(complaint)(...investigated, happened('handling-begun'))
      .when('complaint.send-final-answer', { channel: 'phone', text: '…', remedy: 'none' })
      .thenRejected('complaint.no-finding', { allowed: ['complaint.record-finding'] });
  });

  it('needs only a reason to be withdrawn or merged, from any open state [B5]', () => {
    given(complaint)(filed())
      .when('complaint.withdraw', { why: '误会' })
      .thenFacts(happened('withdrawn', { why: '误会' }));
    const merge = (survivor: object) =>
      given(complaint)(filed()).when(
        'complaint.merge-into',
        { survivorId: 's', why: '同一事' },
        { consulted: { survivor } },
      );
    merge({ exists: true, reference: 'CP-2' }).thenFacts(
      happened('merged-into', { survivorId: 's', survivorReference: 'CP-2', why: '同一事' }),
    );
    merge({ exists: false, reference: '' }).thenRejected('complaint.survivor-unknown');
    merge({ exists: true, reference: 'CP-2', ended: { at: NOW, because: 'closed' } }).thenRejected(
      'complaint.survivor-ended',
    );
    given(complaint)(filed(), happened('withdrawn', { why: '' }))
      .when('complaint.withdraw', { why: 'x' })
      .thenRejected('complaint.ended');
  });

  it('is opened again within seven days, as a new cycle with its own clocks; afterwards a new one follows [SLA 5]', () => {
    const closed = happened('closed', { outcome: 'founded', timeUnknown: false });
    const reopened = given(complaint)(...inFeedback, passed, closed).when(
      'complaint.reopen',
      { why: '又发生了' },
      { now: after(7 * 24) },
    );
    expect(reopened.facts).toMatchObject([{ type: 'complaint.reopened.v1', data: { cycle: 2, why: '又发生了' } }]);
    expect(clocksIn(reopened)).toMatchObject([
      { clock: 'response', startedAt: after(168), dueAt: after(192) },
      { clock: 'plan', dueAt: after(216) },
      { clock: 'closing' },
    ]);
    given(complaint)(...inFeedback, passed, closed)
      .when('complaint.reopen', { why: '' }, { now: after(7 * 24 + 0.001) })
      .thenRejected('complaint.reopen-grace-over', { allowed: ['complaint.file'] });
    const again = given(complaint)(...inFeedback, passed, closed, ...eventsOf(reopened.decision));
    expect(again.state).toMatchObject({ status: 'investigation', dossier: { isAnswered: false, madeBy: [] } });
    again.when('complaint.close').thenRejected('complaint.gate-shut');
  });

  it('lets a step go to another person at another time, with a reason', () =>
    given(complaint)(...investigated)
      .when('complaint.reassign-step', { step: 'handling', ownerId: 'bo', dueAt: after(20), why: '休假' })
      .thenFacts(happened('step-reassigned', { step: 'handling', ownerId: 'bo', dueAt: after(20), why: '休假' })));
});

describe('the clocks [B3]', () => {
  const A = { customer: { exists: true, refused: false, tier: 'A' } };
  const filing = (tier: string, severity: string) =>
    given(complaint)().when(
      'complaint.file',
      { ...reported, severity, customerId: 'c-1' },
      { consulted: { customer: { exists: true, refused: false, tier } } },
    );
  /** A complaint that was filed through the command, with its clocks. */
  const filedWith = (tier: string, severity: string) => given(complaint)(...eventsOf(filing(tier, severity).decision));
  const governing = ({ targets, governedBy }: SlaClock) => targets[governedBy]!;

  it('take the stricter of the tier’s time and the complaint’s own, and say which', () => {
    const [response, plan] = clocksIn(filing('A', 'critical'));
    expect(response).toMatchObject({ clock: 'response', dueAt: after(2) });
    expect(response!.targets.map(({ by }) => by).sort()).toEqual(['complaint', 'tier']);
    expect(governing(response!)).toMatchObject({ by: 'tier', minutes: 120, rule: 'A urgent' });
    expect(governing(plan!)).toMatchObject({ by: 'complaint', minutes: 2_880 });
    expect(governing(clocksIn(filing('C', 'minor'))[0]!)).toMatchObject({ by: 'tier', minutes: 480 });
  });

  it('get tighter with new facts and never looser; the start stays [SLA 4]', () => {
    const identified = given(complaint)(...eventsOf(given(complaint)().when('complaint.file', reported).decision)).when(
      'complaint.identify-customer',
      { customerId: 'c-1' },
      { now: after(1), consulted: A },
    );
    expect(clocksIn(identified)[0]).toMatchObject({ clock: 'response', startedAt: NOW, dueAt: after(8) });
    const lowered = filedWith('A', 'critical').when('complaint.change-severity', { severity: 'minor', why: '误报' });
    expect(clocksIn(lowered).filter(({ clock }) => clock === 'response')).toMatchObject([
      { dueAt: after(2), deadlineRevision: 1 },
    ]);
  });

  it('get looser when an approver who does not handle the complaint allows it [SLA 4]', () => {
    const lowered = filedWith('A', 'critical');
    const events = eventsOf(lowered.when('complaint.change-severity', { severity: 'minor', why: '误报' }).decision);
    const before = given(complaint)(...eventsOf(filing('A', 'critical').decision), ...events);
    const loosened = before.when('complaint.loosen-deadlines', { why: '非紧急' }, by('sue'));
    expect(clocksIn(loosened)[0]).toMatchObject({ clock: 'response', startedAt: NOW, dueAt: after(8) });
    given(complaint)(filed(), accepted)
      .when('complaint.loosen-deadlines', { why: '忙' }, by('ann'))
      .thenRejected('complaint.own-deadline');
  });

  it('that are past already when a change tightens them are marked, apart from breaches [SLA 4]', () => {
    const raised = filedWith('A', 'minor').when(
      'complaint.change-severity',
      { severity: 'critical', why: '媒体关注' },
      { now: after(3) },
    );
    expect(clocksIn(raised)[0]).toMatchObject({ dueAt: after(2), breachedOnChangeAt: after(3) });
    expect(eventsOf(raised.decision).map(({ type }) => type)).toContain('complaint.deadline-passed-by-change.v1');
  });

  it('that have finished never change [SLA 4]', () => {
    const answered = filedWith('A', 'minor').when('complaint.send-answer', { channel: 'phone', text: '…' }, by('ann'));
    expect(clocksIn(answered)).toMatchObject([{ clock: 'response', outcome: 'met' }]);
    const raised = given(complaint)(...eventsOf(filing('A', 'minor').decision), ...eventsOf(answered.decision)).when(
      'complaint.change-severity',
      { severity: 'critical', why: '升级' },
    );
    expect(clocksIn(raised).map(({ clock }) => clock)).not.toContain('response');
  });
});

describe('plan and interim answer [B4]', () => {
  const plan = { plan: '更换工程师', completeBy: after(100) };
  it('sets a plan once and revises it with a reason', () => {
    const set = happened('plan-set', { ...plan, byId: 'ann' });
    given(complaint)(...investigated)
      .when('complaint.set-plan', plan, by('ann'))
      .thenFacts(set);
    given(complaint)(...investigated, set)
      .when('complaint.set-plan', plan)
      .thenRejected('complaint.planned-already');
    given(complaint)(...investigated, set)
      .when('complaint.revise-plan', { ...plan, why: '缺配件' }, by('ann'))
      .thenFacts(happened('plan-revised', { ...plan, why: '缺配件', revision: 1, byId: 'ann' }));
    given(complaint)(...investigated)
      .when('complaint.revise-plan', { ...plan, why: '' })
      .thenRejected('complaint.not-planned');
    given(complaint)(...investigated)
      .when('complaint.set-plan', { ...plan, completeBy: NOW })
      .thenRejected('complaint.date-in-past');
  });

  it('gives an interim answer only with a new date ahead', () => {
    const interim = { channel: 'phone', text: '仍在调查', why: '等待供应商', newDate: after(24) };
    given(complaint)(...investigated)
      .when('complaint.send-interim-answer', interim, by('ann'))
      .thenFacts(happened('interim-answer-sent', { ...interim, authorId: 'ann' }));
    given(complaint)(...investigated)
      .when('complaint.send-interim-answer', { ...interim, newDate: NOW })
      .thenRejected('complaint.date-in-past', { field: 'newDate' });
  });
});

describe('the closing gate [B5]', () => {
  const close = (...past: NewEvent[]) => given(complaint)(...past).when('complaint.close');
  it('names what is missing, and what supplies it now', () => {
    close(...investigated).thenRejected('complaint.gate-shut', {
      allowed: [
        'complaint.record-finding',
        'complaint.record-corrective-action',
        'complaint.record-no-corrective-action',
      ],
    });
    const refusal = close(...inFeedback).facts as Rejection;
    expect(refusal.message).toContain('still missing: review');
    expect(refusal.allowed).toEqual(['complaint.pass-review']);
  });

  it('opens with finding, cause, action or why none, answer, and a review', () => {
    const unnecessary = happened('no-corrective-action-needed', { why: '孤例', byId: 'ann' });
    const withoutAction = [...investigated, finding, happened('handling-begun'), answer];
    given(complaint)(...withoutAction)
      .when('complaint.pass-review', {}, by('sue'))
      .thenRejected('complaint.not-reviewable');
    expect(eventsOf(close(...withoutAction, unnecessary, passed).facts)[0]!.type).toBe('complaint.closed.v1');
  });

  it('wants a second person: none who made what is reviewed, nor the responsible one', () => {
    given(complaint)(...inFeedback)
      .when('complaint.pass-review', {}, by('ann'))
      .thenRejected('complaint.same-person');
    given(complaint)(...inFeedback, happened('assigned', { responsibleId: 'sue' }))
      .when('complaint.pass-review', {}, by('sue'))
      .thenRejected('complaint.same-person');
  });

  it('sends the complaint back to handling when the reviewer does not agree', () => {
    const failed = happened('review-failed', { reviewerId: 'sue', why: '原因不充分' });
    given(complaint)(...inFeedback)
      .when('complaint.fail-review', { why: '原因不充分' }, by('sue'))
      .thenFacts(failed);
    expect(given(complaint)(...inFeedback, failed).state).toMatchObject({
      status: 'handling',
      dossier: { isAnswered: false },
    });
  });
});

describe('the conversation [C7]', () => {
  it('goes on after the end, and knows a person’s answer from a program’s', () => {
    const closed = [...inFeedback, passed, happened('closed', { outcome: 'founded', timeUnknown: false })];
    given(complaint)(...closed)
      .when('complaint.send-answer', { channel: 'chat', text: '谢谢' }, by('ann'))
      .thenFacts(happened('answer-sent', { channel: 'chat', text: '谢谢', authorId: 'ann' }));
    expect(complaint.commands['complaint.send-answer']!.roles).not.toContain('service');
    expect(complaint.commands['complaint.send-automatic-answer']!.roles).toEqual(['service']);
    const automatic = happened('automatic-answer-sent', { channel: 'chat', text: '已收到' });
    expect(given(complaint)(filed(), automatic).state).not.toHaveProperty('firstAnswerAt');
  });

  it('places a message at the time when it was sent', () => {
    given(complaint)(filed())
      .when('complaint.record-customer-message', { channel: 'chat', text: '在吗', sentAt: after(1) }, { now: after(2) })
      .thenFacts(happened('customer-message-received', { channel: 'chat', text: '在吗' }, after(1)));
    given(complaint)(filed())
      .when('complaint.record-customer-message', { channel: 'chat', text: '在吗', sentAt: after(-1) })
      .thenRejected('complaint.message-out-of-range');
  });
});

describe('an import', () => {
  const source = {
    reference: '5092497',
    channel: 'web',
    category: 'Mortgage',
    issue: 'Applying for a mortgage',
    filedAt: '2022-01-09T16:00:00.000Z',
    acceptedAt: '2022-01-09T16:00:00.000Z',
  };
  const importing = (body: object, ...past: NewEvent[]) =>
    eventsOf(given(complaint)(...past).when('complaint.import', body as never, { origin: 'import' }).facts);

  it('keeps filing, acceptance, outcome and the source’s verdict; when it was closed is not known', () => {
    const events = importing({ ...source, outcome: 'Closed with explanation', timely: true });
    expect(events.map(({ type, occurredAt }) => [type, occurredAt])).toEqual([
      ['complaint.filed.v1', source.filedAt],
      ['complaint.accepted.v1', source.acceptedAt],
      ['complaint.closed.v1', undefined],
      ['complaint.source-verdict-recorded.v1', undefined],
    ]);
    expect(events[2]!.data).toEqual({ outcome: 'Closed with explanation', timeUnknown: true });
    expect(events.map(({ type }) => type)).not.toContain('complaint.receipt-sent.v1');
  });

  it('stays open while in progress, without a verdict where the source has none', () => {
    const events = importing(source);
    expect(given(complaint)(...events).state).toMatchObject({ status: 'accepted' });
    expect(events.map(({ type }) => type)).not.toContain('complaint.source-verdict-recorded.v1');
  });

  it('adds nothing the second time, and only what is new later', () => {
    const first = importing(source);
    expect(importing(source, ...first)).toEqual([]);
    const later = importing({ ...source, outcome: 'Closed', timely: false }, ...first);
    expect(later.map(({ type }) => type)).toEqual(['complaint.closed.v1', 'complaint.source-verdict-recorded.v1']);
    expect(importing({ ...source, outcome: 'Closed', timely: false }, ...first, ...later)).toEqual([]);
  });
});

const why = fc.constant({ why: '按流程' });
const message = fc.constant({ channel: 'phone', text: '您好' });
const severity = fc.constantFrom('minor', 'critical').map((value) => ({ severity: value, why: '复核' }));
const plan = { plan: '更换工程师', completeBy: '2030-01-01T00:00:00.000Z' };

describeAggregate('complaint', {
  aggregate: complaint,
  feature: complaintFeature,
  stateName: (state) => state.status,
  states: [
    ...['unknown', 'filed', 'accepted', 'investigation', 'handling', 'feedback', 'reviewed'],
    ...['closed', 'withdrawn', 'merged'],
  ],
  reached: ['filed', 'accepted', 'investigation', 'handling', 'feedback', 'reviewed', 'closed', 'withdrawn', 'merged'],
  weights: {
    'complaint.file': 40,
    'complaint.accept': 40,
    'complaint.begin-investigation': 40,
    'complaint.begin-handling': 30,
    'complaint.record-finding': 30,
    'complaint.send-final-answer': 30,
    'complaint.pass-review': 40,
    'complaint.fail-review': 40,
    'complaint.close': 60,
    'complaint.reopen': 30,
    'complaint.withdraw': 1,
    'complaint.merge-into': 1,
    'complaint.import': 2,
  },
  consulted: fc.record({
    customer: fc.constantFrom({ exists: true, refused: false, tier: 'A' }, { exists: true, refused: true }),
    survivor: fc.constantFrom(
      { exists: true, reference: 'CP-2' },
      { exists: true, reference: 'CP-2', ended: { at: NOW, because: 'closed' } },
    ),
    earlier: fc.constant({ exists: true, reference: 'CP-0', ended: { at: NOW, because: 'closed' } }),
  }),
  bodies: {
    'complaint.file': fc.constantFrom(reported, {
      ...reported,
      customerId: 'c-1',
      followsId: 'x',
      reference: 'CP-2026-1',
    }),
    'complaint.identify-customer': fc.constant({ customerId: 'c-1' }),
    'complaint.change-severity': severity,
    'complaint.loosen-deadlines': why,
    'complaint.change-category': fc.constantFrom('privacy', 'billing').map((category) => ({ category, why: '改类' })),
    'complaint.assign': fc.constantFrom('ann', 'bo').map((responsibleId) => ({ responsibleId, team: 't1' })),
    'complaint.accept': fc.constantFrom({}, { responsibleId: 'ann' }),
    'complaint.reassign-step': fc.constant({
      step: 'handling',
      ownerId: 'bo',
      dueAt: '2030-01-01T00:00:00.000Z',
      why: '休假',
    }),
    'complaint.begin-investigation': fc.constant({}),
    'complaint.begin-handling': fc.constant({}),
    'complaint.record-finding': fc.constant({ finding: 'founded', cause: 'delay', explanation: '排班遗漏' }),
    'complaint.set-plan': fc.constant(plan),
    'complaint.revise-plan': fc.constant({ ...plan, why: '缺配件' }),
    'complaint.record-corrective-action': fc.constant({ action: '双人复核', ownerId: 'bo', dueOn: '2026-04-01' }),
    'complaint.record-no-corrective-action': why,
    'complaint.send-final-answer': fc.constant({ channel: 'phone', text: '致歉', remedy: 'apology' }),
    'complaint.pass-review': fc.constantFrom({}, { remark: '同意' }),
    'complaint.fail-review': why,
    'complaint.close': fc.constant({}),
    'complaint.withdraw': why,
    'complaint.merge-into': fc.constant({ survivorId: 's', why: '同一事' }),
    'complaint.reopen': why,
    'complaint.record-customer-message': message,
    'complaint.send-answer': message,
    'complaint.send-interim-answer': fc.constant({
      channel: 'phone',
      text: '稍候',
      why: '调查',
      newDate: '2030-01-01T00:00:00.000Z',
    }),
    'complaint.send-automatic-answer': message,
    'complaint.add-note': fc.constant({ text: '内部' }),
    'complaint.record-attachment': fc.constant({
      fileName: 'a.pdf',
      mediaType: 'application/pdf',
      sizeBytes: 10,
      sha256: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
      from: 'complainant',
    }),
    'complaint.observe-clocks': fc.constant({}),
    'complaint.follow-tier': fc.constant({}),
    'complaint.import': fc.constantFrom(
      { reference: '1', channel: 'web', category: 'Mortgage', filedAt: '2022-01-09T16:00:00.000Z' },
      {
        reference: '1',
        channel: 'web',
        category: 'Mortgage',
        filedAt: '2022-01-09T16:00:00.000Z',
        outcome: 'Closed',
        timely: true,
      },
    ),
  },
});
