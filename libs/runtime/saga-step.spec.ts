import { describe, expect, it } from '@jest/globals';
import type { LedgerEvent } from '#libs/kernel/event.ts';
import { addMinutes } from '#libs/kernel/instant.ts';
import type { JsonObject } from '#libs/kernel/json.ts';
import type { Saga, SagaOutput } from '#libs/kernel/saga.ts';
import type { Reacted } from './saga-events.ts';
import { notBegun, processStream } from './saga-instance.ts';
import { takeInput } from './saga-step.ts';

const importedAt = '2026-03-02T08:00:00.000Z';
const context = { tenant: 'test', now: importedAt };

const factOf = (origin: 'import' | 'command'): LedgerEvent => ({
  id: 'e-1',
  type: 'parcel.stored.v2',
  stream: 'parcel-1',
  streamId: '1',
  revision: 0,
  position: 1,
  subject: '1',
  occurredAt: '2025-03-02T08:00:00.000Z',
  recordedAt: importedAt,
  data: {},
  metadata: { correlationId: 'c', origin } as LedgerEvent['metadata'],
});

const sagaAsking = (outputs: readonly SagaOutput[]): Saga => ({
  name: 'asking',
  reads: [],
  keyOf: () => '1',
  initial: {},
  react: (state: JsonObject) => ({ state, outputs }),
});

const take = (outputs: readonly SagaOutput[], origin: 'import' | 'command' = 'command') => {
  const saga = sagaAsking(outputs);
  const instance = notBegun(saga, '1', processStream('asking', '1'));
  return JSON.parse(
    takeInput(context, saga, instance, { kind: 'event', event: factOf(origin) }).append.data,
  ) as Reacted;
};

const timer = (dueAt: string): SagaOutput => ({ kind: 'schedule', key: dueAt, dueAt, payload: {} });
const command: SagaOutput = { kind: 'command', name: 'parcel.remind', id: '1', body: {} };
const before = addMinutes(importedAt, -1);
const after = addMinutes(importedAt, 1);

describe('an imported fact', () => {
  it('sends no command, and sets no timer that was due until it was imported; both are on record', () => {
    const { commands, timers, suppressed } = take([command, timer(before), timer(importedAt), timer(after)], 'import');
    expect(commands).toEqual([]);
    expect(timers.map((each) => each.dueAt)).toEqual([after]);
    expect(suppressed).toEqual([
      { kind: 'command', what: 'parcel.remind', dueAt: importedAt },
      { kind: 'schedule', what: before, dueAt: before },
      { kind: 'schedule', what: importedAt, dueAt: importedAt },
    ]);
  });
});

describe('a fact of today', () => {
  it('sends commands under ids of their own, and sets timers that are overdue', () => {
    const { commands, timers, suppressed } = take([command, command, timer(before), timer(after)]);
    expect(new Set(commands.map((each) => each.id)).size).toBe(2);
    expect(timers.map((each) => each.dueAt)).toEqual([before, after]);
    expect(suppressed).toEqual([]);
  });

  it('leads to the same ids whenever it is taken', () => {
    expect(take([command]).commands).toEqual(take([command]).commands);
  });

  it('moves a timer of the same key, and cancels one', () => {
    const move: SagaOutput[] = [
      { kind: 'schedule', key: 'k', dueAt: before, payload: { nth: 1 } },
      { kind: 'schedule', key: 'k', dueAt: after, payload: { nth: 2 } },
    ];
    expect(take(move).timers).toMatchObject([{ key: 'k', dueAt: after, payload: { nth: 2 }, setAt: 0 }]);
    expect(take([...move, { kind: 'cancel', key: 'k' }]).timers).toEqual([]);
  });

  it('cannot schedule at what is no moment, nor without end', () => {
    expect(() => take([timer('tomorrow')])).toThrow('is no moment');
    const many = Array.from({ length: 1_001 }, (_, nth) => ({ ...timer(after), key: `k-${nth}` }) as SagaOutput);
    expect(() => take(many)).toThrow('give the saga a finer key');
  });
});

it('names a stream by the key itself, or by a hash where it holds odd characters', () => {
  expect(processStream('escalation', 'case-9')).toBe('process-escalation:case-9');
  expect(processStream('escalation', '王:1')).toMatch(/^process-escalation:[0-9a-f-]{36}$/);
});
