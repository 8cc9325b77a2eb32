import {
  openDingtalkChannel,
  openFeishuChannel,
  openWecomChannel,
} from '#libs/adapters/channel-robot/channel-robot.ts';
import type { RobotTarget } from '#libs/adapters/channel-robot/channel-robot.ts';
import { isAddress, openSmtpChannel } from '#libs/adapters/channel-smtp/channel-smtp.ts';
import type { SmtpChannelOptions } from '#libs/adapters/channel-smtp/channel-smtp.ts';
import { isWebhookSecret, openWebhookChannel } from '#libs/adapters/channel-webhook/channel-webhook.ts';
import type { WebhookTarget } from '#libs/adapters/channel-webhook/channel-webhook.ts';
import { openFileWitness } from '#libs/adapters/witness-file/witness-file.ts';
import { openOutboundHttp } from '#libs/adapters/outbound-http/outbound-http.ts';
import type { Channel } from '#libs/ports/channel.ts';
import type { OutboundHttp } from '#libs/ports/outbound-http.ts';
import type { Witness } from '#libs/ports/witness.ts';
import { channelWitness } from '#libs/runtime/channel-witness.ts';
import { ConfigurationError } from './configuration.ts';

type Environment = { readonly [name: string]: string | undefined };
type Members = { readonly [name: string]: unknown };

/** Values of these variables hold secrets: no message repeats them. */
const wrong = (variable: string, allowed: string) => new ConfigurationError(variable, '…', `allowed is ${allowed}`);

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
const TARGET_NAME = /^[a-z0-9][a-z0-9-]{0,59}$/;

/** The targets by name that a variable holds as JSON; undefined where it is not set. */
const targetsOf = <Target>(
  env: Environment,
  variable: string,
  example: string,
  read: (target: Members) => Target | undefined,
): ReadonlyMap<string, Target> | undefined => {
  const text = env[variable];
  if (text === undefined) return undefined;
  const allowed = `JSON such as {"team-east": ${example}}, names in a-z, 0-9 and -`;
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw wrong(variable, allowed);
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw wrong(variable, allowed);
  return new Map(
    Object.entries(json as Members).map(([name, value]) => {
      const target = typeof value === 'object' && value !== null ? read(value as Members) : undefined;
      if (target === undefined || !TARGET_NAME.test(name)) throw wrong(variable, `${allowed} (see ${name})`);
      return [name, target];
    }),
  );
};

const robotOf = ({ url, secret, ...rest }: Members): RobotTarget | undefined =>
  isText(url) && URL.canParse(url) && (secret === undefined || isText(secret)) && Object.keys(rest).length === 0
    ? { url, ...(secret === undefined ? {} : { secret }) }
    : undefined;

const webhookOf = ({ url, secrets, ...rest }: Members): WebhookTarget | undefined =>
  isText(url) &&
  URL.canParse(url) &&
  Array.isArray(secrets) &&
  secrets.length > 0 &&
  secrets.every((secret) => isText(secret) && isWebhookSecret(secret)) &&
  Object.keys(rest).length === 0
    ? { url, secrets: secrets as readonly string[] }
    : undefined;

const smtpOf = ({ CARE_SMTP_URL: url, CARE_SMTP_FROM: from }: Environment): SmtpChannelOptions | undefined => {
  if (url === undefined && from === undefined) return undefined;
  if (url === undefined || from === undefined)
    throw wrong(
      url === undefined ? 'CARE_SMTP_URL' : 'CARE_SMTP_FROM',
      'CARE_SMTP_URL and CARE_SMTP_FROM together, or neither',
    );
  const [, name, address] = /^\s*(?:([^<>]*?)\s*<)?([^<>\s]+@[^<>\s]+?)>?\s*$/.exec(from) ?? [];
  if (address === undefined || !isAddress(address))
    throw wrong('CARE_SMTP_FROM', 'care@example.com, or CareLedger <care@example.com>');
  return { url, from: { address, ...(name === undefined || name === '' ? {} : { name }) } };
};

