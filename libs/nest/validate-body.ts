import { plainToInstance } from 'class-transformer';
import { validate } from 'class-validator';
import type { ValidationError } from 'class-validator';
import type { JsonObject } from '#libs/kernel/json.ts';
import { allowedAt } from './command-schema.ts';
import type { Class } from './command-schema.ts';
import { Problem } from './problem.ts';
import type { FieldProblem } from './problem.ts';

const messagesOf = (constraints: { readonly [rule: string]: string }): string[] =>
  Object.entries(constraints).map(([rule, message]) =>
    rule === 'whitelistValidation' ? 'is not known here: remove it' : message,
  );

/** Every field that is wrong, however deep. The values themselves are not repeated. */
const fieldProblems = (errors: readonly ValidationError[], path = ''): FieldProblem[] =>
  errors.flatMap((error) => {
    const field = path === '' ? error.property : `${path}.${error.property}`;
    const allowed = allowedAt(error);
    const own: FieldProblem[] =
      error.constraints === undefined
        ? []
        : [{ field, problems: messagesOf(error.constraints), ...(allowed === undefined ? {} : { allowed }) }];
    return [...own, ...fieldProblems(error.children ?? [], field)];
  });

/**
 * Checks a command's body against its class; what is decided on is the body as it was sent. Throws a Problem with status
 * 422 that lists every wrong field with what is allowed there.
 */
export const validateBody = async (type: Class, body: JsonObject): Promise<void> => {
  const errors = await validate(plainToInstance(type, body), {
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: false,
  });
  if (errors.length === 0) return;
  const fields = fieldProblems(errors);
  throw new Problem(
    422,
    'command.invalid-body',
    `The body is not as it should be: ${fields.map((each) => each.field).join(', ')}. Correct and send it again.`,
    { fields },
  );
};
