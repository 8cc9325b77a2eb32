import { createHmac } from 'node:crypto';
import { plainText } from './robot-protocol.ts';
import type { RobotProtocol } from './robot-protocol.ts';

/** Base64 of HMAC-SHA256 over `timestamp\nsecret`, keyed by the secret; `epochMs` in milliseconds. */
export const dingtalkSign = (epochMs: number, secret: string): string =>
  createHmac('sha256', secret).update(`${epochMs}\n${secret}`).digest('base64');

/** 钉钉 (DingTalk) custom robots; with a secret, timestamp and signature are added to the address. */
export const dingtalk: RobotProtocol = {
  name: 'dingtalk',
  request: ({ url, secret }, message, epochMs) => {
    const signed = new URL(url);
    if (secret !== undefined) {
      signed.searchParams.set('timestamp', String(epochMs));
      signed.searchParams.set('sign', dingtalkSign(epochMs, secret));
    }
    return { url: signed.href, body: { msgtype: 'text', text: { content: plainText(message, 16_000) } } };
  },
  codeField: 'errcode',
  // -1 busy; 130101 and 410100 more than 20 messages in a minute.
  later: [-1, 130_101, 410_100],
  // 300001, 300005, 400101 no such token; 400013 the group is dissolved; 400102 robot stopped; 400106 no such robot.
  gone: [300_001, 300_005, 400_013, 400_101, 400_102, 400_106],
};
