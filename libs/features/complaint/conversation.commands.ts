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
  @Text(300, { optional: true })
  author?: string;
  @Moment({ optional: true, description: 'When it was sent; now where left out' })
  sentAt?: string;
}

/** Written by the person who sends it. */
export class SendAnswer extends Message {}

export class SendInterimAnswer extends Message {
  @Text(2_000)
  why!: string;
  @Moment({ description: 'By when the final answer is promised' })
  newDate!: string;
}

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
  @OneOf(['complainant', 'staff'])
  from!: 'complainant' | 'staff';
}

export const conversationCommands = {
  'complaint.record-customer-message': RecordCustomerMessage,
  'complaint.send-answer': SendAnswer,
  'complaint.send-interim-answer': SendInterimAnswer,
  'complaint.send-automatic-answer': SendAutomaticAnswer,
  'complaint.add-note': AddNote,
  'complaint.record-attachment': RecordAttachment,
};
