import type { Role } from '#libs/kernel/actor.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import type { JsonValue } from '#libs/kernel/json.ts';
import { projection } from '#libs/kernel/projection.ts';
import type { Document } from '#libs/kernel/projection.ts';
import { consentEvents } from './consent-events.ts';
import { mayBeUsedFor } from './consent.ts';
import type { Given } from './consent.ts';
import { impactAssessmentEvents } from './impact-assessment.ts';
import { rightsRequestEvents } from './rights-request-events.ts';
import { CONSENT_PURPOSES } from './vocabulary.ts';
import type { ConsentPurpose } from './vocabulary.ts';

const READERS: readonly Role[] = [
  ...(['agent', 'account-manager', 'supervisor', 'department-head', 'auditor', 'privacy-officer', 'legal'] as const),
  ...(['marketing', 'service'] as const),
];

interface ConsentRow extends Document {
  readonly given: {
    readonly [purpose in ConsentPurpose]?: Given & { readonly collectedBy: string; readonly givenAt: Instant };
  };
}

/** What each person agreed to; `allowed` says for every purpose whether it may be used now. Marketing is off unless agreed to. [G6] */
export const consents = projection<ConsentRow>()('consents@1', {
  collection: { kind: 'versioned', indexes: [] },
  access: { roles: READERS },
  reads: [consentEvents],
  keyOf: (event) => event.streamId,
  on: {
    'consent.given.v1': (row, { data, occurredAt }) => {
      const { purpose, contactOf: _customer, ...rest } = data;
      return { given: { ...row?.given, [purpose]: { ...rest, givenAt: occurredAt } } };
    },
    'consent.withdrawn.v1': (row, { data }) => {
      const { [data.purpose]: _withdrawn, ...given } = row?.given ?? {};
      return { given };
    },
  },
  ignores: [],
  onRead: (row, now) => ({
    ...row,
    allowed: Object.fromEntries(CONSENT_PURPOSES.map((purpose) => [purpose, mayBeUsedFor(row, purpose, now)])),
  }),
});

interface RequestRow extends Document {
  readonly subjectId: string;
  readonly right: string;
  readonly status: 'received' | 'answered';
  readonly receivedAt: Instant;
  readonly answerBy: Instant;
  readonly details: JsonValue;
  readonly answer?: string;
  readonly note?: JsonValue;
  readonly answeredAt?: Instant;
  readonly answeredBy?: string;
}

/** Requests by people about their own data; whether one is overdue is computed on read. [G6] */
export const rightsRequests = projection<RequestRow>()('rights-requests@1', {
  collection: { kind: 'versioned', indexes: [['status'], ['subjectId'], ['answerBy']] },
  access: { roles: ['agent', 'account-manager', 'supervisor', 'auditor', 'privacy-officer', 'legal'] },
  reads: [rightsRequestEvents],
  keyOf: (event) => event.streamId,
  on: {
    'rights-request.received.v1': (_row, { data }) => ({
      ...{ subjectId: data.subjectId, right: data.right, status: 'received' },
      ...{ receivedAt: data.receivedAt, answerBy: data.answerBy, details: data.details as JsonValue },
    }),
    'rights-request.answered.v1': (row, { data, metadata, occurredAt }) =>
      row && {
        ...row,
        ...{ status: 'answered', answer: data.answer, note: data.note as JsonValue },
        ...{ answeredAt: occurredAt, answeredBy: metadata.actor },
      },
  },
  ignores: [],
  onRead: (row, now) => ({ ...row, overdue: (row.answeredAt ?? now) > row.answerBy }),
});

interface AssessmentRow extends Document {
  readonly processing: string;
  readonly assessedOn: string;
  readonly keptUntil: string;
  readonly risks: string;
  readonly measures: string;
  readonly conclusion: string;
}

/** Impact assessments. [G6, PIPL 55, 56] */
export const impactAssessments = projection<AssessmentRow>()('impact-assessments@1', {
  collection: { kind: 'current', indexes: [['assessedOn']] },
  access: { roles: ['auditor', 'privacy-officer', 'legal', 'committee'] },
  reads: [impactAssessmentEvents],
  keyOf: (event) => event.streamId,
  on: { 'impact-assessment.recorded.v1': (_row, { data }) => ({ ...data }) },
  ignores: [],
});
