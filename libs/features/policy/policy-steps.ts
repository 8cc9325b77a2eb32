import type { Decide, Decision, DecisionContext } from '#libs/kernel/aggregate.ts';
import { addMinutes, later } from '#libs/kernel/instant.ts';
import { forbidden, invalid, missing, reject } from '#libs/kernel/rejection.ts';
import type { Rejection } from '#libs/kernel/rejection.ts';
import { faultsIn, surroundingsAt } from './application.ts';
import type * as Commands from './policy.commands.ts';
import type { NewPolicyEvent } from './policy-events.ts';
import { kindDefinition } from './policy-kinds.ts';
import type { PolicyKind } from './policy-kinds.ts';
import { ALLOWED, APPLY } from './policy-rules.ts';
import { inOrderOfEffect } from './policy-versions.ts';
import type { Policies, PolicyStatus, PolicyVersion } from './policy-versions.ts';

type PolicyDecision = Decision<NewPolicyEvent>;
type In<Status extends PolicyStatus> = PolicyVersion & { readonly status: Status };

/** A step that a version can only take from some places on its way; from others it is refused with what is allowed there. */
const step =
  <Command extends { readonly version: string }, Status extends PolicyStatus>(
    name: string,
    from: readonly Status[],
    decide: (
      command: Command,
      version: In<Status>,
      context: DecisionContext & { readonly which: { readonly kind: PolicyKind; readonly version: string } },
    ) => PolicyDecision,
  ): Decide<Command, Policies, NewPolicyEvent> =>
  (command, { versions }, context) => {
    const { version } = command;
    const known = versions.find((each) => each.version === version);
    if (known === undefined)
      return missing('policy.unknown-version', `Nobody applied for a version ${version} of the ${context.id} policy.`);
    const allowed = ALLOWED[known.status];
    if (!(from as readonly PolicyStatus[]).includes(known.status))
      return reject(
        `policy.is-${known.status}`,
        `Version ${version} is ${known.status}, which does not allow ${name}. Possible now: ${allowed.join(', ') || `${APPLY} under another name`}.`,
        allowed.length === 0 ? [APPLY] : allowed,
      );
    return decide(command, known as In<Status>, { ...context, which: { kind: context.id as PolicyKind, version } });
  };

const another = (who: string, did: string, next: string): Rejection =>
  forbidden('policy.same-person', `${who} ${did}: somebody else has to ${next}.`);

export const reviewLegally = step<Commands.ReviewPolicyLegally, 'applied' | 'objected'>(
  'policy.review-legally',
  ['applied', 'objected'],
  ({ verdict, remarks }, { applicantId }, { actor, which }) => {
    if (actor.id === applicantId) return another(actor.id, 'applied for the version', 'review it');
    if (verdict === 'passed')
      return [
        {
          type: 'policy.passed-legal-review.v1',
          data: { ...which, reviewerId: actor.id, ...(remarks === undefined ? {} : { remarks }) },
        },
      ];
    return remarks === undefined
      ? invalid('policy.objection-without-remarks', 'An objection says what is wrong: give remarks.', 'remarks')
      : [{ type: 'policy.objected-to.v1', data: { ...which, reviewerId: actor.id, remarks } }];
  },
);

export const approve = step<Commands.ApprovePolicy, 'reviewed'>(
  'policy.approve',
  ['reviewed'],
  ({ remarks }, { applicantId, reviewerId }, { actor, which }) => {
    if (actor.id === applicantId) return another(actor.id, 'applied for the version', 'approve it');
    // The legal department sits on the committee, but one person’s two looks are one.
    if (actor.id === reviewerId) return another(actor.id, 'reviewed the version', 'approve it');
    return [
      {
        type: 'policy.approved.v1',
        data: { ...which, approverId: actor.id, ...(remarks === undefined ? {} : { remarks }) },
      },
    ];
  },
);

export const refuse = step<Commands.RejectPolicy, 'applied' | 'objected' | 'reviewed'>(
  'policy.reject',
  ['applied', 'objected', 'reviewed'],
  ({ reason }, _version, { actor, which }) => [
    { type: 'policy.rejected.v1', data: { ...which, approverId: actor.id, reason } },
  ],
);

export const publish = step<Commands.PublishPolicy, 'approved'>(
  'policy.publish',
  ['approved'],
  ({ effectiveFrom, backdated }, { document }, context) => {
    const { now, which } = context;
    const from = effectiveFrom ?? now;
    if (from < now && backdated !== true)
      return invalid(
        'policy.effective-in-past',
        `effectiveFrom ${from} lies in the past (it is ${now}): leave it out for now, give a moment to come, or say that judging facts of the past is meant (backdated).`,
        'effectiveFrom',
      );
    // What it fits together with may have changed since the application.
    const wrong = faultsIn(which.kind, document, surroundingsAt(context, later(from, now)));
    if (wrong !== undefined) return wrong;
    return [
      {
        type: 'policy.published.v1',
        data: { ...which, effectiveFrom: from, ...(from < now ? { backdated: true as const } : {}) },
      },
    ];
  },
);

export const recordTraining = step<Commands.RecordPolicyTraining, 'published'>(
  'policy.record-training',
  ['published'],
  ({ heldOn, audience }, { effectiveFrom }, { now, which }) =>
    // Clocks go up to 14 hours ahead of UTC: a later day has begun nowhere.
    heldOn > addMinutes(now, 14 * 60).slice(0, 10)
      ? invalid('policy.training-to-come', 'A training is recorded once it was held.', 'heldOn')
      : [
          {
            type: 'policy.training-recorded.v1',
            data: { ...which, heldOn, audience, takesEffectAt: later(effectiveFrom, now) },
          },
        ],
);

export const withdraw = step<
  Commands.WithdrawPolicy,
  'applied' | 'objected' | 'reviewed' | 'approved' | 'published' | 'trained'
>(
  'policy.withdraw',
  ['applied', 'objected', 'reviewed', 'approved', 'published', 'trained'],
  ({ reason }, version, { now, which }) =>
    version.status === 'trained' && version.takesEffectAt <= now
      ? reject(
          'policy.is-effective',
          `Version ${version.version} is in force since ${version.takesEffectAt}: apply for the version that takes its place.`,
          [APPLY],
        )
      : [{ type: 'policy.withdrawn.v1', data: { ...which, reason } }],
);

/** Records all that is due by now, in order, each at its own moment: however late it is noticed, the record is the same. */
export const takeEffect: Decide<object, Policies, NewPolicyEvent> = (_command, policies, { id, now }) => {
  const kind = id as PolicyKind;
  const due = inOrderOfEffect(policies).filter(
    ({ status, takesEffectAt }) => status === 'trained' && takesEffectAt <= now,
  );
  const before =
    policies.versions.find(({ status }) => status === 'effective')?.version ?? kindDefinition(kind).default.version;
  return due.map(({ version, takesEffectAt }, index) => ({
    type: 'policy.took-effect.v1',
    data: { kind, version, supersedes: due[index - 1]?.version ?? before },
    occurredAt: takesEffectAt,
  }));
};
