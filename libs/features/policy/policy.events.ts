import type { PublicView } from '#libs/kernel/aggregate.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import { policyEvents } from './policy-events.ts';
import type { PolicyEvent } from './policy-events.ts';
import { POLICY_KINDS, shippedDocuments } from './policy-kinds.ts';
import type { PolicyDocuments, PolicyKind } from './policy-kinds.ts';
import { evolve, inOrderOfEffect, versionAt } from './policy-versions.ts';
import type { Policies } from './policy-versions.ts';

// The feature's public face: what others judge by, and how they find the version to judge by.
export { DEPARTMENTS, policyEvents } from './policy-events.ts';
export type { Department, NewPolicyEvent, PolicyEvent } from './policy-events.ts';
export {
  isPolicyKind,
  jsonSchemaOf,
  KIND_NAMES,
  kindOfDocument,
  POLICY_KINDS,
  shippedDocuments,
} from './policy-kinds.ts';
export type { PolicyDocument, PolicyDocuments, PolicyKind, Surroundings } from './policy-kinds.ts';
export type { Policies, PolicyStatus, PolicyVersion, ScheduledVersion } from './policy-versions.ts';
export { inOrderOfEffect } from './policy-versions.ts';
export { findingInWords, findingsOn } from './check-document.ts';
export type { Finding } from './finding.ts';
export { calendarDocumentSchema, minuteOfDay } from './calendar-document.ts';
export type { Calendar, CalendarDocument } from './calendar-document.ts';
export { DEFAULT_CALENDARS, statutoryDays } from './calendar-default.ts';
export { firstThatHolds, TRACKS } from './conditions.ts';
export type { Place } from './conditions.ts';
export { ladderDocumentSchema, NOTICE_CHANNELS, RECIPIENT_RULES } from './ladder-document.ts';
export type { Ladder, LadderDocument, LadderLevel } from './ladder-document.ts';
export { DEFAULT_LADDERS } from './ladder-default.ts';
export { slaDocumentSchema } from './sla-document.ts';
export type { SlaDocument, SlaRule, Target } from './sla-document.ts';
export { DEFAULT_SLA, DESK_SLA } from './sla-default.ts';

/** Ids of the policy streams, for `consults`: `policy-sla`, `policy-calendar`, `policy-ladder`. */
export const SLA_POLICY_ID = 'sla';
export const CALENDAR_POLICY_ID = 'calendar';
export const LADDER_POLICY_ID = 'ladder';

const viewOf = <Kind extends PolicyKind>(kind: Kind): PublicView<Policies<PolicyDocuments[Kind]>, PolicyEvent> => ({
  name: `${kind}-policies`,
  events: policyEvents,
  initial: { versions: [] },
  // A kind's stream holds documents of that kind only: `policy.apply` sees to it.
  evolve: evolve as unknown as PublicView<Policies<PolicyDocuments[Kind]>, PolicyEvent>['evolve'],
});

/** The versions of the agreed times of service. */
export const slaPolicies = viewOf('sla');
/** The versions of the calendars. */
export const calendarPolicies = viewOf('calendar');
/** The versions of the escalation ladders. */
export const ladderPolicies = viewOf('ladder');

const documentAt =
  <Kind extends PolicyKind>(kind: Kind) =>
  (policies: Policies<PolicyDocuments[Kind]>, moment: Instant): PolicyDocuments[Kind] =>
    versionAt(policies, moment)?.document ?? POLICY_KINDS[kind].default;

/**
 * The document by which facts of that moment are judged now; the default, where no version holds for it. A moment to come is
 * answered by what is scheduled so far.
 */
export const slaPolicyAt = documentAt('sla');
export const calendarPolicyAt = documentAt('calendar');
export const ladderPolicyAt = documentAt('ladder');

/** The document of a version that something was judged by, published or shipped. Throws when there never was one. */
export const documentOf = <Kind extends PolicyKind>(
  kind: Kind,
  policies: Policies<PolicyDocuments[Kind]>,
  version: string,
): PolicyDocuments[Kind] => {
  const document =
    inOrderOfEffect(policies).find((each) => each.version === version)?.document ??
    shippedDocuments(kind).find((each) => each.version === version);
  if (document === undefined) throw new Error(`There is no version ${version} of the ${kind} policy to judge by.`);
  return document;
};
