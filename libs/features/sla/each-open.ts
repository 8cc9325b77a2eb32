import type { JsonObject } from '#libs/kernel/json.ts';
import type { SagaOutput } from '#libs/kernel/saga.ts';

const MATTERS = [
  ['case', 'service-case'],
  ['complaint', 'complaint'],
] as const;

/** Sends a command to every case and every complaint that has a clock open, of those whose clocks match the filter. */
export const toEachOpen = (command: 'observe-clocks' | 'follow-tier', filter: JsonObject = {}): readonly SagaOutput[] =>
  MATTERS.map(([about, aggregate]) => ({
    kind: 'command-each',
    name: `${aggregate}.${command}`,
    collection: 'sla-status',
    filter: { about, open: true, ...filter },
    idField: 'aboutId',
    body: {},
  }));
