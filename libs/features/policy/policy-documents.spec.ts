import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { findingInWords } from './check-document.ts';
import {
  DEFAULT_CALENDARS,
  DEFAULT_LADDERS,
  DEFAULT_SLA,
  DESK_SLA,
  findingsOn,
  jsonSchemaOf,
  KIND_NAMES,
  kindOfDocument,
  shippedDocuments,
} from './policy.events.ts';
import type { PolicyKind, SlaDocument, SlaRule, Surroundings, Target } from './policy.events.ts';
import { ordinaryWeekOf } from './ordinary-week.ts';
import { durationInWords, policyPage } from './policy-page.ts';
import { MAKE_UP_DAYS } from './statutory-days.ts';
import { statutoryDaysText } from './statutory-days.generate.ts';

const around: Surroundings = { calendars: DEFAULT_CALENDARS.calendars, sla: DEFAULT_SLA, year: 2026 };
const found = (kind: PolicyKind, document: unknown, surroundings = around): readonly string[] =>
  findingsOn(kind, document, surroundings)
    .filter(({ severity }) => severity === 'fault')
    .map(findingInWords);
const warned = (kind: PolicyKind, document: unknown, surroundings = around): readonly string[] =>
  findingsOn(kind, document, surroundings)
    .filter(({ severity }) => severity === 'warning')
    .map(findingInWords);

/** The document with one member, by its path, replaced; undefined removes it. */
const withMember = (document: unknown, path: string, value: unknown): unknown => {
  const [first, ...rest] = path.split('/');
  const copy = (Array.isArray(document) ? [...(document as unknown[])] : { ...(document as object) }) as Record<
    string,
    unknown
  >;
  if (rest.length > 0) copy[first!] = withMember(copy[first!], rest.join('/'), value);
  else if (value === undefined) delete copy[first!];
  else copy[first!] = value;
  return copy;
};

