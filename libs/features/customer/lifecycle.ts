import { addMinutes } from '#libs/kernel/instant.ts';
import { invalid } from '#libs/kernel/rejection.ts';
import { happened } from './customer.events.ts';
import { allDealings, own } from './customer.state.ts';
import type { CustomerCommands } from './deciding.ts';
import { known, MANAGERS, refuse, STAFF, STAFF_AND_PROGRAMS } from './deciding.ts';
import { consultPolicy, judged } from './judgement.ts';
import type * as Commands from './relationship.commands.ts';
import { tagsByRule } from './tag-rules.ts';

const LOST = 'The customer is lost: win them back first.';

const override = known<Commands.OverrideLifecycle>(({ stage, why }, customer) =>
  customer.lifecycle.status === 'churned'
    ? refuse(customer, 'churned', LOST)
    : [happened('lifecycle-overridden', { stage, why })],
);

const liftOverride = known<Commands.LiftLifecycleOverride>(({ why }, customer, context) =>
  customer.lifecycle.overridden
    ? judged([happened('lifecycle-override-lifted', { why })], customer, context)
    : refuse(customer, 'not-overridden', 'The rules decide the stage already.'),
);

const churn = known<Commands.Churn>(({ why, churnedAt }, customer, { now }) =>
  customer.lifecycle.status === 'churned'
    ? refuse(customer, 'churned', LOST)
    : churnedAt !== undefined && churnedAt > now
      ? invalid('customer.churn-in-future', 'A customer is lost once they are: give a time that has come.', 'churnedAt')
      : [happened('churned', { why }, churnedAt === undefined ? {} : { occurredAt: churnedAt })],
);

const winBack = known<Commands.WinBack>(({ why }, customer, context) =>
  customer.lifecycle.status === 'churned'
    ? judged([happened('won-back', { why })], customer, context)
    : refuse(customer, 'not-churned', 'The customer is not lost.'),
);

/** A tag is a judgement of its time: nobody vouches for more than two years. */
const longestTag = (now: string) => addMinutes(now, 2 * 366 * 1_440);

const tag = known<Commands.Tag>(({ tag, kind, why, validUntil }, _customer, { now }) =>
  validUntil <= now
    ? invalid('customer.tag-expired', 'The tag would have expired already: give a later time.', 'validUntil')
    : validUntil > longestTag(now)
      ? invalid('customer.tag-too-long', 'A tag is valid for two years at most: renew it then.', 'validUntil')
      : [happened('tagged', { tag, kind, by: 'hand', why, validUntil })],
);

const tagByRule = known<Commands.TagByRule>(({ complaints = 0 }, customer, { now }) =>
  tagsByRule({ dealings: allDealings(customer), complaints }, now)
    .filter(({ tag }) => (own(customer.tags, tag) ?? '') <= now)
    .map((found) => happened('tagged', { ...found, by: 'rule' })),
);

const untag = known<Commands.Untag>(({ tag, why }, customer) =>
  own(customer.tags, tag) === undefined
    ? refuse(customer, 'not-tagged', `The customer has no tag “${tag}”.`)
    : [happened('untagged', { tag, why })],
);

export const lifecycle: CustomerCommands = {
  'customer.override-lifecycle': {
    decide: override,
    summary: 'Place the customer in a stage by hand',
    source: '[M1.3]',
    roles: MANAGERS,
  },
  'customer.lift-lifecycle-override': {
    decide: liftOverride,
    summary: 'Let the rules decide the stage again',
    source: '[M1.3]',
    roles: MANAGERS,
    consults: [consultPolicy],
  },
  'customer.churn': {
    decide: churn,
    summary: 'Record that the customer is lost',
    source: '[M1.3]',
    roles: [...MANAGERS, 'service'],
  },
  'customer.win-back': {
    decide: winBack,
    summary: 'Record that a lost customer came back',
    source: '[M1.3]',
    roles: MANAGERS,
    consults: [consultPolicy],
  },
  'customer.tag': { decide: tag, summary: 'Tag a customer', source: '[S1]', roles: [...STAFF, 'marketing'] },
  'customer.tag-by-rule': {
    decide: tagByRule,
    summary: 'Put on the tags whose rules hold now',
    source: '[S1]',
    roles: STAFF_AND_PROGRAMS,
  },
  'customer.untag': { decide: untag, summary: 'Take a tag off', source: '[S1]', roles: [...STAFF, 'marketing'] },
};
