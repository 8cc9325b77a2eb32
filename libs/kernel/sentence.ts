import { memberAt } from './json.ts';
import { isSealed } from './sealed.ts';

/** Shown for a value that nobody opened. */
const CLOSED = '•••';

type Part = string | { readonly path: string } | { readonly path: string; readonly then: readonly Part[] };

const MALFORMED = (template: string, at: number) =>
  new Error(
    `The sentence “${template}” is malformed at character ${at}: expected {field}, {?field text} or plain text.`,
  );

/** Reads parts from `from` up to the end or, inside a condition, to its closing brace. */
const parse = (template: string, from: number, inside: boolean): { parts: Part[]; end: number } => {
  const parts: Part[] = [];
  let at = from;
  while (at < template.length) {
    const next = template.slice(at).search(/[{}]/);
    const brace = next === -1 ? template.length : at + next;
    if (brace > at) parts.push(template.slice(at, brace));
    if (brace === template.length) break;
    if (template[brace] === '}') {
      if (!inside) throw MALFORMED(template, brace);
      return { parts, end: brace + 1 };
    }
    const [opening, condition, path] = /^\{(\??)([A-Za-z0-9_.]+)/.exec(template.slice(brace)) ?? [];
    if (opening === undefined || path === undefined) throw MALFORMED(template, brace);
    const after = brace + opening.length;
    if (condition === '?') {
      if (template[after] !== ' ') throw MALFORMED(template, after);
      const { parts: then, end } = parse(template, after + 1, true);
      parts.push({ path, then });
      at = end;
    } else {
      if (template[after] !== '}') throw MALFORMED(template, after);
      parts.push({ path });
      at = after + 1;
    }
  }
  if (inside) throw MALFORMED(template, template.length);
  return { parts, end: at };
};

const parsed = new Map<string, readonly Part[]>();
const partsOf = (template: string): readonly Part[] => {
  let parts = parsed.get(template);
  if (parts === undefined) parsed.set(template, (parts = parse(template, 0, false).parts));
  return parts;
};

const hasValue = (value: unknown): boolean =>
  value !== undefined &&
  value !== null &&
  value !== '' &&
  value !== false &&
  !(Array.isArray(value) && value.length === 0);

const textOf = (value: unknown, joint: string): string => {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return value.map((item) => textOf(item, joint)).join(joint);
  return value === undefined || value === null ? '' : isSealed(value) ? CLOSED : JSON.stringify(value);
};

const ENDS_A_SENTENCE = /[.。．!！?？…]$/;
/** The template’s, also behind the quotation that the value stands in. */
const FULL_STOP = /^([”’」』"']?)[.。]/;

/** What is said so far, and whether a value just ended a sentence: the template's own full stop would be a second one. */
interface Said {
  readonly text: string;
  readonly ended: boolean;
}

const sayOn = (said: Said, parts: readonly Part[], facts: unknown, joint: string): Said =>
  parts.reduce<Said>((before, part) => {
    if (typeof part === 'string')
      return { text: before.text + (before.ended ? part.replace(FULL_STOP, '$1') : part), ended: false };
    const value = memberAt(facts, part.path);
    if ('then' in part) return hasValue(value) ? sayOn(before, part.then, facts, joint) : before;
    const text = textOf(value, joint);
    return text === '' ? before : { text: before.text + text, ended: ENDS_A_SENTENCE.test(text) };
  }, said);

/**
 * A timeline sentence with a fact's values: `{field}` becomes the field (dotted paths; lists joined by `joint`; nothing
 * where it is absent), `{?field text}` its text only where the field has a value (not absent, empty or false). One space
 * after the condition's field is the separator; the text may hold fields and conditions of its own. Values are put in as
 * they are and never read as templates; after one that ends a sentence by itself the template's full stop is left out.
 * Throws an Error on a malformed template.
 */
export const renderSentence = (template: string, facts: unknown, joint = ', '): string =>
  sayOn({ text: '', ended: false }, partsOf(template), facts, joint).text;

/** The payload fields that a template names, by their first path segment, in order of appearance. */
export const fieldsOfSentence = (template: string): readonly string[] => {
  const names = new Set<string>();
  const collect = (parts: readonly Part[]): void => {
    for (const part of parts) {
      if (typeof part === 'string') continue;
      names.add(part.path.split('.')[0]!);
      if ('then' in part) collect(part.then);
    }
  };
  collect(partsOf(template));
  return [...names];
};
