import { LANGUAGES } from '#libs/kernel/terms.ts';
import type { Language } from '#libs/kernel/terms.ts';
import { OneOf, Pattern } from '#libs/features/staff/body-rules.commands.ts';
import { OUTWARD_CHANNELS } from './vocabulary.ts';
import type { OutwardChannel } from './vocabulary.ts';

/** One plain address: no name beside it, no list, nothing that ends a line. */
const MAIL_ADDRESS = /^(?=.{3,254}$)[^\s@<>()[\],;:\\"]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?$/;
const TARGET_NAME = /^[a-z0-9][a-z0-9-]{0,59}$/;

export class ReadNotice {}

export class AcknowledgeNotice {}

export class SetRecipientAddress {
  @Pattern(MAIL_ADDRESS, 'lina@example.com')
  address!: string;
}

/** Mails have addresses, the other channels targets that the operator configured. */
export class SetRecipientTarget {
  @OneOf(OUTWARD_CHANNELS.filter((channel) => channel !== 'smtp'))
  channel!: Exclude<OutwardChannel, 'smtp'>;
  @Pattern(TARGET_NAME, 'team-east', { description: 'The name of a configured target' })
  target!: string;
}

export class ChooseRecipientLanguage {
  @OneOf(LANGUAGES)
  language!: Language;
}

export class ResumeRecipientChannel {
  @OneOf(OUTWARD_CHANNELS)
  channel!: OutwardChannel;
}

export class ReplayDelivery {}

/** By wire name: the bodies of everything that can be asked over HTTP. */
export const noticeCommands = {
  'notice.read': ReadNotice,
  'notice.acknowledge': AcknowledgeNotice,
  'recipient.set-address': SetRecipientAddress,
  'recipient.set-target': SetRecipientTarget,
  'recipient.choose-language': ChooseRecipientLanguage,
  'recipient.resume-channel': ResumeRecipientChannel,
  'delivery.replay': ReplayDelivery,
};
