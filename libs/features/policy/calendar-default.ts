import { addMinutes } from '#libs/kernel/instant.ts';
import type { Calendar, CalendarDocument } from './calendar-document.ts';
import { DAYS_OFF, MAKE_UP_DAYS, PUBLISHED_UP_TO } from './statutory-days.ts';

type Windows = Calendar['days'][number]['windows'];

const midnight = (date: string) => `${date}T00:00:00.000Z`;
const dayAfter = (date: string): string => addMinutes(midnight(date), 1_440).slice(0, 10);
const datesOf = (from: string, to: string): string[] => (from === to ? [from] : [from, ...datesOf(dayAfter(from), to)]);

/** The statutory days off of China, and its make-up working days (调休), on which the windows of a working day hold. */
export const statutoryDays = (workingDay: Windows): Calendar['days'] =>
  [
    ...DAYS_OFF.flatMap(([from, to, name]) => datesOf(from, to).map((date) => ({ date, windows: [], name }))),
    ...MAKE_UP_DAYS.map(([date, name]) => ({
      date,
      windows: workingDay.map((window) => ({ ...window })),
      name: `${name}调休`,
    })),
  ].sort((a, b) => (a.date < b.date ? -1 : 1));

const WORKING_DAY: Windows = [
  { from: '09:00', to: '12:00' },
  { from: '13:00', to: '18:00' },
];

/** Ships with the product: service on working days, eight hours, and round the clock. [T2] */
export const DEFAULT_CALENDARS: CalendarDocument = {
  version: 'calendar-default@1',
  title: { en: 'Service days and round the clock', 'zh-CN': '服务工作日与全天候' },
  calendars: {
    'service-days': {
      zone: 'Asia/Shanghai',
      week: [{ weekdays: [1, 2, 3, 4, 5], windows: WORKING_DAY }],
      days: statutoryDays(WORKING_DAY),
      publishedUpTo: PUBLISHED_UP_TO,
    },
    always: {
      zone: 'Asia/Shanghai',
      week: [{ weekdays: [1, 2, 3, 4, 5, 6, 7], windows: [{ from: '00:00', to: '24:00' }] }],
      days: [],
    },
  },
  ours: ['calendars.service-days.zone', 'calendars.service-days.week', 'calendars.always.zone'],
};
