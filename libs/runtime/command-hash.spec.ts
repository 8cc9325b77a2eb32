import { createHash, createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { canonicalJson } from '#libs/kernel/json.ts';
import { commandHashOf, isHashOf } from './command-hash.ts';
import type { CommandRequest } from './ledger.ts';

const vault = (key: string) => ({
  blindIndex: (kind: string, value: string) =>
    createHmac('sha256', key)
      .update(kind + value)
      .digest('hex')
      .slice(0, 32),
});
const request: CommandRequest = {
  ...{ name: 'customer.rename', id: '42', body: { personName: 'Li Na' }, commandId: 'c-1' },
  actor: { id: 'wang', grants: [] },
};

describe('the hash of a command', () => {
  it('cannot be guessed without the vault’s key: it outlives an erased name [G4]', () => {
    const plain = createHash('sha256')
      .update(canonicalJson({ name: 'customer.rename', id: '42', body: { personName: 'Li Na' }, actor: 'wang' }))
      .digest('hex');
    const keyed = commandHashOf(vault('a'), request);
    expect(plain.startsWith(keyed)).toBe(false);
    expect(commandHashOf(vault('b'), request)).not.toBe(keyed);
    // What was recorded before is still known as a repeat.
    expect(isHashOf(plain, request, keyed)).toBe(true);
    expect(isHashOf(keyed, request, keyed)).toBe(true);
    expect(isHashOf(plain, { ...request, body: { personName: 'Li Ni' } }, keyed)).toBe(false);
  });
});
