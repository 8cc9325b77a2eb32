import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CASE_KINDS } from '#libs/features/service-case/vocabulary.ts';
import { proposeClassification } from '#libs/features/service-case/classification-rules.ts';
import { serviceCaseTerms } from '#libs/features/service-case/terms.ts';
import { addDealing } from '#libs/features/customer/dealings.ts';
import type { Dealings } from '#libs/features/customer/dealings.ts';
import { judgeLifecycle } from '#libs/features/customer/lifecycle-rules.ts';
import { tagsByRule } from '#libs/features/customer/tag-rules.ts';
import { customerTerms } from '#libs/features/customer/terms.ts';
import { features } from '#libs/features/features.ts';
import type { Actor, Role } from '#libs/kernel/actor.ts';
import { ROLES } from '#libs/kernel/actor.ts';
import { glossariesOf } from '#libs/kernel/feature.ts';
import { addMinutes } from '#libs/kernel/instant.ts';
import type { JsonObject } from '#libs/kernel/json.ts';
import type { Accepted } from '#libs/runtime/ledger.ts';
import { openTestLedger, temporaryFolder } from '#libs/testing/test-ledger.ts';
import type { TestLedger } from '#libs/testing/test-ledger.ts';
import { alternativeSchemas, elementSchemas, memberSchemas, otherMemberSchemas } from './personal-fields.ts';
import { registryOf } from './registry.ts';

type Schema = { readonly [keyword: string]: unknown };

/** Every text that a schema allows by name: the field, and the code that may stand in it. */
const codesIn = (schema: Schema, field = ''): readonly (readonly [field: string, code: string])[] => [
  ...[schema.const, ...((schema.enum as unknown[] | undefined) ?? [])]
    .filter((code) => typeof code === 'string')
    .map((code) => [field, code] as const),
  ...memberSchemas(schema).flatMap(([name, each]) => codesIn(each, name)),
  ...[...elementSchemas(schema), ...otherMemberSchemas(schema), ...alternativeSchemas(schema)].flatMap((each) =>
    codesIn(each, field),
  ),
];

const glossaries = glossariesOf(features);
const codes = registryOf(features)
  // The events of durable processes stand in no history.
  .eventSets.filter(({ category }) => category !== 'process')
  .flatMap(({ category, definitions }) =>
    Object.entries(definitions).flatMap(([type, { data }]) =>
      codesIn(data as Schema).map(([field, code]) => ({ category, type, field, code })),
    ),
  );

describe('the glossaries', () => {
  it('have a word in both languages for every code that an event allows', () => {
    expect(codes.length).toBeGreaterThan(300);
    const missing = codes.filter(({ category, field, code }) => {
      const term = glossaries.get(category)?.[field]?.[code];
      return term === undefined || term.en.trim() === '' || term['zh-CN'].trim() === '';
    });
    expect(missing).toEqual([]);
  });

  it('are in Chinese where they say so: no Latin word is left but for letters that are names of classes', () => {
    for (const terms of glossaries.values())
      for (const words of Object.values(terms))
        for (const [code, { 'zh-CN': chinese }] of Object.entries(words))
          if (!/^([A-D]|AA|AAA|BB|BBB)$/.test(code)) expect(chinese).toMatch(/\p{Script=Han}/u);
  });

  it('have a word for every rule that classifies a case', () => {
    const texts = ['', 'outage', 'urgent', 'migration', '停机'];
    for (const kind of CASE_KINDS)
      for (const subjectLine of texts) {
        const { rules, type } = proposeClassification({ kind, subjectLine });
        for (const rule of rules) expect(serviceCaseTerms['rules']).toHaveProperty([rule]);
        expect(serviceCaseTerms['type']).toHaveProperty([type]);
      }
  });

  it('have a word for every rule that places or tags a customer', () => {
    const now = '2026-03-02T00:00:00.000Z';
    const daysAgo = (...days: readonly number[]) =>
      days.reduce<Dealings>(
        (dealings, day) =>
          addDealing(dealings, { key: `${day}`, at: addMinutes(now, -day * 1_440), amount: '1', currency: 'CNY' }),
        [],
      );
    const histories = [[], [400, 300], [40, 30], [300, 290, 280, 30], [500, 300, 100], [300, 60, 30, 5]];
    const found = new Set<string>();
    for (const days of histories) {
      found.add(judgeLifecycle(daysAgo(...days), now).rule);
      for (const { rule } of tagsByRule({ dealings: daysAgo(...days), complaints: 3 }, now)) found.add(rule);
    }
    for (const { rule } of tagsByRule({ dealings: daysAgo(10, 100, 190, 280), complaints: 0 }, now)) found.add(rule);
    expect([...found].sort()).toEqual(Object.keys(customerTerms['rule']!).sort());
  });
});

