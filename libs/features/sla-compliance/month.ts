import { epochMsOf } from '#libs/kernel/instant.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import { READERS_ZONE } from '#libs/kernel/terms.ts';

const format = new Intl.DateTimeFormat('sv', { timeZone: READERS_ZONE, year: 'numeric', month: '2-digit' });

/** The month of an instant on the readers' clocks: `2026-03`. */
export const monthOf = (instant: Instant): string => format.format(epochMsOf(instant));
