import type { CommandResult } from '#libs/ports/command-results.ts';

type Retention = Pick<CommandResult, 'recordedAt' | 'keptForEver'>;

/** Before an instant it makes a text that is after every instant: no look for old results finds it. */
const forEver = '~';

/** What the column `recorded_at` holds. */
export const recordedText = ({ recordedAt, keptForEver }: Retention): string =>
  keptForEver === true ? forEver + recordedAt : recordedAt;

export const retentionOf = (text: string): Retention =>
  text.startsWith(forEver) ? { recordedAt: text.slice(1), keptForEver: true } : { recordedAt: text };
