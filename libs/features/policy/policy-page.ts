import type { Language, Term } from '#libs/kernel/terms.ts';
import type { Calendar } from './calendar-document.ts';
import type { LadderLevel } from './ladder-document.ts';
import type { PolicyDocument } from './policy-kinds.ts';
import { MEMBER_WORDS, PAGE_WORDS, VALUE_WORDS } from './policy-words.ts';
import type { Target } from './sla-document.ts';

/** One line of a policy as people read it. */
export interface PageLine {
  /** 0 for what stands at the top. */
  readonly depth: number;
  /** With a `*` where the sources leave the value open. */
  readonly text: string;
}

type Members = { readonly [member: string]: unknown };
const isMembers = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `480` → `8 h`; days from five on. */
export const durationInWords = (minutes: number, language: Language): string => {
  const [size, en, zh] =
    minutes % 1_440 === 0 && minutes >= 7_200
      ? [1_440, ' days', ' 天']
      : minutes % 60 === 0 && minutes > 0
        ? [60, ' h', ' 小时']
        : [1, ' min', ' 分钟'];
  return `${minutes / size}${language === 'en' ? en : zh}`;
};

/** Writes one document in one language. */
class Page {
  readonly #language: Language;
  readonly #ours: readonly string[];
  readonly lines: PageLine[] = [];

  constructor(language: Language, ours: readonly string[]) {
    this.#language = language;
    this.#ours = ours;
  }

  say = (term: Term): string => term[this.#language];
  #list = (parts: readonly string[]): string => parts.join(this.#language === 'en' ? ', ' : '、');
  #pair = (label: string, text: string): string => `${label}${this.#language === 'en' ? ': ' : '：'}${text}`;
  /** Marks a text whose value is ours, by itself or with what it belongs to. */
  #marked = (text: string, path: string): string =>
    this.#ours.some((own) => path === own || path.startsWith(`${own}.`)) ? `${text}*` : text;
  #word = (member: string, code: string | number): string => {
    const term = VALUE_WORDS[member]?.[code];
    return term === undefined ? String(code) : this.say(term);
  };

