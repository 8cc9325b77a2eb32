import { field } from '#libs/kernel/fields.ts';
import Type from 'typebox';
import type { Static } from 'typebox';
import { nameOf, only, ours, title, version } from './document-fields.ts';

export const RECIPIENT_RULES = [
  'assignee',
  'account-manager',
  'supervisor',
  'department-head',
  'committee',
  'duty-roster',
  'crisis-group',
] as const;
export const NOTICE_CHANNELS = ['inbox', 'smtp', 'webhook', 'wecom', 'dingtalk', 'feishu'] as const;

const level = only({
  /** Who is called. Several: all of them. */
  recipients: Type.Array(Type.Enum([...RECIPIENT_RULES]), { minItems: 1 }),
  /** Until the next level, where nobody acknowledges. */
  waitMinutes: Type.Integer({ minimum: 1, maximum: 525_600 }),
  channels: Type.Array(Type.Enum([...NOTICE_CHANNELS]), { minItems: 1 }),
  /** Only an acknowledgement stops the climb. */
  acknowledgement: Type.Boolean(),
});
export type LadderLevel = Static<typeof level>;

/** Levels L1 … Ln for one kind of matter. The first ladder whose conditions hold decides. */
const ladder = only({
  name: nameOf('the name of a ladder'),
  when: only({
    urgency: Type.Optional(Type.Union([Type.Literal('urgent'), Type.Literal('other')])),
    tiers: Type.Optional(Type.Array(Type.Union([Type.Literal('A'), Type.Literal('B'), Type.Literal('C')]))),
    /** `emergency`: the gravest conflicts. [H6.3] */
    track: Type.Optional(Type.Union([Type.Literal('ordinary'), Type.Literal('emergency')])),
  }),
  levels: Type.Array(level, { minItems: 1, maxItems: 50 }),
  /** After an acknowledgement: when nothing has moved for so long, the climb goes on. */
  noProgressMinutes: Type.Integer({ minimum: 1, maximum: 525_600 }),
});
export type Ladder = Static<typeof ladder>;

const wallTime = () => Type.String({ pattern: '^([01]\\d|2[0-3]):[0-5]\\d$' });

/** Who is called when, and how often people are disturbed. [SLA 10, SLA 12, T4, H6.3] */
export const ladderDocumentSchema = only({
  version: version(),
  title: title(),
  ladders: Type.Array(ladder, { minItems: 1 }),
  /** A ladder begins at this share of a clock's target; lower thresholds only remind the assignee. */
  beginsAtPercent: Type.Integer({ minimum: 1, maximum: 100 }),
  /** The team whose members are the committee, and the one that is called in a crisis. */
  committeeTeam: Type.Optional(field.id()),
  crisisTeam: Type.Optional(field.id()),
  notices: only({
    /** Notices of one cause to one person within this time are one message. */
    groupWithinMinutes: Type.Integer({ minimum: 0, maximum: 1_440 }),
    /** More than so many within that time become one digest. */
    stormFrom: Type.Integer({ minimum: 2 }),
    /** On the recipient's own wall clock. Class-A urgent and crisis notices come through. */
    quietHours: Type.Optional(only({ from: wallTime(), to: wallTime() })),
  }),
  ours: ours(),
});
export type LadderDocument = Static<typeof ladderDocumentSchema>;
