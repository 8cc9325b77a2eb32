/** What may wait for a mended programme, address or target. */
export const DEAD_LETTER_KINDS = ['projections', 'processes', 'messages'] as const;
export type DeadLetterKind = (typeof DEAD_LETTER_KINDS)[number];
