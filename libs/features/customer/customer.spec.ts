import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { NewEvent } from '#libs/kernel/event.ts';
import { isRejection } from '#libs/kernel/rejection.ts';
import { describeAggregate } from '#libs/testing/aggregate.contract.ts';
import { given } from '#libs/testing/given-when-then.ts';
import { customer } from './customer.ts';
import { customerFeature } from './feature.ts';

const NOW = '2026-03-02T01:00:00.000Z';
const YEAR_AHEAD = '2027-03-02T01:00:00.000Z';
const registered = (more: object = {}): NewEvent => ({
  type: 'customer.registered.v1',
  data: {
    kind: 'enterprise',
    organisationName: '海纳机械有限公司',
    established: false,
    changed: [],
    source: 'staff',
    ...more,
  },
});
const happened = (fact: string, data: object = {}, occurredAt?: string): NewEvent => ({
  type: `customer.${fact}.v1`,
  data,
  ...(occurredAt === undefined ? {} : { occurredAt }),
});
const transaction = (key: string, amount: string, at: string, currency = 'CNY') => ({ key, at, amount, currency });
const recorded = ({ key, at, amount, currency }: ReturnType<typeof transaction>) =>
  happened('transaction-recorded', { key, amount, currency }, at);
const typesOf = (decision: unknown): string[] => {
  if (isRejection(decision)) throw new Error(decision.message);
  return (decision as NewEvent[]).map(({ type }) => type);
};

describe('the profile [A1]', () => {
  it('begins with kind, name and details, each change naming its fields and source', () =>
    given(customer)()
      .when('customer.register', {
        kind: 'enterprise',
        organisationName: '海纳机械有限公司',
        industryCode: 'C3911',
        unifiedSocialCreditCode: '91350100M000100Y43',
        legalRepresentative: '陈建国',
        source: 'public-register',
      })
      .then(
        {
          type: 'customer.registered.v1',
          data: {
            kind: 'enterprise',
            organisationName: '海纳机械有限公司',
            industryCode: 'C3911',
            established: false,
            changed: ['kind', 'organisationName', 'industryCode'],
            source: 'public-register',
          },
        },
        happened('credit-code-recorded', {
          unifiedSocialCreditCode: '91350100M000100Y43',
          changed: ['unifiedSocialCreditCode'],
          source: 'public-register',
        }),
        happened('legal-representative-named', {
          legalRepresentative: '陈建国',
          changed: ['legalRepresentative'],
          source: 'public-register',
        }),
      ));

  it('marks a person’s name, a contact and the legal representative as personal, an organisation’s name not', () => {
    const properties = (type: string) =>
      (customer.events.definitions[type]!.data as unknown as { properties: Record<string, Record<string, unknown>> })
        .properties;
    expect(properties('customer.registered.v1')['personName']).toMatchObject({ 'x-data-class': 'personal' });
    expect(properties('customer.registered.v1')['organisationName']).not.toHaveProperty('x-data-class');
    expect(properties('customer.legal-representative-named.v1')['legalRepresentative']).toMatchObject({
      'x-data-class': 'personal',
    });
    for (const name of ['name', 'phone', 'email'])
      expect(properties('customer.contact-added.v1')[name]).toMatchObject({
        'x-data-class': 'personal',
        'x-subject-field': 'contactId',
      });
  });

  it('never mixes a person’s name with an organisation’s', () => {
    given(customer)()
      .when('customer.register', { kind: 'individual', organisationName: '王芳' })
      .thenRejected('customer.wrong-name', { field: 'personName' });
    given(customer)().when('customer.register', { kind: 'government' }).thenRejected('customer.name-missing');
    given(customer)(registered()).when('customer.rename', { personName: '王芳' }).thenRejected('customer.wrong-name');
  });

  it('refuses a credit code whose check character does not fit', () =>
    given(customer)(registered())
      .when('customer.record-credit-code', { unifiedSocialCreditCode: '91350100M000100Y44' })
      .thenRejected('customer.credit-code-wrong', { field: 'unifiedSocialCreditCode' }));

  it('says which details changed, from which source and why', () => {
    given(customer)(registered())
      .when('customer.record-business-details', {
        size: 'large',
        foundedOn: '1998-05-01',
        source: 'customer',
        why: '年报',
      })
      .then(
        happened('business-details-recorded', {
          size: 'large',
          foundedOn: '1998-05-01',
          changed: ['size', 'foundedOn'],
          source: 'customer',
          why: '年报',
        }),
      );
    given(customer)(registered()).when('customer.record-business-details').thenRejected('customer.nothing-changed');
  });

  it('keeps contacts by an id of their own, and changes only present ones', () => {
    const first = given(customer)(registered()).when('customer.add-contact', { name: '李雷', role: 'purchasing' });
    const [added] = first.decision as NewEvent<string, { contactId: string }>[];
    const { contactId } = added!.data;
    const second = given(customer)(registered(), added!).when('customer.add-contact', {
      name: '韩梅梅',
      role: 'technical',
    });
    expect((second.decision as NewEvent<string, { contactId: string }>[])[0]!.data.contactId).not.toBe(contactId);
    given(customer)(registered(), added!)
      .when('customer.change-contact', { contactId, role: 'executive' })
      .then(happened('contact-changed', { contactId, role: 'executive', changed: ['role'], source: 'staff' }));
    given(customer)(registered(), added!, happened('contact-removed', { contactId, changed: [], source: 'staff' }))
      .when('customer.change-contact', { contactId, role: 'executive' })
      .thenRejected('customer.no-such-contact');
  });

  it('records a transaction once, exactly, and refuses one that contradicts it or has not happened', () => {
    const known = transaction('INV-1', '19.999', '2026-02-01T00:00:00.000Z');
    given(customer)(registered(), recorded(known))
      .when('customer.record-transactions', { transactions: [known] })
      .then();
    given(customer)(registered(), recorded(known))
      .when('customer.record-transactions', { transactions: [{ ...known, amount: '20' }] })
      .thenRejected('customer.transaction-differs');
    given(customer)(registered())
      .when('customer.record-transactions', { transactions: [transaction('INV-2', '1', '2026-03-02T01:00:00.001Z')] })
      .thenRejected('customer.transaction-in-future');
  });

  it('of an unknown customer is missing', () =>
    given(customer)().when('customer.rename', { organisationName: 'X' }).thenRejected('customer.unknown'));
});

