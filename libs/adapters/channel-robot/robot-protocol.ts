import type { OutwardMessage } from '#libs/ports/channel.ts';
import type { JsonObject } from '#libs/kernel/json.ts';

/** A robot of a group chat. Its address is a secret too: the key or token in it lets anyone write to the group. */
export interface RobotTarget {
  readonly url: string;
  /** For signed robots (DingTalk 加签, Feishu 签名校验). */
  readonly secret?: string;
}

/** How one product's robots are spoken to. */
export interface RobotProtocol {
  readonly name: 'wecom' | 'dingtalk' | 'feishu';
  /** The address and body of one attempt at `epochMs`. */
  readonly request: (
    target: RobotTarget,
    message: OutwardMessage,
    epochMs: number,
  ) => { readonly url: string; readonly body: JsonObject };
  /** Where the answer says how it went: 0 is success, whatever the HTTP status. */
  readonly codeField: 'errcode' | 'code';
  /** Too many messages, or busy. */
  readonly later: readonly number[];
  /** The robot, its key or its group is no more. */
  readonly gone: readonly number[];
}

/** The longest beginning of a text within so many bytes of UTF-8, ending in `…` when shortened. Splits no character. */
export const shortened = (text: string, mostBytes: number): string => {
  if (Buffer.byteLength(text) <= mostBytes) return text;
  const mark = '…';
  let bytes = Buffer.byteLength(mark);
  let kept = '';
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > mostBytes) break;
    kept += character;
  }
  return `${kept}${mark}`;
};

/** The last line of every robot's message, by which a reader or a bot can tell a repeat [SLA 14]. */
export const idLine = ({ id }: OutwardMessage): string => `#${id}`;

/** The message as plain text; what is too long is cut before link and id, which are always whole. */
export const plainText = (message: OutwardMessage, mostBytes: number): string => {
  const end = `${message.link === undefined ? '' : `\n${message.link}`}\n${idLine(message)}`;
  return `${shortened(`${message.subject}\n${message.text}`, mostBytes - Buffer.byteLength(end))}${end}`;
};