const actor = (id: string, roles: readonly Role[], team = '*'): Actor => ({
  id,
  grants: roles.map((role) => ({ role, team })),
});

describe('a history in plain language', () => {
  let test: TestLedger;
  let temporary: Awaited<ReturnType<typeof temporaryFolder>>;
  const ids: { [name: string]: string } = {};
  let sent = 0;
  const send = async (name: string, body: object, id?: string, by = actor('boot', ROLES)): Promise<string> => {
    const outcome = await test.ledger.execute({
      ...{ name, body: body as JsonObject, commandId: `c-${(sent += 1)}`, actor: by },
      ...(id === undefined ? {} : { id }),
    });
    if (!outcome.accepted) throw new Error(`${outcome.code}: ${outcome.message}`);
    return (outcome as Accepted).id;
  };
  const linesFor = async (viewer: Actor) => {
    const page = await test.ledger.history(`service-case-${ids['case']}`, { actor: viewer });
    return page!.entries;
  };

  beforeAll(async () => {
    temporary = await temporaryFolder();
    test = await openTestLedger(features, temporary.folder);
    ids['user'] = await send('user.register', { displayName: '李娜' });
    ids['team'] = await send('team.form', { name: '华东服务组', zone: 'Asia/Shanghai' });
    await send('team.add-member', { userId: ids['user'] }, ids['team']);
    const lina = actor(ids['user'], ROLES);
    ids['customer'] = await send('customer.register', {
      kind: 'enterprise',
      organisationName: '海纳机械',
      team: 'other',
    });
    ids['case'] = await send(
      'service-case.receive',
      { kind: 'technical-support', channel: 'phone', subjectLine: 'phone', priority: 'high', team: ids['team'] },
      undefined,
      lina,
    );
    await send('service-case.identify-customer', { customerId: ids['customer'] }, ids['case'], lina);
    await send('service-case.identify', {}, ids['case'], lina);
    await send('service-case.assign', { assigneeId: ids['user'], team: ids['team'] }, ids['case'], lina);
    await send('service-case.start', {}, ids['case'], actor('portal', ['agent']));
    await test.ledger.caughtUp();
  });
  afterAll(async () => {
    await test.close();
    await temporary.remove();
  });

  it('says codes in words and ids by their names, in the reader’s language', async () => {
    const entries = await linesFor(actor('auditor', ['auditor']));
    const chinese = entries.map(({ text }) => text['zh-CN']).join('\n');
    expect(chinese).toContain('渠道：电话；类别：技术支持；主题：“phone”');
    expect(chinese).toContain('归属团队：华东服务组。');
    expect(chinese).toContain('服务单已分派给李娜（团队：华东服务组）。');
    expect(chinese).toContain('已确认服务单属于客户海纳机械，按 C 级客户服务（依据：客户尚未分级）。');
    expect(chinese).not.toMatch(/。。|[0-9a-f]{8}-[0-9a-f]{4}|[a-z]+-[a-z]+/);
    expect(entries.map(({ text }) => text.en)).toContain('The case was assigned to 李娜 (team 华东服务组).');
  });

  it('says who acted, where a user of that id is known', async () => {
    const entries = await linesFor(actor('auditor', ['auditor']));
    expect(entries[0]!.actorName).toBe('李娜');
    expect(entries.at(-1)).not.toHaveProperty('actorName');
  });

  it('leaves the facts themselves as they were recorded', async () => {
    const [received] = await linesFor(actor('auditor', ['auditor']));
    expect(received!.event.data).toMatchObject({ channel: 'phone', kind: 'technical-support', team: ids['team'] });
    expect(received!.event.metadata.actor).toBe(ids['user']);
  });

  it('masks the names of persons for a reader who may not see them, teams stay', async () => {
    const entries = await linesFor(actor('chair', ['committee']));
    expect(entries[0]!.actorName).toBe('***');
    expect(entries.map(({ text }) => text['zh-CN'])).toContain('服务单已分派给***（团队：华东服务组）。');
  });

  it('keeps the id of a customer who is another team’s', async () => {
    const entries = await linesFor(actor('bo', ['agent'], ids['team']));
    const chinese = entries.map(({ text }) => text['zh-CN']).join('\n');
    expect(chinese).toContain(`已确认服务单属于客户${ids['customer']}，`);
    expect(chinese).toContain('服务单已分派给李娜');
  });
});
