import { Day, Id, OneOf, Text, Whole } from '#libs/features/staff/body-rules.commands.ts';
import { DECLINE_REASONS, ERASURE_REASONS, HOLD_REASONS, PAPER_KINDS } from './vocabulary.ts';

export class RequestErasure {
  @OneOf(ERASURE_REASONS)
  reason!: (typeof ERASURE_REASONS)[number];
  @Id({ optional: true, description: 'Where the id is a contact’s: the customer whose contact it is' })
  contactOf?: string;
}

export class WithdrawErasure {}

export class DeclineErasure {
  @OneOf(DECLINE_REASONS)
  because!: (typeof DECLINE_REASONS)[number];
}

export class ApproveErasure {}

export class RecordShredding {
  @OneOf(PAPER_KINDS)
  kind!: (typeof PAPER_KINDS)[number];
  @Whole(1, 100_000)
  copies!: number;
  @Day()
  shreddedOn!: string;
}

/** Confirms, or finds incomplete. */
export class ConfirmErasure {}
export class FindErasureIncomplete {}

export class PlaceLegalHold {
  @OneOf(HOLD_REASONS)
  reason!: (typeof HOLD_REASONS)[number];
  @Text(100, { description: 'Of the matter at the court, regulator or insurer; nobody’s name' })
  fileNumber!: string;
}

export class ReleaseLegalHold {}

/** By wire name: the bodies of everything that can be asked over HTTP. */
export const erasureCommands = {
  'erasure.request': RequestErasure,
  'erasure.withdraw': WithdrawErasure,
  'erasure.decline': DeclineErasure,
  'erasure.approve': ApproveErasure,
  'erasure.record-shredding': RecordShredding,
  'erasure.confirm': ConfirmErasure,
  'erasure.find-incomplete': FindErasureIncomplete,
  'legal-hold.place': PlaceLegalHold,
  'legal-hold.release': ReleaseLegalHold,
};
