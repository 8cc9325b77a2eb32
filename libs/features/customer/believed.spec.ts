import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ROLES } from '#libs/kernel/actor.ts';
import type { Actor } from '#libs/kernel/actor.ts';
import { openTestLedger, temporaryFolder } from '#libs/testing/test-ledger.ts';
import type { TestLedger } from '#libs/testing/test-ledger.ts';
import { auditTrailFeature } from '../audit-trail/feature.ts';
import { policyFeature } from '../policy/feature.ts';
import { staffFeature } from '../staff/feature.ts';
import { tieringFeature } from '../tiering/feature.ts';
import { customerFeature } from './feature.ts';
import { explainTier } from './tier-explained.ts';

const ANN: Actor = { id: 'ann', grants: ROLES.map((role) => ({ role, team: '*' })) };
const viewer = { actor: ANN };
const own = [customerFeature, tieringFeature, staffFeature, policyFeature];
const events = own.flatMap(({ aggregates = [] }) => aggregates.map((aggregate) => aggregate.events));
const day = (text: string) => `2026-${text}T01:00:00.000Z`;

let test: TestLedger;
let temporary: Awaited<ReturnType<typeof temporaryFolder>>;
let sent = 0;
beforeEach(async () => {
  temporary = await temporaryFolder();
  test = await openTestLedger([...own, auditTrailFeature(events)], temporary.folder);
});
afterEach(async () => {
  await test.close();
  await temporary.remove();
});

const on = async (moment: string, name: string, body: { readonly [name: string]: string }, id?: string) => {
  test.clock.set(moment);
  return test.ledger.execute({
    ...{ name, body, actor: ANN, commandId: `c-${(sent += 1)}` },
    ...(id === undefined ? {} : { id }),
  });
};
const accepted = async (...command: Parameters<typeof on>) => {
  const outcome = await on(...command);
  if (!outcome.accepted) throw new Error(`${outcome.code}: ${outcome.message}`);
  return outcome.id;
};
const originOf = async (id: string, field: string, moment = {}) => {
  await test.ledger.caughtUp();
  return (await test.ledger.provenance('customers', id, field, viewer, moment))!;
};

