import { MINUTE } from './hours.ts';

/** mulberry32: small, seeded, good enough for a story. */
export const dice = (seed: number) => {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    next,
    chance: (share: number) => next() < share,
    among: <Each>(each: readonly Each[]): Each => each[Math.floor(next() * each.length)]!,
    /** Short more often than long. */
    between: (least: number, most: number) => least + (most - least) * next() ** 2,
  };
};
export type Dice = ReturnType<typeof dice>;

/** A whole minute and some ms that no other moment of the story has: nothing that people do falls on what is due. */
export const moments = () => {
  let ticks = 0;
  return (about: number) => Math.floor(about / MINUTE) * MINUTE + ((ticks += 1) % 59_999) + 1;
};
export type Moments = ReturnType<typeof moments>;
