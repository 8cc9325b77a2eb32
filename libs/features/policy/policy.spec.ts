import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Actor, Role } from '#libs/kernel/actor.ts';
import { mayAct } from '#libs/kernel/actor.ts';
import type { NewEvent } from '#libs/kernel/event.ts';
import { addMinutes } from '#libs/kernel/instant.ts';
import type { JsonObject } from '#libs/kernel/json.ts';
import { isRejection } from '#libs/kernel/rejection.ts';
import { given, recorded } from '#libs/testing/given-when-then.ts';
import type { Past } from '#libs/testing/given-when-then.ts';
import { DEFAULT_CALENDARS, DEFAULT_SLA, DESK_SLA, slaPolicies, slaPolicyAt } from './policy.events.ts';
import type { PolicyEvent, SlaDocument } from './policy.events.ts';
import { ALLOWED } from './policy-rules.ts';
import type { PolicyStatus } from './policy-versions.ts';
import { policy } from './policy.ts';

const NOW = '2026-03-02T01:00:00.000Z';
const LATER = '2026-04-01T00:00:00.000Z';
const person = (id: string, ...roles: Role[]): Actor => ({ id, grants: roles.map((role) => ({ role, team: '*' })) });
const owner = person('olga', 'policy-owner');
const lawyer = person('leo', 'legal', 'committee');
const member = person('mei', 'committee');

const nothing = { calendars: { versions: [] }, sla: { versions: [] } };
const as = (actor: Actor, now = NOW) => ({ actor, now, consulted: nothing });
const body = (value: object) => JSON.parse(JSON.stringify(value)) as JsonObject;
const application = (document: object, department = 'customer-relations') =>
  body({ document, department, reason: 'faster answers' });
const ofVersion = (rest: object = {}) => body({ version: 'sla-desk@1', ...rest });

const which = { kind: 'sla', version: 'sla-desk@1' };
const applied: Past = {
  type: 'policy.applied-for.v1',
  data: {
    ...which,
    document: DESK_SLA,
    department: 'customer-relations',
    applicantId: 'olga',
    reason: 'faster answers',
  },
};
const objected: Past = {
  type: 'policy.objected-to.v1',
  data: { ...which, reviewerId: 'leo', remarks: 'promises too much' },
};
const reviewed: Past = { type: 'policy.passed-legal-review.v1', data: { ...which, reviewerId: 'leo' } };
const approved: Past = { type: 'policy.approved.v1', data: { ...which, approverId: 'mei' } };
const rejected: Past = { type: 'policy.rejected.v1', data: { ...which, approverId: 'mei', reason: 'no' } };
const published = (effectiveFrom = LATER): Past => ({
  type: 'policy.published.v1',
  data: { ...which, effectiveFrom },
});
const trained = (takesEffectAt = LATER): Past => ({
  type: 'policy.training-recorded.v1',
  data: { ...which, heldOn: '2026-03-01', audience: 'service desk', takesEffectAt },
});
const tookEffect: Past = {
  type: 'policy.took-effect.v1',
  data: { ...which, supersedes: 'sla-default@1' },
  occurredAt: LATER,
};
const withdrawn: Past = { type: 'policy.withdrawn.v1', data: { ...which, reason: 'no longer wanted' } };
const sla = given(policy, 'sla');

