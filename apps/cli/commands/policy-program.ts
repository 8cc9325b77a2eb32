import { Option } from 'commander';
import type { Command } from 'commander';
import type { Declaring } from '../declaring.ts';

/** `care policy …`: documents and their life. */
export const addPolicyCommands = (program: Command, { add, remote, runs, language }: Declaring): void => {
  const policy = program.command('policy').description('versions of policies').exitOverride();
  add(policy, 'publish-tiers', 'put a version of the A/B/C scheme in force')
    .argument('<file>', 'JSON')
    .option('--from <moment>', 'in force from then on (default: now)')
    .action(runs(async () => (await import('./policy.ts')).publishTiers));
  remote(add(policy, 'show', 'a version as people read it; values that the sources leave open bear a *'))
    .argument('<kind>', 'sla, calendar or ladder')
    .argument('[version]', 'default: the one that ships')
    .addOption(language)
    .action(runs(async () => (await import('./policy-documents.ts')).showPolicy));
  remote(add(policy, 'list', 'every version: where it stands, who had a hand in it, from when it holds'))
    .argument('[kind]', 'default: all')
    .addOption(language)
    .action(runs(async () => (await import('./policy-versions.ts')).listPolicies));
  remote(add(policy, 'history', 'what happened to the versions of a kind, in plain language'))
    .argument('<kind>')
    .argument('[version]', 'default: all')
    .addOption(language)
    .action(runs(async () => (await import('./policy-versions.ts')).policyHistory));
  const step = (name: string, description: string) =>
    remote(add(policy, name, description))
      .option('--as <user>', 'in the folder: whose act it is (default: cli:<your login>)')
      .addOption(language);
  const ofVersion = (name: string, description: string) =>
    step(name, description).argument('<kind>', 'sla, calendar or ladder').argument('<version>');
  const life = async () => import('./policy-life.ts');
  step('apply', 'a department applies for the version in a file')
    .argument('<file>', 'JSON; begin from: care policy default')
    .requiredOption('--department <department>', 'management, customer-relations, marketing, finance, legal or hr')
    .requiredOption('--reason <text>', 'why the version is needed')
    .action(runs(async () => (await life()).apply));
  ofVersion('review-legally', 'pass a version in legal review, or object to it')
    .alias('review')
    .addOption(
      new Option('--verdict <verdict>', 'an objection needs --remarks')
        .choices(['passed', 'objected'])
        .makeOptionMandatory(),
    )
    .option('--remarks <text>')
    .action(runs(async () => (await life()).reviewLegally));
  ofVersion('approve', 'approve a version for the committee; not by who applied or reviewed')
    .option('--remarks <text>')
    .action(runs(async () => (await life()).approve));
  ofVersion('reject', 'reject a version for the committee')
    .alias('refuse')
    .requiredOption('--reason <text>')
    .action(runs(async () => (await life()).reject));
  ofVersion('publish', 'publish an approved version')
    .option('--from <moment>', 'facts from then on are judged by it (default: now)')
    .option('--backdated', 'that --from lies in the past is meant so')
    .action(runs(async () => (await life()).publish));
  ofVersion('record-training', 'record that those who work by a version were trained')
    .alias('train')
    .requiredOption('--held-on <day>')
    .requiredOption('--audience <text>', 'teams and roles')
    .action(runs(async () => (await life()).recordTraining));
  ofVersion('withdraw', 'withdraw a version that is not in force yet')
    .requiredOption('--reason <text>')
    .action(runs(async () => (await life()).withdraw));
  add(policy, 'schema', 'the JSON Schema of a kind’s documents')
    .argument('<kind>')
    .action(runs(async () => (await import('./policy-documents.ts')).policySchema));
  add(policy, 'default', 'the document that ships, to begin from')
    .argument('<kind>')
    .option('--out <file>', 'write it there')
    .action(runs(async () => (await import('./policy-documents.ts')).policyDefault));
  add(policy, 'check', 'what is wrong with a document, and where')
    .argument('<file>', 'JSON')
    .action(runs(async () => (await import('./policy-documents.ts')).checkPolicy));
};
