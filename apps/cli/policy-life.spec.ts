import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DEFAULT_CALENDARS, DEFAULT_SLA } from '#libs/features/policy/policy.events.ts';
import { serve } from '../../test/http/server-under-test.ts';
import type { ServerUnderTest } from '../../test/http/server-under-test.ts';
import { care as program } from '../../test/import/care.ts';
import type { Ended } from '../../test/import/care.ts';

const VERSION = 'sla-2027@1';
let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'care-policy-life-'));
  file = join(folder, 'sla.json');
  await writeFile(file, JSON.stringify({ ...DEFAULT_SLA, version: VERSION, pauseCapMinutes: 1_440 }));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** `care policy …`, the whole command line, with what it wrote. */
const care = (...args: readonly string[]): Promise<Ended> => program('policy', ...args);
const apply = (...rest: readonly string[]) =>
  care('apply', file, '--department', 'customer-relations', '--reason', 'shorter pauses', ...rest);

describe('the life of a policy by the command line, on the ledger in a folder', () => {
  const onFolder = (as: string) => ['--data', join(folder, 'ledger'), '--as', as];
  const done = (stdout: string): Ended => ({ code: 0, stdout: `${stdout}\n`, stderr: expect.any(String) as never });

  it('goes from the application to the training, each step by somebody else, in either language [H1]', async () => {
    expect(await apply(...onFolder('li'))).toEqual({
      ...done(`${VERSION} (service times): applied for.`),
      stderr: 'Next: care policy review-legally, care policy reject, care policy withdraw.\n',
    });
    expect(await care('review', 'sla', VERSION, '--verdict', 'passed', ...onFolder('li'))).toEqual({
      ...{ code: 4, stdout: '' },
      stderr: 'care: li applied for the version: somebody else has to review it. (policy.same-person)\n',
    });
    expect(await care('review', 'sla', VERSION, '--verdict', 'passed', '--lang', 'zh-CN', ...onFolder('sun'))).toEqual({
      ...done(`${VERSION}（服务时限）：法务审核通过。`),
      stderr: '下一步：care policy approve、care policy reject、care policy withdraw。\n',
    });
    const approved = await care('approve', 'sla', VERSION, '--json', ...onFolder('zhao'));
    expect(JSON.parse(approved.stdout)).toEqual({
      ...{ kind: 'sla', version: VERSION, status: 'approved', changed: true, warnings: [] },
      next: ['care policy publish', 'care policy withdraw'],
    });
    expect(await care('publish', 'sla', VERSION, '--from', '2100-01-01', ...onFolder('zhao'))).toMatchObject(
      done(`${VERSION} (service times): published, training to come.`),
    );
    const training = ['--held-on', '2026-11-24', '--audience', 'service desk'];
    expect(await care('train', 'sla', VERSION, ...training, ...onFolder('he'))).toMatchObject(
      done(`${VERSION} (service times): waiting to take effect.`),
    );

    const list = await care('list', 'sla', '--lang', 'zh-CN', '--data', join(folder, 'ledger'));
    const [head, ...rows] = list.stdout.split('\n').map((line) => line.split(/ {2,}/));
    expect(head).toEqual(['类别', '版本', '状态', '适用起始', '申请人', '法务审核人', '委员会决定人', '待定值']);
    expect(rows[0]!.slice(0, 3)).toEqual(['sla', 'sla-default@1', '随产品提供，生效中']);
    expect(rows[2]).toEqual(['sla', VERSION, '待生效', '2100-01-01 00:00 (+08:00)', 'li', 'sun', 'zhao', '18*']);

    const history = await care('history', 'sla', VERSION, '--data', join(folder, 'ledger'));
    expect(
      history.stdout
        .split('\n')
        .filter((line) => !line.startsWith(' '))
        .map((line) => line.slice(27)),
    ).toEqual([
      `li (customer relations) applied for version ${VERSION} of the service times: shorter pauses.`,
      `sun passed version ${VERSION} of the service times in legal review.`,
      `zhao approved version ${VERSION} of the service times for the committee.`,
      `Version ${VERSION} of the service times was published, to hold from 2100-01-01 00:00 (+08:00) on.`,
      `Training for version ${VERSION} of the service times was held on 2026-11-24 (service desk); it takes effect at 2100-01-01 00:00 (+08:00).`,
      '',
    ]);
  }, 120_000);
});