describe('admission [A2]', () => {
  const steps = [happened('screened'), happened('qualified'), happened('background-checked')];
  const assessed = happened('assessed', { value: 4, risk: 2, ability: 4 });
  const refused = happened('refused', { stage: 'assessment', reasonCode: 'risk', why: '诉讼缠身' });

  it('goes step by step to admitted', () => {
    given(customer)(registered()).when('customer.screen').then(happened('screened'));
    given(customer)(registered(), ...steps)
      .when('customer.assess', { value: 4, risk: 2, ability: 4 })
      .then(assessed);
    given(customer)(registered(), ...steps, assessed)
      .when('customer.admit', { remark: 'ok' })
      .then(happened('admitted', { remark: 'ok' }));
  });

  it('skips no step, and says which is next', () => {
    given(customer)(registered()).when('customer.admit').thenRejected('customer.wrong-stage');
    expect(given(customer)(registered()).allowed).toContain('customer.screen');
    expect(given(customer)(registered(), ...steps).allowed).toContain('customer.assess');
    expect(given(customer)(registered(), ...steps).allowed).not.toContain('customer.admit');
  });

  it('is refused with a reason at any step, which is named', () =>
    given(customer)(registered(), ...steps)
      .when('customer.refuse', { reasonCode: 'risk', why: '诉讼缠身' })
      .then(refused));

  it('may be applied for again, from the beginning', () => {
    const again = given(customer)(registered(), ...steps, refused).when('customer.reapply', { why: '已和解' });
    again.then(happened('reapplied', { attempt: 2, why: '已和解' }));
    expect(given(customer)(registered(), refused, happened('reapplied', { attempt: 2, why: '' })).allowed).toContain(
      'customer.screen',
    );
    given(customer)(registered()).when('customer.reapply', { why: 'x' }).thenRejected('customer.not-refused');
  });
});

