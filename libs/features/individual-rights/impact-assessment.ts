import { defineAggregate } from '#libs/kernel/aggregate.ts';
import type { Decide } from '#libs/kernel/aggregate.ts';
import { defineEvents } from '#libs/kernel/event.ts';
import type { EventOf, NewEventOf } from '#libs/kernel/event.ts';
import { field } from '#libs/kernel/fields.ts';
import { invalid, reject } from '#libs/kernel/rejection.ts';
import Type from 'typebox';
import type * as Commands from './individual-rights.commands.ts';
import { ASSESSMENTS_KEPT_YEARS, CONCLUSIONS } from './vocabulary.ts';

/** Assessments of what a way of processing means for people, kept as the law asks. [G6, PIPL 55, 56] */
export const impactAssessmentEvents = defineEvents('impact-assessment', {
  'impact-assessment.recorded.v1': {
    meaning: 'What a way of processing personal data means for people was assessed.',
    source: '[G6, PIPL 55, 56]',
    data: Type.Object({
      processing: field.text(300),
      assessedOn: field.date(),
      keptUntil: field.date(),
      risks: field.text(8_000),
      measures: field.text(8_000),
      conclusion: Type.Enum([...CONCLUSIONS]),
    }),
    says: {
      en: 'The impact of “{processing}” was assessed on {assessedOn}: {conclusion}.',
      'zh-CN': '已于{assessedOn}完成“{processing}”的影响评估：{conclusion}。',
    },
  },
});
export type ImpactAssessmentEvent = EventOf<typeof impactAssessmentEvents>;
type NewImpactAssessmentEvent = NewEventOf<typeof impactAssessmentEvents>;
interface Assessment {
  readonly status: 'unknown' | 'recorded';
}

/** 29 February has no anniversary: the day after it is meant. */
const yearsLater = (day: string, years: number): string => {
  const later = `${Number(day.slice(0, 4)) + years}${day.slice(4)}`;
  return later.endsWith('-02-29') ? later.replace('-02-29', '-03-01') : later;
};

const record: Decide<Commands.RecordImpactAssessment, Assessment, NewImpactAssessmentEvent> = (
  { processing, assessedOn, risks, measures, conclusion },
  { status },
  { now },
) =>
  status === 'recorded'
    ? reject('impact-assessment.recorded-already', 'An assessment is never changed: record a new one.', [])
    : assessedOn > now.slice(0, 10)
      ? invalid('impact-assessment.in-future', 'It is recorded once it is made.', 'assessedOn')
      : [
          {
            type: 'impact-assessment.recorded.v1',
            data: {
              ...{ processing, assessedOn, keptUntil: yearsLater(assessedOn, ASSESSMENTS_KEPT_YEARS) },
              ...{ risks, measures, conclusion },
            },
          },
        ];

export const impactAssessment = defineAggregate<Assessment, ImpactAssessmentEvent>({
  name: 'impact-assessment',
  collection: 'impact-assessments',
  events: impactAssessmentEvents,
  initial: { status: 'unknown' },
  evolve: () => ({ status: 'recorded' }),
  allowedIn: ({ status }) => (status === 'unknown' ? ['impact-assessment.record'] : []),
  commands: {
    'impact-assessment.record': {
      decide: record,
      roles: ['privacy-officer', 'legal'],
      summary: 'Record an assessment of what a way of processing means for people',
      source: '[G6]',
      creates: true,
    },
  },
});