describe('the life of a policy by the command line, against a server', () => {
  let server: ServerUnderTest;
  beforeAll(async () => {
    server = await serve();
  }, 60_000);
  afterAll(() => server.close());
  const by = async (subject: string, ...grants: readonly string[]) => [
    ...['--url', server.url, '--token', await server.token(grants, { subject })],
  ];

  it('is asked with the token of whoever acts [H1.4]', async () => {
    const li = await by('li', 'policy-owner@*');
    expect(await apply(...li)).toMatchObject({ code: 0, stdout: `${VERSION} (service times): applied for.\n` });
    expect(await apply(...li)).toMatchObject({ stdout: `Nothing changed. ${VERSION} (service times): applied for.\n` });
    expect(await care('review', 'sla', VERSION, '--verdict', 'passed', ...li)).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('none of the roles that may do this: legal') as unknown,
    });
    await care('review', 'sla', VERSION, '--verdict', 'passed', ...(await by('sun', 'legal@*')));
    const zhao = await by('zhao', 'committee@*');
    await care('approve', 'sla', VERSION, ...zhao);
    const past = ['--from', '2020-01-01'];
    expect(await care('publish', 'sla', VERSION, ...past, ...zhao)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/lies in the past.*leave it out.*\(policy.effective-in-past\)/) as unknown,
    });
    expect(await care('publish', 'sla', VERSION, ...past, '--backdated', ...zhao)).toMatchObject({ code: 0 });
    await server.ledger.caughtUp();
    expect((await care('list', 'sla', ...li)).stdout).toMatch(
      /published, training to come +2020-01-01 00:00 \(\+08:00\) \(past\) +li +sun +zhao/,
    );
    expect((await care('history', 'sla', '--lang', 'zh-CN', ...(await by('ma', 'auditor@*')))).stdout).toContain(
      `zhao代表委员会批准服务时限版本${VERSION}。`,
    );
  }, 60_000);

  it('is refused with what, where and what next, and an exit code of its own for each kind', async () => {
    const version = 'sla-2028@1';
    await writeFile(file, JSON.stringify({ ...DEFAULT_SLA, version }));
    const li = await by('li', 'policy-owner@*', 'legal@*', 'committee@*');
    expect(await apply(...li)).toMatchObject({ code: 0 });
    const refused = async (code: number, sentence: string, ...args: readonly string[]) =>
      expect(await care(...args, ...li)).toEqual({
        ...{ code, stdout: '' },
        stderr: expect.stringContaining(sentence) as unknown,
      });
    await refused(4, 'somebody else has to review it', 'review-legally', 'sla', version, '--verdict', 'passed');
    await refused(1, 'Possible now: policy.review-legally', 'publish', 'sla', version);
    await refused(3, 'Nobody applied for a version sla-x@1', 'approve', 'sla', 'sla-x@1');
    await refused(2, 'version must look like sla-2027@1', 'withdraw', 'sla', 'NO VERSION', '--reason', 'r');
    await writeFile(file, JSON.stringify({ ...DEFAULT_SLA, version, pauseCapMinutes: 0 }));
    await refused(2, '/pauseCapMinutes: must be >= 1', 'apply', file, '--department', 'legal', '--reason', 'r');
    // Seen before anything is sent.
    await refused(2, 'There is no kind of policy slaa.', 'approve', 'slaa', version);
    const day = ['--held-on', '2026-02-30', '--audience', 'a'];
    await refused(2, '--held-on 2026-02-30 is not a day.', 'train', 'sla', version, ...day);
    await refused(2, '--reason must hold 1 to 2000 characters', 'withdraw', 'sla', version, '--reason', ' ');
    await refused(2, 'Departments: management,', 'apply', file, '--department', 'kitchen', '--reason', 'r');
    await refused(2, 'the token says who acts', 'withdraw', 'sla', version, '--reason', 'r', '--as', 'li');
  }, 60_000);

  it('warns of a calendar whose statutory days end before this year, and takes it [SLA 6]', async () => {
    const { calendars, version: _version, ...rest } = DEFAULT_CALENDARS;
    const known = calendars['service-days']!;
    const days = known.days.filter(({ date }) => date < '2026');
    const document = {
      ...{ ...rest, version: 'calendar-old@1', ours: [] },
      calendars: { ...calendars, 'service-days': { ...known, days, publishedUpTo: 2025 } },
    };
    await writeFile(file, JSON.stringify(document));
    const { code, stderr } = await apply(...(await by('li', 'policy-owner@*')));
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringMatching(
        /^warning at \/calendars\/service-days\/publishedUpTo: .* up to 2025 only/,
      ) as unknown,
    });
  }, 60_000);
});