  #add(depth: number, text: string): void {
    this.lines.push({ depth, text });
  }

  #plain(member: string, value: unknown): string {
    if (typeof value === 'number' && /[mM]inutes$/.test(member)) return durationInWords(value, this.#language);
    if (typeof value === 'number' && /[pP]ercents?$/.test(member)) return `${value} %`;
    return this.#word(member, value as string | number);
  }

  #plainList = (member: string, values: readonly unknown[], path: string): string =>
    this.#list(values.map((value, index) => this.#marked(this.#plain(member, value), `${path}.${index}`)));

  #target({ minutes, counts, rolled }: Target, path: string): string {
    return this.#list([
      this.#marked(durationInWords(minutes, this.#language), `${path}.minutes`),
      this.#marked(this.#word('counts', counts), `${path}.counts`),
      ...(rolled === undefined ? [] : [this.#marked(this.say(PAGE_WORDS.rolled), `${path}.rolled`)]),
    ]);
  }

  #windows = (windows: Calendar['days'][number]['windows']): string =>
    this.#list(windows.map(({ from, to }) => `${from}–${to}`));

  #conditions(when: Members, path: string): string {
    const conditions = Object.entries(when).map(([member, value]) =>
      Array.isArray(value)
        ? this.#plainList(member, value, `${path}.${member}`)
        : this.#marked(this.#word(member, value as string), `${path}.${member}`),
    );
    return conditions.length === 0 ? this.say(PAGE_WORDS.everyCase) : this.#list(conditions);
  }

  #level(level: LadderLevel, index: number, path: string): string {
    const { recipients, waitMinutes, channels, acknowledgement } = level;
    const parts = [
      this.#plainList('recipients', recipients, `${path}.recipients`),
      this.#marked(
        `${this.say(PAGE_WORDS.wait)} ${durationInWords(waitMinutes, this.#language)}`,
        `${path}.waitMinutes`,
      ),
      this.#plainList('channels', channels, `${path}.channels`),
      this.#marked(
        this.say(acknowledgement ? PAGE_WORDS.acknowledged : PAGE_WORDS.unacknowledged),
        `${path}.acknowledgement`,
      ),
    ];
    const separator = this.#language === 'en' ? '; ' : '；';
    return this.#pair(`${this.say(PAGE_WORDS.level)} ${index + 1}`, parts.join(separator));
  }

  /** Hundreds of days are told by year. */
  #days(days: Calendar['days'], depth: number, path: string): void {
    for (const [year, own] of Map.groupBy(days, ({ date }) => date.slice(0, 4))) {
      const off = own.filter(({ windows }) => windows.length === 0).length;
      const counted = [
        `${off} ${this.say(PAGE_WORDS.off)}`,
        ...(own.length === off ? [] : [`${own.length - off} ${this.say(PAGE_WORDS.worked)}`]),
      ];
      this.#add(depth, this.#marked(this.#pair(year, this.#list(counted)), path));
    }
  }

  #objects(member: string, values: readonly Members[], depth: number, path: string): void {
    for (const [index, value] of values.entries()) {
      const at = `${path}.${index}`;
      if (member === 'levels') this.#add(depth, this.#level(value as unknown as LadderLevel, index, at));
      else if (member === 'week') {
        const { weekdays, windows } = value as unknown as Calendar['week'][number];
        this.#add(
          depth,
          this.#marked(this.#pair(this.#plainList('weekdays', weekdays, at), this.#windows(windows)), at),
        );
      } else {
        const { name, when, ...rest } = value as { readonly name: string; readonly when: Members };
        this.#add(depth, `${this.#conditions(when, `${at}.when`)} [${name}]`);
        this.write(rest, depth + 1, `${at}.`);
      }
    }
  }

  #named(member: string, value: Members, depth: number, path: string): void {
    for (const [name, inner] of Object.entries(value)) {
      const known = this.#word(member.slice(0, -1), name);
      this.#add(depth, known === name ? name : `${known} [${name}]`);
      this.write(inner as Members, depth + 1, `${path}.${name}.`);
    }
  }

  /** Each member on a line of its own, or below one. */
  write(members: Members, depth: number, prefix = ''): void {
    for (const [member, value] of Object.entries(members)) {
      const path = `${prefix}${member}`;
      const term = MEMBER_WORDS[member];
      const label = term === undefined ? member : this.say(term);
      if (isMembers(value) && 'counts' in value)
        this.#add(depth, this.#pair(label, this.#target(value as unknown as Target, path)));
      else if (isMembers(value) && 'from' in value)
        this.#add(depth, this.#marked(this.#pair(label, this.#windows([value as never])), path));
      else if (isMembers(value)) {
        this.#add(depth, label);
        if (member === 'calendars') this.#named(member, value, depth + 1, path);
        else this.write(value, depth + 1, `${path}.`);
      } else if (!Array.isArray(value))
        this.#add(depth, this.#marked(this.#pair(label, this.#plain(member, value)), path));
      else if (value.length === 0) continue;
      else if (!isMembers(value[0])) this.#add(depth, this.#pair(label, this.#plainList(member, value, path)));
      else {
        this.#add(depth, label);
        if (member === 'days') this.#days(value as Calendar['days'], depth + 1, path);
        else this.#objects(member, value as Members[], depth + 1, path);
      }
    }
  }
}

/** A policy as people read it, with the open values marked. */
export const policyPage = (document: PolicyDocument, language: Language): readonly PageLine[] => {
  const { version: _version, title: _title, ours, ...content } = document;
  const page = new Page(language, ours);
  page.write(content, 0);
  return ours.length === 0 ? page.lines : [...page.lines, { depth: 0, text: page.say(PAGE_WORDS.open) }];
};
