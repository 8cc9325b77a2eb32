import { defineEvents } from '#libs/kernel/event.ts';
import type { EventOf, NewEventOf } from '#libs/kernel/event.ts';
import { field } from '#libs/kernel/fields.ts';
import Type from 'typebox';
import { version } from './document-fields.ts';
import { KIND_NAMES, POLICY_KINDS } from './policy-kinds.ts';
import type { PolicyDocument } from './policy-kinds.ts';

/** The departments that can apply for a version: those of the committee and of the manual. [H1.3, H1.4] */
export const DEPARTMENTS = ['management', 'customer-relations', 'marketing', 'finance', 'legal', 'hr'] as const;
export type Department = (typeof DEPARTMENTS)[number];

const which = { kind: Type.Enum([...KIND_NAMES]), version: version() };
const why = field.personal({ maxLength: 2_000 });
const document = Type.Unsafe<PolicyDocument>({ anyOf: KIND_NAMES.map((kind) => POLICY_KINDS[kind].schema) });

export const policyEvents = defineEvents('policy', {
  'policy.applied-for.v1': {
    meaning: 'A department applies for a version of a policy; its document never changes from here on.',
    source: '[H1.3]',
    data: Type.Object({
      ...which,
      document,
      department: Type.Enum([...DEPARTMENTS]),
      applicantId: field.id(),
      reason: why,
    }),
    says: {
      en: '{applicantId} ({department}) applied for version {version} of the {kind}: {reason}.',
      'zh-CN': '{applicantId}（{department}）申请{kind}版本{version}：{reason}。',
    },
  },
  'policy.passed-legal-review.v1': {
    meaning: 'The legal department finds nothing against the version.',
    source: '[H1.4]',
    data: Type.Object({ ...which, reviewerId: field.id(), remarks: Type.Optional(why) }),
    says: {
      en: '{reviewerId} passed version {version} of the {kind} in legal review{?remarks : {remarks}}.',
      'zh-CN': '{reviewerId}法务审核通过{kind}版本{version}{?remarks ：{remarks}}。',
    },
  },
  'policy.objected-to.v1': {
    meaning: 'The legal department objects; it may review again, or the application is withdrawn or rejected.',
    source: '[H1.4]',
    data: Type.Object({ ...which, reviewerId: field.id(), remarks: why }),
    says: {
      en: '{reviewerId} objected to version {version} of the {kind} in legal review: {remarks}.',
      'zh-CN': '{reviewerId}法务审核对{kind}版本{version}提出异议：{remarks}。',
    },
  },
  'policy.approved.v1': {
    meaning: 'The committee approves the version. The member who says so neither applied for it nor reviewed it.',
    source: '[H1.3]',
    data: Type.Object({ ...which, approverId: field.id(), remarks: Type.Optional(why) }),
    says: {
      en: '{approverId} approved version {version} of the {kind} for the committee{?remarks : {remarks}}.',
      'zh-CN': '{approverId}代表委员会批准{kind}版本{version}{?remarks ：{remarks}}。',
    },
  },
  'policy.rejected.v1': {
    meaning: 'The committee does not approve the version.',
    source: '[H1.3]',
    data: Type.Object({ ...which, approverId: field.id(), reason: why }),
    says: {
      en: '{approverId} rejected version {version} of the {kind} for the committee: {reason}.',
      'zh-CN': '{approverId}代表委员会否决{kind}版本{version}：{reason}。',
    },
  },
  'policy.published.v1': {
    meaning: 'The version is made known, with the moment from which facts are judged by it once it is in force.',
    source: '[H1.3]',
    data: Type.Object({ ...which, effectiveFrom: field.instant(), backdated: Type.Optional(Type.Literal(true)) }),
    says: {
      en: 'Version {version} of the {kind} was published, to hold from {effectiveFrom} on{?backdated  (in the past: finished outcomes stay)}.',
      'zh-CN': '已发布{kind}版本{version}，适用于{effectiveFrom}起{?backdated （追溯；已有结论不变）}。',
    },
  },
  'policy.training-recorded.v1': {
    meaning: 'Those who work by the version were trained: it takes effect as soon as its time has come.',
    source: '[H1.3]',
    data: Type.Object({
      ...which,
      heldOn: field.date(),
      audience: Type.String({ maxLength: 200, 'x-not-personal': 'teams and roles, not persons' }),
      takesEffectAt: field.instant(),
    }),
    says: {
      en: 'Training for version {version} of the {kind} was held on {heldOn} ({audience}); it takes effect at {takesEffectAt}.',
      'zh-CN': '{kind}版本{version}的培训已于{heldOn}完成（{audience}），自{takesEffectAt}起生效。',
    },
  },
  'policy.took-effect.v1': {
    meaning:
      'The version is in force in place of the one before; it happened when it was due, not when it was noticed.',
    source: '[H1.3]',
    data: Type.Object({ ...which, supersedes: version() }),
    says: {
      en: 'Version {version} of the {kind} took effect in place of {supersedes}.',
      'zh-CN': '{kind}版本{version}生效，取代{supersedes}。',
    },
  },
  'policy.withdrawn.v1': {
    meaning: 'The version will not come into force.',
    source: '[H1.3]',
    data: Type.Object({ ...which, reason: why }),
    says: {
      en: 'Version {version} of the {kind} was withdrawn: {reason}.',
      'zh-CN': '已撤回{kind}版本{version}：{reason}。',
    },
  },
});
export type PolicyEvent = EventOf<typeof policyEvents>;
export type NewPolicyEvent = NewEventOf<typeof policyEvents>;
