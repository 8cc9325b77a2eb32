import { NOTICE_CHANNELS, RECIPIENT_RULES } from '#libs/features/policy/policy.events.ts';
import { clockTerms } from '#libs/features/sla/sla.events.ts';
import type { ClockName } from '#libs/features/sla/sla.events.ts';
import { defineEvents } from '#libs/kernel/event.ts';
import type { EventOf, NewEvent, NewEventOf } from '#libs/kernel/event.ts';
import { field } from '#libs/kernel/fields.ts';
import Type from 'typebox';
import type { Static } from 'typebox';
import {
  BEGUN_BECAUSE,
  CALLED_BECAUSE,
  ENDED_BECAUSE,
  MATTERS,
  NOT_REACHED,
  PROGRESS,
  REACHED_AS,
  TRACKS,
} from './vocabulary.ts';

const number = () => Type.Integer({ minimum: 1 });
const rule = () => Type.Enum([...RECIPIENT_RULES]);
const clock = () => Type.Enum(Object.keys(clockTerms) as ClockName[]);
const channels = () => Type.Array(Type.Enum([...NOTICE_CHANNELS]));
const nextAt = () => field.instant();

/** One person whom a rule of the ladder meant, who was reached in that person's place, and how or why not. [SLA 11] */
const recipient = Type.Object({
  rule: rule(),
  originalId: Type.Optional(field.id()),
  recipientId: Type.Optional(field.id()),
  how: Type.Enum([...REACHED_AS, ...NOT_REACHED]),
});
export type Recipient = Static<typeof recipient>;

const about = Type.Object({ kind: Type.Enum([...MATTERS]), id: field.id() });
const matter = {
  about,
  reference: field.text(100),
  customerId: Type.Optional(field.id()),
  team: Type.Optional(field.id()),
  /** Served as. */
  tier: Type.Optional(Type.Enum(['A', 'B', 'C'])),
  urgent: Type.Boolean(),
};
const sought = {
  recipients: Type.Array(recipient),
  /** Each person once. */
  called: Type.Array(field.id()),
  /** Who was meant and is away. */
  inPlaceOf: Type.Array(field.id()),
  /** The rules that reached nobody. */
  passedOver: Type.Array(rule()),
};

