import { describe, expect, it } from '@jest/globals';
import { factsOf } from '#apps/cli/import/incident-facts.ts';
import { INCIDENT_COLUMNS, incidentReader } from '#apps/cli/import/incident-rows.ts';
import type { IncidentRow } from '#apps/cli/import/incident-rows.ts';
import { readCsv } from '#apps/cli/import/csv-file.ts';
import { DESK_SLA } from '#libs/features/policy/policy.events.ts';
import type { SlaClock } from '#libs/features/sla/sla.events.ts';
import { serviceCase } from '#libs/features/service-case/service-case.ts';
import type { ServiceCase } from '#libs/features/service-case/service-case.state.ts';
import type { NewEvent } from '#libs/kernel/event.ts';
import { foldEvent } from '#libs/kernel/projection.ts';
import type { Document } from '#libs/kernel/projection.ts';
import { slaCompliance } from '#libs/features/sla-compliance/sla-compliance.projection.ts';
import { given, recorded } from '#libs/testing/given-when-then.ts';
import { sample, sampleOr } from './care.ts';
import { abcTimes, deskTimes, plainVerdicts } from './incidents-sla-plain.ts';
import type { PlainVerdict } from './incidents-sla-plain.ts';

const file = sampleOr('incident_event_log.sample.csv.gz');
const withSample = file === undefined ? describe.skip : describe;
const NOW = '2026-11-25T00:00:00.000Z';

/** In force for whatever happened since 2015, as if it had been published with that date. */
const desk = {
  slaPolicies: {
    versions: [
      {
        ...{ version: DESK_SLA.version, document: DESK_SLA, department: 'customer-relations', applicantId: 'olga' },
        ...{
          status: 'effective',
          effectiveFrom: '2015-01-01T00:00:00.000Z',
          takesEffectAt: '2026-01-01T00:00:00.000Z',
        },
      },
    ],
  },
};

const incidents = async (): Promise<ReadonlyMap<string, readonly IncidentRow[]>> => {
  const read = incidentReader('Asia/Shanghai');
  const rows = new Map<string, IncidentRow[]>();
  for await (const { values, line } of readCsv(file!, INCIDENT_COLUMNS)) {
    const row = read(values!, line);
    if (typeof row === 'string') throw new Error(row);
    rows.set(row.number, [...(rows.get(row.number) ?? []), row]);
  }
  return rows;
};

/** As the importer sends it, decided and folded: what stands in the ledger afterwards, and the events that it came from. */
const judged = (
  reference: string,
  rows: readonly IncidentRow[],
  consulted: object,
): Pick<PlainVerdict, 'response' | 'resolutions'> & { readonly events: readonly NewEvent[] } => {
  const facts = factsOf(rows, { team: (name) => name, user: (name) => name }, () => undefined);
  const { decision } = given(serviceCase)().when('service-case.import', { reference, facts } as never, {
    ...{ now: NOW, origin: 'import' as const, consulted: consulted as never },
  });
  const { clocks } = (
    given(serviceCase)(...(decision as NewEvent[])).state as Exclude<ServiceCase, { status: 'unknown' }>
  ).clocks;
  const outcome = (clock: SlaClock) =>
    (clock.outcome ?? (clock.breachedAt === undefined ? 'running' : 'breached')) as 'met';
  return {
    events: decision as readonly NewEvent[],
    response: outcome(clocks.find(({ clock }) => clock === 'first-response')!),
    resolutions: clocks.filter(({ clock }) => clock === 'resolution').map(outcome),
  };
};

const counted = (lines: Iterable<string>): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>();
  for (const line of lines) counts.set(line, (counts.get(line) ?? 0) + 1);
  return counts;
};

/** `critical 2016-03 response met` → how many, in the month of the opening. */
const tally = (verdicts: Iterable<Pick<PlainVerdict, 'priority' | 'month' | 'response' | 'resolutions'>>) =>
  counted(
    [...verdicts].flatMap(({ priority, month, response, resolutions }) => [
      `${priority} ${month} response ${response}`,
      ...resolutions.map((outcome) => `${priority} ${month} resolution ${outcome}`),
    ]),
  );

const OUTCOMES = { met: 'met', breached: 'breached', breachedOnChange: 'breached-on-change', cancelled: 'cancelled' };

/** The figures of `sla-compliance` over the incidents of one priority: `critical response 2016-03 met` → how many. */
const figuresOf = (priority: string, incidents: readonly (readonly NewEvent[])[]): readonly [string, number][] => {
  const documents = new Map<string, Document>();
  for (const [index, events] of incidents.entries())
    for (const [revision, event] of events.entries()) {
      const placed = recorded('service-case', String(index), revision, event);
      for (const key of slaCompliance.keysOf(placed))
        if (key.startsWith('month:'))
          documents.set(key, foldEvent(slaCompliance, documents.get(key) as never, placed, key) as Document);
    }
  return [...documents.values()].flatMap(({ clock, month, ...counts }) =>
    Object.entries(OUTCOMES)
      .filter(([field]) => counts[field] !== 0)
      .map(([field, outcome]): [string, number] => [
        `${priority} ${clock === 'first-response' ? 'response' : (clock as string)} ${month as string} ${outcome}`,
        counts[field] as number,
      ]),
  );
};

withSample('the service desk sample, judged', () => {
  it.each([
    ['under the default A/B/C policy', () => abcTimes(sample('holiday_cn.csv.gz')), {}],
    ['under the desk policy', () => deskTimes(), desk],
  ])(
    '%s, comes out case by case, and by priority and month, as an independent script finds, and so do the figures of compliance [C3] [SLA 1]',
    async (_name, times, consulted) => {
      const plain = plainVerdicts(file!, times());
      const ours = new Map<string, Pick<PlainVerdict, 'priority' | 'month'> & ReturnType<typeof judged>>();
      for (const [number, rows] of await incidents()) {
        const { priority, month } = plain.get(number)!;
        ours.set(number, { priority, month, ...judged(number, rows, consulted) });
      }
      const different = [...plain].filter(([number, { response, resolutions }]) => {
        const our = ours.get(number);
        return response !== our?.response || JSON.stringify(resolutions) !== JSON.stringify(our.resolutions);
      });
      expect(different).toEqual([]);
      expect(ours.size).toBe(2_397);
      expect(tally(ours.values())).toEqual(tally(plain.values()));

      const byPriority = Map.groupBy(ours.values(), ({ priority }) => priority);
      const figures = [...byPriority].flatMap(([priority, cases]) =>
        figuresOf(
          priority,
          cases.map(({ events }) => events),
        ),
      );
      const byHand = counted(
        [...plain.values()].flatMap(({ priority, verdicts }) => verdicts.map((verdict) => `${priority} ${verdict}`)),
      );
      expect(figures.toSorted()).toEqual([...byHand].toSorted());
    },
    120_000,
  );
});
