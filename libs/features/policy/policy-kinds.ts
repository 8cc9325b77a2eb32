import type { Term } from '#libs/kernel/terms.ts';
import type { TSchema } from 'typebox';
import { DEFAULT_CALENDARS } from './calendar-default.ts';
import { calendarDocumentSchema } from './calendar-document.ts';
import type { CalendarDocument } from './calendar-document.ts';
import { lintCalendars } from './calendar-lint.ts';
import type { Finding } from './finding.ts';
import { DEFAULT_LADDERS } from './ladder-default.ts';
import { ladderDocumentSchema } from './ladder-document.ts';
import type { LadderDocument } from './ladder-document.ts';
import { lintLadders } from './ladder-lint.ts';
import { DEFAULT_SLA, DESK_SLA } from './sla-default.ts';
import { slaDocumentSchema } from './sla-document.ts';
import type { SlaDocument } from './sla-document.ts';
import { lintSla } from './sla-lint.ts';

/** The document of each kind of policy. */
export interface PolicyDocuments {
  readonly sla: SlaDocument;
  readonly calendar: CalendarDocument;
  readonly ladder: LadderDocument;
}
export type PolicyKind = keyof PolicyDocuments;
export type PolicyDocument = PolicyDocuments[PolicyKind];

/** What a document must fit together with. */
export interface Surroundings {
  /** The calendars that there will be, by name. */
  readonly calendars: CalendarDocument['calendars'];
  /** The service times in force. */
  readonly sla: SlaDocument;
  /** The year from which on the document is to hold. */
  readonly year: number;
}

/** All that is particular to one kind of policy. */
export interface PolicyKindDefinition<Document> {
  readonly title: Term;
  /** What it governs, for the command line and the schema. */
  readonly about: string;
  readonly schema: TSchema;
  /** The member that only documents of this kind have: tells a file's kind. */
  readonly mark: keyof Document & string;
  readonly lint: (document: Document, surroundings: Surroundings) => readonly Finding[];
  /** In force until another version is. */
  readonly default: Document;
  /** Further documents that ship, to be applied for as they are. */
  readonly alternatives: readonly Document[];
}

/** The kinds of policies: one stream each, one line each. [H1] */
export const POLICY_KINDS: { readonly [Kind in PolicyKind]: PolicyKindDefinition<PolicyDocuments[Kind]> } = {
  sla: {
    title: { en: 'service times', 'zh-CN': '服务时限' },
    about: 'The agreed times of service by class, urgency and complexity, and those of complaints. [C3, B3, T2]',
    schema: slaDocumentSchema,
    mark: 'rules',
    lint: lintSla,
    default: DEFAULT_SLA,
    alternatives: [DESK_SLA],
  },
  calendar: {
    title: { en: 'calendars', 'zh-CN': '工作日历' },
    about: 'The hours of service: zones, weeks, days off and make-up working days. [SLA 6]',
    schema: calendarDocumentSchema,
    mark: 'calendars',
    lint: lintCalendars,
    default: DEFAULT_CALENDARS,
    alternatives: [],
  },
  ladder: {
    title: { en: 'escalation ladders', 'zh-CN': '升级阶梯' },
    about: 'Who is called when, and how often people are disturbed. [SLA 10, SLA 12]',
    schema: ladderDocumentSchema,
    mark: 'ladders',
    lint: lintLadders,
    default: DEFAULT_LADDERS,
    alternatives: [],
  },
};

export const KIND_NAMES = Object.keys(POLICY_KINDS) as readonly PolicyKind[];
export const isPolicyKind = (name: string): name is PolicyKind => Object.hasOwn(POLICY_KINDS, name);

/** The definition of a kind whose documents are looked at as such: every kind takes its own documents only. */
export const kindDefinition = (kind: PolicyKind): PolicyKindDefinition<PolicyDocument> =>
  POLICY_KINDS[kind] as unknown as PolicyKindDefinition<PolicyDocument>;

/** The documents of a kind that ship with the product. */
export const shippedDocuments = <Kind extends PolicyKind>(kind: Kind): readonly PolicyDocuments[Kind][] => {
  const { default: inForce, alternatives } = POLICY_KINDS[kind];
  return [inForce, ...alternatives];
};

/** The schema of a kind's documents for editors and other programs, as JSON Schema (2020-12). */
export const jsonSchemaOf = (kind: PolicyKind): object => {
  const { title, about, schema } = POLICY_KINDS[kind];
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: `urn:careledger:policy:${kind}`,
    title: `CareLedger policy: ${title.en} (${title['zh-CN']})`,
    description: about,
    ...(JSON.parse(JSON.stringify(schema)) as object),
  };
};

/** The kind of a document, by what it holds; undefined: none of ours. */
export const kindOfDocument = (document: unknown): PolicyKind | undefined =>
  typeof document === 'object' && document !== null
    ? KIND_NAMES.find((kind) => Object.hasOwn(document, POLICY_KINDS[kind].mark))
    : undefined;
