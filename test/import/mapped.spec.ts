import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { care, careJson, temporaryFolder } from './care.ts';

const CUSTOMERS = `客户编号,公司名称,类型,信用代码,行业,建档日期
K1,上海华瑞电子科技有限公司,企业,91350100M000100Y43,C3911,2020-03-01
K2,苏州水务局,政府,,,
K3,坏代码有限公司,企业,91350100M000100Y44,,
K4,无类型有限公司,其他,,,
K1,重复有限公司,企业,,,
,无编号有限公司,企业,,,
K5,行业不对有限公司,企业,,39,`;
const CUSTOMER_MAPPING = {
  system: 'crm',
  key: '客户编号',
  fields: {
    organisationName: '公司名称',
    kind: { column: '类型', values: { 企业: 'enterprise', 政府: 'government' } },
    unifiedSocialCreditCode: '信用代码',
    industryCode: '行业',
    since: '建档日期',
  },
};
const CONTACTS = `编号,客户,姓名,职务,电话
1,K1,李雷,采购,13800000001
2,K9,韩梅梅,技术,13800000002
3,K2,,技术,13800000003`;
const CONTACT_MAPPING = {
  system: 'crm',
  key: '编号',
  customer: '客户',
  fields: { name: '姓名', role: '职务', phone: '电话' },
};

describe('care import customers and contacts, any CSV by a mapping [A13]', () => {
  const folder = temporaryFolder();
  const path = (name: string) => join(folder.path, name);
  const data = ['--data', path('data')] as const;
  const importing = (kind: 'customers' | 'contacts', ...more: readonly string[]) =>
    careJson(
      ...['import', kind, path(`${kind}.csv`), '--mapping', path(`${kind}.json`)],
      ...['--rejects', path(`${kind}.rejects.csv`), ...data, ...more],
    );
  beforeAll(() => {
    writeFileSync(path('customers.csv'), CUSTOMERS);
    writeFileSync(path('customers.json'), JSON.stringify(CUSTOMER_MAPPING));
    writeFileSync(path('contacts.csv'), CONTACTS);
    writeFileSync(path('contacts.json'), JSON.stringify(CONTACT_MAPPING));
  });
  afterAll(() => folder.remove());

  it('says in a dry run what would happen, and writes nothing', async () => {
    expect(await importing('customers', '--dry-run')).toMatchObject({
      rows: 7,
      imported: 3,
      rejected: 4,
      dryRun: true,
    });
    expect(existsSync(path('data'))).toBe(false);
  });

  it('imports customers under their key, and rejects the rest by line and reason', async () => {
    expect(await importing('customers')).toMatchObject({ rows: 7, imported: 2, skipped: 0, rejected: 5, customers: 2 });
    expect(readFileSync(path('customers.rejects.csv'), 'utf8')).toMatch(
      /^line,reason,raw\n(?=[^]*4,"91350100M000100Y44 is no unified social credit code)(?=[^]*5,"类型 has a value that the mapping does not translate)(?=[^]*6,"has the key of line 2)(?=[^]*7,"客户编号 is missing)(?=[^]*8,"industryCode )/,
    );
    const { documents } = await careJson<{ documents: object[] }>('query', 'customers', '--sort', 'name', ...data);
    expect(documents).toMatchObject([
      {
        ...{ name: '上海华瑞电子科技有限公司', kind: 'enterprise', externalIds: ['crm/K1'], admission: 'established' },
        since: '2020-02-29T16:00:00.000Z',
      },
      { name: '苏州水务局', kind: 'government', externalIds: ['crm/K2'] },
    ]);
  });

  it('adds nothing when it runs a second time, and a dry run knows that', async () => {
    expect(await importing('customers', '--dry-run')).toMatchObject({ imported: 1, skipped: 2 });
    expect(await importing('customers')).toMatchObject({ imported: 0, skipped: 2, events: 0 });
  });

  it('gives contacts to their customers; one of an unknown customer is rejected', async () => {
    expect(await importing('contacts')).toMatchObject({ rows: 3, imported: 1, skipped: 0, rejected: 2, events: 1 });
    expect(await importing('contacts')).toMatchObject({ imported: 0, skipped: 1, events: 0 });
    expect(readFileSync(path('contacts.rejects.csv'), 'utf8')).toMatch(
      /(?=[^]*3,"There is no customer)(?=[^]*4,"name missing)/,
    );
  });

  it.each([
    ['{', /is not JSON/],
    [JSON.stringify({ ...CUSTOMER_MAPPING, system: 'Big CRM' }), /\/system/],
    [JSON.stringify({ ...CUSTOMER_MAPPING, fields: { nickname: 'x' } }), /there is no field nickname/],
    [JSON.stringify({ ...CUSTOMER_MAPPING, key: '编码' }), /columns are missing: 编码/],
  ])('refuses the mapping %s', async (mapping, reason) => {
    writeFileSync(path('wrong.json'), mapping);
    const { code, stderr } = await care(
      'import',
      'customers',
      path('customers.csv'),
      '--mapping',
      path('wrong.json'),
      ...data,
    );
    expect(code).toBe(1);
    expect(stderr).toMatch(reason);
  });
});
