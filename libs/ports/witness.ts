import type { Instant } from '#libs/kernel/instant.ts';

/** A head as a witness keeps it. */
export interface KeptHead {
  /** A signed note. */
  readonly head: string;
  /** When it was given away, by the ledger's clock. */
  readonly keptAt: Instant;
}

/**
 * Somebody outside who keeps heads: what only the operator holds, the operator can re-write. `keep` resolves once the head is
 * safe there, and rejects where it is not; the same head may come again.
 */
export interface Witness {
  /** As the operator configured it: `file:/mnt/heads.jsonl`. */
  readonly name: string;
  keep(head: KeptHead, signal: AbortSignal): Promise<void>;
}
