import { describe, expect, it } from '@jest/globals';
import { DEFAULT_CALENDARS } from '#libs/features/policy/policy.events.ts';
import { epochMsOf, instantOf } from '#libs/kernel/instant.ts';
import { businessTimeOf } from './business-time.ts';
import type { Calendar } from '#libs/features/policy/policy.events.ts';

const HOUR = 3_600_000;
const serviceDays = businessTimeOf(DEFAULT_CALENDARS.calendars['service-days']!);
const daily = (zone: string, ...windows: readonly (readonly [string, string])[]): Calendar => ({
  zone,
  week: [{ weekdays: [1, 2, 3, 4, 5, 6, 7], windows: windows.map(([from, to]) => ({ from, to })) }],
  days: [],
});
const hoursBetween = (calendar: Calendar, from: string, to: string) =>
  businessTimeOf(calendar).msBetween(Date.parse(from), Date.parse(to)) / HOUR;
/** Until that much open time has passed. */
const after = (calendar: Calendar, from: string, hours: number) =>
  instantOf(businessTimeOf(calendar).add(Date.parse(from), hours * HOUR));
const opening = (calendar: Calendar, at: string) => instantOf(businessTimeOf(calendar).nextOpening(Date.parse(at)));

describe('hours of service', () => {
  it('counts within several windows a day, in the zone of the calendar [SLA 6]', () => {
    // Monday 11:00 in Shanghai: 1 h to noon, 5 h in the afternoon, 2 h on Tuesday.
    const start = epochMsOf('2026-11-23T03:00:00.000Z');
    expect(instantOf(serviceDays.add(start, 8 * HOUR))).toBe('2026-11-24T03:00:00.000Z');
    expect(serviceDays.msBetween(start, epochMsOf('2026-11-24T03:00:00.000Z'))).toBe(8 * HOUR);
  });
  it('takes windows as half-open: open at 09:00 and 13:00, closed at 12:00 and 18:00 [SLA 6]', () => {
    const at = (wall: string) => serviceDays.isOpen(Date.parse(`2026-11-23T${wall}:00+08:00`));
    expect(['08:59', '09:00', '11:59', '12:00', '13:00', '17:59', '18:00'].map(at)).toEqual(
      [false, true, true, false, true, true, false], // prettier-ignore
    );
  });
  it('ends a day exactly at the close of its hours, not at the next opening [SLA 6]', () =>
    expect(instantOf(serviceDays.add(epochMsOf('2026-11-23T01:00:00.000Z'), 8 * HOUR))).toBe(
      '2026-11-23T10:00:00.000Z',
    ));
  it('reads 24:00 as the end of the day, so that two whole days join without a gap [SLA 6]', () => {
    const always = daily('Europe/Berlin', ['00:00', '24:00']);
    expect(hoursBetween(always, '2026-11-23T12:00:00Z', '2026-11-25T12:00:00Z')).toBe(48);
    expect(businessTimeOf(always).isOpen(Date.parse('2026-11-23T23:00:00Z'))).toBe(true);
  });
  it('rests on the days of the national holiday and works on its make-up Saturday [SLA 6]', () => {
    // Wednesday 30 September 17:00, two hours: one is left that day, the other on Thursday 8 October.
    expect(instantOf(serviceDays.add(Date.parse('2026-09-30T17:00:00+08:00'), 2 * HOUR))).toBe(
      '2026-10-08T02:00:00.000Z',
    );
    expect(serviceDays.isOpen(Date.parse('2026-10-10T10:00:00+08:00'))).toBe(true);
    expect(serviceDays.isOpen(Date.parse('2026-10-17T10:00:00+08:00'))).toBe(false);
  });
  it('takes a day of one’s own in place of the statutory one [SLA 6]', () => {
    const shipped = DEFAULT_CALENDARS.calendars['service-days']!;
    const day = (date: string, ...windows: { from: string; to: string }[]) => ({
      ...shipped,
      days: [...shipped.days.filter((each) => each.date !== date), { date, windows }],
    });
    const isOpen = (calendar: Calendar, at: string) => businessTimeOf(calendar).isOpen(Date.parse(at));
    const [holiday, makeUp] = ['2026-10-01T10:00:00+08:00', '2026-10-10T10:00:00+08:00'];
    expect([isOpen(shipped, holiday), isOpen(shipped, makeUp)]).toEqual([false, true]);
    expect(isOpen(day('2026-10-01', { from: '09:00', to: '12:00' }), holiday)).toBe(true);
    expect(isOpen(day('2026-10-10'), makeUp)).toBe(false);
  });
  it('keeps the hours of a partial holiday only [SLA 6]', () => {
    const calendar = {
      ...daily('Asia/Shanghai', ['09:00', '18:00']),
      days: [{ date: '2026-12-31', windows: [{ from: '09:00', to: '12:00' }] }],
    };
    expect(after(calendar, '2026-12-31T11:00:00+08:00', 2)).toBe('2027-01-01T02:00:00.000Z');
  });
  it('finds the next opening; an open moment is its own [SLA 6]', () => {
    const calendar = daily('Asia/Shanghai', ['09:00', '18:00']);
    expect(opening(calendar, '2026-11-23T20:00:00+08:00')).toBe('2026-11-24T01:00:00.000Z');
    expect(opening(calendar, '2026-11-23T10:00:00+08:00')).toBe('2026-11-23T02:00:00.000Z');
    expect(opening(calendar, '2026-11-23T18:00:00+08:00')).toBe('2026-11-24T01:00:00.000Z');
  });
  it('says that no hours come, instead of looking for ever, when a calendar has none any more [SLA 6]', () => {
    const over: Calendar = {
      zone: 'Asia/Shanghai',
      week: [],
      days: [{ date: '2026-11-23', windows: [{ from: '09:00', to: '10:00' }] }],
    };
    const time = businessTimeOf(over);
    const start = Date.parse('2026-11-23T09:00:00+08:00');
    expect(instantOf(time.add(start, HOUR))).toBe('2026-11-23T02:00:00.000Z');
    expect(time.add(start, HOUR + 1)).toBe(Infinity);
    expect(time.nextOpening(start + 2 * HOUR)).toBe(Infinity);
    expect(businessTimeOf({ ...over, days: [] }).add(start, 1)).toBe(Infinity);
  });
  it('counts over several years, and before 1970', () => {
    const calendar = daily('Asia/Shanghai', ['09:00', '10:00']);
    expect(hoursBetween(calendar, '1969-12-31T00:00:00Z', '2026-01-01T00:00:00Z')).toBe(20_455);
    expect(after(calendar, '2026-01-01T00:00:00Z', 366)).toBe('2027-01-01T02:00:00.000Z');
  });
});

