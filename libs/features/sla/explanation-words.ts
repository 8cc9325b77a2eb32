import type { Instant } from '#libs/kernel/instant.ts';
import { epochMsOf } from '#libs/kernel/instant.ts';
import type { Language, Words } from '#libs/kernel/terms.ts';
import { NEVER_DUE } from './clock.ts';
import type { ClockName, ClockTarget } from './clock.ts';
import type { Explanation, ExplainedSegment, Why } from './explanation.ts';
import { wallInWords } from './wall-time.ts';

const CLOCKS: Words<ClockName> = {
  'first-response': { en: 'First response', 'zh-CN': '首次响应' },
  'next-response': { en: 'Next response', 'zh-CN': '后续响应' },
  update: { en: 'Update', 'zh-CN': '进展通报' },
  resolution: { en: 'Resolution', 'zh-CN': '解决' },
  internal: { en: 'Internal time of the team', 'zh-CN': '团队内部时限' },
  response: { en: 'Response to the complaint', 'zh-CN': '投诉响应' },
  plan: { en: 'Plan for the complaint', 'zh-CN': '投诉处理方案' },
  closing: { en: 'Closing of the complaint', 'zh-CN': '投诉办结' },
};
const REASONS: Words<Why> = {
  open: { en: 'hours of service', 'zh-CN': '服务时间' },
  'calendar-time': { en: 'every minute counts', 'zh-CN': '自然时间' },
  'pause-outside-hours': {
    en: 'waiting for the customer outside the hours of service, which takes nothing away',
    'zh-CN': '非服务时间等待客户，不扣除',
  },
  'beyond-cap': { en: 'waiting for the customer beyond the cap', 'zh-CN': '等待客户超过暂停上限' },
  'outside-hours': { en: 'outside the hours of service', 'zh-CN': '非服务时间' },
  'day-off': { en: 'day off', 'zh-CN': '休息日' },
  pause: { en: 'waiting for the customer', 'zh-CN': '等待客户' },
  rolled: { en: 'moved on to the next opening', 'zh-CN': '顺延至下次服务开始' },
};
const COUNTS: Words<'calendar-time' | 'business-time'> = {
  'calendar-time': { en: 'calendar time', 'zh-CN': '自然时间' },
  'business-time': { en: 'business time', 'zh-CN': '服务时间' },
};

const minutes = (ms: number): string => String(ms / 60_000);

const targetInWords = (target: ClockTarget, language: Language): string => {
  const zh = language === 'zh-CN';
  if (target.counts === 'working-days')
    return zh ? `${target.workingDays} 个工作日` : `${target.workingDays} working days`;
  const counts = COUNTS[target.counts][language];
  const rolled = target.rolled !== true ? '' : zh ? '，顺延至服务时间' : ', moved to the next opening';
  return zh ? `${target.minutes} 分钟（${counts}${rolled}）` : `${target.minutes} min of ${counts}${rolled}`;
};

const sourceInWords = (
  { rule, slaVersion, calendar, calendarVersion, loosenedBy }: ClockTarget,
  language: Language,
): string =>
  language === 'zh-CN'
    ? `${rule === undefined ? '投诉时限' : `规则“${rule}”`}（${slaVersion}）` +
      `${calendar === undefined ? '' : `，日历 ${calendar}（${calendarVersion}）`}` +
      `${loosenedBy === undefined ? '' : `，${loosenedBy} 批准放宽`}`
    : `${rule === undefined ? "the complaint's own time" : `rule “${rule}”`} of ${slaVersion}` +
      `${calendar === undefined ? '' : `, calendar ${calendar} of ${calendarVersion}`}` +
      `${loosenedBy === undefined ? '' : `, loosened by ${loosenedBy}`}`;

const linesIn = (explained: Omit<Explanation, 'lines'>, language: Language): readonly string[] => {
  const { clock, cycle, target, zone, segments, startedAt, dueAt, wholeMs, unpublishedYears, others } = explained;
  const zh = language === 'zh-CN';
  const wall = (instant: Instant) => wallInWords(zone, epochMsOf(instant));
  const name = CLOCKS[clock][language];
  const source = sourceInWords(target, language);
  const head = zh
    ? [`${name}，第 ${cycle} 轮：${source}。`, `自 ${wall(startedAt)} 起，${targetInWords(target, language)}。`]
    : [`${name}, run ${cycle}: ${source}.`, `From ${wall(startedAt)}, ${targetInWords(target, language)}.`];
  if (dueAt === NEVER_DUE)
    return [
      ...head,
      zh ? '日历中不再有服务时间：没有到期时间。' : 'The calendar has no hours of service to come: never due.',
    ];

  let sum = 0;
  const segmentInWords = ({ from, to, counted, why, name: day, ms }: ExplainedSegment): string => {
    if (counted) sum += ms;
    const reason = REASONS[why][language] + (day === undefined ? '' : zh ? `（${day}）` : ` (${day})`);
    const span = zh ? `${wall(from)} 至 ${wall(to)}` : `${wall(from)} to ${wall(to)}`;
    if (!counted) return zh ? `${span}：不计，${reason}。` : `${span}: not counted, ${reason}.`;
    return zh
      ? `${span}：计 ${minutes(ms)} 分钟，${reason}，累计 ${minutes(sum)} 分钟。`
      : `${span}: ${minutes(ms)} min counted, ${reason}; ${minutes(sum)} min so far.`;
  };
  const body = segments.map(segmentInWords);
  const counted = segments.flatMap((segment) => (segment.counted ? [minutes(segment.ms)] : []));
  const total = zh
    ? `${counted.join(' + ')} = ${minutes(wholeMs)} 分钟：到期 ${wall(dueAt)}。`
    : `${counted.join(' + ')} = ${minutes(wholeMs)} min: due ${wall(dueAt)}.`;
  const paused = explained.pausedSince;
  return [
    ...head,
    ...body,
    total,
    ...(paused === undefined
      ? []
      : [
          zh
            ? `自 ${wall(paused)} 起等待客户：以上按等待持续到上限计算。`
            : `Waiting for the customer since ${wall(paused)}: the above assumes that it goes on, up to the cap.`,
        ]),
    ...unpublishedYears.map((year) =>
      zh
        ? `${year} 年的法定节假日尚未公布：按普通周计算。`
        : `The days off of ${year} are not published: it counts by the ordinary week.`,
    ),
    ...others.map((other) =>
      zh
        ? `另有较晚的时限：${sourceInWords(other.target, language)}，${targetInWords(other.target, language)}，到期 ${wall(other.dueAt)}。`
        : `Beside it, later: ${sourceInWords(other.target, language)}, ${targetInWords(other.target, language)}, due ${wall(other.dueAt)}.`,
    ),
  ];
};

/** The explanation in sentences, with the walls of the calendar's zone. */
export const linesOf = (explained: Omit<Explanation, 'lines'>): Explanation['lines'] => ({
  en: linesIn(explained, 'en'),
  'zh-CN': linesIn(explained, 'zh-CN'),
});