describe('what was believed about a customer', () => {
  let id: string;
  let said: string;
  beforeEach(async () => {
    id = await accepted(day('04-01'), 'customer.register', {
      kind: 'enterprise',
      organisationName: '海纳',
      size: 'small',
    });
    said = (await originOf(id, 'details.size')).setBy!.event.id;
    await accepted(day('05-05'), 'customer.correct-business-details', { correctsEventId: said, size: 'medium' }, id);
    await test.ledger.caughtUp();
  });
  const sizeOf = async (moment: { asOf?: string; asAt?: string } = {}) => {
    const found = await test.ledger.document('customers', id, viewer, moment);
    const { documents } = await test.ledger.find('customers', {}, viewer, moment);
    expect(documents.map(({ document }) => document)).toEqual([found?.document]);
    return (found?.document['details'] as { size?: string } | undefined)?.size;
  };

  it('is answered for 1 May about 20 April, and so is what is known of 20 April now [A1]', async () => {
    expect(await sizeOf({ asOf: day('05-01'), asAt: day('04-20') })).toBe('small');
    expect(await sizeOf({ asAt: day('04-20') })).toBe('medium');
    expect(await sizeOf({ asOf: day('05-01') })).toBe('small');
    expect(await sizeOf()).toBe('medium');
  });

  it('stays as it was changed since, when what was said before is corrected [A1]', async () => {
    const other = await accepted(day('05-06'), 'customer.register', {
      ...{ kind: 'enterprise', organisationName: '江南', size: 'micro', needType: 'procurement' },
    });
    const first = (await originOf(other, 'details.size')).setBy!.event.id;
    await accepted(day('05-10'), 'customer.record-business-details', { size: 'large' }, other);
    const correction = { correctsEventId: first, size: 'small', needType: 'long-term' };
    await accepted(day('05-20'), 'customer.correct-business-details', correction, other);
    const detailsOf = async (moment = {}) => {
      await test.ledger.caughtUp();
      return (await test.ledger.document('customers', other, viewer, moment))?.document['details'];
    };
    expect(await detailsOf()).toEqual({ size: 'large', needType: 'long-term' });
    expect(await detailsOf({ asAt: day('05-08') })).toEqual({ size: 'small', needType: 'long-term' });
    expect(await detailsOf({ asOf: day('05-12'), asAt: day('05-08') })).toEqual({
      size: 'micro',
      needType: 'procurement',
    });
  });

  it('is corrected only where it was said, and from then on [A1]', async () => {
    const correct = (body: { readonly [name: string]: string }) =>
      on(day('05-06'), 'customer.correct-business-details', body, id);
    expect(await correct({ correctsEventId: 'nothing', size: 'large' })).toMatchObject({
      code: 'customer.nothing-to-correct',
    });
    expect(await correct({ correctsEventId: said, needType: 'procurement' })).toMatchObject({
      code: 'customer.not-said-there',
    });
    for (const validFrom of [day('03-31'), day('05-07')])
      expect(await correct({ correctsEventId: said, size: 'large', validFrom })).toMatchObject({
        code: 'customer.correction-out-of-time',
      });
    expect(await correct({ correctsEventId: said })).toMatchObject({ code: 'customer.nothing-changed' });
  });

  it('has an origin for each field: event, command, actor, source; as of any moment', async () => {
    const now = await originOf(id, 'details.size');
    expect(now).toMatchObject({
      value: 'medium',
      setBy: {
        event: {
          ...{
            type: 'customer.business-details-corrected.v1',
            revision: 1,
            occurredAt: day('04-01'),
            recordedAt: day('05-05'),
          },
          ...{ data: { correctsEventId: said }, metadata: { actor: 'ann' } },
        },
      },
    });
    expect(now.lines.en).toEqual([
      `details.size of customers/${id} is medium.`,
      expect.stringContaining('Earlier business details were corrected'),
      expect.stringMatching(
        /^Event \S+ \(customer\.business-details-corrected\.v1\), customer-\S+ @1, position \d+; happened 2026-04-01 09:00/,
      ),
      expect.stringMatching(/^By ann, through a command \(c-\d+\)\.$/),
      'Source: [M1.2]; staff.',
    ]);
    expect(now.lines['zh-CN'].every((line) => /\p{Script=Han}/u.test(line))).toBe(true);
    expect((await originOf(id, 'details.size', { asOf: day('05-01') })).setBy?.event.id).toBe(said);
    expect(await originOf(id, 'details.foundedOn')).toMatchObject({
      lines: { en: [`Nothing ever set details.foundedOn of customers/${id}.`] },
    });
    expect(await test.ledger.provenance('customers', 'nobody', 'name', viewer)).toBeUndefined();
    await expect(originOf(id, 'details.$where')).rejects.toThrow('details.$where');
  });

  it('is shown to whoever may read it, and never of the future', async () => {
    const stranger = { actor: { id: 'eve', grants: [] } };
    await expect(test.ledger.provenance('customers', id, 'name', stranger)).rejects.toThrow(
      'eve may not read customers',
    );
    for (const moment of [{ asOf: day('12-01') }, { asAt: day('12-01') }, { asAt: 'yesterday' }]) {
      const [name, text] = Object.entries(moment)[0]!;
      await expect(test.ledger.find('customers', {}, viewer, moment)).rejects.toThrow(`${name}: `);
      await expect(test.ledger.document('customers', id, viewer, moment)).rejects.toThrow(text);
    }
  });
});

describe('the class of a customer, explained', () => {
  it('shows inputs, thresholds, rule, version and arithmetic as they stand in the decision [A6] [A7]', async () => {
    const id = await accepted(day('01-02'), 'customer.register', { kind: 'enterprise', organisationName: '海纳' });
    test.clock.set(day('02-01'));
    const transaction = { key: 'i-1', at: day('01-31'), amount: '120000.00', currency: 'CNY' };
    const outcome = await test.ledger.execute({
      ...{
        name: 'customer.record-transactions',
        id,
        actor: ANN,
        commandId: 't-1',
        body: { transactions: [transaction] },
      },
    });
    expect(outcome.accepted).toBe(true);
    await test.ledger.caughtUp();
    const explained = await explainTier(test.ledger, id, viewer);
    expect(explained).toMatchObject({
      ...{ tier: 'C', needsReview: true },
      reason: { policyVersion: 'abc-default@1', tierBySpend: 'B', tierByTenure: 'C', inputs: { transactions: 1 } },
    });
    expect(explained!.lines.en).toEqual([
      expect.stringMatching(/^Class C, as of the facts of 2026-02-01 09:00 .*, under policy abc-default@1; rule: /),
      expect.stringMatching(
        /^Spend in 365 days .*: 120000 CNY in 1 transactions\. 120000 < 500000 \(A\), ≥ 100000 \(B\): B by spend\.$/,
      ),
      expect.stringMatching(/: 1 whole days\. 1 < 730 \(A\), < 365 \(B\): C by tenure\.$/),
      'Spend and tenure disagree: the lower counts, C.',
      'It waits for a person’s review.',
    ]);
    expect(await explainTier(test.ledger, id, viewer, { asOf: day('01-15') })).toBeUndefined();
    expect((await originOf(id, 'tier')).policies).toEqual([{ policy: 'abc', version: 'abc-default@1' }]);
  });
});
