import type { GlobalOptions } from './global-options.ts';
import { Command, CommanderError, Option } from 'commander';
import { DEAD_LETTER_KINDS } from './dead-letter-kinds.ts';
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
    .option('--as-of <moment>', 'by what was recorded until then')
    .option('--as-at <moment>', 'by what had happened until then')
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
  moments(remote(add(program, 'provenance', 'where a field of a document has its value from')))
    .argument('<read-model>')
    .argument('<id>', 'of the document')
    .argument('<field>', 'with dots between levels: tier, details.size')
    .addOption(language)
    .action(runs(async () => (await import('./commands/provenance.ts')).provenance));
  moments(
    remote(add(program, 'explain', 'why a deadline is when it is, a customer has its class, somebody was called')),
  )
    .argument('<name>', 'a reference, the id of a case, complaint, customer or escalation, or a stream')
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
  const inbox = program.command('inbox').description('what somebody is to know: their notices').exitOverride();
  const ofInbox = (name: string, description: string) =>
    remote(add(inbox, name, description)).option('--as <user>', 'in the folder: whose inbox');
  ofInbox('list', 'what calls for you, the newest on top')
    .option('--all', 'also what was read and needs nothing', false)
    .option('--limit <n>', 'at most so many notices', number('--limit', 1, 1_000), 50)
    .addOption(language)
    .action(runs(async () => (await import('./commands/inbox.ts')).listInbox));
  ofInbox('read', 'show a notice in full, and note that it was read')
    .argument('<notice>')
    .addOption(language)
    .action(runs(async () => (await import('./commands/inbox.ts')).readNotice));
  ofInbox('acknowledge', 'take on what a notice calls for; an escalation climbs no further')
    .argument('<notice>')
    .action(runs(async () => (await import('./commands/inbox.ts')).acknowledgeNotice));
  const dlq = program.command('dlq').description('what could not be taken, carried on or delivered').exitOverride();
  const ofDeadLetters = (name: string, description: string) =>
    remote(add(dlq, name, description)).addOption(
      new Option('--kind <kind>', 'only these (default: all)').choices([...DEAD_LETTER_KINDS]),
    );
  ofDeadLetters(
    'list',
    'events that a read model could not take, processes that stand still, messages given up',
  ).action(runs(async () => (await import('./commands/dlq.ts')).listDeadLetters));
  ofDeadLetters('retry', 'after the fix: take them again, in order; send messages again').action(
    runs(async () => (await import('./commands/dlq.ts')).retryDeadLetters),
  );
  add(program, 'copy', 'copy a ledger’s events to another store, and compare')
    .requiredOption('--from <store>', 'sqlite:<folder>, esdb://…')
    .requiredOption('--to <store>', 'sqlite:<folder>, esdb://…')
    .action(runs(async () => (await import('./commands/copy.ts')).copy));
  add(program, 'verify', 'prove that no event was changed, removed, inserted or cut off')
    .option('--store <store>', 'sqlite:<folder>, esdb://… (default: the data folder)')
    .option('--heads <file>', 'heads that were kept outside; repeat for more', collect)
    .option('--public-key <key>', 'the log’s public key or the file that holds it; repeat for more', collect)
    .option('--bundle <folder>', 'what care export wrote: checked by itself, without any ledger')
    .action(runs(async () => (await import('./commands/verify.ts')).verify));
  const access = program.command('access').description('who saw whose personal data').exitOverride();
  remote(add(access, 'list', 'each look at personal values in clear: who, when, of what, why, of whom'))
    .option('--subject <id>', 'whose values: a customer or another person')
    .option('--actor <id>', 'who looked')
    .option('--from <moment>', 'inclusive')
    .option('--to <moment>', 'exclusive')
    .option('--limit <n>', 'at most so many', number('--limit', 1, 10_000_000), 1_000)
    .action(runs(async () => (await import('./commands/access.ts')).listAccesses));
  add(access, 'verify', 'prove that no access record was changed, removed or slipped in')
    .option('--head <number:hash>', 'a head that was kept elsewhere')
    .action(runs(async () => (await import('./commands/access.ts')).verifyAccesses));
  remote(add(program, 'export', 'hand out a customer’s whole history with proofs that verify offline'))
    .argument('<id>', 'of a customer or case, or a reference')
    .requiredOption('--to <recipient>', 'who gets it')
    .requiredOption('--out <folder>', 'where the bundle and its printable reports go; must not exist')
    .action(runs(async () => (await import('./commands/export.ts')).exportEvidence));
  const proof = program.command('proof').description('the signed log of all events').exitOverride();
  const proofs = async () => import('./commands/proof.ts');
  add(proof, 'head', 'the newest signed head: keep it where nobody who runs the ledger can change it').action(
    runs(async () => (await proofs()).head),
  );
  add(proof, 'key', 'the public key by which heads are checked').action(runs(async () => (await proofs()).key));
  add(proof, 'rotate-key', 'sign with a new key from now on; the old one vouches for it').action(
    runs(async () => (await proofs()).rotateKey),
  );
  add(program, 'doctor', 'check the folder: events, read models, keys, disk').action(
    runs(async () => (await import('./commands/doctor.ts')).doctor),
  );
  add(program, 'backup', 'copy the data, or the keys, beside a running server')
    .argument('<target>', 'a folder of its own for each backup')
    .option('--keys', 'the keys instead of the data: keep the two apart', false)
    .action(runs(async () => (await import('./commands/backup.ts')).backup));
  add(program, 'restore', 'put a backup into a folder, once it is proven whole')
    .argument('<backup>', 'a backup of the data')
    .option('--keys <backup>', 'a backup of the keys (default: those that stand in the folder)')
    .option('--force', 'put aside what stands in the folder', false)
    .action(runs(async () => (await import('./commands/restore.ts')).restoreBackup));
  const keys = program.command('keys').description('the keys that personal values are sealed under').exitOverride();
  add(keys, 'rotate-master', 'wrap every key anew under another master key')
    .option('--new-key <file>', 'the new one, base64 of 32 bytes; needed where CARE_MASTER_KEY is set')
    .action(runs(async () => (await import('./commands/keys.ts')).rotateMaster));
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
