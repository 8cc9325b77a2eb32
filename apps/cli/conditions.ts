import type { JsonValue } from '#libs/kernel/json.ts';
import type { Filter, Sort } from '#libs/ports/read-models.ts';
import { wrongUsage } from './problem.ts';

export type Operator = '=' | '!=' | '>' | '>=' | '<' | '<=' | '^=' | 'in' | 'exists' | 'missing';

/** One `--filter`, as typed: the values are still text. */
export interface Condition {
  readonly field: string;
  readonly operator: Operator;
  readonly values: readonly string[];
}

const SYNTAX =
  "Write field=value, field!=value, field>=value (>, <, <=), field^=beginning, 'field in a,b', 'field exists' or 'field missing'.";
const FIELD = '([A-Za-z_][\\w.-]*)';
const COMPARISON = new RegExp(`^${FIELD}\\s*(!=|>=|<=|\\^=|=|>|<)\\s*(.*)$`, 's');
const MEMBERSHIP = new RegExp(`^${FIELD}\\s+in\\s+(.+)$`, 's');
const PRESENCE = new RegExp(`^${FIELD}\\s+(exists|missing)$`);

/** Throws a Problem (usage). */
export const parseCondition = (text: string): Condition => {
  const trimmed = text.trim();
  const presence = PRESENCE.exec(trimmed);
  if (presence !== null) return { field: presence[1]!, operator: presence[2] as Operator, values: [] };
  const membership = MEMBERSHIP.exec(trimmed);
  if (membership !== null)
    return { field: membership[1]!, operator: 'in', values: membership[2]!.split(',').map((value) => value.trim()) };
  const comparison = COMPARISON.exec(trimmed);
  if (comparison === null) throw wrongUsage(`--filter ${text} is not understood.`, SYNTAX);
  return { field: comparison[1]!, operator: comparison[2] as Operator, values: [comparison[3]!] };
};

/** A text in double quotes is that text; anything else may also mean a number, a truth value or null. */
const meanings = (value: string): readonly JsonValue[] => {
  if (/^".*"$/s.test(value)) return [value.slice(1, -1)];
  if (value === 'null') return [null];
  if (value === 'true' || value === 'false') return [value === 'true', value];
  if (/^-?(0|[1-9]\d*)(\.\d+)?$/.test(value)) return [Number(value), value];
  return [value];
};

const RANGES: { readonly [operator: string]: string } = { '>': '$gt', '>=': '$gte', '<': '$lt', '<=': '$lte' };

const any = (filters: readonly Filter[]): Filter => (filters.length === 1 ? filters[0]! : { $or: filters });

const filterOf = ({ field, operator, values }: Condition): Filter => {
  switch (operator) {
    case 'exists':
      return { [field]: { $exists: true } };
    case 'missing':
      return { [field]: { $exists: false } };
    case '^=':
      return { [field]: { $prefix: values[0]! } };
    case '=':
    case 'in': {
      const candidates = values.flatMap(meanings);
      return candidates.length === 1 ? { [field]: candidates[0]! } : { [field]: { $in: candidates } };
    }
    case '!=': {
      const candidates = values.flatMap(meanings);
      return candidates.length === 1
        ? { [field]: { $ne: candidates[0]! } }
        : { $and: candidates.map((value) => ({ [field]: { $ne: value } })) };
    }
    default:
      // A comparison looks at values of its own type only, and `5` may be meant as a number or as a text.
      return any(meanings(values[0]!).map((value) => ({ [field]: { [RANGES[operator]!]: value } })));
  }
};

/** All conditions together. */
export const toFilter = (conditions: readonly Condition[]): Filter => {
  const filters = conditions.map(filterOf);
  return filters.length === 0 ? {} : filters.length === 1 ? filters[0]! : { $and: filters };
};

/** `-receivedAt,reference`: descending by the first, then ascending by the second. Throws a Problem (usage). */
export const parseSort = (text: string): Sort =>
  text.split(',').map((part) => {
    const field = part.trim().replace(/^[-+]/, '');
    if (!new RegExp(`^${FIELD}$`).test(field))
      throw wrongUsage(
        `--sort ${text} is not understood.`,
        'Write fields with commas; a minus means descending: -receivedAt,reference.',
      );
    return { field, direction: part.trim().startsWith('-') ? 'desc' : 'asc' };
  });
