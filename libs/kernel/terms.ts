import type { EventDefinition } from './event.ts';
import { DATA_CLASS } from './fields.ts';
import { epochMsOf, isInstant } from './instant.ts';
import type { Instant } from './instant.ts';
import type { JsonObject, JsonValue } from './json.ts';
import { isSealed } from './sealed.ts';
import { fieldsOfSentence, renderSentence } from './sentence.ts';

export const LANGUAGES = ['en', 'zh-CN'] as const;
export type Language = (typeof LANGUAGES)[number];

/** The word for a code, in each language. */
export type Term = { readonly [L in Language]: string };

/** A word for every code of a vocabulary, or it does not compile. */
export type Words<Code extends string> = { readonly [C in Code]: Term };

/**
 * A feature's glossary: by the name of a field, then by the code that stands in it. By field, because one code means
 * different things (`customer` as the sender of a file, and as the reason of a tier), and because a product that happens to
 * be called `visit` is no code.
 */
export type Terms = { readonly [field: string]: { readonly [code: string]: Term } };

/** How facts are put into words. */
export interface Wording {
  readonly language: Language;
  readonly terms?: Terms;
  /** The name of whom or what an id stands for; undefined: not known, the id stays. */
  readonly nameOf?: (id: string) => string | undefined;
  /** The IANA zone in which moments are told; Asia/Shanghai unless said otherwise. */
  readonly zone?: string;
}

/** Where the ledger's readers are, unless said otherwise. */
export const READERS_ZONE = 'Asia/Shanghai';

const formats = new Map<string, Intl.DateTimeFormat>();
const formatIn = (zone: string): Intl.DateTimeFormat => {
  let format = formats.get(zone);
  if (format === undefined)
    formats.set(
      zone,
      (format = new Intl.DateTimeFormat('en', {
        ...{ timeZone: zone, timeZoneName: 'longOffset', hourCycle: 'h23', calendar: 'iso8601' },
        ...{ year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' },
      })),
    );
  return format;
};

/** A moment on the clocks of a zone, to the minute that had begun: `2026-02-03 09:00 (+08:00)`. */
export const momentInWords = (instant: Instant, zone = READERS_ZONE): string => {
  const part = Object.fromEntries(
    formatIn(zone)
      .formatToParts(epochMsOf(instant))
      .map(({ type, value }) => [type, value]),
  );
  const offset = part.timeZoneName!.replace('GMT', '') || '+00:00';
  return `${part.year}-${part.month}-${part.day} ${part.hour}:${part.minute} (${offset})`;
};

type Schema = { readonly [keyword: string]: unknown };

const isPersonal = (schema: Schema): boolean => ['personal', 'sensitive'].includes(schema[DATA_CLASS] as string);

/** Is this the schema of `field.id()`? It is the one text that may not be empty. */
const isId = (schema: Schema): boolean => schema.type === 'string' && schema.minLength === 1;

const elementOf = (schema: Schema | undefined) => schema?.items as Schema | undefined;
const memberOf = (schema: Schema | undefined, name: string): Schema | undefined => {
  const members = schema?.properties as { readonly [name: string]: Schema } | undefined;
  return members !== undefined && Object.hasOwn(members, name) ? members[name] : undefined;
};

const termFor = (terms: Terms | undefined, field: string, code: string): Term | undefined => {
  const codes = terms !== undefined && Object.hasOwn(terms, field) ? terms[field]! : {};
  return Object.hasOwn(codes, code) ? codes[code] : undefined;
};

const textInWords = (text: string, schema: Schema, field: string, wording: Wording): string => {
  const term = termFor(wording.terms, field, text);
  if (term !== undefined) return term[wording.language];
  if (isId(schema)) return wording.nameOf?.(text) ?? text;
  return isInstant(text) ? momentInWords(text, wording.zone) : text;
};

/**
 * A payload in words: codes by the glossary, ids by their names, moments on the readers' clocks. Walks along the payload's
 * schema, and touches neither a text that is marked as personal (what a person wrote is evidence) nor what has no schema.
 */
export const inWords = (schema: Schema | undefined, value: JsonValue, wording: Wording, field = ''): JsonValue => {
  if (schema === undefined || isPersonal(schema) || isSealed(value)) return value;
  if (typeof value === 'string') return textInWords(value, schema, field, wording);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value))
    return (value as readonly JsonValue[]).map((item) => inWords(elementOf(schema), item, wording, field));
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, inWords(memberOf(schema, name), member, wording, name)]),
  );
};

const only = (facts: JsonObject, names: readonly string[]): JsonObject =>
  Object.fromEntries(names.filter((name) => Object.hasOwn(facts, name)).map((name) => [name, facts[name]!]));

type Told = Pick<EventDefinition, 'data' | 'says'>;

/** The sentence of a fact for people who know no codes. Personal values are told as they come: opened, masked or sealed. */
export const tell = ({ data, says }: Told, facts: JsonObject, wording: Wording): string => {
  const template = says[wording.language];
  const named = only(facts, fieldsOfSentence(template));
  return renderSentence(template, inWords(data as Schema, named, wording), wording.language === 'en' ? ', ' : '、');
};

const collectIds = (schema: Schema | undefined, value: JsonValue, into: Set<string>): void => {
  if (schema === undefined || isPersonal(schema) || isSealed(value)) return;
  if (typeof value === 'string') {
    if (isId(schema)) into.add(value);
  } else if (Array.isArray(value)) {
    for (const item of value as readonly JsonValue[]) collectIds(elementOf(schema), item, into);
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, member] of Object.entries(value)) collectIds(memberOf(schema, name), member, into);
  }
};

/** The ids that a fact's sentence names, for looking their names up. */
export const idsToldOf = ({ data, says }: Told, facts: JsonObject): ReadonlySet<string> => {
  const ids = new Set<string>();
  const names = new Set([...fieldsOfSentence(says.en), ...fieldsOfSentence(says['zh-CN'])]);
  collectIds(data as Schema, only(facts, [...names]), ids);
  return ids;
};
