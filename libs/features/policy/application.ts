import type { Role } from '#libs/kernel/actor.ts';
import type { Decide, DecisionContext } from '#libs/kernel/aggregate.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import { forbidden, invalid, missing, reject } from '#libs/kernel/rejection.ts';
import type { Rejection } from '#libs/kernel/rejection.ts';
import { Value } from 'typebox/value';
import { findingInWords, findingsOn } from './check-document.ts';
import type * as Commands from './policy.commands.ts';
import { calendarPolicyAt, slaPolicyAt } from './policy.events.ts';
import type { CalendarDocument, SlaDocument } from './policy.events.ts';
import type { Department, NewPolicyEvent } from './policy-events.ts';
import { isPolicyKind, KIND_NAMES, shippedDocuments } from './policy-kinds.ts';
import type { PolicyDocument, PolicyKind, Surroundings } from './policy-kinds.ts';
import { ALLOWED, APPLY } from './policy-rules.ts';
import type { Policies } from './policy-versions.ts';

/** The departments' roles; the heads of departments speak for the management. [H1.4] */
const ROLE_OF: { readonly [D in Department]: Role } = {
  management: 'department-head',
  'customer-relations': 'policy-owner',
  marketing: 'marketing',
  finance: 'finance',
  legal: 'legal',
  hr: 'hr',
};
export const APPLICANTS: readonly Role[] = [...Object.values(ROLE_OF), 'operator'];

/** What the calendars and service times that a document must fit together with will be at a moment. */
export const surroundingsAt = ({ consulted }: DecisionContext, moment: Instant): Surroundings => ({
  calendars: calendarPolicyAt(consulted.calendars as Policies<CalendarDocument>, moment).calendars,
  sla: slaPolicyAt(consulted.sla as Policies<SlaDocument>, moment),
  year: Number(moment.slice(0, 4)),
});

/** At application a calendar counts as known that is itself on its way: both can go through the committee together. */
const surroundingsOfApplication = (context: DecisionContext): Surroundings => {
  const { calendars, ...rest } = surroundingsAt(context, context.now);
  const onTheirWay = (context.consulted.calendars as Policies<CalendarDocument>).versions
    .filter(({ status }) => ALLOWED[status].length > 0)
    .map(({ document }) => document.calendars);
  return { ...rest, calendars: Object.assign({}, ...onTheirWay, calendars) as Surroundings['calendars'] };
};

export const faultsIn = (kind: PolicyKind, document: unknown, surroundings: Surroundings): Rejection | undefined => {
  const faults = findingsOn(kind, document, surroundings).filter(({ severity }) => severity === 'fault');
  return faults.length === 0
    ? undefined
    : invalid(
        'policy.wrong-document',
        `The document has ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}: ${faults.map(findingInWords).join(' ')}`,
        `document${faults[0]!.path}`,
      );
};

/** A version never changes, not even one that only ships and was never applied for. [H1] */
const otherContent = (kind: PolicyKind, policies: Policies, document: PolicyDocument): boolean =>
  [...shippedDocuments(kind), ...policies.versions.map((each) => each.document)].some(
    (known) => known.version === document.version && !Value.Equal(known, document),
  );

export const apply: Decide<Commands.ApplyForPolicy, Policies, NewPolicyEvent> = (
  { document, department, reason },
  policies,
  context,
) => {
  const { id: kind, actor } = context;
  if (!isPolicyKind(kind))
    return missing('policy.unknown-kind', `There is no kind of policy ${kind}: apply to ${KIND_NAMES.join(', ')}.`);
  const role = ROLE_OF[department];
  if (!actor.grants.some((grant) => grant.role === role || grant.role === 'operator'))
    return forbidden(
      'policy.not-of-department',
      `${actor.id} does not speak for the department ${department}: that takes the role ${role}.`,
    );
  const wrong = faultsIn(kind, document, surroundingsOfApplication(context));
  if (wrong !== undefined) return wrong;
  const right = document as PolicyDocument;
  const { version } = right;
  if (otherContent(kind, policies, right))
    return reject(
      'policy.version-taken',
      `There is a version ${version} with other content, and a version never changes: choose another name.`,
      [APPLY],
    );
  const known = policies.versions.find((each) => each.version === version);
  if (known === undefined)
    return [
      {
        type: 'policy.applied-for.v1',
        data: { kind, version, document: right, department, applicantId: actor.id, reason },
      },
    ];
  return known.status === 'rejected' || known.status === 'withdrawn' || known.status === 'superseded'
    ? reject(
        'policy.version-ended',
        `Version ${version} is ${known.status}, and a version lives once: apply for the document under another name.`,
        [APPLY],
      )
    : [];
};
