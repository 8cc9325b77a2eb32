import { BSON } from 'mongodb';
import type { Doc } from './values.ts';

/**
 * MongoDB's wire protocol: OP_MSG with document sequences and checksum, and OP_QUERY for a client's first hello.
 * https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/
 */
const opReply = 1;
const opQuery = 2004;
const opMsg = 2013;
const checksumPresent = 1;
const moreToCome = 2;
/** Bits 0 to 15 must be understood; the others may be ignored. */
const requiredBits = 0xffff;
const maxMessageBytes = 48_000_000;

export interface Request {
  readonly id: number;
  readonly opCode: number;
  readonly command: Doc;
  /** The client waits for no answer (an unacknowledged write). */
  readonly unanswered: boolean;
}

/** The message cannot be read; the connection is closed, as a server does. */
export class ProtocolViolation extends Error {
  override readonly name = 'ProtocolViolation';
}

const readDocument = (bytes: Buffer) =>
  BSON.deserialize(bytes, { promoteBuffers: false, bsonRegExp: true, validation: { utf8: true } });

const crcTable = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
  return value >>> 0;
});

/** CRC-32C, the checksum of OP_MSG. */
export const crc32c = (bytes: Uint8Array): number => {
  let value = 0xffffffff;
  for (const byte of bytes) value = (value >>> 8) ^ crcTable[(value ^ byte) & 0xff]!;
  return (value ^ 0xffffffff) >>> 0;
};

const readMsg = (message: Buffer, id: number): Request => {
  const flags = message.readUInt32LE(16);
  if ((flags & requiredBits & ~(checksumPresent | moreToCome)) !== 0)
    throw new ProtocolViolation(`OP_MSG flag bits ${flags.toString(2)} are not known.`);
  let end = message.length;
  if ((flags & checksumPresent) !== 0) {
    end -= 4;
    if (crc32c(message.subarray(0, end)) !== message.readUInt32LE(end))
      throw new ProtocolViolation('OP_MSG checksum does not match contents.');
  }
  let command: Doc | undefined;
  const sequences: Doc = {};
  for (let offset = 20; offset < end;) {
    const kind = message[offset];
    const size = message.readInt32LE(offset + 1);
    const stop = offset + 1 + size;
    if (stop > end || size < 5) throw new ProtocolViolation('OP_MSG section reaches beyond the message.');
    if (kind === 0) {
      if (command !== undefined) throw new ProtocolViolation('OP_MSG has two body sections.');
      command = readDocument(message.subarray(offset + 1, stop));
    } else if (kind === 1) {
      const nameEnd = message.indexOf(0, offset + 5);
      const documents: Doc[] = [];
      for (let at = nameEnd + 1; at < stop;) {
        const length = message.readInt32LE(at);
        if (length < 5 || at + length > stop) throw new ProtocolViolation('OP_MSG sequence has a broken document.');
        documents.push(readDocument(message.subarray(at, at + length)));
        at += length;
      }
      sequences[message.toString('utf8', offset + 5, nameEnd)] = documents;
    } else throw new ProtocolViolation(`OP_MSG section kind ${kind} is not known.`);
    offset = stop;
  }
  if (command === undefined) throw new ProtocolViolation('OP_MSG has no body section.');
  return { id, opCode: opMsg, command: { ...command, ...sequences }, unanswered: (flags & moreToCome) !== 0 };
};

const readQuery = (message: Buffer, id: number): Request => {
  const nameEnd = message.indexOf(0, 20);
  const namespace = message.toString('utf8', 20, nameEnd);
  const query = readDocument(message.subarray(nameEnd + 9, nameEnd + 9 + message.readInt32LE(nameEnd + 9)));
  const command = { ...((query.$query as Doc | undefined) ?? query), $db: namespace.split('.')[0] };
  return { id, opCode: opQuery, command, unanswered: false };
};

/** Splits the bytes of a connection into messages. */
export class MessageReader {
  #pending: Buffer = Buffer.alloc(0);

  *read(chunk: Buffer): Iterable<Request> {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    while (this.#pending.length >= 16) {
      const length = this.#pending.readInt32LE(0);
      if (length < 16 || length > maxMessageBytes) throw new ProtocolViolation(`A message of ${length} bytes.`);
      if (this.#pending.length < length) return;
      const message = this.#pending.subarray(0, length);
      this.#pending = this.#pending.subarray(length);
      const id = message.readInt32LE(4);
      const opCode = message.readInt32LE(12);
      if (opCode === opMsg) yield readMsg(message, id);
      else if (opCode === opQuery) yield readQuery(message, id);
      else throw new ProtocolViolation(`Op code ${opCode} is not supported.`);
    }
  }
}

let lastId = 0;

/** An answer in the protocol of its question. */
export const writeReply = (request: Request, reply: Doc): Buffer => {
  const body = BSON.serialize(reply, { ignoreUndefined: true });
  const before = request.opCode === opMsg ? Buffer.alloc(21) : Buffer.alloc(36);
  before.writeInt32LE(before.length + body.length, 0);
  before.writeInt32LE((lastId = (lastId + 1) & 0x7fffffff), 4);
  before.writeInt32LE(request.id, 8);
  before.writeInt32LE(request.opCode === opMsg ? opMsg : opReply, 12);
  // OP_MSG: no flags, one section of kind 0. OP_REPLY: no flags, cursor 0, from 0, one document.
  if (request.opCode !== opMsg) before.writeInt32LE(1, 32);
  return Buffer.concat([before, body]);
};