describe('daylight saving', () => {
  it('counts the night of 23 hours as 23 and that of 25 as 25 [SLA 7]', () => {
    const always = daily('Europe/Berlin', ['00:00', '24:00']);
    expect(hoursBetween(always, '2026-03-29T00:00:00+01:00', '2026-03-30T00:00:00+02:00')).toBe(23);
    expect(hoursBetween(always, '2026-10-25T00:00:00+02:00', '2026-10-26T00:00:00+01:00')).toBe(25);
    const night = daily('Europe/Berlin', ['01:00', '04:00']);
    expect(hoursBetween(night, '2026-03-29T00:00:00+01:00', '2026-03-29T12:00:00+02:00')).toBe(2);
    expect(hoursBetween(night, '2026-10-25T00:00:00+02:00', '2026-10-25T12:00:00+01:00')).toBe(4);
  });
  it('moves a missing wall time forward, so that a window within the gap vanishes or shrinks [SLA 7]', () => {
    // 02:30 does not exist on 29 March: it becomes 03:30.
    expect(opening(daily('Europe/Berlin', ['02:30', '06:00']), '2026-03-29T00:00:00+01:00')).toBe(
      '2026-03-29T01:30:00.000Z',
    );
    expect(opening(daily('Europe/Berlin', ['02:00', '03:00']), '2026-03-29T00:00:00+01:00')).toBe(
      '2026-03-30T00:00:00.000Z',
    );
    // Half an hour on Lord Howe.
    expect(
      hoursBetween(
        daily('Australia/Lord_Howe', ['01:00', '03:00']),
        '2026-10-04T00:00:00+10:30',
        '2026-10-04T12:00:00+11:00',
      ),
    ).toBe(1.5);
  });
  it('takes the earlier of an ambiguous wall time [SLA 7]', () => {
    // 02:30 comes twice on 25 October: first at 00:30 UTC.
    const calendar = daily('Europe/Berlin', ['02:30', '02:45']);
    expect(opening(calendar, '2026-10-25T00:00:00+02:00')).toBe('2026-10-25T00:30:00.000Z');
    expect(hoursBetween(calendar, '2026-10-25T00:00:00+02:00', '2026-10-25T12:00:00+01:00')).toBe(0.25);
  });
  it('begins a day whose midnight does not exist at its first moment [SLA 7]', () =>
    expect(opening(daily('Africa/Cairo', ['00:00', '08:00']), '2026-04-23T12:00:00Z')).toBe(
      '2026-04-23T22:00:00.000Z',
    ));
  it('has no hours on a date that a zone skipped [SLA 7]', () =>
    // Samoa went from 29 to 31 December 2011.
    expect(
      hoursBetween(daily('Pacific/Apia', ['09:00', '17:00']), '2011-12-29T00:00:00-10:00', '2012-01-01T00:00:00+14:00'),
    ).toBe(16));
  it('opens at the same wall time in summer and winter [SLA 7]', () => {
    const calendar = daily('America/New_York', ['09:00', '17:00']);
    expect(opening(calendar, '2026-03-07T05:00:00Z')).toBe('2026-03-07T14:00:00.000Z');
    expect(opening(calendar, '2026-03-08T05:00:00Z')).toBe('2026-03-08T13:00:00.000Z');
  });
});
