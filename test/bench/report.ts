import { cpus, totalmem } from 'node:os';
import Table from 'cli-table3';
import { median } from './contender.ts';
import { ratio } from './rows.ts';
import type { Judgement, Row, Scale } from './rows.ts';
import type { Results } from './rounds.ts';

export interface RowReport {
  readonly row: string;
  readonly title: string;
  readonly contenders: readonly {
    readonly name: string;
    /** Medians of the rounds. */
    readonly perSecond: number;
    readonly medianMs?: number;
    readonly p99Ms?: number;
    /** The product's rate by this rival's. */
    readonly ratio?: number;
    readonly figures: { readonly [name: string]: number };
    readonly rounds: readonly { readonly perSecond: number; readonly seconds: number }[];
  }[];
  readonly judgements: readonly (Judgement & { readonly hit: boolean })[];
}

const isHit = ({ is, value, target }: Judgement): boolean => (is === 'at least' ? value >= target : value <= target);

const middle = (values: readonly (number | undefined)[]): number | undefined => {
  const known = values.filter((each) => each !== undefined);
  return known.length === 0 ? undefined : median(known);
};

export const reportOf = (row: Row, results: readonly Results[], scale: Scale): RowReport => ({
  row: row.name,
  title: row.title,
  contenders: results.map((each, index) => {
    const { name, rounds } = each;
    const medianMs = middle(rounds.map((round) => round.p50Ms));
    const p99Ms = middle(rounds.map((round) => round.p99Ms));
    const names = new Set(rounds.flatMap((round) => Object.keys(round.figures ?? {})));
    return {
      name,
      perSecond: median(rounds.map(({ operations, seconds }) => operations / seconds)),
      ...(medianMs === undefined ? {} : { medianMs }),
      ...(p99Ms === undefined ? {} : { p99Ms }),
      ...(index === 0 ? {} : { ratio: ratio(results[0]!, each) }),
      figures: Object.fromEntries(
        [...names].map((figure) => [figure, middle(rounds.map((r) => r.figures?.[figure]))!]),
      ),
      rounds: rounds.map(({ operations, seconds }) => ({ perSecond: operations / seconds, seconds })),
    };
  }),
  judgements: row.judge(results, scale).map((each) => ({ ...each, hit: isHit(each) })),
});

const round = (value: number): string =>
  value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(value >= 1 ? 3 : 2);

const sentence = ({ what, value, target, is, unit, hit }: RowReport['judgements'][number]): string =>
  Number.isFinite(target)
    ? `${hit ? 'hit' : 'MISSED'}: ${what} ${round(value)} ${unit} (${is} ${round(target)})`
    : `${what}: ${round(value)} ${unit}`;

/** What the figures hold for. */
export const circumstances = (scale: Scale) => ({
  date: new Date().toISOString(),
  machine: `${cpus().length} × ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB`,
  node: process.version,
  durability:
    'every contender: WAL, synchronous=FULL for events (one fsync a commit, concurrent appends share it), NORMAL for read models',
  ...scale,
});

export const tableOf = (reports: readonly RowReport[]): string => {
  const table = new Table({
    head: ['row', 'contender', 'per second', 'median ms', 'p99 ms', 'CareLedger by it', 'target'],
    style: { head: [], border: [] },
    colAligns: ['left', 'left', 'right', 'right', 'right', 'right', 'left'],
    colWidths: [30, 21, 12, 11, 9, 12, 44],
    wordWrap: true,
  });
  for (const { row, title, contenders, judgements } of reports)
    for (const [index, { name, perSecond, medianMs, p99Ms, ratio: by, figures }] of contenders.entries()) {
      const more = Object.entries(figures).map(([figure, value]) => `${figure} ${round(value)}`);
      table.push([
        index === 0 ? `${row}: ${title}` : '',
        name,
        round(perSecond),
        medianMs === undefined ? '' : round(medianMs),
        p99Ms === undefined ? '' : round(p99Ms),
        by === undefined || more.length > 0 ? '' : `${round(by)} ×`,
        index === 0 ? judgements.map(sentence).join('\n') : more.join('\n'),
      ]);
    }
  return table.toString();
};
