/** A value that JSON can carry. */
export type JsonValue =
  string | number | boolean | null | readonly JsonValue[] | { readonly [name: string]: JsonValue };
export type JsonObject = { readonly [name: string]: JsonValue };

/** What stands at a dotted path: `rules.0.name`. Undefined where there is no such member. */
export const memberAt = (value: unknown, path: string): unknown =>
  path
    .split('.')
    .reduce<unknown>(
      (at, name) =>
        typeof at === 'object' && at !== null && Object.hasOwn(at, name)
          ? (at as { [name: string]: unknown })[name]
          : undefined,
      value,
    );

/** Texts that stand in JSON as they are; most of them are short, and quicker looked through than handed to JSON.stringify. */
const plain = /^[ !#-[\]-~]*$/;
const shortText = 64;

const textOf = (value: string): string => {
  if (value.length <= shortText && plain.test(value)) return `"${value}"`;
  if (!value.isWellFormed()) throw new TypeError('Half a surrogate pair is no Unicode text: JSON cannot carry it.');
  return JSON.stringify(value);
};

/** Names with their colon: few of them, written over and over. */
const members = new Map<string, string>();
const mostMembers = 5_000;

const memberOf = (name: string): string => {
  let text = members.get(name);
  if (text === undefined) {
    text = `${textOf(name)}:`;
    if (name.length <= shortText && members.size < mostMembers) members.set(name, text);
  }
  return text;
};

/** RFC 8785 orders names by UTF-16 code units, which is how JavaScript compares texts. What was read is in order already. */
const inOrder = (names: string[]): string[] => {
  for (let index = 1; index < names.length; index += 1) if (names[index - 1]! > names[index]!) return names.sort();
  return names;
};

/** undefined: JSON has nothing for it. */
const write = (value: unknown, depth: number): string | undefined => {
  switch (typeof value) {
    case 'string':
      return textOf(value);
    case 'number':
      if (!Number.isFinite(value)) throw new TypeError(`${value} is no JSON number.`);
      return String(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'undefined':
    case 'symbol':
      return undefined;
    case 'object':
      break;
    default:
      throw new TypeError(`A ${typeof value} has no canonical JSON.`);
  }
  if (value === null) return 'null';
  if (depth > mostLevels)
    throw new TypeError(`JSON deeper than ${mostLevels} levels, or a value that contains itself.`);
  if ('toJSON' in value && typeof value.toJSON === 'function')
    return write((value as { toJSON(): unknown }).toJSON(), depth + 1);
  if (Array.isArray(value)) {
    let text = '[';
    for (let index = 0; index < value.length; index += 1)
      text += `${index === 0 ? '' : ','}${write(value[index], depth + 1) ?? 'null'}`;
    return `${text}]`;
  }
  let text = '';
  for (const name of inOrder(Object.keys(value))) {
    const member = write((value as { readonly [name: string]: unknown })[name], depth + 1);
    if (member !== undefined) text += `${text === '' ? '' : ','}${memberOf(name)}${member}`;
  }
  return `{${text}}`;
};
const mostLevels = 1_000;

/**
 * The canonical JSON text of a value (RFC 8785): the same value always gives the same bytes, so hashes can be made again.
 * `undefined` members are left out. Throws a TypeError on what JSON cannot carry (NaN, Infinity, a function).
 *
 * Written here for speed: every event and every document goes through it, several times as fast as through the package
 * `canonicalize`, which it is tested against.
 */
export const canonicalJson = (value: unknown): string => {
  const text = write(value, 0);
  if (text === undefined) throw new TypeError('undefined has no canonical JSON');
  return text;
};