describe('contracts [A3]', () => {
  const admitted = [
    registered(),
    ...['screened', 'qualified', 'background-checked'].map((fact) => happened(fact)),
    happened('assessed', { value: 4, risk: 2, ability: 4 }),
    happened('admitted'),
  ];
  const terms = { number: 'HT-2026-001', subjectMatter: '三年维保', signedOn: '2026-03-01', validUntil: '2029-03-01' };
  const override = { clock: 'first-response', urgency: 'urgent', targetMinutes: 60, time: 'calendar' };
  const signed = (
    given(customer)(...admitted).when('customer.sign-contract', { ...terms, slaOverrides: [override] })
      .decision as NewEvent<string, { contractId: string }>[]
  )[0]!;
  const { contractId } = signed.data;

  it('are signed by an assessed customer and carry their SLA overrides', () =>
    expect(signed).toEqual(happened('contract-signed', { contractId, ...terms, slaOverrides: [override] })));

  it('are not signed without an assessment, nor by a refused customer', () => {
    given(customer)(registered()).when('customer.sign-contract', terms).thenRejected('customer.not-assessed');
    given(customer)(registered({ established: true }))
      .when('customer.sign-contract', terms)
      .thenRejected('customer.not-assessed');
    given(customer)(registered(), happened('refused', { stage: 'screening', reasonCode: 'risk', why: '' }))
      .when('customer.sign-contract', terms)
      .thenRejected('customer.refused');
  });

  it('must end after they begin, be signed by now, and override each clock once', () => {
    const sign = (more: object) => given(customer)(...admitted).when('customer.sign-contract', { ...terms, ...more });
    sign({ validUntil: '2026-03-01' }).thenRejected('customer.contract-backwards');
    sign({ signedOn: '2026-03-03' }).thenRejected('customer.contract-in-future');
    sign({ slaOverrides: [override, { ...override, targetMinutes: 5 }] }).thenRejected('customer.override-twice');
    sign({ amount: '100' }).thenRejected('customer.amount-without-currency');
  });

  it('are amended and ended while they run', () => {
    given(customer)(...admitted, signed)
      .when('customer.amend-contract', { contractId, validUntil: '2030-03-01', why: '续期' })
      .then(
        happened('contract-amended', { contractId, changed: ['validUntil'], validUntil: '2030-03-01', why: '续期' }),
      );
    const ended = happened('contract-ended', { contractId, endedOn: '2026-03-02', why: '转厂' });
    given(customer)(...admitted, signed)
      .when('customer.end-contract', { contractId, endedOn: '2026-03-02', why: '转厂' })
      .then(ended);
    given(customer)(...admitted, signed, ended)
      .when('customer.amend-contract', { contractId, validUntil: '2031-03-01', why: '' })
      .thenRejected('customer.no-running-contract');
    given(customer)(...admitted, signed)
      .when('customer.end-contract', { contractId, endedOn: '2026-02-28', why: '' })
      .thenRejected('customer.contract-end-out-of-range');
  });
});

describe('the lifecycle [A4]', () => {
  const month = (n: number) => `2025-${String(n).padStart(2, '0')}-15T00:00:00.000Z`;

  it('follows the dealings by rule, in the append that brings them', () => {
    const decision = given(customer)(registered()).when('customer.record-transactions', {
      transactions: [transaction('1', '10', '2026-02-01T00:00:00.000Z')],
    }).decision;
    expect(typesOf(decision)).toEqual([
      'customer.transaction-recorded.v1',
      'customer.tier-decided.v1',
      'customer.lifecycle-stage-reached.v1',
    ]);
    expect((decision as NewEvent[])[2]!.data).toEqual({
      stage: 'develop',
      from: 'identify',
      rule: 'young-or-few-dealings',
      tenureDays: 29,
      daysSinceLastTransaction: 29,
      recentTransactions: 1,
      earlierTransactions: 0,
    });
  });

  it('can be overridden with a reason, and the rules are silent until that is lifted', () => {
    const overridden = happened('lifecycle-overridden', { stage: 'mature', why: '战略合作' });
    const history = [registered(), recorded(transaction('1', '10', month(5))), overridden];
    expect(
      typesOf(
        given(customer)(...history).when('customer.record-transactions', {
          transactions: [transaction('2', '10', '2026-02-20T00:00:00.000Z')],
        }).decision,
      ),
    ).not.toContain('customer.lifecycle-stage-reached.v1');
    expect(
      (given(customer)(...history).when('customer.lift-lifecycle-override', { why: '到期' }).decision as NewEvent[]).at(
        -1,
      ),
    ).toMatchObject({
      type: 'customer.lifecycle-stage-reached.v1',
      data: { stage: 'decline', from: 'mature', rule: 'silent' },
    });
    given(customer)(registered())
      .when('customer.lift-lifecycle-override', { why: '' })
      .thenRejected('customer.not-overridden');
  });

  it('knows churned and won back as states', () => {
    const churned = happened('churned', { why: '转投竞争对手' });
    given(customer)(registered()).when('customer.churn', { why: '转投竞争对手' }).then(churned);
    given(customer)(registered(), churned)
      .when('customer.override-lifecycle', { stage: 'grow', why: '' })
      .thenRejected('customer.churned');
    expect(
      typesOf(given(customer)(registered(), churned).when('customer.win-back', { why: '新合同' }).decision)[0],
    ).toBe('customer.won-back.v1');
    given(customer)(registered()).when('customer.win-back', { why: '' }).thenRejected('customer.not-churned');
  });
});