describe('a version of a policy', () => {
  it('is applied for by a department, with its whole document [H1]', () =>
    sla().when('policy.apply', application(DESK_SLA), as(owner)).then(applied));

  it('is applied for only by those who speak for the department [H1.4]', () => {
    sla().when('policy.apply', application(DESK_SLA, 'finance'), as(owner)).thenRejected('policy.not-of-department');
    expect(
      sla().when('policy.apply', application(DESK_SLA, 'finance'), as(person('fei', 'finance'))).decision,
    ).toHaveLength(1);
  });

  it('passes legal review, or is objected to with remarks; after an objection it may be reviewed again [H1]', () => {
    sla(applied)
      .when('policy.review-legally', ofVersion({ verdict: 'passed' }), as(lawyer))
      .then(reviewed);
    sla(applied)
      .when('policy.review-legally', ofVersion({ verdict: 'objected', remarks: 'promises too much' }), as(lawyer))
      .then(objected);
    sla(applied)
      .when('policy.review-legally', ofVersion({ verdict: 'objected' }), as(lawyer))
      .thenRejected('policy.objection-without-remarks', { field: 'remarks' });
    sla(applied, objected)
      .when('policy.review-legally', ofVersion({ verdict: 'passed' }), as(lawyer))
      .then(reviewed);
    sla(applied, objected)
      .when('policy.approve', ofVersion(), as(member))
      .thenRejected('policy.is-objected', {
        allowed: ['policy.review-legally', 'policy.reject', 'policy.withdraw'],
      });
  });

  it('is approved by the committee, never by the applicant, nor by whoever reviewed it [H1]', () => {
    sla(applied, reviewed).when('policy.approve', ofVersion(), as(member)).then(approved);
    sla(applied, reviewed)
      .when('policy.approve', ofVersion(), as(person('olga', 'policy-owner', 'committee')))
      .thenRejected('policy.same-person');
    sla(applied, reviewed).when('policy.approve', ofVersion(), as(lawyer)).thenRejected('policy.same-person');
    sla(applied)
      .when('policy.review-legally', ofVersion({ verdict: 'passed' }), as(person('olga', 'legal')))
      .thenRejected('policy.same-person');
  });

  it('is not approved without a legal review [H1]', () =>
    sla(applied)
      .when('policy.approve', ofVersion(), as(member))
      .thenRejected('policy.is-applied', { allowed: ['policy.review-legally', 'policy.reject', 'policy.withdraw'] }));

  it('is rejected with a reason, and then over [H1]', () => {
    sla(applied, reviewed)
      .when('policy.reject', ofVersion({ reason: 'no' }), as(member))
      .then(rejected);
    sla(applied, rejected)
      .when('policy.publish', ofVersion(), as(member))
      .thenRejected('policy.is-rejected', { allowed: ['policy.apply'] });
  });

  it('is published with its date, then training is recorded; it takes effect at the latest of the three [H1]', () => {
    sla(applied, reviewed, approved)
      .when('policy.publish', ofVersion({ effectiveFrom: LATER }), as(member))
      .then(published());
    const training = ofVersion({ heldOn: '2026-03-01', audience: 'service desk' });
    const known = sla(applied, reviewed, approved, published());
    known.when('policy.record-training', training, as(owner)).then(trained(LATER));
    const afterwards = '2026-05-01T08:00:00.000Z';
    known.when('policy.record-training', training, as(owner, afterwards)).then(trained(afterwards));
    known
      .when('policy.record-training', ofVersion({ heldOn: '2026-03-04', audience: 'x' }), as(owner))
      .thenRejected('policy.training-to-come', { field: 'heldOn' });
  });

  it('does not take effect without training [H1]', () => {
    sla(applied, reviewed, approved, published(NOW)).when('policy.take-effect', {}, as(owner, LATER)).then();
    const { state } = sla(applied, reviewed, approved, published(NOW));
    expect(slaPolicyAt(state as never, LATER).version).toBe('sla-default@1');
  });

  it('takes effect once, at the moment it was due, however late that is noticed [H1, SLA 13]', () => {
    const waiting = sla(applied, reviewed, approved, published(), trained());
    waiting.when('policy.take-effect', {}, as(owner, '2026-03-31T23:59:59.999Z')).then();
    waiting.when('policy.take-effect', {}, as(owner, '2026-04-09T00:00:00.000Z')).then(tookEffect);
    sla(applied, reviewed, approved, published(), trained(), tookEffect)
      .when('policy.take-effect', {}, as(owner, '2026-04-09T00:00:00.000Z'))
      .then();
  });

  it('takes its turn: several that are due take effect in order, each in place of the one before [H1]', () => {
    const of = (version: string, past: Past): Past => ({ ...past, data: { ...(past.data as object), version } });
    const next = (version: string, takesEffectAt: string): Past[] =>
      [applied, reviewed, approved, published(takesEffectAt), trained(takesEffectAt)].map((past) => of(version, past));
    // The one that was trained first takes effect last.
    sla(...next('sla-b@1', '2026-03-05T00:00:00.000Z'), ...next('sla-a@1', '2026-03-04T00:00:00.000Z'))
      .when('policy.take-effect', {}, as(owner, LATER))
      .then(
        {
          type: 'policy.took-effect.v1',
          data: { kind: 'sla', version: 'sla-a@1', supersedes: 'sla-default@1' },
          occurredAt: '2026-03-04T00:00:00.000Z',
        },
        {
          type: 'policy.took-effect.v1',
          data: { kind: 'sla', version: 'sla-b@1', supersedes: 'sla-a@1' },
          occurredAt: '2026-03-05T00:00:00.000Z',
        },
      );
  });

  it('is withdrawn until it is in force, and not afterwards, even where that was not recorded yet [H1]', () => {
    const reason = ofVersion({ reason: 'no longer wanted' });
    for (const past of [
      [applied],
      [applied, objected],
      [applied, reviewed],
      [applied, reviewed, approved],
      [applied, reviewed, approved, published()],
      [applied, reviewed, approved, published(), trained()],
    ])
      sla(...past)
        .when('policy.withdraw', reason, as(owner))
        .then(withdrawn);
    sla(applied, reviewed, approved, published(), trained())
      .when('policy.withdraw', reason, as(owner, LATER))
      .thenRejected('policy.is-effective', { allowed: ['policy.apply'] });
  });

  it('never changes: the same name with other content is refused, the same content again changes nothing [H1]', () => {
    sla(applied).when('policy.apply', application(DESK_SLA), as(owner)).then();
    sla(applied)
      .when('policy.apply', application({ ...DESK_SLA, pauseCapMinutes: 60 }), as(owner))
      .thenRejected('policy.version-taken', { allowed: ['policy.apply'] });
    // Not even one that only ships.
    sla()
      .when('policy.apply', application({ ...DEFAULT_SLA, pauseCapMinutes: 60 }), as(owner))
      .thenRejected('policy.version-taken');
    sla(applied, withdrawn)
      .when('policy.apply', application(DESK_SLA), as(owner))
      .thenRejected('policy.version-ended', { allowed: ['policy.apply'] });
  });

  it('of an unknown kind or name is refused', () => {
    given(policy, 'horoscope')()
      .when('policy.apply', application(DESK_SLA), as(owner))
      .thenRejected('policy.unknown-kind');
    sla(applied)
      .when('policy.approve', body({ version: 'sla-x@1' }), as(member))
      .thenRejected('policy.unknown-version');
  });

  it('with faults is refused with the path of each wrong field and why [H1]', () => {
    const [urgent, other] = DESK_SLA.rules;
    const wrong = {
      ...DESK_SLA,
      rules: [
        { ...urgent, firstResponse: { ...urgent!.firstResponse, minutes: 0 } },
        { ...other, calendar: 'Night' },
      ],
    };
    const attempt = sla().when('policy.apply', application(wrong), as(owner));
    attempt.thenRejected('policy.wrong-document', { field: 'document/rules/0/firstResponse/minutes' });
    expect(attempt.decision).toMatchObject({
      message: expect.stringMatching(
        /has 2 faults: \/rules\/0\/firstResponse\/minutes: must be >= 1 \/rules\/1\/calendar: must look like/,
      ),
    });
  });

  it('is checked against the calendars again when it is published [H1]', () => {
    const [always] = Object.values({ always: DEFAULT_CALENDARS.calendars.always! });
    const document: SlaDocument = {
      ...DESK_SLA,
      version: 'sla-night@1',
      rules: DESK_SLA.rules.map((rule) => ({ ...rule, calendar: 'night' })),
      ours: [],
    };
    const calendars = {
      ...DEFAULT_CALENDARS,
      version: 'nights@1',
      calendars: { ...DEFAULT_CALENDARS.calendars, night: always },
    };
    const onItsWay = { versions: [{ status: 'applied', version: 'nights@1', document: calendars }] };
    // Both may be before the committee at once …
    expect(
      sla().when('policy.apply', application(document), {
        ...as(owner),
        consulted: { ...nothing, calendars: onItsWay },
      }).decision,
    ).toHaveLength(1);
    // … but the calendar has to hold when the other does.
    const of = (past: Past): Past => ({
      ...past,
      data: { ...(past.data as object), version: 'sla-night@1', document },
    });
    const approval = sla(of(applied), of(reviewed), of(approved));
    const publish = (consulted: object) =>
      approval.when('policy.publish', body({ version: 'sla-night@1', effectiveFrom: LATER }), {
        ...as(member),
        consulted: { ...nothing, calendars: consulted },
      });
    publish(onItsWay).thenRejected('policy.wrong-document', { field: 'document/rules/0/calendar' });
    const scheduled = { effectiveFrom: LATER, takesEffectAt: LATER };
    const known = { versions: [{ ...onItsWay.versions[0], status: 'trained', ...scheduled }] };
    expect(publish(known).decision).toHaveLength(1);
  });
});

