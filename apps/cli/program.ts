import type { GlobalOptions } from './global-options.ts';
import { Command, CommanderError, Option } from 'commander';
import { addPolicyCommands } from './commands/policy-program.ts';
import type { Run } from './declaring.ts';
import { createOutput } from './output.ts';
import { DEFAULT_ZONE } from './default-zone.ts';
import { EXIT, reported, wrongUsage } from './problem.ts';
import type { ExitCode } from './problem.ts';

const number = (option: string, minimum: number, maximum: number) => (text: string) => {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < minimum || value > maximum)
    throw wrongUsage(`${option} ${text} is not a whole number from ${minimum} to ${maximum}.`);
  return value;
};
const collect = (text: string, before: readonly string[] = []): readonly string[] => [...before, text];
const list = (text: string): readonly string[] => text.split(',').map((part) => part.trim());

const globals = (command: Command): Command =>
  command
    .option('--data <dir>', 'folder of the embedded ledger', process.env['CARE_DATA'] ?? './data')
    .option('--json', 'answer for machines', false)
    .option('--purpose <purpose>', 'approved purpose of looking, kept in the access record')
    .option('--debug', 'show where an error comes from', false);

const remote = (command: Command): Command =>
  command
    .addOption(new Option('--url <url>', 'ask a running server instead of the folder').env('CARE_URL'))
    .addOption(new Option('--token <token>', 'token for --url').env('CARE_TOKEN'));

