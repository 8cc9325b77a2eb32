import { plainText } from './robot-protocol.ts';
import type { RobotProtocol } from './robot-protocol.ts';

/**
 * 企业微信 (WeCom) group robots: the key is in the address, there is no signature. Plain text, not markdown: a customer's words may
 * be in it, and markdown would let them mention everyone (`<@all>`) or dress up a link.
 */
export const wecom: RobotProtocol = {
  name: 'wecom',
  request: ({ url }, message) => ({ url, body: { msgtype: 'text', text: { content: plainText(message, 2_048) } } }),
  codeField: 'errcode',
  // -1 busy; 45009 more than 20 messages in a minute; 45033 too many at once.
  later: [-1, 45_009, 45_033],
  // 93000 invalid webhook address: the robot was removed from the group.
  gone: [93_000],
};