export const escalationEvents = defineEvents('escalation', {
  'escalation.reminded.v1': {
    meaning:
      'So much of a target was used that whoever has the matter is reminded. No climb. Called: nobody means the operators.',
    source: 'SLA 9',
    data: Type.Object({
      ...{ ...matter, clock: clock(), cycle: number(), percent: number(), dueAt: field.instant() },
      /** Of the deadline. */
      revision: number(),
      ...{ ...sought, channels: channels() },
    }),
    says: {
      en: 'At {percent} % of the time for {clock} (due {dueAt}) {?called {called} had a reminder}{?inPlaceOf  in place of {inPlaceOf}}{?passedOver ; nobody found: {passedOver}}.',
      'zh-CN':
        '“{clock}”时限（截止{dueAt}）已用 {percent}%{?called ，已提醒{called}}{?inPlaceOf （代{inPlaceOf}）}{?passedOver ；未找到人员：{passedOver}}。',
    },
  },
  'escalation.told-of-change.v1': {
    meaning:
      'A change put a deadline into the past: told once, no run through the ladder. Called: nobody means the operators.',
    source: 'SLA 4',
    data: Type.Object({
      ...{ ...matter, clock: clock(), cycle: number(), dueAt: field.instant() },
      ...{ ...sought, channels: channels() },
    }),
    says: {
      en: 'A change put the deadline for {clock} into the past ({dueAt}){?called : {called} was told}{?inPlaceOf  in place of {inPlaceOf}}{?passedOver ; nobody found: {passedOver}}.',
      'zh-CN':
        '变更后“{clock}”的截止时间（{dueAt}）已过{?called ，已告知{called}}{?inPlaceOf （代{inPlaceOf}）}{?passedOver ；未找到人员：{passedOver}}。',
    },
  },
  'escalation.begun.v1': {
    meaning: 'The climb of a ladder begins. It keeps this version of the ladder to its end.',
    source: '[H6.3] SLA 10',
    data: Type.Object({
      ...matter,
      track: Type.Enum([...TRACKS]),
      because: Type.Enum([...BEGUN_BECAUSE]),
      /** Of the clock that ran out; absent in an emergency. */
      clock: Type.Optional(clock()),
      cycle: Type.Optional(number()),
      percent: Type.Optional(number()),
      dueAt: Type.Optional(field.instant()),
      ladderVersion: field.text(60),
      ladder: Type.String({ maxLength: 200, 'x-not-personal': 'the name of a ladder in the policy' }),
      levels: number(),
      /** 2: a re-opened complaint enters one level up. [SLA 5] */
      fromLevel: number(),
      /** The nth emergency of its matter. */
      round: number(),
      drill: Type.Optional(Type.Literal(true)),
      raisedBy: Type.Optional(field.id()),
      why: Type.Optional(field.personal({ maxLength: 2_000 })),
    }),
    says: {
      en: '{?drill Drill: }Escalation of {reference} begins ({track}, {because}{?clock : {clock}}{?dueAt , due {dueAt}}{?raisedBy , by {raisedBy}}) at level {fromLevel} of {levels}; ladder “{ladder}” of {ladderVersion}{?why : {why}}.',
      'zh-CN':
        '{?drill 【演练】}{reference}开始升级（{track}，{because}{?clock ：{clock}}{?dueAt ，截止{dueAt}}{?raisedBy ，发起人：{raisedBy}}），自第{fromLevel}级起，共{levels}级；升级规则“{ladder}”（{ladderVersion}）{?why ，原因：{why}}。',
    },
  },
  'escalation.called.v1': {
    meaning: 'The people of a level are called, as they are found at that moment.',
    source: 'SLA 10, 11',
    data: Type.Object({
      level: number(),
      because: Type.Enum([...CALLED_BECAUSE]),
      ...sought,
      channels: channels(),
      /** Whether an acknowledgement of this level stops the climb. */
      acknowledgement: Type.Boolean(),
      waitMinutes: number(),
      /** When the climb goes on, if nothing happens. */
      nextAt: nextAt(),
    }),
    says: {
      en: 'Level {level} ({because}): {called} called{?inPlaceOf  in place of {inPlaceOf}}{?passedOver ; nobody found: {passedOver}}. Next at {nextAt}{?acknowledgement  unless acknowledged}.',
      'zh-CN':
        '第{level}级（{because}）：已通知{called}{?inPlaceOf （代{inPlaceOf}）}{?passedOver ；未找到人员：{passedOver}}。{?acknowledgement 若未确认，}{nextAt}继续升级。',
    },
  },
  'escalation.nobody-found.v1': {
    meaning: 'Nobody of a level can be called: the operators are told, and the climb goes on at once.',
    source: 'SLA 11',
    data: Type.Object({
      level: number(),
      because: Type.Enum([...CALLED_BECAUSE]),
      recipients: Type.Array(recipient),
      passedOver: Type.Array(rule()),
    }),
    says: {
      en: 'Level {level} ({because}): nobody can be called ({passedOver}); the operators are told and the climb goes on at once.',
      'zh-CN': '第{level}级（{because}）：无人可通知（{passedOver}），已告知系统运维人员并立即继续升级。',
    },
  },
  'escalation.acknowledged.v1': {
    meaning:
      'Somebody who was called takes it on: the climb stops, as long as the matter moves. It solves nothing by itself.',
    source: 'SLA 10',
    data: Type.Object({
      level: number(),
      acknowledgedBy: field.id(),
      /** When the climb goes on, if nothing has moved by then; absent after the last level. */
      nextAt: Type.Optional(nextAt()),
    }),
    says: {
      en: '{acknowledgedBy} acknowledged level {level}{?nextAt ; without progress the climb goes on at {nextAt}}.',
      'zh-CN': '{acknowledgedBy}已确认第{level}级{?nextAt ；若无进展，{nextAt}继续升级}。',
    },
  },
  'escalation.progressed.v1': {
    meaning: 'The matter moved after an acknowledgement: the time without progress counts anew.',
    source: 'SLA 10',
    data: Type.Object({ progress: Type.Enum([...PROGRESS]), nextAt: nextAt() }),
    says: {
      en: 'The matter moved ({progress}); without further progress the climb goes on at {nextAt}.',
      'zh-CN': '已有进展（{progress}）；若再无进展，{nextAt}继续升级。',
    },
  },
  'escalation.exhausted.v1': {
    meaning: 'No level is left to call, and the matter still waits: the operators are told, once.',
    source: 'SLA 10',
    data: Type.Object({ because: Type.Enum([...CALLED_BECAUSE]) }),
    says: {
      en: 'No level is left to call ({because}); the operators are told.',
      'zh-CN': '已无更高级别可通知（{because}），已告知系统运维人员。',
    },
  },
  'escalation.ended.v1': {
    meaning: 'There is nothing to climb for any more.',
    source: 'SLA 10',
    data: Type.Object({
      about,
      because: Type.Enum([...ENDED_BECAUSE]),
      stoodDownBy: Type.Optional(field.id()),
      why: Type.Optional(field.personal({ maxLength: 2_000 })),
    }),
    says: {
      en: 'The escalation ended ({because}{?stoodDownBy , by {stoodDownBy}}){?why : {why}}.',
      'zh-CN': '升级结束（{because}{?stoodDownBy ，{stoodDownBy}}）{?why ，原因：{why}}。',
    },
  },
});
export type EscalationEvent = EventOf<typeof escalationEvents>;
export type NewEscalationEvent = NewEventOf<typeof escalationEvents>;

type FactName = EscalationEvent['type'] extends `escalation.${infer Fact}.v1` ? Fact : never;
export type DataOf<Fact extends FactName> = Extract<
  EscalationEvent,
  { readonly type: `escalation.${Fact}.v1` }
>['data'];

/** A fact by its name: `happened('ended', { … }, { occurredAt })`. */
export const happened = <Fact extends FactName>(
  fact: Fact,
  data: DataOf<Fact>,
  rest: Omit<NewEvent, 'type' | 'data'> = {},
): NewEscalationEvent => ({ type: `escalation.${fact}.v1`, data, ...rest }) as NewEscalationEvent;
