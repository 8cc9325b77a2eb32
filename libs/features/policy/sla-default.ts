import type { SlaDocument, Target } from './sla-document.ts';

const HOUR = 60;
const calendarTime = (minutes: number): Target => ({ minutes, counts: 'calendar-time' });
/** Calendar time, and what would be due outside the hours is due at their next opening. */
const rolled = (minutes: number): Target => ({ minutes, counts: 'calendar-time', rolled: true });
const businessTime = (minutes: number): Target => ({ minutes, counts: 'business-time' });

const shared = {
  complaint: {
    responseMinutes: 24 * HOUR,
    planMinutes: 48 * HOUR,
    startsAt: 'receipt',
    closing: { workingDays: 10, calendar: 'service-days' },
  },
  /** Five working days of eight hours. */
  pauseCapMinutes: 5 * 8 * HOUR,
  pauseCapWarnPercent: 80,
  reopenGraceMinutes: 7 * 24 * HOUR,
  thresholds: { percents: [75, 100], shortUnderMinutes: HOUR, shortPercents: [100] },
} satisfies Partial<SlaDocument>;

const sharedOurs = ['complaint.closing', 'pauseCapMinutes', 'pauseCapWarnPercent', 'reopenGraceMinutes', 'thresholds'];

/** Ships with the product: the times of [T2], complaints by [H5.4]. In force until another version is. */
export const DEFAULT_SLA: SlaDocument = {
  version: 'sla-default@1',
  title: { en: 'Service times by class of customer', 'zh-CN': '按客户类别的服务时限' },
  rules: [
    {
      name: 'A urgent',
      when: { tiers: ['A'], urgency: 'urgent' },
      calendar: 'always',
      firstResponse: calendarTime(2 * HOUR),
      resolution: calendarTime(24 * HOUR),
    },
    {
      name: 'A other',
      when: { tiers: ['A'], urgency: 'other' },
      calendar: 'always',
      firstResponse: calendarTime(8 * HOUR),
      resolution: calendarTime(24 * HOUR),
    },
    {
      name: 'B urgent',
      when: { tiers: ['B'], urgency: 'urgent' },
      calendar: 'service-days',
      firstResponse: businessTime(4 * HOUR),
      resolution: rolled(24 * HOUR),
    },
    {
      name: 'B other',
      when: { tiers: ['B'], urgency: 'other' },
      calendar: 'service-days',
      firstResponse: businessTime(8 * HOUR),
      resolution: rolled(48 * HOUR),
    },
    {
      name: 'C routine',
      when: { tiers: ['C'], complexity: 'routine' },
      calendar: 'service-days',
      firstResponse: businessTime(8 * HOUR),
      resolution: rolled(48 * HOUR),
    },
    {
      name: 'C complex',
      when: { tiers: ['C'], complexity: 'complex' },
      calendar: 'service-days',
      firstResponse: businessTime(8 * HOUR),
      resolution: rolled(72 * HOUR),
    },
  ],
  ...shared,
  ours: [
    'rules.0.resolution',
    'rules.1.firstResponse',
    'rules.2.firstResponse.counts',
    'rules.2.resolution',
    'rules.3.resolution.counts',
    'rules.3.resolution.rolled',
    'rules.4.calendar',
    'rules.4.firstResponse.counts',
    'rules.4.resolution',
    'rules.5.calendar',
    'rules.5.firstResponse',
    'rules.5.resolution.counts',
    'rules.5.resolution.rolled',
    ...sharedOurs,
  ],
};

/** The desk's times of [H5.2], the same for everybody: an alternative to those by class, never combined with them. */
export const DESK_SLA: SlaDocument = {
  version: 'sla-desk@1',
  title: { en: 'Service desk', 'zh-CN': '服务台时限' },
  rules: [
    {
      name: 'urgent',
      when: { urgency: 'urgent' },
      calendar: 'always',
      firstResponse: calendarTime(15),
      resolution: calendarTime(24 * HOUR),
    },
    {
      name: 'other',
      when: { urgency: 'other' },
      calendar: 'always',
      firstResponse: calendarTime(HOUR),
      resolution: calendarTime(24 * HOUR),
    },
  ],
  ...shared,
  ours: ['rules.0.calendar', 'rules.0.resolution', 'rules.1.calendar', 'rules.1.resolution', ...sharedOurs],
};
