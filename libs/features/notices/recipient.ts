import type { Decide } from '#libs/kernel/aggregate.ts';
import { defineAggregate } from '#libs/kernel/aggregate.ts';
import type { PublicView } from '#libs/kernel/aggregate.ts';
import { mayAct, ROLES } from '#libs/kernel/actor.ts';
import { forbidden, reject } from '#libs/kernel/rejection.ts';
import type { Personal } from '#libs/kernel/sealed.ts';
import type { Language } from '#libs/kernel/terms.ts';
import type * as Commands from './notices.commands.ts';
import { recipientEvents } from './recipient-events.ts';
import type { NewRecipientEvent, RecipientEvent } from './recipient-events.ts';
import type { OutwardChannel } from './vocabulary.ts';

/** How one person is reached outside the ledger. */
export interface Recipient {
  readonly address?: Personal;
  readonly language?: Language;
  /** Names of configured targets. */
  readonly targets: { readonly [C in OutwardChannel]?: string };
  readonly stopped: readonly OutwardChannel[];
}

const initial: Recipient = { targets: {}, stopped: [] };
const without = (stopped: readonly OutwardChannel[], channel: OutwardChannel) =>
  stopped.filter((each) => each !== channel);

const evolve = (recipient: Recipient, event: RecipientEvent): Recipient => {
  const { stopped } = recipient;
  switch (event.type) {
    case 'recipient.address-set.v1':
      return { ...recipient, address: event.data.address, stopped: without(stopped, 'smtp') };
    case 'recipient.target-set.v1': {
      const { channel, target } = event.data;
      return { ...recipient, targets: { ...recipient.targets, [channel]: target }, stopped: without(stopped, channel) };
    }
    case 'recipient.language-chosen.v1':
      return { ...recipient, language: event.data.language };
    case 'recipient.channel-stopped.v1':
      return { ...recipient, stopped: [...stopped, event.data.channel] };
    case 'recipient.channel-resumed.v1':
      return { ...recipient, stopped: without(stopped, event.data.channel) };
  }
};

/** What a message needs to know of its recipient. */
export const recipients: PublicView<Recipient, RecipientEvent> = {
  name: 'recipients',
  events: recipientEvents,
  initial,
  evolve,
};

const setAddress: Decide<Commands.SetRecipientAddress, Recipient, NewRecipientEvent> = ({ address }) => [
  { type: 'recipient.address-set.v1', data: { address } },
];

const setTarget: Decide<Commands.SetRecipientTarget, Recipient, NewRecipientEvent> = ({ channel, target }) => [
  { type: 'recipient.target-set.v1', data: { channel, target } },
];

const chooseLanguage: Decide<Commands.ChooseRecipientLanguage, Recipient, NewRecipientEvent> = (
  { language },
  recipient,
  { actor, id },
) =>
  actor.id !== id && !mayAct(actor, ADMINISTRATORS, undefined)
    ? forbidden('recipient.not-yours', 'Only the recipient, or an operator, may choose the language.')
    : recipient.language === language
      ? []
      : [{ type: 'recipient.language-chosen.v1', data: { language } }];

/** What the ledger's own process says of a message that came back. */
export interface StopChannel {
  readonly channel: OutwardChannel;
  readonly deliveryId: string;
  readonly reason: string;
}
const stopChannel: Decide<StopChannel, Recipient, NewRecipientEvent> = ({ channel, deliveryId, reason }, recipient) =>
  recipient.stopped.includes(channel)
    ? []
    : [{ type: 'recipient.channel-stopped.v1', data: { channel, deliveryId, reason } }];

const resumeChannel: Decide<Commands.ResumeRecipientChannel, Recipient, NewRecipientEvent> = (
  { channel },
  recipient,
) =>
  recipient.stopped.includes(channel)
    ? [{ type: 'recipient.channel-resumed.v1', data: { channel } }]
    : reject('recipient.channel-not-stopped', `The channel ${channel} is not stopped.`, OFFERED);

const ADMINISTRATORS = ['hr', 'operator'] as const;
const OFFERED = ['recipient.set-address', 'recipient.set-target', 'recipient.choose-language'];

/** Under the id of a user, or OPERATORS: addresses, language, and channels that were stopped. [SLA 12] */
export const recipient = defineAggregate<Recipient, RecipientEvent>({
  name: 'recipient',
  collection: 'recipients',
  events: recipientEvents,
  initial,
  evolve,
  allowedIn: ({ stopped }) => (stopped.length === 0 ? OFFERED : [...OFFERED, 'recipient.resume-channel']),
  commands: {
    'recipient.set-address': {
      decide: setAddress,
      roles: ADMINISTRATORS,
      summary: 'Set where mails for a user go; the id is the user’s, or role:operator',
      opens: true,
    },
    'recipient.set-target': {
      decide: setTarget,
      roles: ADMINISTRATORS,
      summary: 'Set the configured target to which messages for a user go on a channel',
      opens: true,
    },
    'recipient.choose-language': {
      decide: chooseLanguage,
      roles: ROLES,
      summary: 'Choose the language of one’s messages',
      opens: true,
    },
    'recipient.stop-channel': {
      decide: stopChannel,
      roles: ['service'],
      summary: 'Stop a channel on which a message came back',
      source: '[SLA 12]',
      opens: true,
      internal: true,
      commutative: true,
    },
    'recipient.resume-channel': {
      decide: resumeChannel,
      roles: ADMINISTRATORS,
      summary: 'Use a stopped channel again',
      source: '[SLA 12]',
    },
  },
});
