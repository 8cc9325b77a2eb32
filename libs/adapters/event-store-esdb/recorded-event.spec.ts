import { describe, expect, it } from '@jest/globals';
import { isOurs, positionOf, storedEvent } from './recorded-event.ts';
import type { Recorded } from './recorded-event.ts';

const recorded = (changes: Partial<Recorded> = {}): Recorded =>
  ({
    streamId: 'case-1',
    id: '00000000-0000-4000-8000-000000000001',
    isJson: true,
    revision: 3n,
    type: 'case.opened.v1',
    created: new Date('2026-11-24T12:00:00.123Z'),
    data: { b: 1, a: '客户', 10: 'ten', 9: 'nine' },
    metadata: { tenant: 'acme' },
    position: { commit: 3522n, prepare: 3522n },
    ...changes,
  }) as Recorded;

describe('an event as the server returns it', () => {
  it('gets its canonical texts back, whatever order its members came in', () => {
    expect(storedEvent(recorded())).toEqual({
      id: '00000000-0000-4000-8000-000000000001',
      type: 'case.opened.v1',
      data: '{"10":"ten","9":"nine","a":"客户","b":1}',
      metadata: '{"tenant":"acme"}',
      stream: 'case-1',
      revision: 3,
      position: 3522,
      storedAt: '2026-11-24T12:00:00.123Z',
    });
  });

  it.each<[string, Partial<Recorded>]>([
    ['a system stream', { streamId: '$stats-1' }],
    ['a system type', { type: '$streamDeleted' }],
    ['metadata of a stream', { streamId: '$$case-1', type: '$metadata' }],
    ['another program’s binary event', { isJson: false }],
    ['another program’s event without metadata', { metadata: undefined }],
    ['a recorded result of a command', { streamId: 'command-result-1' }],
  ])('is not of the ledger: %s', (_what, changes) => {
    expect(isOurs(recorded())).toBe(true);
    expect(isOurs(recorded(changes))).toBe(false);
  });

  it('must stand at a place that can be counted with', () => {
    const safe = BigInt(Number.MAX_SAFE_INTEGER);
    expect(positionOf(recorded({ position: { commit: safe, prepare: safe } }))).toBe(Number.MAX_SAFE_INTEGER);
    expect(() => positionOf(recorded({ position: { commit: safe + 1n, prepare: safe + 1n } }))).toThrow(
      /3@case-1.*position/,
    );
    expect(() => positionOf(recorded({ position: { commit: 0n, prepare: 0n } }))).toThrow(/position 0/);
    expect(() => positionOf(recorded({ position: { commit: 9n, prepare: 5n } }))).toThrow(/transaction/);
  });
});
