import Type from 'typebox';
import type { Personal } from './sealed.ts';

/** Who may see a field's value. [H1.5, H3] */
export type DataClass = 'public' | 'internal' | 'confidential' | 'personal' | 'sensitive';

/** The schema keyword that marks a field's class; fields without it are internal. */
export const DATA_CLASS = 'x-data-class';
/** The schema keyword naming the sibling field that holds the id of the person whose value it is. */
export const SUBJECT_FIELD = 'x-subject-field';

const personalField = (dataClass: 'personal' | 'sensitive', options: { subjectField?: string; maxLength?: number }) =>
  Type.Unsafe<Personal>({
    type: 'string',
    maxLength: options.maxLength ?? 20_000,
    [DATA_CLASS]: dataClass,
    ...(options.subjectField === undefined ? {} : { [SUBJECT_FIELD]: options.subjectField }),
  });

/** Building blocks of event schemas. Payloads are primitives; value objects stay in the domain. */
export const field = {
  /** An id of an aggregate, a user or a team. */
  id: () => Type.String({ minLength: 1, maxLength: 200 }),
  /** A moment, `2026-11-24T09:30:00.000Z`. */
  instant: () => Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}\\.\\d{3}Z$' }),
  /** A day, `2026-11-24`. */
  date: () => Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' }),
  /** Text that names no person and was not written by or about one: codes, categories, reasons from a list. */
  text: (maxLength = 2_000) => Type.String({ maxLength }),
  /** Text only some roles see (contracts, credit). */
  confidential: (maxLength = 2_000) => Type.String({ maxLength, [DATA_CLASS]: 'confidential' }),
  /** A person's name, address, number, or anything written freely: encrypted under the subject's key. */
  personal: (options: { subjectField?: string; maxLength?: number } = {}) => personalField('personal', options),
  /** A personal value of the kinds the law protects more (identity numbers, health, accounts). */
  sensitive: (options: { subjectField?: string; maxLength?: number } = {}) => personalField('sensitive', options),
  /** A decimal amount, up to 3 places, e.g. `-19.995`. Its currency stands beside it. */
  amount: () => Type.String({ pattern: '^-?(0|[1-9]\\d{0,14})(\\.\\d{1,3})?$' }),
  /** ISO 4217 currency code. */
  currency: () => Type.String({ pattern: '^[A-Z]{3}$' }),
  count: () => Type.Integer({ minimum: 0 }),
  score: () => Type.Integer({ minimum: 1, maximum: 5 }),
};