describe('the version in force', () => {
  const view = (...past: Past[]) =>
    past.reduce(
      (before, event, revision) =>
        slaPolicies.evolve(before, recorded('policy', 'sla', revision, event) as unknown as PolicyEvent),
      slaPolicies.initial,
    );

  it('is the default before any is, and each from its moment on [H1]', () => {
    const policies = view(applied, reviewed, approved, published(), trained());
    expect(slaPolicyAt(slaPolicies.initial, NOW)).toBe(DEFAULT_SLA);
    expect(slaPolicyAt(policies, '2026-03-31T23:59:59.999Z').version).toBe('sla-default@1');
    expect(slaPolicyAt(policies, LATER).version).toBe('sla-desk@1');
  });

  it('is the same before and after taking effect was recorded [H2]', () => {
    const before = view(applied, reviewed, approved, published(), trained());
    const after = view(applied, reviewed, approved, published(), trained(), tookEffect);
    for (const moment of [NOW, LATER, '2027-01-01T00:00:00.000Z'])
      expect(slaPolicyAt(after, moment)).toBe(slaPolicyAt(before, moment));
  });

  it('is not published for the past by mistake: that must be said, and the field is named', () => {
    const attempt = sla(applied, reviewed, approved).when(
      'policy.publish',
      ofVersion({ effectiveFrom: '2026-03-02T00:59:59.999Z' }),
      as(member),
    );
    attempt.thenRejected('policy.effective-in-past', { field: 'effectiveFrom' });
    expect(attempt.decision).toMatchObject({
      message: expect.stringMatching(/lies in the past.*leave it out/) as unknown,
    });
    sla(applied, reviewed, approved)
      .when('policy.publish', ofVersion({ effectiveFrom: NOW }), as(member))
      .then(published(NOW));
  });

  it('may be published for the past: facts of then that are judged from now on go by it, and it is marked [H2]', () => {
    const past = '2016-01-01T00:00:00.000Z';
    sla(applied, reviewed, approved)
      .when('policy.publish', ofVersion({ effectiveFrom: past, backdated: true }), as(member))
      .then({ type: 'policy.published.v1', data: { ...which, effectiveFrom: past, backdated: true } });
    sla(applied, reviewed, approved, published(past))
      .when('policy.record-training', ofVersion({ heldOn: '2026-03-01', audience: 'service desk' }), as(owner))
      .then(trained(NOW));
    const policies = view(applied, reviewed, approved, published(past), trained(NOW));
    expect(slaPolicyAt(policies, '2015-12-31T23:59:59.999Z').version).toBe('sla-default@1');
    expect(slaPolicyAt(policies, past).version).toBe('sla-desk@1');
  });
});

