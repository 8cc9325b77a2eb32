import type { JsonObject } from '#libs/kernel/json.ts';
import type { Clock } from '#libs/ports/clock.ts';
import type { CommandResults } from '#libs/ports/command-results.ts';
import type { EventStore } from '#libs/ports/event-store.ts';
import type { KeyVault } from '#libs/ports/key-vault.ts';
import type { CheckEvent } from './check-event.ts';
import type { Decode } from './codec.ts';
import type { Registry } from './registry.ts';
import type { Sealer } from './seal.ts';

/** What commands are carried out on. */
export interface CommandPorts {
  readonly tenant: string;
  readonly registry: Registry;
  readonly store: EventStore;
  readonly results: CommandResults;
  readonly vault: KeyVault;
  readonly sealer: Sealer;
  readonly checkEvent: CheckEvent;
  readonly decode: Decode;
  readonly clock: Clock;
  /** The ids of the documents that match, once the collection reflects what the store holds now. */
  readonly listed?: (collection: string, filter: JsonObject, most: number) => Promise<readonly string[]>;
}
