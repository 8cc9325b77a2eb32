import { epochMsOf } from '#libs/kernel/instant.ts';
import { isMessageId, malformedId } from '#libs/ports/channel.ts';
import type { Channel, Delivery } from '#libs/ports/channel.ts';
import { systemClock } from '#libs/ports/clock.ts';
import type { Clock } from '#libs/ports/clock.ts';
import { deliveryOf } from '#libs/ports/outbound-http.ts';
import type { OutboundAnswer, OutboundHttp } from '#libs/ports/outbound-http.ts';
import { dingtalk } from './dingtalk.ts';
import { feishu } from './feishu.ts';
import type { RobotProtocol, RobotTarget } from './robot-protocol.ts';
import { wecom } from './wecom.ts';

export type { RobotTarget } from './robot-protocol.ts';

export interface RobotChannelOptions {
  readonly http: OutboundHttp;
  /** The target of this name; undefined: there is none. */
  readonly targetOf: (name: string) => RobotTarget | undefined;
  /** The time in signatures: the real one, or the robots refuse them (an hour off at most). */
  readonly clock?: Clock;
}

/** All three count messages by the minute. */
const rateLimitSeconds = 60;

/** Their codes for too many messages have changed before; the words have not. Codes that say something else come first. */
const soundsLikeTooMany = (words: unknown): boolean =>
  typeof words === 'string' && /too fast|too many|frequen|freq out of|rate limit|限流|频率/i.test(words);

const answerOf = (body: string): { readonly [field: string]: unknown } => {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? (value as { readonly [field: string]: unknown }) : {};
  } catch {
    return {};
  }
};

/** These services answer failures with HTTP 200 too: only their own code says how it went. */
const deliveryByCode = (answer: OutboundAnswer, { codeField, later, gone }: RobotProtocol): Delivery => {
  if (answer.kind !== 'answered') return deliveryOf(answer);
  const said = answerOf(answer.body);
  const code = said[codeField];
  const byStatus = deliveryOf(answer);
  if (typeof code !== 'number' || code === 0) {
    if (code === 0 || byStatus.kind !== 'delivered') return byStatus;
    return { kind: 'retry', reason: `The robot answered ${answer.status} without a ${codeField}.` };
  }
  if (gone.includes(code) && !soundsLikeTooMany(said.errmsg ?? said.msg))
    return { kind: 'bounced', reason: `The robot answered ${codeField} ${code}: it, its key or its group is no more.` };
  if (later.includes(code) || soundsLikeTooMany(said.errmsg ?? said.msg))
    return {
      kind: 'retry',
      reason: `The robot answered ${codeField} ${code}: not now.`,
      afterSeconds: rateLimitSeconds,
    };
  // Behind HTTP 429 or 5xx an unknown code is most likely the service's own trouble.
  if (byStatus.kind === 'retry') return byStatus;
  return { kind: 'refused', reason: `The robot answered ${codeField} ${code}: it does not take this message.` };
};

const robotChannel = (
  protocol: RobotProtocol,
  { http, targetOf, clock = systemClock }: RobotChannelOptions,
): Channel => ({
  name: protocol.name,
  deliver: async (message, signal) => {
    if (!isMessageId(message.id)) return malformedId;
    const target = targetOf(message.to);
    if (target === undefined || !URL.canParse(target.url))
      return {
        kind: 'refused',
        reason: 'No robot of this name is configured, or its address is no URL: correct it, then send again.',
      };
    const { url, body } = protocol.request(target, message, epochMsOf(clock.now()));
    const headers = { 'content-type': 'application/json; charset=utf-8' };
    return deliveryByCode(await http.post({ url, headers, body: JSON.stringify(body) }, signal), protocol);
  },
  close: async () => {},
});

/** Messages to group chats of 企业微信, 钉钉 and 飞书 through the robots that their users add to a group. */
export const openWecomChannel = (options: RobotChannelOptions): Channel => robotChannel(wecom, options);
export const openDingtalkChannel = (options: RobotChannelOptions): Channel => robotChannel(dingtalk, options);
export const openFeishuChannel = (options: RobotChannelOptions): Channel => robotChannel(feishu, options);