describe('tags [A5]', () => {
  it('are put on by hand with a reason and an expiry of at most two years', () => {
    const body = { tag: '价格敏感', kind: 'need', why: '多次询价', validUntil: YEAR_AHEAD };
    given(customer)(registered())
      .when('customer.tag', body)
      .then(happened('tagged', { ...body, by: 'hand' }));
    given(customer)(registered())
      .when('customer.tag', { ...body, validUntil: NOW })
      .thenRejected('customer.tag-expired');
    given(customer)(registered())
      .when('customer.tag', { ...body, validUntil: '2029-01-01T00:00:00.000Z' })
      .thenRejected('customer.tag-too-long');
    given(customer)(registered()).when('customer.untag', { tag: '无', why: '' }).thenRejected('customer.not-tagged');
  });

  it('are put on by rule: steady, churn warning, complaint-prone, and not again while valid', () => {
    const quarterly = ['2025-04-01', '2025-07-01', '2025-10-01', '2025-12-31'].map((day, index) =>
      recorded(transaction(String(index), '10', `${day}T00:00:00.000Z`)),
    );
    const tagged = given(customer)(registered(), ...quarterly).when('customer.tag-by-rule', { complaints: 3 });
    expect((tagged.decision as NewEvent<string, { tag: string; rule: string }>[]).map(({ data }) => data.tag)).toEqual([
      'steady',
      'churn-warning',
      'complaint-prone',
    ]);
    given(customer)(registered(), ...quarterly, ...(tagged.decision as NewEvent[]))
      .when('customer.tag-by-rule', { complaints: 3 })
      .then();
  });
});

it('takes names that every object inherits for what they are: unknown', () => {
  for (const name of ['constructor', '__proto__', 'toString']) {
    given(customer)(registered()).when('customer.untag', { tag: name, why: '' }).thenRejected('customer.not-tagged');
    given(customer)(registered())
      .when('customer.release', { otherId: name }, { consulted: { other: { exists: true } } })
      .thenRejected('customer.not-absorbed');
  }
});

