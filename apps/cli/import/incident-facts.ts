import type { ImportedFact } from '#libs/features/service-case/imported-facts.ts';
import type { IncidentRow } from './incident-rows.ts';

/** Ids of people and groups that the source names. */
export interface IncidentIds {
  readonly team: (group: string) => string;
  readonly user: (name: string) => string;
}

/** Rules that mend what the source has wrong; each is counted and documented in docs/guides/import-incidents.md. */
export type Repair =
  | 'unknown-state-kept-as-before'
  | 'resolved-at-missing-change-time-taken'
  | 'opened-at-missing-next-best-taken'
  | 'priority-unknown-kept-as-before'
  | 'clock-backwards-kept-as-given'
  | 'same-mod-count-numbered-on';

interface Change {
  readonly row: IncidentRow;
  readonly key: string;
  readonly before: IncidentRow | undefined;
}

/** `incidents:INC0000073/5`; a second, different row under the same count gets `/5#2`. */
const keyed = (rows: readonly IncidentRow[]): Change[] => {
  const seen = new Map<string, number>();
  return rows.map((row, index) => {
    const nth = (seen.get(row.modCount) ?? 0) + 1;
    seen.set(row.modCount, nth);
    const key = `incidents:${row.number}/${row.modCount}${nth === 1 ? '' : `#${nth}`}`;
    return { row, key, before: rows[index - 1] };
  });
};

const isReopening = (row: IncidentRow, before: IncidentRow | undefined): boolean =>
  before !== undefined && row.reopenCount > before.reopenCount;

/** The row with which the case was solved for good: `resolved_at`, filled in afterwards on every row, belongs to it alone. */
const lastSolution = (rows: readonly IncidentRow[]): IncidentRow | undefined => {
  let state: IncidentRow['state'];
  let last: IncidentRow | undefined;
  for (const [index, row] of rows.entries()) {
    if (isReopening(row, rows[index - 1])) state = 'in-progress';
    if (row.state === undefined) continue;
    if (row.state === 'solved' && state !== 'solved') last = row;
    state = row.state;
  }
  return last;
};

/** What the rows of one incident, in the file's order, say happened. */
export const factsOf = (
  rows: readonly IncidentRow[],
  ids: IncidentIds,
  repaired: (repair: Repair) => void,
): readonly ImportedFact[] => {
  const first = rows[0]!;
  const facts: ImportedFact[] = [];
  const solvedForGood = lastSolution(rows);
  const mayRepair = (condition: boolean, repair: Repair) => {
    if (condition) repaired(repair);
  };
  let state: IncidentRow['state'];
  let priority = first.priority ?? 'moderate';
  let answered = false;

  const changes = keyed(rows);
  for (const { row, key, before } of changes) {
    const fact = { row: key, at: row.updatedAt };
    const { group, assignee } = row;
    if (before === undefined) {
      mayRepair(row.openedAt === undefined, 'opened-at-missing-next-best-taken');
      const at = row.openedAt ?? row.createdAt ?? row.updatedAt;
      mayRepair(row.updatedAt < at, 'clock-backwards-kept-as-given');
      const subjectLine = row.matter === undefined ? {} : { subjectLine: row.matter };
      const { channel } = row;
      facts.push({ kind: 'received', row: key, at, caseKind: 'technical-support', channel, priority, ...subjectLine });
    } else {
      mayRepair(row.updatedAt < before.updatedAt, 'clock-backwards-kept-as-given');
      mayRepair(key.includes('#'), 'same-mod-count-numbered-on');
      if (isReopening(row, before)) {
        facts.push({ ...fact, kind: 'reopened' });
        state = 'in-progress';
      }
    }
    mayRepair(row.priority === undefined, 'priority-unknown-kept-as-before');
    if (row.priority !== undefined && row.priority !== priority)
      facts.push({ ...fact, kind: 'priority-changed', priority: (priority = row.priority) });
    if (group !== before?.group || assignee !== before?.assignee)
      facts.push({
        ...{ ...fact, kind: 'assigned' },
        ...(group === undefined ? {} : { team: ids.team(group) }),
        ...(assignee === undefined ? {} : { assigneeId: ids.user(assignee) }),
      });
    if (assignee !== undefined && !answered) {
      facts.push({ ...fact, kind: 'first-response', staffId: ids.user(assignee) });
      answered = true;
    }
    mayRepair(row.state === undefined, 'unknown-state-kept-as-before');
    if (row.state === undefined || row.state === state) continue;
    state = row.state;
    switch (state) {
      case 'in-progress':
      case 'closed':
        facts.push({ ...fact, kind: state });
        break;
      case 'waiting-for-customer':
      case 'waiting-for-others':
        facts.push({ ...fact, kind: state, reason: row.stateText });
        break;
      case 'solved': {
        const final = row === solvedForGood;
        mayRepair(final && row.resolvedAt === undefined, 'resolved-at-missing-change-time-taken');
        facts.push({
          ...{ ...fact, kind: 'solved', at: (final ? row.resolvedAt : undefined) ?? row.updatedAt },
          ...(final && row.closedCode !== undefined ? { resultCode: row.closedCode } : {}),
          ...(final && row.resolver !== undefined ? { staffId: ids.user(row.resolver) } : {}),
        });
      }
    }
  }
  const last = changes.at(-1)!;
  const { madeSla, updatedAt } = last.row;
  if (madeSla !== undefined) facts.push({ kind: 'source-verdict', row: last.key, at: updatedAt, met: madeSla });
  return facts;
};
