import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DEFAULT_SLA } from '#libs/features/policy/policy.events.ts';
import { checkPolicy, policyDefault, policySchema, showPolicy } from './commands/policy-documents.ts';
import type { Output } from './output.ts';

const globals = { data: 'nowhere', json: false, debug: false };
let folder: string;
let lines: string[];
let documents: unknown[];
const outputOf = (json: boolean): Output => ({
  json,
  document: (value) => void documents.push(value),
  line: (text = '') => void lines.push(text),
  table: () => undefined,
  remark: () => undefined,
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'care-policy-'));
  [lines, documents] = [[], []];
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('care policy', () => {
  it('shows what ships as a page in either language, open values with a mark [H1]', async () => {
    await showPolicy(outputOf(false), globals, 'sla', undefined, { lang: 'en' });
    expect(lines[0]).toBe('service times: sla-default@1');
    // A urgent: response 2 h from the source, closing 24 h of our own. [T2]
    expect(lines.some((line) => line.trim() === 'first response: 2 h, calendar time')).toBe(true);
    expect(lines.some((line) => /24 h\*/.test(line))).toBe(true);
    lines = [];
    await showPolicy(outputOf(false), globals, 'sla', 'sla-desk@1', { lang: 'zh-CN' });
    expect(lines[0]).toBe('服务时限: sla-desk@1');
    expect(lines.some((line) => line.includes('15 分钟'))).toBe(true);
  });

  it('gives the shipped document to begin from, and finds it right', async () => {
    const file = join(folder, 'sla.json');
    await policyDefault(outputOf(false), globals, 'sla', { out: file });
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(DEFAULT_SLA);
    expect(await checkPolicy(outputOf(false), globals, file)).toBe(0);
    await expect(policyDefault(outputOf(false), globals, 'sla', { out: file })).rejects.toThrow(/exists already/);
  });

  it('says where a document is wrong, and why, and fails [C3]', async () => {
    const file = join(folder, 'sla.json');
    const [first, ...rules] = DEFAULT_SLA.rules;
    const slow = { ...first!, firstResponse: { minutes: 6_000, counts: 'calendar-time' } };
    await writeFile(file, JSON.stringify({ ...DEFAULT_SLA, rules: [slow, ...rules], pauseCapMinutes: 'many' }));
    expect(await checkPolicy(outputOf(false), globals, file)).toBe(1);
    expect(lines[0]).toMatch(/^fault at \/pauseCapMinutes: /);
    await writeFile(file, JSON.stringify({ ...DEFAULT_SLA, rules: [slow, ...rules] }));
    expect(await checkPolicy(outputOf(true), globals, file)).toBe(1);
    expect(JSON.stringify(documents.at(-1))).toMatch(/rules\/0\/firstResponse.*slower than the lower class/);
  });

  it('names the kinds there are', async () => {
    await expect(policySchema(outputOf(true), globals, 'slaa')).rejects.toThrow('There is no kind of policy slaa.');
    await policySchema(outputOf(true), globals, 'ladder');
    expect(documents[0]).toMatchObject({ $schema: 'https://json-schema.org/draft/2020-12/schema' });
  });
});