describe('whatever is asked of a policy, in whatever order', () => {
  const people = [owner, lawyer, member, person('olga', 'legal', 'committee', 'policy-owner', 'hr')];
  const documents = [DESK_SLA, { ...DESK_SLA, version: 'sla-second@1' }];
  const ENDS = ['policy.reject', 'policy.withdraw'];
  const moments = fc.constantFrom(undefined, '2020-01-01T00:00:00.000Z', LATER, '2026-06-01T00:00:00.000Z');
  const command = fc
    .record({
      // Forwards mostly, or hardly any version would come to its end.
      name: fc.oneof(
        {
          weight: 20,
          arbitrary: fc.constantFrom(...Object.keys(policy.commands).filter((each) => !ENDS.includes(each))),
        },
        { weight: 1, arbitrary: fc.constantFrom(...ENDS) },
      ),
      document: fc.constantFrom(...documents),
      actor: fc.constantFrom(...people),
      verdict: fc.constantFrom('passed', 'passed', 'objected'),
      effectiveFrom: moments,
      backdated: fc.boolean(),
      waitMinutes: fc.constantFrom(0, 1, 10, 3_000),
    })
    .map(({ document, ...rest }) => ({ ...rest, document, version: document.version }));
  /** Written down apart from the deciders: what may follow what. */
  const FOLLOWS: { readonly [from in PolicyStatus | 'none']: readonly PolicyStatus[] } = {
    none: ['applied'],
    applied: ['reviewed', 'objected', 'rejected', 'withdrawn'],
    objected: ['objected', 'reviewed', 'rejected', 'withdrawn'],
    reviewed: ['approved', 'rejected', 'withdrawn'],
    approved: ['published', 'withdrawn'],
    published: ['trained', 'withdrawn'],
    trained: ['effective', 'superseded', 'withdrawn'],
    effective: ['superseded'],
    superseded: [],
    rejected: [],
    withdrawn: [],
  };

  it('no version reaches an undeclared state, and at most one is in force [H1]', () => {
    const reached = new Set<string>();
    fc.assert(
      fc.property(fc.array(command, { minLength: 100, maxLength: 300 }), (commands) => {
        let state = policy.initial;
        let now = NOW;
        let revision = 0;
        for (const { name, actor, waitMinutes, ...rest } of commands) {
          now = addMinutes(now, waitMinutes);
          const definition = policy.commands[name]!;
          if (definition.internal !== true && !mayAct(actor, definition.roles, undefined)) continue;
          const decision = definition.decide(
            body({
              ...rest,
              department: 'customer-relations',
              reason: 'r',
              remarks: 'r',
              heldOn: '2026-03-01',
              audience: 'a',
            }),
            state,
            { now, actor, id: 'sla', tenant: 'test', origin: 'command', consulted: nothing },
          );
          if (isRejection(decision)) {
            for (const next of decision.allowed) expect(Object.keys(policy.commands)).toContain(next);
            continue;
          }
          if (decision.length > 0) expect(policy.allowedIn(state)).toContain(name);
          for (const event of decision as readonly NewEvent[]) {
            const before = new Map(state.versions.map((each) => [each.version, each.status]));
            state = policy.evolve(state, recorded('policy', 'sla', (revision += 1), event) as unknown as PolicyEvent);
            for (const { version, status } of state.versions) {
              const from = before.get(version) ?? 'none';
              if (from !== status) expect(FOLLOWS[from]).toContain(status);
              expect(Object.keys(ALLOWED)).toContain(status);
              reached.add(status);
            }
            expect(state.versions.filter(({ status }) => status === 'effective').length).toBeLessThanOrEqual(1);
            for (const { version, document } of state.versions) expect(document.version).toBe(version);
          }
        }
      }),
      { numRuns: 300, seed: 20260302 },
    );
    expect([...reached].sort()).toEqual(Object.keys(ALLOWED).sort());
  });
});
