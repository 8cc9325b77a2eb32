import { streamOf } from '#libs/kernel/event.ts';
import { minutesBetween } from '#libs/kernel/instant.ts';
import type { JsonValue } from '#libs/kernel/json.ts';
import { projection } from '#libs/kernel/projection.ts';
import { customerEvents } from './customer.events.ts';
import type { Row } from './customer-row.ts';
import {
  admissionIs,
  blank,
  dealt,
  corrected,
  json,
  nameOf,
  pick,
  released,
  tookOver,
  withContracts,
  withDetails,
  without,
} from './customer-row.ts';

const WHOLE_YEAR_MINUTES = 365 * 1_440;

/** Profile, spend, class and what decided it, lifecycle and tags of every customer, as of any time. [A1–A6, A13] */
export const customers = projection<Row>()('customers@2', {
  collection: {
    kind: 'versioned',
    indexes: [['tier'], ['team', 'tier'], ['lifecycle'], ['nameKey'], ['externalIds'], ['unifiedSocialCreditCode']],
  },
  access: {
    roles: [
      'agent',
      'account-manager',
      'supervisor',
      'department-head',
      'committee',
      'auditor',
      'policy-owner',
      'privacy-officer',
      'marketing',
      'finance',
      'legal',
      'service',
    ],
    teamField: 'team',
  },
  reads: [customerEvents],
  keyOf: (event) => event.streamId,
  streamsOf: (id) => [streamOf('customer', id)],
  on: {
    'customer.registered.v1': (_row, { id, data, occurredAt }) => ({
      ...withDetails(blank, id, data),
      kind: data.kind,
      ...nameOf(data),
      ...(data.team === undefined ? {} : { team: data.team }),
      since: occurredAt,
      admission: data.established ? 'established' : 'collected',
    }),
    'customer.renamed.v1': (row = blank, { data }) => ({ ...row, ...nameOf(data) }),
    'customer.business-details-recorded.v1': (row = blank, { id, data }) => withDetails(row, id, data),
    'customer.business-details-corrected.v1': (row = blank, { id, data }) => corrected(row, id, data),
    'customer.credit-code-recorded.v1': (row = blank, { data }) => ({
      ...row,
      unifiedSocialCreditCode: data.unifiedSocialCreditCode,
    }),
    'customer.legal-representative-named.v1': (row = blank, { data }) => ({
      ...row,
      legalRepresentative: json(data.legalRepresentative),
    }),
    'customer.contact-added.v1': (row = blank, { data: { contactId, ...data } }) => ({
      ...row,
      contacts: { ...row.contacts, [contactId]: pick(data, ['name', 'role', 'phone', 'email']) },
    }),
    'customer.contact-changed.v1': (row = blank, { data: { contactId, ...data } }) => ({
      ...row,
      contacts: {
        ...row.contacts,
        [contactId]: {
          ...(row.contacts[contactId] as { [name: string]: JsonValue } | undefined),
          ...pick(data, ['name', 'role', 'phone', 'email']),
        },
      },
    }),
    'customer.contact-removed.v1': (row = blank, { data }) => ({
      ...row,
      contacts: without(row.contacts, data.contactId),
    }),
    'customer.credit-rated.v1': (row = blank, { data }) => ({
      ...row,
      credit: { ...row.credit, ...pick(data, ['rating', 'financialStanding', 'paymentCycleDays']) },
    }),
    'customer.default-recorded.v1': (row = blank) => ({ ...row, defaults: row.defaults + 1 }),
    'customer.transaction-recorded.v1': (row = blank, { data, occurredAt }) => ({
      ...dealt(row, occurredAt, data.amount, data.currency),
      ...(data.country === undefined ? {} : { country: data.country }),
    }),
    'customer.preference-noted.v1': (row = blank, { data }) => ({
      ...row,
      preferences: { ...row.preferences, [data.topic]: json(data.preference) },
    }),
    'customer.satisfaction-recorded.v1': (row = blank, { data: { score } }) => ({
      ...row,
      satisfaction: { answers: row.satisfaction.answers + 1, sum: row.satisfaction.sum + score, last: score },
    }),
    'customer.team-assigned.v1': (row = blank, { data }) => ({ ...row, team: data.team }),
    'customer.account-manager-assigned.v1': (row = blank, { data }) => ({ ...row, accountManager: data.userId }),
    'customer.screened.v1': admissionIs('screened'),
    'customer.qualified.v1': admissionIs('qualified'),
    'customer.background-checked.v1': admissionIs('background-checked'),
    'customer.assessed.v1': (row = blank, { data: { value, risk, ability } }) => ({
      ...row,
      ...(row.admission === 'background-checked' ? { admission: 'assessed' } : {}),
      assessment: { value, risk, ability },
    }),
    'customer.admitted.v1': admissionIs('admitted'),
    'customer.refused.v1': (row = blank, { data }) => ({
      ...row,
      admission: 'refused',
      refusal: { stage: data.stage, reasonCode: data.reasonCode },
    }),
    'customer.reapplied.v1': ({ refusal: _, assessment: __, ...row } = blank) => ({ ...row, admission: 'collected' }),
    'customer.contract-signed.v1': (row = blank, { data: { contractId, ...contract } }) =>
      withContracts(row, { ...row.contracts, [contractId]: json({ ...contract, status: 'running' }) }),
    'customer.contract-amended.v1': (row = blank, { data }) => {
      const before = row.contracts[data.contractId] as { [name: string]: JsonValue } | undefined;
      const terms = pick(data, ['subjectMatter', 'validUntil', 'amount', 'currency', 'slaOverrides']);
      return withContracts(row, { ...row.contracts, [data.contractId]: { ...before, ...terms } });
    },
    'customer.contract-ended.v1': (row = blank, { data: { contractId, endedOn } }) => {
      const before = row.contracts[contractId] as { [name: string]: JsonValue } | undefined;
      return withContracts(row, { ...row.contracts, [contractId]: { ...before, status: 'ended', endedOn } });
    },
    'customer.lifecycle-stage-reached.v1': (row = blank, { data }) => ({ ...row, lifecycle: data.stage }),
    'customer.lifecycle-overridden.v1': (row = blank, { data }) => ({
      ...row,
      lifecycle: data.stage,
      lifecycleOverridden: true,
    }),
    'customer.lifecycle-override-lifted.v1': (row = blank) => ({ ...row, lifecycleOverridden: false }),
    'customer.churned.v1': (row = blank, { occurredAt }) => ({
      ...row,
      lifecycleStatus: 'churned',
      churnedAt: occurredAt,
    }),
    'customer.won-back.v1': (row = blank, { occurredAt }) => ({
      ...row,
      lifecycleStatus: 'won-back',
      wonBackAt: occurredAt,
    }),
    'customer.tagged.v1': (row = blank, { data: { tag, kind, by, validUntil }, recordedAt }) => ({
      ...row,
      tags: [
        ...row.tags.filter((other) => other.tag !== tag && other.validUntil > recordedAt),
        { tag, kind, by, validUntil },
      ],
    }),
    'customer.untagged.v1': (row = blank, { data }) => ({
      ...row,
      tags: row.tags.filter((other) => other.tag !== data.tag),
    }),
    'customer.tier-decided.v1': (row = blank, { data: { tier, needsReview, ...reason } }) => ({
      ...row,
      tier,
      needsReview,
      tierReason: json(reason),
    }),
    'customer.standing-granted.v1': (row = blank, { data }) => ({
      ...row,
      standings: [...row.standings, data.standing],
    }),
    'customer.standing-withdrawn.v1': (row = blank, { data }) => ({
      ...row,
      standings: row.standings.filter((standing) => standing !== data.standing),
    }),
    'customer.external-id-linked.v1': (row = blank, { data: { system, value } }) => ({
      ...row,
      externalIds: [...row.externalIds, `${system}/${value}`],
    }),
    'customer.duplicate-proposed.v1': (row = blank, { data }) => ({
      ...row,
      duplicates: [...row.duplicates, data.otherId],
    }),
    'customer.duplicate-dismissed.v1': (row = blank, { data }) => ({
      ...row,
      duplicates: row.duplicates.filter((other) => other !== data.otherId),
    }),
    'customer.merged-into.v1': (row = blank, { data }) => ({ ...row, mergedInto: data.survivorId }),
    'customer.absorbed.v1': (row = blank, { data: { otherId } }) => ({
      ...row,
      duplicates: row.duplicates.filter((other) => other !== otherId),
      takenOver: { ...row.takenOver, [otherId]: { spend: {}, transactions: 0 } },
    }),
    'customer.transactions-taken-over.v1': (row = blank, { data }) => tookOver(row, data),
    'customer.separated.v1': ({ mergedInto: _, ...row } = blank) => row,
    'customer.released.v1': (row = blank, { data }) => released(row, data.otherId),
  },
  ignores: [],
  onRead: (row, now) => ({
    ...row,
    tags: row.tags.filter(({ validUntil }) => validUntil > now),
    ...(row.firstTransactionAt === undefined || row.firstTransactionAt > now
      ? {}
      : { yearsOfCooperation: Math.floor(minutesBetween(row.firstTransactionAt, now) / WHOLE_YEAR_MINUTES) }),
  }),
});
