import { AsyncLocalStorage } from 'node:async_hooks';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deriveId } from '#libs/kernel/identifiers.ts';
import { epochMsOf, instantOf } from '#libs/kernel/instant.ts';
import type { Action } from '../demo/company.ts';
import { makeYear } from '../demo/year.ts';
import { openFolder, openServedFolder, tenantOf } from '../local-ledger.ts';
import { parseMoment } from '../moments.ts';
import type { Output } from '../output.ts';
import { Problem, wrongUsage } from '../problem.ts';
import { startProgress } from '../progress.ts';
import type { GlobalOptions } from '../global-options.ts';
import { serveUntilStopped } from './serve.ts';
import { makeToken } from './token.ts';

export interface DemoOptions {
  readonly seed: number;
  readonly until?: string;
  readonly port: number;
  readonly serve: boolean;
  readonly scale: number;
}

const CUSTOMERS = 300;
const CASES = 2_000;
const DEMO_FOLDER = './demo-data';
const TOKEN_SECONDS = 30 * 86_400;
const CATCH_UP_MS = 600_000;
const AT_ONCE = 64;
/** Commands of so short a span, in the story's time, are sent side by side. */
const TOGETHER_MS = 60 * 60_000;

/** What a demo folder says of itself, so that it is never confused with a ledger of somebody's own. */
interface Making {
  readonly seed: number;
  readonly end: string;
  readonly customers: number;
  readonly cases: number;
  readonly complete: boolean;
}

const makingIn = async (folder: string): Promise<Making | undefined> => {
  try {
    return JSON.parse(await readFile(join(folder, 'demo.json'), 'utf8')) as Making;
  } catch {
    if (existsSync(join(folder, 'ledger.db')))
      throw new Problem(`${folder} holds a ledger that is no demo.`, {
        next: 'Name another folder with --data; the demo never writes into a ledger of your own.',
      });
    return undefined;
  }
};

/**
 * Commands of the same few minutes: those of one aggregate one after the other, different aggregates side by side, so that
 * they share what a durable write costs. Each has its own moment.
 */
const perform = async (
  execute: (number: number, action: Action) => Promise<void>,
  actions: readonly Action[],
  firstNumber: number,
): Promise<void> => {
  const chains = new Map<string, [number, Action][]>();
  for (const [index, action] of actions.entries()) {
    const chain = chains.get(action.id);
    if (chain === undefined) chains.set(action.id, [[firstNumber + index, action]]);
    else chain.push([firstNumber + index, action]);
  }
  const waiting = [...chains.values()].values();
  const work = async () => {
    for (const chain of waiting) for (const [number, action] of chain) await execute(number, action);
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, chains.size) }, work));
};

/** Lives the year through on a clock of its own, through the same command path as everybody else. */
export const liveYear = async (
  folder: string,
  { seed, end, customers, cases }: Omit<Making, 'complete'>,
  onProgress: (done: number, total: number, at: string) => void,
): Promise<{ readonly commands: number }> => {
  const tenant = tenantOf();
  const actions = makeYear({
    ...{ seed, end: epochMsOf(end), customers, cases },
    nameId: (name) => deriveId(tenant, `demo/${seed}/${name}`),
  });
  let { at: latest } = actions[0]!;
  // What a command causes happens at the command's moment; what nobody asked for, at the latest one.
  const moment = new AsyncLocalStorage<number>();
  const clock = { now: () => instantOf(moment.getStore() ?? latest) };
  const ledger = await openFolder(folder, { clock, purpose: 'care demo' });
  const execute = async (number: number, { at, name, id, body, actor }: Action): Promise<void> => {
    const commandId = deriveId(tenant, `demo/${seed}/${number}`);
    const request = { name, id, body, actor, commandId, purpose: 'demo' };
    const outcome = await moment.run(at, () => ledger.execute(request));
    if (!outcome.accepted) throw new Error(`${name} was refused: ${outcome.message} (${outcome.code})`);
  };
  try {
    for (let from = 0; from < actions.length;) {
      let to = from + 1;
      while (to < actions.length && actions[to]!.at < actions[from]!.at + TOGETHER_MS) to += 1;
      latest = actions[to - 1]!.at;
      await perform(execute, actions.slice(from, to), from);
      from = to;
      onProgress(from, actions.length, instantOf(latest));
    }
    await ledger.caughtUp(undefined, CATCH_UP_MS);
  } finally {
    await ledger.close();
  }
  return { commands: actions.length };
};

