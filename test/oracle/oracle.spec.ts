import { expect, it } from '@jest/globals';
import { compare } from './compare.ts';

// `npm run test:oracle` compares a million.
it('gives the deadlines, thresholds, breaches and overdue times that a walk minute by minute gives [SLA 1, SLA 3, SLA 4, SLA 7, SLA 9, SLA 13]', () => {
  expect(compare(20_261_125, 4_000)).toEqual({ cases: 4_000, differences: 0 });
});