describe('the A/B/C class [A6]', () => {
  const old = [registered(), recorded(transaction('0', '1', '2024-01-01T00:00:00.000Z'))];

  it('is judged anew as facts arrive, in the same append, with everything that decided it', () => {
    const decision = given(customer)(...old).when('customer.record-transactions', {
      transactions: [transaction('1', '500000', '2026-03-01T00:00:00.000Z')],
    }).decision as NewEvent[];
    expect(decision.find(({ type }) => type === 'customer.tier-decided.v1')).toEqual({
      type: 'customer.tier-decided.v1',
      policyVersions: { abc: 'abc-default@1' },
      data: {
        scheme: 'abc',
        tier: 'A',
        decidingRule: 'spend-and-tenure',
        policyVersion: 'abc-default@1',
        asAt: NOW,
        inputs: {
          spend: '500000',
          currency: 'CNY',
          tenureDays: 791,
          firstTransactionAt: '2024-01-01T00:00:00.000Z',
          transactions: 1,
        },
        thresholds: {
          spendDays: 365,
          a: { spend: '500000', tenureDays: 730 },
          b: { spend: '100000', tenureDays: 365 },
        },
        tierBySpend: 'A',
        tierByTenure: 'A',
        criteriaDisagree: false,
        needsReview: false,
      },
    });
  });

  it('is recorded only when the decision changes', () => {
    const first = given(customer)(...old).when('customer.rejudge-tier').decision as NewEvent[];
    expect(typesOf(first)).toContain('customer.tier-decided.v1');
    given(customer)(...old, ...first)
      .when('customer.rejudge-tier')
      .then();
  });

  it('is A for a benchmark, with the approver who granted it, until withdrawn', () => {
    const granted = given(customer)(...old).when(
      'customer.grant-standing',
      { standing: 'benchmark', why: '行业标杆' },
      { actor: { id: 'head-1', grants: [{ role: 'department-head', team: '*' }] } },
    ).decision as NewEvent[];
    expect(granted[1]!.data).toMatchObject({ tier: 'A', decidingRule: 'benchmark', inputs: { approver: 'head-1' } });
    const withdrawn = given(customer)(...old, ...granted).when('customer.withdraw-standing', {
      standing: 'benchmark',
      why: '',
    }).decision as NewEvent[];
    expect(withdrawn[1]!.data).toMatchObject({ tier: 'C', previousTier: 'A' });
  });

  it('follows the policy in force when judged, and records its version', () => {
    const gbp = {
      version: 'gbp@1',
      currency: 'GBP',
      rates: [],
      spendDays: 365,
      a: { spend: '5000', tenureDays: 300 },
      b: { spend: '1000', tenureDays: 90 },
      ours: [],
    };
    const [decided] = given(customer)(
      registered(),
      recorded(transaction('0', '5000', '2025-03-03T00:00:00.000Z', 'GBP')),
    ).when(
      'customer.rejudge-tier',
      {},
      { consulted: { abcPolicies: { versions: [{ policy: gbp, effectiveFrom: '2026-01-01T00:00:00.000Z' }] } } },
    ).decision as NewEvent[];
    expect(decided).toMatchObject({ data: { tier: 'A', policyVersion: 'gbp@1' }, policyVersions: { abc: 'gbp@1' } });
  });

  it('can be judged as at a moment of the past, by what had happened then', () => {
    const history = [...old, recorded(transaction('1', '500000', '2026-03-01T00:00:00.000Z'))];
    const [decided] = given(customer)(...history).when('customer.rejudge-tier', {
      asAt: '2026-02-28T00:00:00.000Z',
    }).decision as NewEvent[];
    expect(decided!.data).toMatchObject({ tier: 'C', asAt: '2026-02-28T00:00:00.000Z', inputs: { spend: '0' } });
    given(customer)(...history)
      .when('customer.rejudge-tier', { asAt: '2026-03-03T00:00:00.000Z' })
      .thenRejected('customer.judged-in-future');
  });
});

