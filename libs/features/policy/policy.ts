import type { Consultation } from '#libs/kernel/aggregate.ts';
import { defineAggregate } from '#libs/kernel/aggregate.ts';
import { APPLICANTS, apply } from './application.ts';
import { CALENDAR_POLICY_ID, calendarPolicies, SLA_POLICY_ID, slaPolicies } from './policy.events.ts';
import { policyEvents } from './policy-events.ts';
import type { PolicyEvent } from './policy-events.ts';
import { allowedIn, APPLY } from './policy-rules.ts';
import { approve, publish, recordTraining, refuse, reviewLegally, takeEffect, withdraw } from './policy-steps.ts';
import { evolve } from './policy-versions.ts';
import type { Policies } from './policy-versions.ts';

const neighbours: readonly Consultation<Policies>[] = [
  { as: 'calendars', view: calendarPolicies, idOf: () => CALENDAR_POLICY_ID },
  { as: 'sla', view: slaPolicies, idOf: () => SLA_POLICY_ID },
];

/** Versions of policies, one stream for each kind: `policy-sla`, `policy-calendar`, `policy-ladder`. [H1, H2] */
export const policy = defineAggregate<Policies, PolicyEvent>({
  name: 'policy',
  collection: 'policies',
  events: policyEvents,
  initial: { versions: [] },
  evolve,
  allowedIn,
  commands: {
    [APPLY]: {
      decide: apply,
      roles: APPLICANTS,
      summary: 'Apply for a version of a policy; the id is the kind: sla, calendar, ladder',
      source: '[H1.3]',
      opens: true,
      consults: neighbours,
    },
    'policy.review-legally': {
      decide: reviewLegally,
      roles: ['legal'],
      summary: 'Pass a version in legal review, or object to it',
      source: '[H1.4]',
    },
    'policy.approve': {
      decide: approve,
      roles: ['committee'],
      summary: 'Approve a version for the committee',
      source: '[H1.3]',
    },
    'policy.reject': {
      decide: refuse,
      roles: ['committee'],
      summary: 'Reject a version for the committee',
      source: '[H1.3]',
    },
    'policy.publish': {
      decide: publish,
      roles: ['committee', 'policy-owner', 'operator'],
      summary: 'Publish an approved version with the moment from which it holds',
      source: '[H1.3]',
      consults: neighbours,
    },
    'policy.record-training': {
      decide: recordTraining,
      roles: ['hr', 'policy-owner', 'operator'],
      summary: 'Record that those who work by a version were trained',
      source: '[H1.3, H1.4]',
    },
    'policy.withdraw': {
      decide: withdraw,
      roles: [...APPLICANTS, 'committee'],
      summary: 'Withdraw a version that is not in force yet',
      source: '[H1.3]',
    },
    'policy.take-effect': {
      decide: takeEffect,
      roles: ['service', 'operator'],
      summary: 'Record the versions that are due',
      source: '[H1.3]',
      internal: true,
      commutative: true,
    },
  },
});
