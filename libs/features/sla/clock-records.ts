import { field } from '#libs/kernel/fields.ts';
import Type from 'typebox';
import type { Static } from 'typebox';
import { clockName, clockSchema, version } from './clock-schema.ts';

const ofClock = { clock: clockName(), cycle: Type.Integer({ minimum: 1 }) };
const revision = () => Type.Integer({ minimum: 1 });
/**
 * In the last record of an append: the next moment at which something about a clock of this case or complaint comes to pass by
 * itself; the end of time when there is none.
 */
const nextAt = { nextAt: Type.Optional(field.instant()) };

/** What figures tell promises apart by, so that they need not look elsewhere; absent in records of earlier builds. */
const promised = Type.Object({
  /** The kind of case, or the category of complaint. */
  sort: field.text(200),
  /** Of whoever had it then; of an internal clock, its own. */
  team: Type.Optional(field.id()),
  tier: Type.Optional(Type.Enum(['A', 'B', 'C'])),
  urgent: Type.Boolean(),
  slaVersion: version(),
});

/** What is recorded of clocks, by the fact's name; cases and complaints have each under their own category. */
const records = {
  'clocks-judged.v1': {
    meaning: 'What a fact made of the clocks: each clock that it started, moved, paused or ended, in full.',
    source: '[T2, H5.2, H5.4] SLA 1–5, 8',
    data: Type.Object({
      /** Whose clocks these are, so that lists of clocks need not look elsewhere. */
      reference: field.text(100),
      customerId: Type.Optional(field.id()),
      team: Type.Optional(field.id()),
      assigneeId: Type.Optional(field.id()),
      /** The kind of case, or the category of complaint. */
      sort: field.text(200),
      slaVersion: version(),
      calendarVersion: version(),
      clocks: Type.Array(clockSchema),
      /** Of the clocks above: those that run on, those that ended in time, those that ended late. */
      running: Type.Array(clockName()),
      kept: Type.Array(clockName()),
      late: Type.Array(clockName()),
      /** The earliest deadline to come, of all clocks. */
      nextDueAt: Type.Optional(field.instant()),
      ...nextAt,
    }),
    says: {
      en: 'Clocks by “{slaVersion}”{?running ; running: {running}}{?kept ; kept: {kept}}{?late ; too late: {late}}{?nextDueAt ; next deadline {nextDueAt}}.',
      'zh-CN':
        '按“{slaVersion}”核定时限{?running ，计时中：{running}}{?kept ，按时完成：{kept}}{?late ，超时：{late}}{?nextDueAt ，最近的截止时间：{nextDueAt}}。',
    },
  },
  'threshold-reached.v1': {
    meaning: 'So much of a target has been used. Happened at that moment, whenever it was noticed.',
    source: 'SLA 9, 13',
    data: Type.Object({
      ...ofClock,
      percent: Type.Integer({ minimum: 1, maximum: 100 }),
      /** Of the deadline. */
      revision: revision(),
      dueAt: field.instant(),
      ...nextAt,
    }),
    says: {
      en: '{percent} % of the time for {clock} was used (due {dueAt}).',
      'zh-CN': '“{clock}”时限已用 {percent}%（截止 {dueAt}）。',
    },
  },
  'deadline-missed.v1': {
    meaning: 'A promise was broken. Happened at the deadline, whenever it was noticed.',
    source: 'SLA 13',
    data: Type.Object({ ...ofClock, promised: Type.Optional(promised), ...nextAt }),
    says: { en: 'The deadline for {clock} was missed.', 'zh-CN': '“{clock}”已超过时限。' },
  },
  'deadline-moved.v1': {
    meaning: 'A clock has another deadline from then on.',
    source: 'SLA 4, 8',
    data: Type.Object({
      ...ofClock,
      from: field.instant(),
      to: field.instant(),
      cause: Type.Enum(['served-otherwise', 'loosened', 'sla', 'calendar', 'pause']),
      revision: revision(),
    }),
    says: {
      en: 'The deadline for {clock} moved from {from} to {to} ({cause}).',
      'zh-CN': '“{clock}”的截止时间由{from}改为{to}（原因：{cause}）。',
    },
  },
  'deadline-passed-by-change.v1': {
    meaning: 'A change put a deadline into the past: nobody broke that promise, so it is counted apart from breaches.',
    source: 'SLA 4',
    data: Type.Object({ ...ofClock, dueAt: field.instant(), promised: Type.Optional(promised) }),
    says: {
      en: 'A change put the deadline for {clock} into the past ({dueAt}): no breach.',
      'zh-CN': '变更后“{clock}”的截止时间（{dueAt}）已过，不计为违约。',
    },
  },
} as const;

export type Promised = Static<typeof promised>;

type Records = typeof records;
export type ClockRecordName = keyof Records;
export type ClockRecordData<Name extends ClockRecordName> = Static<Records[Name]['data']>;

type RecordsOf<Category extends string> = {
  readonly [Name in ClockRecordName as `${Category}.${Name}`]: Records[Name];
};

/** The definitions of what is recorded of clocks, for a category of streams. */
export const clockRecordsOf = <const Category extends string>(category: Category): RecordsOf<Category> =>
  Object.fromEntries(
    Object.entries(records).map(([name, definition]) => [`${category}.${name}`, definition]),
  ) as unknown as RecordsOf<Category>;

/** One record, not yet an event of a category. `occurredAt` is the moment itself. */
export type ClockRecord = {
  [Name in ClockRecordName]: {
    readonly name: Name;
    readonly occurredAt: string;
    readonly data: ClockRecordData<Name>;
  };
}[ClockRecordName];