describe('the policies that ship', () => {
  it.each(KIND_NAMES)('%s: have no fault', (kind) => {
    for (const document of shippedDocuments(kind)) {
      expect(found(kind, document)).toEqual([]);
      expect(kindOfDocument(document)).toBe(kind);
    }
  });

  it('hold the times of the table, by class and urgency [C3, T2]', () => {
    const times = DEFAULT_SLA.rules.map(({ name, calendar, firstResponse, resolution }) => [
      name,
      calendar,
      `${firstResponse.minutes / 60} ${firstResponse.counts}`,
      `${resolution!.minutes / 60} ${resolution!.counts}${resolution!.rolled === true ? ' rolled' : ''}`,
    ]);
    expect(times).toEqual([
      ['A urgent', 'always', '2 calendar-time', '24 calendar-time'],
      ['A other', 'always', '8 calendar-time', '24 calendar-time'],
      ['B urgent', 'service-days', '4 business-time', '24 calendar-time rolled'],
      ['B other', 'service-days', '8 business-time', '48 calendar-time rolled'],
      ['C routine', 'service-days', '8 business-time', '48 calendar-time rolled'],
      ['C complex', 'service-days', '8 business-time', '72 calendar-time rolled'],
    ]);
    expect(DEFAULT_SLA).toMatchObject({
      pauseCapMinutes: 2_400,
      reopenGraceMinutes: 10_080,
      thresholds: { percents: [75, 100], shortUnderMinutes: 60, shortPercents: [100] },
    });
  });

  it('hold the times of complaints, calendar time, from receipt [B3, H5.4]', () => {
    for (const { complaint } of [DEFAULT_SLA, DESK_SLA])
      expect(complaint).toEqual({
        responseMinutes: 1_440,
        planMinutes: 2_880,
        startsAt: 'receipt',
        closing: { workingDays: 10, calendar: 'service-days' },
      });
  });

  it('have the desk’s times as an alternative of their own [C3, H5.2]', () =>
    expect(
      DESK_SLA.rules.map(({ name, firstResponse, resolution }) => [name, firstResponse.minutes, resolution!.minutes]),
    ).toEqual([
      ['urgent', 15, 1_440],
      ['other', 60, 1_440],
    ]));

  it('call the five ranks, wait 30 minutes or 4 hours, and let class A have somebody on duty [SLA 10, T4]', () => {
    const [crisis, urgentA, otherA, urgent, other] = DEFAULT_LADDERS.ladders;
    expect(urgent!.levels.map(({ recipients }) => recipients)).toEqual([
      ['assignee'],
      ['account-manager'],
      ['supervisor'],
      ['department-head'],
      ['committee'],
    ]);
    expect(urgent!.levels.map(({ acknowledgement }) => acknowledgement)).toEqual([false, false, true, true, true]);
    const waits = (ladder: typeof crisis) => [...new Set(ladder!.levels.map(({ waitMinutes }) => waitMinutes))];
    expect([urgentA, otherA, urgent, other].map(waits)).toEqual([[30], [240], [30], [240]]);
    expect(urgentA!.levels.every(({ recipients }) => recipients.includes('duty-roster'))).toBe(true);
    expect(crisis).toMatchObject({ when: { track: 'emergency' } });
    expect(crisis!.levels[0]).toMatchObject({ recipients: ['crisis-group'], waitMinutes: 15 });
    expect(DEFAULT_LADDERS.notices.quietHours).toEqual({ from: '21:00', to: '08:00' });
  });

  it('are shown in both languages, with a mark on each value that the sources leave open', () => {
    const lines = (language: 'en' | 'zh-CN') => policyPage(DEFAULT_SLA, language).map(({ text }) => text);
    expect(lines('en').slice(0, 9)).toEqual([
      'service times',
      'class A, urgent [A urgent]',
      'hours of: round the clock',
      'first response: 2 h, calendar time',
      'closing: 24 h*, calendar time*',
      'class A, not urgent [A other]',
      'hours of: round the clock',
      'first response: 8 h*, calendar time*',
      'closing: 24 h, calendar time',
    ]);
    expect(lines('zh-CN')).toContain('闭环：48 小时、自然时间*、顺延至下一服务时段*');
    expect(lines('zh-CN').at(-1)).toBe('* 来源文件未规定，由本产品设定');
    // A member without a word would be shown by its name.
    for (const kind of KIND_NAMES)
      for (const document of shippedDocuments(kind))
        for (const { text } of policyPage(document, 'zh-CN')) expect(text).not.toMatch(/[a-z][A-Z]|Minutes|Percent/);
  });

  it('tell durations by the largest unit that is usual', () =>
    expect([15, 60, 90, 1_440, 4_320, 7_200].map((minutes) => durationInWords(minutes, 'en'))).toEqual([
      '15 min',
      '1 h',
      '90 min',
      '24 h',
      '72 h',
      '5 days',
    ]));
});

describe('the days off and make-up days of China', () => {
  it('are those of the package, written down [SLA 6]', () =>
    expect(readFileSync(join(import.meta.dirname, 'statutory-days.ts'), 'utf8')).toBe(statutoryDaysText()));

  const table = join(import.meta.dirname, '../../../../shared/data/holiday_cn.csv.gz');
  const withTable = existsSync(table) ? it : it.skip;
  withTable('agree with the published tables on every day from 2007 to 2026 [SLA 6]', () => {
    const rows = gunzipSync(readFileSync(table)).toString('utf8').trim().split('\n').slice(1);
    const published = new Map(
      rows.map((row) => [row.slice(0, 10), row.trim().endsWith('true') ? 'off' : 'working'] as const),
    );
    expect(rows).toHaveLength(678);
    const { days } = DEFAULT_CALENDARS.calendars['service-days']!;
    const ours = new Map(days.map(({ date, windows }) => [date, windows.length === 0 ? 'off' : 'working']));
    const differences: string[] = [];
    for (let at = Date.parse('2007-01-01'); at < Date.parse('2027-01-01'); at += 86_400_000) {
      const date = new Date(at).toISOString().slice(0, 10);
      const ordinary = [0, 6].includes(new Date(at).getUTCDay()) ? 'off' : 'working';
      if ((ours.get(date) ?? ordinary) !== (published.get(date) ?? ordinary)) differences.push(date);
    }
    expect(differences).toEqual([]);
  });

  it('have Chinese names, and make up on weekends only [SLA 6]', () => {
    const { days, publishedUpTo } = DEFAULT_CALENDARS.calendars['service-days']!;
    expect(publishedUpTo).toBe(2026);
    expect(days.every(({ name }) => /^\p{Script=Han}/u.test(name!))).toBe(true);
    expect(days.find(({ date }) => date === '2026-02-14')).toEqual({
      date: '2026-02-14',
      windows: [
        { from: '09:00', to: '12:00' },
        { from: '13:00', to: '18:00' },
      ],
      name: '春节调休',
    });
    expect(MAKE_UP_DAYS.every(([date]) => [0, 6].includes(new Date(date).getUTCDay()))).toBe(true);
  });
});

