import { readFile } from 'node:fs/promises';
import { enableCompileCache, flushCompileCache } from 'node:module';
import type { Story } from './story.ts';

// A process to be killed. It tells each moment to which its clock goes.
const [folder, hooks, smtpPort] = process.argv.slice(2) as [string, string, string];
// Whoever is killed writes nothing at its end: the next one begins quicker with what this one compiled.
enableCompileCache(`${folder}/compiled`);
const { liveThrough } = await import('./living.ts');
flushCompileCache();
const story = JSON.parse(await readFile(`${folder}/story.json`, 'utf8')) as Story;
const receivers = { hooks, smtpPort: Number(smtpPort) };
const refused = await liveThrough({ story, folder, receivers, onMoment: (at) => process.send?.(at) });
if (refused.length > 0) throw new Error(refused.join('\n'));
process.disconnect();
