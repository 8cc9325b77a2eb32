import { firstThatHolds } from '#libs/features/policy/policy.events.ts';
import type { CalendarDocument, SlaDocument, SlaRule, Target } from '#libs/features/policy/policy.events.ts';
import type { ClockName, ClockTarget, ServedAs } from './clock.ts';

/** What clocks are judged by. */
export interface Policies {
  readonly sla: SlaDocument;
  readonly calendar: CalendarDocument;
}

/** The first rule whose conditions hold. [C3] */
export const ruleFor = ({ rules }: SlaDocument, { tier, urgent, complexity }: ServedAs): SlaRule | undefined =>
  firstThatHolds(rules, {
    ...(tier === undefined ? {} : { tier }),
    urgency: urgent ? 'urgent' : 'other',
    complexity,
  });

const targetOf = (rule: SlaRule, clock: ClockName): Target | undefined => {
  switch (clock) {
    case 'first-response':
    case 'response':
      return rule.firstResponse;
    case 'next-response':
      return rule.nextResponse;
    case 'update':
      return rule.updateCadence;
    case 'resolution':
      return rule.resolution;
    case 'internal':
      return rule.internal;
    case 'plan':
    case 'closing':
      return undefined;
  }
};

/** What the policies promise about a clock to those who are served so; of a complaint, two times may stand side by side. [B3] */
export const targetsFor = (
  clock: ClockName,
  servedAs: ServedAs,
  { sla, calendar }: Policies,
  loosenedBy?: string,
): readonly ClockTarget[] => {
  const from = {
    servedAs,
    slaVersion: sla.version,
    calendarVersion: calendar.version,
    ...(loosenedBy === undefined ? {} : { loosenedBy }),
  };
  const own = (minutes: number): ClockTarget => ({ by: 'complaint', counts: 'calendar-time', minutes, ...from });
  const { responseMinutes, planMinutes, closing } = sla.complaint;
  const rule = ruleFor(sla, servedAs);
  const target = rule === undefined ? undefined : targetOf(rule, clock);
  return [
    ...(clock === 'response' ? [own(responseMinutes)] : clock === 'plan' ? [own(planMinutes)] : []),
    ...(clock === 'closing' && closing !== undefined
      ? [{ by: 'complaint', counts: 'working-days', ...closing, ...from } as const]
      : []),
    ...(rule === undefined || target === undefined
      ? []
      : [{ by: 'tier', rule: rule.name, calendar: rule.calendar, ...target, ...from } as const]),
  ];
};
