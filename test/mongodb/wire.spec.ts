import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { BSON, MongoClient } from 'mongodb';
import { startMongoStandIn } from '#libs/testing/mongodb-stand-in/server.ts';
import type { MongoStandIn } from '#libs/testing/mongodb-stand-in/server.ts';
import { crc32c } from '#libs/testing/mongodb-stand-in/wire.ts';

let server: MongoStandIn;
let socket: Socket;
beforeEach(async () => {
  server = await startMongoStandIn();
  socket = connect(server.port, '127.0.0.1');
});
afterEach(async () => {
  socket.destroy();
  await server.close();
});

const header = (length: number, opCode: number) => {
  const bytes = Buffer.alloc(16);
  bytes.writeInt32LE(length, 0);
  bytes.writeInt32LE(77, 4);
  bytes.writeInt32LE(opCode, 12);
  return bytes;
};
const opMsg = (flags: number, ...sections: Buffer[]) => {
  const flagBits = Buffer.alloc(4);
  flagBits.writeUInt32LE(flags, 0);
  const body = Buffer.concat([flagBits, ...sections]);
  const checksum = (flags & 1) !== 0 ? 4 : 0;
  const message = Buffer.concat([header(16 + body.length + checksum, 2013), body]);
  if (checksum === 0) return message;
  const sum = Buffer.alloc(4);
  sum.writeUInt32LE(crc32c(message), 0);
  return Buffer.concat([message, sum]);
};
const body = (document: object) => Buffer.concat([Buffer.from([0]), BSON.serialize(document)]);
const sequence = (name: string, ...documents: object[]) => {
  const content = Buffer.concat([
    Buffer.from(`${name}\0`),
    ...documents.map((each) => Buffer.from(BSON.serialize(each))),
  ]);
  const size = Buffer.alloc(4);
  size.writeInt32LE(content.length + 4, 0);
  return Buffer.concat([Buffer.from([1]), size, content]);
};
const answer = () =>
  new Promise<{ opCode: number; responseTo: number; document: BSON.Document }>((resolve, reject) => {
    socket.once('close', () => reject(new Error('closed')));
    socket.once('data', (bytes: Buffer) =>
      resolve({
        opCode: bytes.readInt32LE(12),
        responseTo: bytes.readInt32LE(8),
        document: BSON.deserialize(bytes.subarray(bytes.readInt32LE(12) === 1 ? 36 : 21)),
      }),
    );
  });

describe('the wire protocol', () => {
  it('answers a first hello by OP_QUERY with OP_REPLY', async () => {
    const query = BSON.serialize({ ismaster: 1, helloOk: true });
    const rest = Buffer.concat([Buffer.alloc(4), Buffer.from('admin.$cmd\0'), Buffer.alloc(8), query]);
    socket.write(Buffer.concat([header(16 + rest.length, 2004), rest]));
    const { opCode, responseTo, document } = await answer();
    expect([opCode, responseTo]).toEqual([1, 77]);
    expect(document).toMatchObject({ ok: 1, helloOk: true, isWritablePrimary: true, setName: 'standin' });
  });

  it('takes document sequences, checksums, and messages in pieces', async () => {
    const insert = opMsg(1, body({ insert: 'rows', $db: 'tests' }), sequence('documents', { _id: 1 }, { _id: 2 }));
    socket.write(insert.subarray(0, 30));
    await new Promise((resolve) => setTimeout(resolve, 20));
    socket.write(insert.subarray(30));
    const { opCode, document } = await answer();
    expect([opCode, document.n]).toEqual([2013, 2]);
  });

  it('closes on a wrong checksum, an unknown flag, an unknown op code', async () => {
    const broken = opMsg(1, body({ ping: 1, $db: 'admin' }));
    broken[20]! ^= 0xff;
    socket.write(broken);
    await expect(answer()).rejects.toThrow('closed');
    for (const message of [opMsg(1 << 5, body({ ping: 1, $db: 'admin' })), header(16, 2012)]) {
      socket = connect(server.port, '127.0.0.1');
      socket.write(message);
      await expect(answer()).rejects.toThrow('closed');
    }
  });

  it('ignores that more answers would be allowed, and does not answer where none is wanted', async () => {
    socket.write(opMsg(2, body({ insert: 'rows', $db: 'tests', documents: [{ _id: 1 }], writeConcern: { w: 0 } })));
    socket.write(opMsg(1 << 16, body({ ping: 1, $db: 'admin' })));
    expect((await answer()).document).not.toHaveProperty('n');
    const client = await new MongoClient(server.url).connect();
    const rows = client.db('tests').collection<{ _id: number }>('rows');
    expect((await rows.insertOne({ _id: 2 }, { writeConcern: { w: 0 } })).acknowledged).toBe(false);
    await client.db('admin').command({ ping: 1 });
    await client.close();
  });
});
