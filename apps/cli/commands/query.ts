import { memberAt } from '#libs/kernel/json.ts';
import type { Document } from '#libs/kernel/projection.ts';
import type { Moment } from '#libs/runtime/ledger.ts';
import type { AskedLedger, ListPage } from '../asked.ts';
import { asking } from '../asking.ts';
import { parseCondition, parseSort } from '../conditions.ts';
import type { Condition } from '../conditions.ts';
import { namesFor } from '../names.ts';
import { cell } from '../output.ts';
import type { Output } from '../output.ts';
import { wrongUsage } from '../problem.ts';
import type { GlobalOptions } from '../global-options.ts';
import { momentOf } from './history.ts';
import type { MomentOptions } from './history.ts';

export interface QueryOptions extends MomentOptions {
  readonly filter?: readonly string[];
  readonly sort?: string;
  readonly limit?: number;
  readonly cursor?: string;
  readonly fields?: readonly string[];
  readonly count?: boolean;
  readonly groupBy?: string;
}

const PAGE = 1_000;
const DEFAULT_LIMIT = 50;
const MAX_COLUMNS = 8;

const select = (document: Document, fields: readonly string[] | undefined): object =>
  fields === undefined ? document : Object.fromEntries(fields.map((field) => [field, memberAt(document, field)]));

const isPlain = (value: unknown): boolean => value === null || typeof value !== 'object';

/** What a person looks for first, of read models that hold more than a line does. */
const CHOSEN: { readonly [readModel: string]: readonly string[] } = {
  deliveries: ['status', 'channel', 'recipientId', 'subjectLine', 'attempts', 'requestedAt', 'reason'],
  disclosures: ['handedOutAt', 'subjectId', 'recipient', 'purpose', 'events', 'handedOutBy'],
  escalations: ['reference', 'clock', 'state', 'level', 'team', 'waitingFor', 'nextLevelAt', 'acknowledgedBy'],
  inbox: ['givenAt', 'recipientId', 'urgency', 'status', 'template', 'facts.reference'],
  'service-cases': ['reference', 'status', 'priority', 'tier', 'team', 'assigneeId', 'customerId', 'receivedAt'],
  'sla-board': ['reference', 'clock', 'state', 'dueAt', 'tier', 'team', 'assigneeId', 'customerId'],
  'sla-compliance': ['by', 'month', 'clock', 'tier', 'team', 'judged', 'breached', 'keptPercent'],
  'sla-status': ['reference', 'clock', 'state', 'dueAt', 'tier', 'team', 'assigneeId', 'customerId'],
};

/** The first plain fields that the documents have, where none were asked for or chosen. */
const columnsOf = (readModel: string, documents: readonly Document[]): readonly string[] => {
  if (CHOSEN[readModel] !== undefined) return CHOSEN[readModel];
  const columns = new Set<string>();
  for (const document of documents)
    for (const [field, value] of Object.entries(document)) if (isPlain(value)) columns.add(field);
  return [...columns].slice(0, MAX_COLUMNS);
};

/** Pages until there are `limit` documents; the store gives at most 1 000 at a time. */
const collect = async (
  ledger: AskedLedger,
  readModel: string,
  conditions: readonly Condition[],
  { sort, limit = DEFAULT_LIMIT, cursor }: QueryOptions,
  moment: Moment,
): Promise<ListPage> => {
  const items: ListPage['items'][number][] = [];
  let next = cursor;
  for (;;) {
    const page = await ledger.list(
      readModel,
      {
        conditions,
        limit: Math.min(PAGE, limit - items.length),
        ...(sort === undefined ? {} : { sort: parseSort(sort) }),
        ...(next === undefined ? {} : { cursor: next }),
      },
      moment,
    );
    items.push(...page.items);
    next = page.next;
    if (next === undefined || items.length >= limit)
      return { items, position: page.position, ...(next === undefined ? {} : { next }) };
  }
};

export const query = async (
  output: Output,
  globals: GlobalOptions,
  readModel: string,
  options: QueryOptions,
): Promise<void> => {
  if (options.count === true && options.groupBy !== undefined)
    throw wrongUsage('--count and --group-by cannot be given together.', 'Give one of them.');
  const conditions = (options.filter ?? []).map(parseCondition);
  if (options.sort !== undefined) parseSort(options.sort);
  const moment = momentOf(options);
  await asking(globals, { readOnly: true, purpose: 'care query' }, async (ledger) => {
    if (options.count === true) {
      const count = await ledger.count(readModel, conditions, moment);
      if (output.json) output.document({ count });
      else output.line(String(count));
      return;
    }
    if (options.groupBy !== undefined) {
      const groups = await ledger.groups(readModel, conditions, options.groupBy, moment);
      if (output.json) output.document({ groups });
      else {
        const field = options.groupBy;
        const named = await namesFor(
          ledger,
          groups.map(({ value }) => ({ field, value })),
        );
        output.table(
          [field, 'count'],
          groups.map(({ value, count }) => [cell(named(field, value) ?? '(none)'), String(count)]),
        );
      }
      return;
    }
    const { items, position, next } = await collect(ledger, readModel, conditions, options, moment);
    if (output.json) {
      const documents = items.map(({ id, position: at, document }) => ({
        ...{ id, position: at },
        ...select(document, options.fields),
      }));
      output.document({ documents, position, ...(next === undefined ? {} : { next }) });
      return;
    }
    const columns =
      options.fields ??
      columnsOf(
        readModel,
        items.map(({ document }) => document),
      );
    const named = await namesFor(
      ledger,
      items.flatMap(({ document }) => columns.map((field) => ({ field, value: memberAt(document, field) }))),
    );
    output.table(
      ['id', ...columns],
      items.map(({ id, document }) => [id, ...columns.map((field) => cell(named(field, memberAt(document, field))))]),
    );
    if (next !== undefined) output.remark(`There is more: --cursor ${next}`);
  });
};
