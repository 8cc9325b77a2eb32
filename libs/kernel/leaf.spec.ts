import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { canonicalJson } from './json.ts';
import { leafHash, leafOf } from './leaf.ts';

const sha256 = (text: string) => createHash('sha256').update(text, 'utf8').digest('hex');

const metadata = canonicalJson({
  tenant: 'acme',
  subject: 'customer-7',
  occurredAt: '2026-11-24T09:30:00.000Z',
  recordedAt: '2026-11-24T09:31:00.250Z',
});
const event = {
  stream: 'service-case-1',
  revision: 3,
  id: '5f0f2b3c-9c0e-5b1a-9a53-3a1f3f6f0c11',
  type: 'service-case.assigned.v1',
  data: '{"assignee":"李雷"}',
  metadata,
};

describe('the leaf of an event ["Event envelope"]', () => {
  it('is the SHA-256 of the text written out here', () => {
    const text =
      `{"dataSha256":"${sha256('{"assignee":"李雷"}')}"` +
      ',"id":"5f0f2b3c-9c0e-5b1a-9a53-3a1f3f6f0c11"' +
      `,"metadataSha256":"${sha256(metadata)}"` +
      ',"occurredAt":"2026-11-24T09:30:00.000Z","recordedAt":"2026-11-24T09:31:00.250Z"' +
      ',"revision":3,"stream":"service-case-1","tenant":"acme","type":"service-case.assigned.v1"}';
    expect(leafOf(event).toString('hex')).toBe(sha256(text));
  });

  it('has one known figure, so that no change of the code can change leaves that were signed', () => {
    // printf '%s' over sha256sum, outside of Node.
    expect(leafOf(event).toString('hex')).toBe('7cdf926432e3c55d5db37e628cec8ce82252013c1bfa2ca3ecb8efdacd2397bb');
  });

  it('is what the canonical JSON library would make of the same members', () => {
    const text = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(
        fc.record({ tenant: text, stream: text, id: text, type: text, data: text, metadata: text, revision: fc.nat() }),
        (content) => {
          const whole = { ...content, recordedAt: '2026-01-02T00:00:00.000Z', occurredAt: '2026-01-01T00:00:00.000Z' };
          const { data, metadata, ...others } = whole;
          const covered = canonicalJson({ ...others, dataSha256: sha256(data), metadataSha256: sha256(metadata) });
          expect(leafHash(whole).toString('hex')).toBe(sha256(covered));
        },
      ),
    );
  });

  it('changes with every member that it covers', () => {
    const content = {
      ...event,
      tenant: 'acme',
      recordedAt: '2026-11-24T09:31:00.250Z',
      occurredAt: '2026-11-24T09:30:00.000Z',
    };
    const leaves = new Set([leafHash(content).toString('hex'), leafHash({ ...content, revision: 4 }).toString('hex')]);
    const texts = ['tenant', 'stream', 'id', 'type', 'recordedAt', 'occurredAt', 'data', 'metadata'] as const;
    for (const member of texts) leaves.add(leafHash({ ...content, [member]: 'other' }).toString('hex'));
    expect(leaves.size).toBe(10);
  });

  it.each([
    ['no JSON', /is not JSON/],
    ['[]', /tenant/],
    ['{"tenant":"acme"}', /occurredAt: nothing/],
    ['{"tenant":"acme","occurredAt":"2026-11-24T09:30:00.000Z","recordedAt":"2026-02-30T00:00:00.000Z"}', /recordedAt/],
  ])('refuses metadata without its members: %s', (text, message) => {
    expect(() => leafOf({ ...event, metadata: text })).toThrow(TypeError);
    expect(() => leafOf({ ...event, metadata: text })).toThrow(message);
  });
});
