// npm run test:year -- [seed] [matters] [kills]: the whole simulated year; exit code 1 on any difference.
import { planOf } from './plan.ts';
import { Life, proveKilled, proveOutage, proveYear } from './year.ts';

const [seed = Date.now() % 1_000_000_000, matters = 400, kills = 50] = process.argv.slice(2).map(Number);
const story = planOf(seed, matters);
console.log(
  `seed ${seed}: ${story.customers.length} customers, ${story.people.length} people, ${story.steps.length} steps`,
);

const prove = async <Figures extends { readonly differences: readonly string[] }>(
  what: string,
  proof: (life: Life) => Promise<Figures>,
): Promise<Life> => {
  const begun = performance.now();
  const life = await Life.begin(story);
  const { differences, ...figures } = await proof(life);
  const seconds = ((performance.now() - begun) / 1_000).toFixed(0);
  const counts = Object.entries({ events: life.events.length, ...figures }).map(([name, count]) => `${count} ${name}`);
  console.log(`${what}: ${counts.join(', ')}, ${differences.length} differences, ${seconds} s`);
  for (const difference of differences.slice(0, 20)) console.error(difference);
  if (differences.length > 0) process.exitCode = 1;
  return life;
};

const undisturbed = await prove('undisturbed', proveYear);
const killed = await prove('killed', (life) => proveKilled(undisturbed, life, kills));
const away = await prove('three days away', (life) => proveOutage(undisturbed, life));
for (const life of [undisturbed, killed, away]) await life.end();
