import type { JsonObject } from '#libs/kernel/json.ts';
import { DISCLOSERS } from '#libs/runtime/disclosing.ts';
import { NotYetSigned } from '#libs/runtime/make-bundle.ts';
import { Problem } from './problem.ts';
import type { Call, Route } from './route.ts';

const FIELDS = { id: 200, recipient: 200, purpose: 500 } as const;

const bodyOf = ({ request }: Call): { readonly [field in keyof typeof FIELDS]: string } => {
  const { id, recipient, purpose, ...unknown } = (request.body ?? {}) as JsonObject;
  const given = { id, recipient, purpose };
  const [other] = Object.keys(unknown);
  if (other !== undefined)
    throw new Problem(422, 'evidence.invalid-body', `${JSON.stringify(other)} is not known here: remove it.`, {
      field: other,
      allowed: Object.keys(FIELDS),
    });
  for (const [field, longest] of Object.entries(FIELDS)) {
    const value = given[field as keyof typeof FIELDS];
    if (typeof value !== 'string' || value.trim() === '' || value.length > longest)
      throw new Problem(422, 'evidence.invalid-body', `${field} must be a text of 1 to ${longest} characters.`, {
        field,
      });
  }
  return given as { readonly [field in keyof typeof FIELDS]: string };
};

const text = (description: string, maxLength: number) => ({ type: 'string', minLength: 1, maxLength, description });

/** Evidence for somebody outside: whole histories with their proofs. Each is put on the register of disclosures. */
export const evidenceRoutes: readonly Route[] = [
  {
    access: DISCLOSERS,
    method: 'post',
    path: '',
    operation: 'discloseEvidence',
    summary: 'Hand out everything about a customer, with the proofs that it is unaltered.',
    description:
      'The answer holds a bundle that care verify --bundle checks without the ledger. What was handed out cannot be erased: it stands on the register of disclosures.',
    body: {
      type: 'object',
      additionalProperties: false,
      required: Object.keys(FIELDS),
      properties: {
        id: text('The customer, or the id of another aggregate.', FIELDS.id),
        recipient: text('Who gets it.', FIELDS.recipient),
        purpose: text('What for.', FIELDS.purpose),
      },
    },
    answer: {
      description: 'The bundle as a text: its SHA-256 stands on the register.',
      schema: {
        type: 'object',
        required: ['disclosureId', 'bundle'],
        properties: { disclosureId: { type: 'string' }, bundle: { type: 'string' } },
      },
    },
    problems: [404, 409, 422],
    handle: async (call) => {
      const { id, ...to } = bodyOf(call);
      try {
        const disclosed = await call.ask(async (ledger) => ledger.disclose?.(id, call.viewer, to));
        if (disclosed !== undefined) return disclosed;
      } catch (error) {
        if (error instanceof NotYetSigned)
          throw new Problem(409, 'evidence.not-yet-signed', error.message, {}, { 'retry-after': '1' });
        throw error;
      }
      throw new Problem(404, 'evidence.unknown', `Nothing is known of ${id}.`);
    },
  },
];
