import { Moment, OneOf, Pattern, Text, Whole } from '#libs/features/staff/body-rules.commands.ts';
import { CHANNELS } from './vocabulary.ts';
import type { Channel } from './vocabulary.ts';

class Message {
  @OneOf(CHANNELS)
  channel!: Channel;
  @Text(20_000)
  text!: string;
}

export class RecordCustomerMessage extends Message {
  @Text(300, { optional: true, description: 'Who wrote it' })
  author?: string;
  @Moment({ optional: true, description: 'When it was sent; now where left out. Ends a wait for the customer then' })
  sentAt?: string;
}

/** Written by the person who sends it. */
export class SendAnswer extends Message {}

export class SendAutomaticAnswer extends Message {}

export class AddNote {
  @Text(20_000)
  text!: string;
}

export class RecordAttachment {
  @Text(300)
  fileName!: string;
  @Pattern(/^[a-z0-9.+-]{1,60}\/[a-z0-9.+-]{1,60}$/, 'application/pdf')
  mediaType!: string;
  @Whole(0, 10_000_000_000)
  sizeBytes!: number;
  @Pattern(/^[0-9a-f]{64}$/, 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', {
    description: 'SHA-256 of the file, in hexadecimal',
  })
  sha256!: string;
  @OneOf(['customer', 'staff'])
  from!: 'customer' | 'staff';
}

export const conversationCommands = {
  'service-case.record-customer-message': RecordCustomerMessage,
  'service-case.send-answer': SendAnswer,
  'service-case.send-automatic-answer': SendAutomaticAnswer,
  'service-case.add-note': AddNote,
  'service-case.record-attachment': RecordAttachment,
};