describe('a wrong policy', () => {
  it.each([
    ['sla', 'rules/0/firstResponse/minutes', 0, '/rules/0/firstResponse/minutes: must be >= 1'],
    ['sla', 'rules/0/firstResponse/minutes', -5, '/rules/0/firstResponse/minutes: must be >= 1'],
    ['sla', 'rules/4/resolution/minutes', 0, '/rules/4/resolution/minutes: must be >= 1'],
    ['sla', 'complaint/responseMinutes', -1, '/complaint/responseMinutes: must be >= 1'],
    ['sla', 'complaint/closing/workingDays', 0, '/complaint/closing/workingDays: must be >= 1'],
    ['sla', 'rules/1/firstResponse', undefined, '/rules/1/firstResponse: is missing'],
    ['sla', 'rules/1/nextRespnse', {}, '/rules/1/nextRespnse: is not known here: remove it'],
    [
      'sla',
      'rules/2/resolution/counts',
      'hours',
      '/rules/2/resolution/counts: must be one of calendar-time, business-time',
    ],
    ['sla', 'complaint', 'soon', '/complaint: must be object'],
    [
      'sla',
      'rules/3/calendar',
      'nights',
      '/rules/3/calendar: There is no calendar nights: choose one of service-days, always.',
    ],
    ['sla', 'thresholds/percents', [90, 75, 100], '/thresholds/percents/1: The shares must rise: sort them.'],
    ['sla', 'thresholds/percents', [75, 75, 100], '/thresholds/percents/1: 75 stands here twice.'],
    ['sla', 'thresholds/shortPercents', [50], '/thresholds/shortPercents: The deadline itself is missing: add 100.'],
    [
      'sla',
      'complaint/planMinutes',
      60,
      '/complaint/planMinutes: A plan cannot be due before the first response [B3].',
    ],
    ['sla', 'ours/0', 'rules.9.name', '/ours/0: rules.9.name leads to no value of the document: correct the path.'],
    [
      'calendar',
      'calendars/always/zone',
      'Mars/Base',
      '/calendars/always/zone: Mars/Base is no IANA time zone: give one such as Asia/Shanghai.',
    ],
    ['calendar', 'calendars/always/zone', undefined, '/calendars/always/zone: is missing'],
    [
      'calendar',
      'calendars/always/week/0/weekdays',
      [],
      '/calendars/always/week: Calendar always has no hours: nothing would ever be due by it.',
    ],
    [
      'calendar',
      'calendars/always/week',
      [],
      '/calendars/always/week: Calendar always has no hours: nothing would ever be due by it.',
    ],
    [
      'calendar',
      'calendars/always/week/0/windows/0/to',
      '00:00',
      '/calendars/always/week/0/windows/0: A window must begin before it ends: split one that goes over midnight.',
    ],
    [
      'calendar',
      'calendars/service-days/week/0/windows/1/from',
      '11:30',
      '/calendars/service-days/week/0/windows/1: The window overlaps another of weekday 5: join or separate them.',
    ],
    [
      'calendar',
      'calendars/always/days',
      [
        { date: '2026-05-01', windows: [] },
        { date: '2026-05-01', windows: [] },
      ],
      '/calendars/always/days/1/date: 2026-05-01 stands here twice: join the two.',
    ],
    [
      'calendar',
      'calendars/always/days',
      [{ date: '2026-02-30', windows: [] }],
      '/calendars/always/days/0/date: 2026-02-30 is no day of the calendar.',
    ],
    [
      'calendar',
      'calendars/always/days',
      [
        {
          date: '2026-05-01',
          windows: [
            { from: '09:00', to: '12:00' },
            { from: '11:00', to: '13:00' },
          ],
        },
      ],
      '/calendars/always/days/0/windows/1: The window overlaps another of 2026-05-01: join or separate them.',
    ],
    ['calendar', 'calendars/Always', {}, '/calendars/Always: is not known here: remove it'],
    [
      'ladder',
      'ladders/0/levels/0/channels',
      ['pigeon'],
      '/ladders/0/levels/0/channels/0: must be one of inbox, smtp, webhook, wecom, dingtalk, feishu',
    ],
    ['ladder', 'ladders/0/levels/0/waitMinutes', 0, '/ladders/0/levels/0/waitMinutes: must be >= 1'],
    [
      'ladder',
      'ladders/3/levels/0/recipients',
      ['neighbour'],
      '/ladders/3/levels/0/recipients/0: must be one of assignee, account-manager, supervisor, department-head, committee, duty-roster, crisis-group',
    ],
    ['ladder', 'ladders/0/levels', [], '/ladders/0/levels: must not have fewer than 1 items'],
    [
      'ladder',
      'ladders/3/levels/1/recipients',
      ['supervisor', 'supervisor'],
      '/ladders/3/levels/1/recipients/1: supervisor is called twice on one level.',
    ],
    [
      'ladder',
      'ladders/3/levels/3/recipients',
      ['assignee'],
      '/ladders/3/levels/3/recipients: Level 4 goes back down to assignee after supervisor: the climb would go in a circle.',
    ],
    [
      'ladder',
      'notices/quietHours/to',
      '21:00',
      '/notices/quietHours: Quiet hours that end when they begin are none or all of the day: leave them out.',
    ],
  ] as const)('%s: %s = %j is refused with its path and why [H1]', (kind, path, value, sentence) =>
    expect(found(kind, withMember(shippedDocuments(kind)[0], path, value))).toContain(sentence),
  );

  it('a calendar with no hours is refused, whatever leaves it without [SLA 6]', () => {
    const always = DEFAULT_CALENDARS.calendars.always!;
    for (const week of [[], [{ weekdays: [], windows: always.week[0]!.windows }], [{ weekdays: [1, 2], windows: [] }]])
      expect(found('calendar', withMember(DEFAULT_CALENDARS, 'calendars/always/week', week))).toEqual([
        '/calendars/always/week: Calendar always has no hours: nothing would ever be due by it.',
      ]);
  });

  it('says of each target whether it counts calendar time or business time, and of nothing else [SLA 6]', () => {
    const path = 'rules/0/resolution/counts';
    for (const counts of ['calendar-time', 'business-time'])
      expect(found('sla', withMember({ ...DESK_SLA, ours: [] }, path, counts))).toEqual([]);
    for (const counts of [undefined, 'working-time'])
      expect(found('sla', withMember({ ...DESK_SLA, ours: [] }, path, counts))).not.toEqual([]);
  });

  it('is told of up to 20 faults at once', () => {
    const rules = Array.from({ length: 30 }, (_, index) => ({
      ...DESK_SLA.rules[0],
      name: `rule ${index}`,
      calendar: 'NO',
    }));
    expect(found('sla', { ...DESK_SLA, rules })).toHaveLength(20);
  });

  it('leaves no combination of class, urgency and complexity without times [C3]', () =>
    expect(found('sla', { ...DEFAULT_SLA, rules: DEFAULT_SLA.rules.slice(0, 5), ours: [] })).toEqual([
      '/rules: No rule holds for C urgent complex: add one, or widen the conditions of another.',
      '/rules: No rule holds for C other complex: add one, or widen the conditions of another.',
    ]));

  it('may not drop a calendar that the service times in force count by', () =>
    expect(
      found('calendar', { ...DEFAULT_CALENDARS, calendars: { always: DEFAULT_CALENDARS.calendars.always }, ours: [] }),
    ).toEqual(['/calendars: sla-default@1 counts by calendar service-days: keep it.']));

  it('is warned of, and not refused, where the days of a year were not announced [SLA 6]', () => {
    expect(warned('calendar', DEFAULT_CALENDARS)).toEqual([]);
    expect(warned('calendar', DEFAULT_CALENDARS, { ...around, year: 2027 })).toEqual([
      '/calendars/service-days/publishedUpTo: Calendar service-days holds the statutory days up to 2026 only: 2027 counts by the ordinary week.',
    ]);
  });

  it('has a schema for editors', () => {
    for (const kind of KIND_NAMES)
      expect(jsonSchemaOf(kind)).toMatchObject({
        $schema: 'https://json-schema.org/draft/2020-12/schema',
        type: 'object',
        additionalProperties: false,
      });
  });
});