/** How messages leave the ledger, as the environment says. */
export interface OutwardConfiguration {
  readonly channels: readonly Channel[];
  /** Where people open the web page. */
  readonly publicUrl?: string;
  /** Who keeps the heads of the transparency log. */
  readonly witnesses: readonly Witness[];
}

/** `file:/mnt/heads.jsonl, webhook:auditor`: files, and targets of CARE_WEBHOOK_TARGETS. */
const witnessesOf = (
  { CARE_WITNESS: text = '' }: Environment,
  channels: readonly Channel[],
  targets: ReadonlySet<string>,
) =>
  text.split(',').flatMap((part): Witness[] => {
    const name = part.trim();
    if (name === '') return [];
    const [, kind, target = ''] = /^(file|webhook):(.+)$/.exec(name) ?? [];
    if (kind === 'file') return [openFileWitness(target)];
    const webhook = channels.find((channel) => channel.name === 'webhook');
    if (kind === 'webhook' && webhook !== undefined && targets.has(target)) return [channelWitness(webhook, target)];
    throw new ConfigurationError(
      'CARE_WITNESS',
      name,
      'allowed are file:<path> and webhook:<target of CARE_WEBHOOK_TARGETS>, with commas between them',
    );
  });

const publicUrlOf = ({ CARE_PUBLIC_URL: text }: Environment): { readonly publicUrl?: string } => {
  if (text === undefined) return {};
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '')
    throw new ConfigurationError('CARE_PUBLIC_URL', text, 'allowed is an address such as https://care.example.com');
  return { publicUrl: text };
};

const outboundHttpOf = (allowed: readonly string[]): OutboundHttp => {
  const isNetwork = (each: string) => each.includes('/');
  try {
    return openOutboundHttp({
      allowHosts: allowed.filter((each) => !isNetwork(each)),
      allowNetworks: allowed.filter(isNetwork),
    });
  } catch (error) {
    throw new ConfigurationError('CARE_OUTBOUND_ALLOW', allowed.join(','), (error as Error).message);
  }
};

/**
 * Opens the channels that are configured; none of them connects before there is a message. Throws ConfigurationError: which variable and
 * what is allowed, never its value.
 */
export const channelsOf = (env: Environment): OutwardConfiguration => {
  const smtp = smtpOf(env);
  const robot = '{"url": "https://…", "secret": "SEC…"}';
  const webhooks = targetsOf(env, 'CARE_WEBHOOK_TARGETS', '{"url": "https://…", "secrets": ["whsec_…"]}', webhookOf);
  const robots = [
    [openWecomChannel, targetsOf(env, 'CARE_WECOM_TARGETS', robot, robotOf)],
    [openDingtalkChannel, targetsOf(env, 'CARE_DINGTALK_TARGETS', robot, robotOf)],
    [openFeishuChannel, targetsOf(env, 'CARE_FEISHU_TARGETS', robot, robotOf)],
  ] as const;
  const allowed = (env.CARE_OUTBOUND_ALLOW ?? '').split(',').flatMap((each) => each.trim() || []);
  const publicUrl = publicUrlOf(env);
  const channels: Channel[] = [];
  const http = outboundHttpOf(allowed);
  if (webhooks !== undefined) channels.push(openWebhookChannel({ http, targetOf: (name) => webhooks.get(name) }));
  for (const [open, targets] of robots)
    if (targets !== undefined) channels.push(open({ http, targetOf: (name) => targets.get(name) }));
  try {
    if (smtp !== undefined) channels.push(openSmtpChannel(smtp));
  } catch (error) {
    throw wrong('CARE_SMTP_URL', (error as Error).message);
  }
  const witnesses = witnessesOf(env, channels, new Set(webhooks?.keys()));
  return { channels, witnesses, ...publicUrl };
};