const make = async (folder: string, output: Output, { seed, until, scale }: DemoOptions): Promise<void> => {
  if (!(scale > 0 && scale <= 50)) throw wrongUsage(`--scale ${scale} is not a number above 0 and up to 50.`);
  // A year that ended before now: a ledger with events to come would contradict itself.
  const today = `${new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10)}T00:00`;
  const lastMoment =
    until === undefined
      ? parseMoment(today, '--until')
      : instantOf(epochMsOf(parseMoment(until, '--until')) + 86_400_000);
  if (lastMoment > instantOf(Date.now()))
    throw wrongUsage(`--until ${until} is not over yet.`, 'Name a day before today.');
  const begun = await makingIn(folder);
  const making: Making = begun ?? {
    seed,
    end: lastMoment,
    customers: Math.max(10, Math.round(CUSTOMERS * scale)),
    cases: Math.max(10, Math.round(CASES * scale)),
    complete: false,
  };
  if (making.complete) return;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(join(folder, 'demo.json'), JSON.stringify(making));
  const began = performance.now();
  output.remark(`Making a year of a company: ${making.customers} customers, ${making.cases} cases…`);
  const progress = await startProgress('demo', 100, '%', output.json);
  const { commands } = await liveYear(folder, making, (done, total, at) =>
    progress.update(Math.floor((done / total) * 100), { day: at.slice(0, 10) }),
  );
  progress.stop();
  await writeFile(join(folder, 'demo.json'), JSON.stringify({ ...making, complete: true }));
  output.remark(`${commands} commands in ${Math.round((performance.now() - began) / 1_000)} s.`);
};

export const demo = async (output: Output, globals: GlobalOptions, options: DemoOptions): Promise<void> => {
  if (globals.url !== undefined) throw wrongUsage('The demo makes a ledger of its own.', 'Leave out --url.');
  // The default folder of other commands is for a ledger of one's own.
  const folder = globals.data === './data' ? DEMO_FOLDER : globals.data;
  await make(folder, output, options);
  const where = [
    'query service-cases --filter status=in-progress',
    'query customers --group-by tier',
    'history FW-00001 --lang zh-CN',
  ];
  if (!options.serve) {
    if (output.json) output.document({ data: folder });
    else for (const command of where) output.line(`  npx care ${command} --data ${folder}`);
    return;
  }
  const { seed } = (await makingIn(folder))!;
  const token = await makeToken(folder, {
    // The head of the department, who signed the undertaking: somebody made up would see personal values masked. [G1]
    user: deriveId(tenantOf(), `demo/${seed}/user/1`),
    grants: ['supervisor@*', 'auditor@*', 'operator@*'],
    ttlSeconds: TOKEN_SECONDS,
  });
  const ledger = await openServedFolder(folder, 'care demo');
  await serveUntilStopped(ledger, folder, { port: options.port, host: '127.0.0.1' }, (url) => {
    if (output.json) return output.document({ url, token, data: folder });
    output.line(`\nCareLedger answers on ${url}; stop it with Ctrl-C. The same command starts it again.`);
    output.line(`\nToken (30 days):\n${token}\n`);
    output.line('Look around, in another terminal:');
    for (const command of where) output.line(`  npx care ${command} --data ${folder}`);
    output.line(`  curl -H "Authorization: Bearer $TOKEN" ${url}/v1/service-cases?limit=3`);
    output.line(`  API page: ${url}/v1/openapi.json`);
  });
};
