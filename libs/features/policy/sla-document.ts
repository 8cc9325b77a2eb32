import { field } from '#libs/kernel/fields.ts';
import Type from 'typebox';
import type { Static } from 'typebox';
import { calendarName, nameOf, only, ours, title, version } from './document-fields.ts';

const minutes = () => Type.Integer({ minimum: 1, maximum: 5_256_000 });

/**
 * How long something may take. `calendar-time` counts every minute, `business-time` those within the rule's hours. A calendar
 * time may be rolled: a deadline outside the hours moves to their next opening.
 */
const target = only({
  minutes: minutes(),
  counts: Type.Union([Type.Literal('calendar-time'), Type.Literal('business-time')]),
  rolled: Type.Optional(Type.Literal(true)),
});
export type Target = Static<typeof target>;

/** The promises to one group of cases. The first rule whose conditions hold decides. [C3, T2] */
const rule = only({
  /** For people: `B urgent`. */
  name: nameOf('the name of a rule'),
  when: only({
    tiers: Type.Optional(Type.Array(Type.Union([Type.Literal('A'), Type.Literal('B'), Type.Literal('C')]))),
    urgency: Type.Optional(Type.Union([Type.Literal('urgent'), Type.Literal('other')])),
    complexity: Type.Optional(Type.Union([Type.Literal('routine'), Type.Literal('complex')])),
  }),
  /** Name of the calendar with the hours of service. */
  calendar: calendarName(),
  /** Until a person's first answer. Never paused. [SLA 2] */
  firstResponse: target,
  /** Until the oldest unanswered message is answered, after the first response. */
  nextResponse: Type.Optional(target),
  /** Between two answers of a person while the case is open. */
  updateCadence: Type.Optional(target),
  /** Until the case is solved. */
  resolution: Type.Optional(target),
  /** A team's own clock from assignment (OLA). */
  internal: Type.Optional(target),
});
export type SlaRule = Static<typeof rule>;

const percents = () => Type.Array(Type.Integer({ minimum: 1, maximum: 100 }));

/** The agreed times of service. A version never changes; another one takes its place. [T2, H5.4] */
export const slaDocumentSchema = only({
  version: version(),
  title: title(),
  rules: Type.Array(rule, { minItems: 1 }),
  /** Complaints: calendar time, never paused; beside the tier's own times, the stricter wins. [B3, H5.4] */
  complaint: only({
    responseMinutes: minutes(),
    planMinutes: minutes(),
    startsAt: Type.Union([Type.Literal('receipt'), Type.Literal('acceptance')]),
    /** Working days of that calendar until the complaint is closed. */
    closing: Type.Optional(
      only({ workingDays: Type.Integer({ minimum: 1, maximum: 1_000 }), calendar: field.text(60) }),
    ),
  }),
  /** Minutes of service hours that all pauses of one clock may take away together; what is beyond counts. [SLA 3] */
  pauseCapMinutes: minutes(),
  /** From this share of the cap on the case is flagged. */
  pauseCapWarnPercent: Type.Integer({ minimum: 1, maximum: 100 }),
  /** How long after closing a case may be opened again; afterwards a new, linked case follows. [SLA 5] */
  reopenGraceMinutes: minutes(),
  /** Shares of the target at which somebody is told; 100 is the deadline. [SLA 9] */
  thresholds: only({
    percents: percents(),
    /** Targets shorter than this have their own, fewer, thresholds. */
    shortUnderMinutes: Type.Integer({ minimum: 0 }),
    shortPercents: percents(),
  }),
  /** Shares of cases and scores promised. [C3] */
  quality: Type.Optional(
    only({
      solveRatePercent: Type.Optional(Type.Integer({ minimum: 0, maximum: 100 })),
      csatPercent: Type.Optional(Type.Integer({ minimum: 0, maximum: 100 })),
    }),
  ),
  ours: ours(),
});
export type SlaDocument = Static<typeof slaDocumentSchema>;