describe('identity [A13]', () => {
  const survivor = { exists: true, refused: false };
  const merged = happened('merged-into', { survivorId: 's', why: '同一家' });
  const page = (...keys: string[]) =>
    keys.reduce<NewEvent[]>((all, key) => [...all, recorded(transaction(key, '10', '2026-01-01T00:00:00.000Z'))], []);

  it('links one key per system, reserved for this customer', () => {
    const linked = happened('external-id-linked', { system: 'erp', value: 'K-7' });
    given(customer)(registered()).when('customer.link-external-id', { system: 'erp', value: 'K-7' }).then(linked);
    given(customer)(registered(), linked)
      .when('customer.link-external-id', { system: 'erp', value: 'K-8' })
      .thenRejected('customer.external-id-known');
    expect(
      customer.commands['customer.link-external-id']!.reserves!({ system: 'erp', value: 'K-7' }, { id: '42' }),
    ).toEqual([{ scope: 'source-key', value: 'erp/K-7', takenCode: 'customer.external-id-taken' }]);
    expect(
      customer.commands['customer.record-credit-code']!.reserves!(
        { unifiedSocialCreditCode: '91350100M000100Y43' },
        { id: '42' },
      ),
    ).toEqual([
      { scope: 'unified-social-credit-code', value: '91350100M000100Y43', takenCode: 'customer.credit-code-taken' },
    ]);
  });

  it('proposes a duplicate once; a dismissed one is not proposed again', () => {
    const proposed = happened('duplicate-proposed', { otherId: 'o', grounds: 'same-name' });
    const body = { otherId: 'o', grounds: 'same-name' };
    const consulted = { other: survivor };
    given(customer)(registered()).when('customer.propose-duplicate', body, { consulted }).then(proposed);
    given(customer)(registered(), proposed, happened('duplicate-dismissed', { otherId: 'o', why: '同名不同址' }))
      .when('customer.propose-duplicate', body, { consulted })
      .then();
    given(customer)(registered())
      .when('customer.propose-duplicate', body, { consulted: { other: { exists: false } } })
      .thenRejected('customer.other-unknown', { field: 'otherId' });
  });

  it('merges into a survivor who exists and was not merged away', () => {
    const merge = (other: object) =>
      given(customer)(registered()).when(
        'customer.merge-into',
        { survivorId: 's', why: '同一家' },
        { consulted: { other } },
      );
    merge(survivor).then(merged);
    merge({ exists: false }).thenRejected('customer.other-unknown');
    merge({ ...survivor, mergedInto: 't' }).thenRejected('customer.survivor-merged');
    given(customer)(registered())
      .when('customer.merge-into', { survivorId: '42', why: '' }, { consulted: { other: survivor } })
      .thenRejected('customer.own-survivor');
  });

  it('keeps answering under the merged id, and points to the survivor', () =>
    given(customer)(registered(), merged)
      .when('customer.rename', { organisationName: 'X' })
      .thenRejected('customer.merged', { allowed: ['customer.separate'] }));

  it('lets the survivor take the dealings over, count them, and give them back when separated', () => {
    const absorbedState = given(customer, 'a')(
      registered(),
      ...page('1', '2'),
      happened('merged-into', { survivorId: 's', why: '' }),
    );
    const dealings = (absorbedState.state as { dealings: object }).dealings;
    const absorbed = given(
      customer,
      's',
    )(registered()).when(
      'customer.absorb',
      { otherId: 'a' },
      { consulted: { dealings: { mergedInto: 's', dealings } } },
    ).decision as NewEvent[];
    expect(absorbed.slice(0, 2)).toMatchObject([
      { type: 'customer.absorbed.v1', data: { otherId: 'a', transactions: 2 } },
      {
        type: 'customer.transactions-taken-over.v1',
        data: { otherId: 'a', transactions: [{ key: '1' }, { key: '2' }] },
      },
    ]);
    expect(absorbed[2]).toMatchObject({
      type: 'customer.tier-decided.v1',
      data: { inputs: { spend: '20', transactions: 2 } },
    });
    const released = given(customer, 's')(registered(), ...absorbed).when(
      'customer.release',
      { otherId: 'a' },
      { consulted: { other: { exists: true } } },
    ).decision as NewEvent[];
    expect(released[0]).toEqual(happened('released', { otherId: 'a' }));
    given(customer, 's')(registered(), ...absorbed, ...released)
      .when('customer.release', { otherId: 'a' }, { consulted: { other: { exists: true } } })
      .thenRejected('customer.not-absorbed');
  });

  it('absorbs only who was merged into it, and releases only who was separated', () => {
    given(
      customer,
      's',
    )(registered())
      .when('customer.absorb', { otherId: 'a' }, { consulted: { dealings: { dealings: [] } } })
      .thenRejected('customer.not-merged');
    given(customer, 's')(registered(), happened('absorbed', { otherId: 'a', transactions: 0 }))
      .when('customer.release', { otherId: 'a' }, { consulted: { other: { exists: true, mergedInto: 's' } } })
      .thenRejected('customer.still-merged');
    given(customer)(registered(), merged)
      .when('customer.separate', { why: '误并' })
      .then(happened('separated', { survivorId: 's', why: '误并' }));
    given(customer)(registered()).when('customer.separate', { why: '' }).thenRejected('customer.not-merged');
  });

  it('is imported once, with its own time, exempt from admission', () => {
    const body = {
      kind: 'individual',
      externalIds: [{ system: 'shop', value: 'p-17850' }],
      since: '2010-12-01T08:26:00.000Z',
    };
    given(customer)()
      .when('customer.import', body)
      .then(
        happened(
          'registered',
          { kind: 'individual', established: true, changed: ['kind'], source: 'source-system' },
          '2010-12-01T08:26:00.000Z',
        ),
        happened('external-id-linked', { system: 'shop', value: 'p-17850' }, '2010-12-01T08:26:00.000Z'),
      );
    given(customer)(registered()).when('customer.import', body).then();
  });

  it('takes an imported invoice once, and a contact once', () => {
    const one = transaction('536365', '139.12', '2010-12-01T08:26:00.000Z', 'GBP');
    const first = given(customer)(registered()).when('customer.import-transaction', {
      transactions: [{ ...one, sourceRow: 'transactions:2' }, one],
    }).decision as NewEvent[];
    expect(first[0]).toEqual({ ...recorded(one), sourceRow: 'transactions:2' });
    expect(first.filter(({ type }) => type === 'customer.transaction-recorded.v1')).toHaveLength(1);
    given(customer)(registered(), ...first)
      .when('customer.import-transaction', { transactions: [one] })
      .then();
    const contact = { key: 'c-1', name: '李雷', role: 'purchasing' };
    const added = given(customer)(registered()).when('customer.import-contact', contact).decision as NewEvent[];
    expect(added).toHaveLength(1);
    given(customer)(registered(), ...added)
      .when('customer.import-contact', contact)
      .then();
  });
});

