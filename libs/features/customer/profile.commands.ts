import {
  Amount,
  Currency,
  Day,
  Id,
  ListOf,
  Moment,
  OneOf,
  Pattern,
  Text,
  Whole,
} from '#libs/features/staff/body-rules.commands.ts';
import { CREDIT_RATINGS, CUSTOMER_KINDS, FINANCIAL_STANDINGS, NEED_TYPES, SIZES } from './profile-events.ts';
import { SOURCES } from './provenance.ts';
import type { Source } from './provenance.ts';

const CREDIT_CODE = /^[0-9A-HJ-NPQRTUWXY]{18}$/;
const EMAIL = /^[^\s@]{1,64}@[^\s@]{1,255}$/;
const PHONE = /^\+?[0-9][0-9 ()/-]{3,40}$/;

/** Where a change comes from, and why it is made. [A1] */
class Provenance {
  @OneOf(SOURCES, { optional: true, description: 'staff where left out' })
  source?: Source;
  @Text(1_000, { optional: true })
  why?: string;
}

export class BusinessDetails extends Provenance {
  @Text(300, { optional: true })
  registeredPlace?: string;
  @Pattern(/^[A-T](\d{2,4})?$/, 'C3911', { optional: true, description: 'GB/T 4754' })
  industryCode?: string;
  @OneOf(SIZES, { optional: true })
  size?: (typeof SIZES)[number];
  @Text(4_000, { optional: true })
  businessScope?: string;
  @Day({ optional: true })
  foundedOn?: string;
  @OneOf(NEED_TYPES, { optional: true })
  needType?: (typeof NEED_TYPES)[number];
}

/** A key of another system. */
export class ExternalId {
  @Pattern(/^[a-z0-9][a-z0-9-]{0,59}$/, 'erp')
  system!: string;
  @Text(200)
  value!: string;
}

export class RegisterCustomer extends BusinessDetails {
  @OneOf(CUSTOMER_KINDS)
  kind!: (typeof CUSTOMER_KINDS)[number];
  @Text(300, { optional: true, description: 'Of an organisation' })
  organisationName?: string;
  @Text(300, { optional: true, description: 'Of an individual; personal' })
  personName?: string;
  @Pattern(CREDIT_CODE, '91350100M000100Y43', { optional: true, description: '统一社会信用代码, GB 32100' })
  unifiedSocialCreditCode?: string;
  @Text(300, { optional: true })
  legalRepresentative?: string;
  @Id({ optional: true, description: 'The owning team' })
  team?: string;
  @ListOf(ExternalId, { maxItems: 10, optional: true })
  externalIds?: ExternalId[];
}

export class RenameCustomer extends Provenance {
  @Text(300, { optional: true })
  organisationName?: string;
  @Text(300, { optional: true })
  personName?: string;
}

export class RecordBusinessDetails extends BusinessDetails {}

export class CorrectBusinessDetails extends BusinessDetails {
  @Id({ description: 'The event that said what was wrong; its fields only' })
  correctsEventId!: string;
  @Moment({ optional: true, description: 'From when the right value held; the event’s own time where left out' })
  validFrom?: string;
}

export class RecordCreditCode extends Provenance {
  @Pattern(CREDIT_CODE, '91350100M000100Y43')
  unifiedSocialCreditCode!: string;
}

export class NameLegalRepresentative extends Provenance {
  @Text(300)
  legalRepresentative!: string;
}

export class AddContact extends Provenance {
  @Text(300)
  name!: string;
  @Text(100, { description: 'purchasing, technical, executive, …' })
  role!: string;
  @Pattern(PHONE, '+86 21 5555 0100', { optional: true })
  phone?: string;
  @Pattern(EMAIL, 'li.lei@example.com', { optional: true })
  email?: string;
}

export class ChangeContact extends Provenance {
  @Id()
  contactId!: string;
  @Text(300, { optional: true })
  name?: string;
  @Text(100, { optional: true })
  role?: string;
  @Pattern(PHONE, '+86 21 5555 0100', { optional: true })
  phone?: string;
  @Pattern(EMAIL, 'li.lei@example.com', { optional: true })
  email?: string;
}

export class RemoveContact extends Provenance {
  @Id()
  contactId!: string;
}

export class RateCredit extends Provenance {
  @OneOf(CREDIT_RATINGS, { optional: true })
  rating?: (typeof CREDIT_RATINGS)[number];
  @OneOf(FINANCIAL_STANDINGS, { optional: true })
  financialStanding?: (typeof FINANCIAL_STANDINGS)[number];
  @Whole(0, 3_650, { optional: true })
  paymentCycleDays?: number;
}

export class RecordDefault extends Provenance {
  @Amount()
  amount!: string;
  @Currency()
  currency!: string;
  @Day()
  dueOn!: string;
}

export class Transaction {
  @Text(100, { description: 'The invoice’s number; the same key is the same dealing' })
  key!: string;
  @Moment()
  at!: string;
  @Amount({ description: 'Negative for a cancellation' })
  amount!: string;
  @Currency()
  currency!: string;
  @Text(300, { optional: true })
  product?: string;
  @Text(100, { optional: true })
  channel?: string;
  @Text(100, { optional: true })
  country?: string;
}

export class RecordTransactions {
  @ListOf(Transaction, { minItems: 1, maxItems: 100 })
  transactions!: Transaction[];
}

export class NotePreference extends Provenance {
  @Text(100)
  topic!: string;
  @Text(1_000)
  preference!: string;
}

export class RecordSatisfaction {
  @Whole(1, 5)
  score!: number;
  @Text(100)
  topic!: string;
  @Text(4_000, { optional: true })
  remark?: string;
  @OneOf(SOURCES, { optional: true, description: 'customer where left out' })
  source?: Source;
}

export class AssignTeam {
  @Id()
  team!: string;
}

export class AssignAccountManager {
  @Id()
  userId!: string;
}

export const profileCommands = {
  'customer.register': RegisterCustomer,
  'customer.rename': RenameCustomer,
  'customer.record-business-details': RecordBusinessDetails,
  'customer.correct-business-details': CorrectBusinessDetails,
  'customer.record-credit-code': RecordCreditCode,
  'customer.name-legal-representative': NameLegalRepresentative,
  'customer.add-contact': AddContact,
  'customer.change-contact': ChangeContact,
  'customer.remove-contact': RemoveContact,
  'customer.rate-credit': RateCredit,
  'customer.record-default': RecordDefault,
  'customer.record-transactions': RecordTransactions,
  'customer.note-preference': NotePreference,
  'customer.record-satisfaction': RecordSatisfaction,
  'customer.assign-team': AssignTeam,
  'customer.assign-account-manager': AssignAccountManager,
};
