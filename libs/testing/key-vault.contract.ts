import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { SubjectErased } from '#libs/ports/key-vault.ts';
import type { KeyVault } from '#libs/ports/key-vault.ts';

export interface KeyVaultFixture {
  readonly vault: KeyVault;
  /** Closes the vault as it is and opens what it kept. */
  reopen(): Promise<KeyVault>;
  dispose(): Promise<void>;
}

const bytesOf = async (vault: KeyVault, subject: string) => (await vault.key(subject))?.export().toString('hex');

/** What every key vault promises. */
export const describeKeyVault = (name: string, open: () => Promise<KeyVaultFixture>): void => {
  describe(`${name}: a key vault`, () => {
    let fixture: KeyVaultFixture;
    let vault: KeyVault;
    beforeEach(async () => {
      fixture = await open();
      vault = fixture.vault;
    });
    afterEach(() => fixture.dispose());

    it('gives each subject its own key of 256 bits', async () => {
      await vault.ensure(['customer-1', 'customer-2']);
      const first = await vault.key('customer-1');
      expect(first?.symmetricKeySize).toBe(32);
      expect(await bytesOf(vault, 'customer-2')).not.toBe(first?.export().toString('hex'));
    });

    it('knows no key of a subject that was never ensured', async () => {
      expect(await vault.key('customer-1')).toBeUndefined();
    });

    it('keeps a key that is ensured again', async () => {
      await vault.ensure(['customer-1']);
      const before = await bytesOf(vault, 'customer-1');
      await vault.ensure(['customer-1', 'customer-1']);
      expect(await bytesOf(vault, 'customer-1')).toBe(before);
    });

    it('makes one key for a subject that is ensured many times at once', async () => {
      await Promise.all(Array.from({ length: 50 }, () => vault.ensure(['customer-1'])));
      const before = await bytesOf(vault, 'customer-1');
      expect(await bytesOf(await fixture.reopen(), 'customer-1')).toBe(before);
    });

    it('keeps keys and tombstones over a reopening', async () => {
      await vault.ensure(['customer-1', 'customer-2']);
      const before = await bytesOf(vault, 'customer-1');
      await vault.destroy('customer-2');
      const reopened = await fixture.reopen();
      expect(await bytesOf(reopened, 'customer-1')).toBe(before);
      expect(await reopened.key('customer-2')).toBeUndefined();
      await expect(reopened.ensure(['customer-2'])).rejects.toThrow(SubjectErased);
    });

    it('has a key in memory once it was ensured or asked for', async () => {
      await vault.ensure(['customer-1']);
      expect(vault.cachedKey('customer-1')?.symmetricKeySize).toBe(32);
      const reopened = await fixture.reopen();
      expect(reopened.cachedKey('customer-1')).toBeUndefined();
      await reopened.key('customer-1');
      expect(reopened.cachedKey('customer-1')?.symmetricKeySize).toBe(32);
    });

    it('remembers that there is no key, until there is one', async () => {
      await vault.key('customer-1');
      expect(vault.cachedKey('customer-1')).toBeNull();
      await vault.ensure(['customer-1']);
      expect(vault.cachedKey('customer-1')).not.toBeNull();
    });

    it('forgets a destroyed key at once, and refuses the subject from then on', async () => {
      await vault.ensure(['customer-1']);
      await vault.destroy('customer-1');
      expect(vault.cachedKey('customer-1')).toBeNull();
      expect(await vault.key('customer-1')).toBeUndefined();
      await expect(vault.ensure(['customer-1'])).rejects.toThrow(new SubjectErased('customer-1'));
    });

    it('makes no key at all where one of the subjects was erased', async () => {
      await vault.destroy('customer-1');
      await expect(vault.ensure(['customer-2', 'customer-1'])).rejects.toThrow(SubjectErased);
      expect(await vault.key('customer-2')).toBeUndefined();
    });

    it('lets a subject be destroyed twice, before it had a key, and while its key is made', async () => {
      await vault.destroy('customer-1');
      await vault.destroy('customer-1');
      const making = vault.ensure(['customer-2']);
      await vault.destroy('customer-2');
      await making;
      for (const subject of ['customer-1', 'customer-2']) {
        expect(await vault.key(subject)).toBeUndefined();
        await expect(vault.ensure([subject])).rejects.toThrow(SubjectErased);
      }
    });

    it('hashes a personal value by its kind, the same over a reopening', async () => {
      const hash = vault.blindIndex('email', 'li@example.com');
      expect(hash).toMatch(/^[0-9a-f]{32}$/);
      expect(vault.blindIndex('phone', 'li@example.com')).not.toBe(hash);
      expect(vault.blindIndex('email', 'li@example.org')).not.toBe(hash);
      expect(vault.blindIndex('emai', 'lli@example.com')).not.toBe(hash);
      expect((await fixture.reopen()).blindIndex('email', 'li@example.com')).toBe(hash);
    });

    it('behaves as a map from subjects to keys in which the destroyed stay destroyed', async () => {
      let round = 0;
      const subject = fc.integer({ min: 0, max: 5 });
      const step = fc.record({ does: fc.constantFrom('ensure' as const, 'destroy' as const, 'ask' as const), subject });
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
          round += 1;
          const oracle = new Map<string, string>();
          for (const { does, subject } of steps) {
            const id = `round-${round}/${subject}`;
            if (does === 'destroy') {
              await vault.destroy(id);
              oracle.set(id, 'erased');
            } else if (does === 'ensure') {
              if (oracle.get(id) === 'erased') await expect(vault.ensure([id])).rejects.toThrow(SubjectErased);
              else {
                await vault.ensure([id]);
                const key = await bytesOf(vault, id);
                expect(key).toBe(oracle.get(id) ?? key);
                oracle.set(id, key!);
              }
            } else {
              const expected = oracle.get(id);
              expect(await bytesOf(vault, id)).toBe(expected === 'erased' ? undefined : expected);
            }
          }
        }),
        { numRuns: 30 },
      );
    });
  });
};