const why = fc.constantFrom('客户要求', 'agreed on the phone').map((text) => ({ why: text }));
const remark = fc.constantFrom({}, { remark: '资料齐全' });
const past = fc
  .integer({ min: 1, max: 900 })
  .map((days) => new Date(Date.parse(NOW) - days * 86_400_000).toISOString());
const dealing = fc.record({
  key: fc.nat(500).map(String),
  at: past,
  amount: fc.constantFrom('10', '-3.5', '250000.001'),
  currency: fc.constantFrom('CNY', 'CNY', 'GBP'),
});
const one = <T extends object>(value: T) => fc.constant(value);
const idOf = (kind: string) =>
  fc.constantFrom(1, 2, 3).map((n) => (given(customer)(registered()).when === undefined ? '' : derived(kind, n)));
const derived = (kind: string, n: number): string => {
  let history: NewEvent[] = [registered(), happened('assessed', { value: 1, risk: 1, ability: 1 })];
  let id = '';
  for (let count = 0; count < n; count += 1) {
    const decision = given(customer)(...history).when(
      kind === 'contact' ? 'customer.add-contact' : 'customer.sign-contract',
      kind === 'contact'
        ? { name: 'x', role: 'y' }
        : { number: String(count), subjectMatter: 'x', signedOn: '2026-01-01' },
    ).decision as NewEvent<string, { [field: string]: string }>[];
    id = decision[0]!.data[`${kind}Id`]!;
    history = [...history, ...decision];
  }
  return id;
};

