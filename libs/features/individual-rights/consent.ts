import type { Role } from '#libs/kernel/actor.ts';
import { defineAggregate } from '#libs/kernel/aggregate.ts';
import type { Decide } from '#libs/kernel/aggregate.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import { invalid, reject } from '#libs/kernel/rejection.ts';
import { consentEvents } from './consent-events.ts';
import type { ConsentEvent, NewConsentEvent } from './consent-events.ts';
import type * as Commands from './individual-rights.commands.ts';
import type { ConsentPurpose } from './vocabulary.ts';

/** A type and no interface: so it counts as JSON. */
export type Given = {
  readonly noticeVersion: string;
  readonly until?: Instant;
};
export interface Consents {
  readonly given: { readonly [purpose in ConsentPurpose]?: Given };
}

const evolve = ({ given }: Consents, { type, data }: ConsentEvent): Consents => {
  const { [data.purpose]: _before, ...others } = given;
  if (type === 'consent.withdrawn.v1') return { given: others };
  const { purpose, noticeVersion, until } = data;
  return { given: { ...others, [purpose]: { noticeVersion, ...(until === undefined ? {} : { until }) } } };
};

/** Nothing is allowed that was not agreed to: marketing is off by default. [G6] */
export const mayBeUsedFor = ({ given }: Consents, purpose: ConsentPurpose, now: Instant): boolean => {
  const found = given[purpose];
  return found !== undefined && (found.until === undefined || now < found.until);
};

const give: Decide<Commands.GiveConsent, Consents, NewConsentEvent> = (command, { given }, { now }) => {
  const { purpose, noticeVersion, collectedBy, until, contactOf } = command;
  if (until !== undefined && until <= now)
    return invalid('consent.over', 'The consent would be over already.', 'until');
  const held = given[purpose];
  if (held?.noticeVersion === noticeVersion && held.until === until) return [];
  const data = {
    ...{ purpose, noticeVersion, collectedBy },
    ...(until === undefined ? {} : { until }),
    ...(contactOf === undefined ? {} : { contactOf }),
  };
  return [{ type: 'consent.given.v1', data }];
};

const withdraw: Decide<Commands.WithdrawConsent, Consents, NewConsentEvent> = ({ purpose }, { given }) =>
  given[purpose] === undefined
    ? reject('consent.not-given', `No consent to ${purpose} is on record.`, ['consent.give'])
    : [{ type: 'consent.withdrawn.v1', data: { purpose } }];

const STAFF: readonly Role[] = ['agent', 'account-manager', 'supervisor', 'privacy-officer', 'service'];

/** The consents of one person, by purpose. [G6] */
export const consent = defineAggregate<Consents, ConsentEvent>({
  name: 'consent',
  collection: 'consents',
  events: consentEvents,
  initial: { given: {} },
  evolve,
  allowedIn: ({ given }) => (Object.keys(given).length === 0 ? ['consent.give'] : ['consent.give', 'consent.withdraw']),
  commands: {
    'consent.give': {
      decide: give,
      roles: STAFF,
      summary: 'Record that a person agreed to a purpose, and under which notice',
      source: '[G6]',
      opens: true,
    },
    'consent.withdraw': {
      decide: withdraw,
      roles: STAFF,
      summary: 'Record that a person no longer agrees',
      source: '[G6]',
      opens: true,
    },
  },
});
