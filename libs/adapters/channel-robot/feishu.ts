import { createHmac } from 'node:crypto';
import { idLine, shortened } from './robot-protocol.ts';
import type { RobotProtocol } from './robot-protocol.ts';

/** Base64 of HMAC-SHA256 over nothing, keyed by `timestamp\nsecret`; the timestamp in seconds. */
export const feishuSign = (epochSeconds: number, secret: string): string =>
  createHmac('sha256', `${epochSeconds}\n${secret}`).digest('base64');

/**
 * 飞书 (Feishu, Lark) custom robots; with a secret, timestamp and signature are in the body. Rich text (`post`), since a plain text
 * message would read `<at user_id="all">` in a customer's words as a mention of everyone.
 */
export const feishu: RobotProtocol = {
  name: 'feishu',
  request: ({ url, secret }, message, epochMs) => {
    const epochSeconds = Math.floor(epochMs / 1_000);
    const lines = [
      [{ tag: 'text', text: shortened(message.text, 12_000) }],
      ...(message.link === undefined ? [] : [[{ tag: 'a', text: message.link, href: message.link }]]),
      [{ tag: 'text', text: idLine(message) }],
    ];
    return {
      url,
      body: {
        ...(secret === undefined ? {} : { timestamp: String(epochSeconds), sign: feishuSign(epochSeconds, secret) }),
        msg_type: 'post',
        content: {
          post: {
            [message.language === 'zh-CN' ? 'zh_cn' : 'en_us']: {
              title: shortened(message.subject, 1_000),
              content: lines,
            },
          },
        },
      },
    };
  },
  codeField: 'code',
  // 2200 internal; 11232 more than 100 messages in a minute or 5 in a second.
  later: [2_200, 11_232],
  // 19001 the access token in the address is invalid.
  gone: [19_001],
};
