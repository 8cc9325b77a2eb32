import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { features } from '#libs/features/features.ts';
import type { JsonObject } from '#libs/kernel/json.ts';
import { leafOf } from '#libs/kernel/leaf.ts';
import { openFileKeyVault } from '#libs/adapters/key-vault-file/key-vault-file.ts';
import { registryOf } from '#libs/runtime/registry.ts';
import { sealerFor } from '#libs/runtime/seal.ts';
import { contend } from '../contender.ts';
import { sampleEvent } from '../sample-event.ts';

/** How long the leaf hash of the append row's event takes, and the sealing of its text where that is personal. */
contend<{ readonly folder: string; readonly events: number }>(async ({ folder, events }) => {
  const vault = await openFileKeyVault({ folder });
  await vault.ensure(['bench']);
  const sealer = sealerFor(vault, registryOf(features).eventSets);
  return {
    round: async () => {
      const samples = Array.from({ length: events }, () => sampleEvent(randomUUID()));
      const hashedAt = performance.now();
      for (const [revision, sample] of samples.entries()) leafOf({ stream: 'bench-1', revision, ...sample });
      const hashMicros = ((performance.now() - hashedAt) * 1_000) / events;
      const sealedAt = performance.now();
      for (const { id, type, data } of samples) sealer.seal(type, id, 'bench', JSON.parse(data) as JsonObject);
      const sealMicros = ((performance.now() - sealedAt) * 1_000) / events;
      return {
        operations: events,
        seconds: (hashMicros * events) / 1_000_000,
        figures: { hashMicros, sealMicros },
      };
    },
    close: () => vault.close(),
  };
});