/** The whole command line. Each command's code is loaded when it runs. */
const build = (finished: (code: ExitCode) => void): Command => {
  const program = new Command('care')
    .description('CareLedger: an event-sourced customer-care ledger.')
    .showHelpAfterError('(add --help for the options)')
    .exitOverride()
    .configureHelp({ sortSubcommands: false });

  /** Commander checks the arguments against what was declared above; the command's own function says what they are. */
  const runs =
    (load: () => Promise<Run>) =>
    async (...args: unknown[]) => {
      const command = args.pop() as Command;
      const options = command.opts<GlobalOptions>();
      const run = await load();
      const code = await run(createOutput(options.json), options, ...args);
      finished(code ?? EXIT.done);
    };
  const add = (parent: Command, name: string, description: string) =>
    globals(parent.command(name).description(description).exitOverride());

  remote(add(program, 'query', 'list, count or group the documents of a read model').argument('<read-model>'))
    .option(
      '--filter <condition>',
      'field=value, !=, >, >=, <, <=, ^=, "field in a,b", "field exists"; repeat for “and”',
      collect,
    )
    .option('--sort <fields>', 'comma-separated; -field descends')
    .option('--limit <n>', 'at most so many documents (default 50)', number('--limit', 1, 10_000_000))
    .option('--cursor <cursor>', 'continue where a page ended')
    .option('--fields <fields>', 'comma-separated', list)
    .option('--count', 'only how many')
    .option('--group-by <field>', 'how many per value of the field')
    .option('--as-of <moment>', 'as the ledger stood then')
    .action(runs(async () => (await import('./commands/query.ts')).query));

  const moments = (command: Command) =>
    command
      .option('--as-of <moment>', 'by what was recorded until then')
      .option('--as-at <moment>', 'by what had happened until then');
  const language = new Option('--lang <language>', 'language of the sentences').choices(['en', 'zh-CN']).default('en');
  moments(remote(add(program, 'history', 'everything about a customer or a case, in plain language')))
    .argument('<id>', 'of a customer or case, or a reference')
    .addOption(language)
    .action(runs(async () => (await import('./commands/history.ts')).history));
  moments(remote(add(program, 'state-at', 'the state of one aggregate, now or in the past')))
    .argument('<stream>', 'e.g. service-case-<id>')
    .action(runs(async () => (await import('./commands/state-at.ts')).stateAt));
  moments(remote(add(program, 'explain', 'why each deadline of a case or complaint is when it is')))
    .argument('<case>', 'a reference, an id, or a stream')
    .option('--clock <name>', 'only this clock: first-response, resolution, response, plan, …')
    .addOption(language)
    .action(runs(async () => (await import('./commands/explain.ts')).explain));

  const imports = program.command('import').description('bring in the records of another system').exitOverride();
  const importer = (kind: string, description: string) =>
    add(imports, kind, description)
      .argument('<file>', 'CSV, packed by gzip or not')
      .option('--zone <zone>', 'time zone of the source', DEFAULT_ZONE)
      .option('--rejects <file>', 'where rows go that cannot be imported (default ./<file>.rejects.csv)');
  const load = (kind: 'incidents' | 'complaints' | 'transactions' | 'customers' | 'contacts') =>
    runs(async () => (await import('./commands/import.ts'))[kind]);
  importer('incidents', 'a service desk’s incident log').action(load('incidents'));
  importer('complaints', 'complaints about a company, with the timely flag').action(load('complaints'));
  importer('transactions', 'a retailer’s invoice lines')
    .option(
      '--judge-as-at <moment>',
      'judge class and lifecycle by what had happened by then (default: the file’s end)',
    )
    .action(load('transactions'));
  const mapped = (kind: 'customers' | 'contacts', description: string) =>
    importer(kind, description)
      .requiredOption('--mapping <file>', 'JSON: which column is which field')
      .option('--dry-run', 'only say what would be imported', false)
      .action(load(kind));
  mapped('customers', 'customers of another system, any CSV');
  mapped('contacts', 'contacts of imported customers, any CSV');

  addPolicyCommands(program, { add, remote, runs, language });

  add(program, 'serve', 'answer over HTTP')
    .option('--port <port>', 'port; 0: any free one', number('--port', 0, 65_535), 8080)
    .option('--host <host>', 'address to listen on', '127.0.0.1')
    .action(runs(async () => (await import('./commands/serve.ts')).serve));
  remote(add(program, 'rebuild', 'build read models anew, compare, switch over'))
    .argument('[read-model]')
    .action(runs(async () => (await import('./commands/rebuild.ts')).rebuild));
  const dlq = program.command('dlq').description('events that a read model could not take').exitOverride();
  remote(add(dlq, 'list', 'what is parked, and why')).action(
    runs(async () => (await import('./commands/dlq.ts')).listDeadLetters),
  );
  remote(add(dlq, 'retry', 'take the parked events again, in order')).action(
    runs(async () => (await import('./commands/dlq.ts')).retryDeadLetters),
  );
  add(program, 'copy', 'copy a ledger’s events to another store, and compare')
    .requiredOption('--from <store>', 'sqlite:<folder>, esdb://…')
    .requiredOption('--to <store>', 'sqlite:<folder>, esdb://…')
    .action(runs(async () => (await import('./commands/copy.ts')).copy));
  add(program, 'doctor', 'check the folder: events, read models, keys, disk').action(
    runs(async () => (await import('./commands/doctor.ts')).doctor),
  );
  add(program, 'token', 'make a token for the server')
    .requiredOption('--user <id>', 'who it is for')
    .requiredOption('--grant <role@team>', 'role@team, or role@* for every team; repeat for more', collect)
    .option('--ttl <duration>', 'how long it is good for: 30m, 12h, 7d', '12h')
    .action(runs(async () => (await import('./commands/token.ts')).token));
  add(program, 'demo', 'make a year of a company up and serve it')
    .option('--seed <n>', 'another seed, another company', number('--seed', 0, 4_294_967_295), 1)
    .option('--until <day>', 'the last day of the year (default: yesterday)')
    .option('--port <port>', 'port; 0: any free one', number('--port', 0, 65_535), 8080)
    .option('--no-serve', 'stop when it is made')
    .option('--scale <factor>', 'share of the usual 300 customers and 2 000 cases', Number, 1)
    .action(runs(async () => (await import('./commands/demo.ts')).demo));

  return program;
};

/** Runs one command line; resolves with the exit code. Errors are said on stderr. */
export const run = async (argv: readonly string[]): Promise<ExitCode> => {
  let code: ExitCode = EXIT.done;
  const program = build((finished) => (code = finished));
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    const { message, next, exitCode } = reported(error);
    if (argv.includes('--json')) process.stderr.write(`${JSON.stringify({ error: message, next, exitCode })}\n`);
    else process.stderr.write(`care: ${message}\n${next === undefined ? '' : `      ${next}\n`}`);
    if (argv.includes('--debug') && error instanceof Error) process.stderr.write(`${error.stack}\n`);
    return exitCode;
  }
};
