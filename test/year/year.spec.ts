import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { planOf } from './plan.ts';
import type { Story } from './story.ts';
import { Life, proveKilled, proveOutage, proveYear } from './year.ts';

// A small year without storms: `npm run test:year` lives through a whole one. What is compared is said in year.ts and lines.ts.
const KILLS = 10;
const MOST_MS = 600_000;

let story: Story;
let undisturbed: Life;
const lives: Life[] = [];
const begin = async () => {
  const life = await Life.begin(story);
  lives.push(life);
  return life;
};
beforeAll(async () => {
  story = planOf(2, 12, 0);
  undisturbed = await begin();
});
afterAll(async () => {
  for (const life of lives) await life.end();
});

describe('a simulated year with 200 customers, 10 people, absences and holidays', () => {
  it(
    'leads to every expected escalation, notice and message, and to none else; a rebuild sends nothing [SLA 9, SLA 10, SLA 11, SLA 12]',
    async () => {
      const { differences, ...counts } = await proveYear(undisturbed);
      expect(differences).toEqual([]);
      expect(counts.escalations).toBeGreaterThan(100);
      expect(counts.notices).toBeGreaterThan(100);
      expect(counts.standIns).toBeGreaterThan(10);
      // Of a receiver that failed for an hour, and of one that was gone.
      expect(counts.refused).toBeGreaterThan(8);
    },
    MOST_MS,
  );

  it(
    'killed again and again it records the same events at the same moments; receivers see at most repeats under the same id [SLA 14]',
    async () => {
      const { differences, killed } = await proveKilled(undisturbed, await begin(), KILLS);
      expect(differences).toEqual([]);
      expect(killed).toBe(KILLS);
    },
    MOST_MS,
  );

  it(
    'with three days without processes it records the same facts at the same moments, and tells the same people [SLA 13]',
    async () => {
      const { differences, late } = await proveOutage(undisturbed, await begin());
      expect(differences).toEqual([]);
      expect(late).toBeGreaterThan(0);
    },
    MOST_MS,
  );
});