describeAggregate('customer', {
  aggregate: customer,
  feature: customerFeature,
  stateName: (state) => (state.status === 'known' ? state.admission.stage : state.status),
  states: [
    'unknown',
    'collected',
    'screened',
    'qualified',
    'background-checked',
    'assessed',
    'admitted',
    'refused',
    'established',
    'merged',
  ],
  reached: [
    'collected',
    'screened',
    'qualified',
    'background-checked',
    'assessed',
    'admitted',
    'refused',
    'established',
    'merged',
  ],
  weights: {
    'customer.merge-into': 3,
    'customer.separate': 40,
    'customer.sign-contract': 30,
    'customer.amend-contract': 30,
    'customer.end-contract': 30,
    'customer.refuse': 10,
    'customer.reapply': 40,
    'customer.import': 2,
    'customer.register': 40,
    'customer.screen': 60,
    'customer.qualify': 60,
    'customer.check-background': 60,
    'customer.assess': 60,
    'customer.admit': 60,
  },
  consulted: fc.record({
    other: fc.constantFrom(
      { exists: true, refused: false },
      { exists: true, refused: false, mergedInto: '42' },
      { exists: false, refused: false },
    ),
    dealings: fc.constantFrom({ mergedInto: '42', dealings: [] }, { dealings: [] }),
    abcPolicies: fc.constant({ versions: [] }),
  }),
  bodies: {
    'customer.register': one({ kind: 'enterprise', organisationName: '海纳机械有限公司', team: 't1', size: 'small' }),
    'customer.rename': one({ organisationName: '海纳智能装备有限公司', why: '更名' }),
    'customer.record-business-details': one({ size: 'large', needType: 'long-term' }),
    // `event-0` is the registration.
    'customer.correct-business-details': one({ correctsEventId: 'event-0', size: 'medium' }),
    'customer.record-credit-code': one({ unifiedSocialCreditCode: '91350100M000100Y43' }),
    'customer.name-legal-representative': one({ legalRepresentative: '陈建国' }),
    'customer.add-contact': one({
      name: '李雷',
      role: 'purchasing',
      email: 'li.lei@example.com',
      phone: '+86 21 5555 0100',
    }),
    'customer.change-contact': idOf('contact').map((contactId) => ({ contactId, role: 'technical' })),
    'customer.remove-contact': idOf('contact').map((contactId) => ({ contactId })),
    'customer.rate-credit': one({ rating: 'AA', financialStanding: 'sound', paymentCycleDays: 45 }),
    'customer.record-default': one({ amount: '1200.5', currency: 'CNY', dueOn: '2026-01-31' }),
    'customer.record-transactions': fc
      .array(dealing, { minLength: 1, maxLength: 4 })
      .map((transactions) => ({ transactions })),
    'customer.note-preference': one({ topic: '联系方式', preference: '微信' }),
    'customer.record-satisfaction': one({ score: 4, topic: 'service' }),
    'customer.assign-team': fc.constantFrom('t1', 't2').map((team) => ({ team })),
    'customer.assign-account-manager': fc.constantFrom('ann', 'bo').map((userId) => ({ userId })),
    'customer.screen': remark,
    'customer.qualify': remark,
    'customer.check-background': remark,
    'customer.assess': one({ value: 3, risk: 2, ability: 5 }),
    'customer.admit': remark,
    'customer.refuse': one({ reasonCode: 'credit', why: '失信' }),
    'customer.reapply': why,
    'customer.sign-contract': fc.constantFrom('1', '2').map((number) => ({
      number,
      subjectMatter: '维保',
      signedOn: '2026-02-01',
      slaOverrides: [{ clock: 'resolution', targetMinutes: 600, time: 'business' }],
    })),
    'customer.amend-contract': idOf('contract').map((contractId) => ({
      contractId,
      validUntil: '2030-01-01',
      why: '续期',
    })),
    'customer.end-contract': idOf('contract').map((contractId) => ({ contractId, endedOn: '2026-03-01', why: '到期' })),
    'customer.override-lifecycle': one({ stage: 'grow', why: '新产线' }),
    'customer.lift-lifecycle-override': why,
    'customer.churn': why,
    'customer.win-back': why,
    'customer.tag': one({ tag: '价格敏感', kind: 'need', why: '询价', validUntil: '2027-01-01T00:00:00.000Z' }),
    'customer.tag-by-rule': one({ complaints: 4 }),
    'customer.untag': one({ tag: '价格敏感', why: '不再' }),
    'customer.rejudge-tier': fc.constantFrom({}, { asAt: '2026-01-01T00:00:00.000Z' }),
    'customer.grant-standing': one({ standing: 'benchmark', why: '标杆' }),
    'customer.withdraw-standing': one({ standing: 'benchmark', why: '不再' }),
    'customer.link-external-id': fc.constantFrom('K-1', 'K-2').map((value) => ({ system: 'erp', value })),
    'customer.propose-duplicate': one({ otherId: 'o', grounds: 'same-name' }),
    'customer.dismiss-duplicate': one({ otherId: 'o', why: '不同' }),
    'customer.merge-into': one({ survivorId: 's', why: '同一家' }),
    'customer.absorb': one({ otherId: 'a' }),
    'customer.separate': why,
    'customer.release': one({ otherId: 'a' }),
    'customer.import': one({ kind: 'individual', externalIds: [{ system: 'shop', value: '1' }] }),
    'customer.import-transaction': dealing.map((each) => ({ transactions: [each] })),
    'customer.import-contact': one({ key: 'c-1', name: '李雷', role: 'purchasing' }),
  },
});