describe('a higher class that is slower than a lower one [C3]', () => {
  const only = (
    tier: 'A' | 'B' | 'C',
    firstResponse: Target,
    calendar: SlaRule['calendar'] = 'service-days',
  ): SlaRule => ({
    name: tier,
    when: { tiers: [tier] },
    calendar,
    firstResponse,
  });
  const slowest = only('C', { minutes: 100_000, counts: 'calendar-time' });
  const policyOf = (a: SlaRule, b: SlaRule): SlaDocument => ({
    ...DESK_SLA,
    version: 'x@1',
    rules: [a, b, slowest],
    ours: [],
  });
  const faults = (a: SlaRule, b: SlaRule) => found('sla', policyOf(a, b));

  it('is refused, with the moment and both times', () =>
    expect(
      faults(
        only('A', { minutes: 121, counts: 'calendar-time' }),
        only('B', { minutes: 120, counts: 'calendar-time' }),
      ),
    ).toEqual([
      '/rules/0/firstResponse: A is slower than the lower class (B): from Monday 00:00, 2.02 h against 2 h [C3].',
    ]));

  it('is found where business time looks shorter but is longer over a weekend', () =>
    expect(
      faults(only('A', { minutes: 60, counts: 'business-time' }), only('B', { minutes: 600, counts: 'calendar-time' })),
    ).toEqual([
      '/rules/0/firstResponse: A is slower than the lower class (B): from Monday 17:01, 16 h against 10 h [C3].',
    ]));

  it('is not seen where calendar time is as short as business time', () =>
    expect(
      faults(
        only('A', { minutes: 480, counts: 'calendar-time' }),
        only('B', { minutes: 480, counts: 'business-time' }),
      ),
    ).toEqual([]));

  it('is found where only the higher class is rolled to the next opening', () =>
    expect(
      faults(
        only('A', { minutes: 60, counts: 'calendar-time', rolled: true }),
        only('B', { minutes: 60, counts: 'calendar-time' }),
      ),
    ).toHaveLength(1));

  it('is found where the lower class is promised something that the higher is not', () =>
    expect(
      faults(only('A', { minutes: 60, counts: 'calendar-time' }), {
        ...only('B', { minutes: 60, counts: 'calendar-time' }),
        nextResponse: { minutes: 60, counts: 'calendar-time' },
      }),
    ).toEqual(['/rules/0/nextResponse: A promises none, but the lower class does (B) [C3].']));

  it('compares due times as a walk over the minutes of the week finds them', () => {
    const calendar = DEFAULT_CALENDARS.calendars['service-days']!;
    const week = ordinaryWeekOf(calendar)!;
    const isOpen = (minute: number): boolean => {
      const [day, time] = [Math.floor(minute / 1_440) % 7, minute % 1_440];
      return day < 5 && ((time >= 540 && time < 720) || (time >= 780 && time < 1_080));
    };
    const walk = ({ minutes, counts, rolled }: Target, start: number): number => {
      let at = start;
      if (counts === 'calendar-time') at += minutes;
      else for (let left = minutes; left > 0; at += 1) if (isOpen(at)) left -= 1;
      while (rolled === true && !isOpen(at)) at += 1;
      return at;
    };
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 6_000 }),
        fc.constantFrom<Omit<Target, 'minutes'>>(
          { counts: 'calendar-time' },
          { counts: 'calendar-time', rolled: true },
          { counts: 'business-time' },
        ),
        fc.integer({ min: 0, max: 10_079 }),
        (minutes, how, start) => expect(week.dueAt({ minutes, ...how }, start)).toBe(walk({ minutes, ...how }, start)),
      ),
    );
  });
});
