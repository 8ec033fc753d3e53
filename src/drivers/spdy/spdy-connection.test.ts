import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { duplexPair } from 'node:stream';
import { describe, it } from 'node:test';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { constants, createDeflate, createInflate, type Deflate, type Inflate } from 'node:zlib';
import fc from 'fast-check';
import type { ByteSource } from '../../node/runtime/index.ts';
import { HeaderReader, HeaderWriter } from './header-block.ts';
import { createHeaderDictionary } from './header-dictionary.ts';
import { SpdyConnection } from './spdy-connection.ts';
import type { SpdyStream } from './spdy-stream.ts';

/** A client and a server joined by a pipe; streams that the client opens arrive in `accepted`. */
function connect(accepts?: (headers: Readonly<Record<string, string>>) => boolean) {
  const [left, right] = duplexPair();
  const accepted: SpdyStream[] = [];
  const client = new SpdyConnection(left, { role: 'client' });
  const server = new SpdyConnection(right, {
    role: 'server',
    onStream: stream => accepted.push(stream),
    ...(accepts === undefined ? {} : { accepts }),
  });
  return { client, server, accepted, left, right };
}

async function readAll(source: ByteSource): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of source) parts.push(part);
  return Buffer.concat(parts);
}

describe('a SPDY connection', () => {
  it('carries headers and bytes both ways, each side ending on its own', async () => {
    const { client, accepted } = connect();
    const stream = await client.open({ streamType: 'data', port: '80' });
    const [other] = accepted;
    assert.deepEqual({ ...other!.headers }, { streamtype: 'data', port: '80' });
    await stream.sink.write(Buffer.from('question'));
    await stream.sink.end();
    assert.equal((await readAll(other!.source)).toString(), 'question');
    await other!.sink.write(Buffer.from('answer'));
    await other!.sink.end();
    assert.equal((await readAll(stream.source)).toString(), 'answer');
    assert.equal(await stream.closed, 'ended');
    assert.equal(await other!.closed, 'ended');
    await assert.rejects(stream.sink.write(Buffer.from('more')), /write after end/);
  });

  it('keeps many streams apart', async () => {
    const { client, accepted } = connect();
    const streams = await Promise.all([0, 1, 2, 3].map(i => client.open({ number: `${i}` })));
    const contents = streams.map((_, i) => randomBytes(i * 100_000));
    const sending = streams.map(async (stream, i) => {
      for (let at = 0; at < contents[i]!.length; at += 7777) {
        await stream.sink.write(contents[i]!.subarray(at, at + 7777));
      }
      await stream.sink.end();
    });
    const received = await Promise.all(accepted.map(stream => readAll(stream.source)));
    await Promise.all(sending);
    accepted.forEach((stream, i) => {
      assert.equal(stream.headers['number'], `${i}`);
      assert.ok(received[i]!.equals(contents[i]!));
    });
  });

  it('holds a fast writer up while nobody reads', async () => {
    const { client, accepted } = connect();
    const stream = await client.open({});
    const total = 16 << 20;
    let written = 0;
    const writing = (async () => {
      for (; written < total; written += 65_536) await stream.sink.write(Buffer.alloc(65_536));
      await stream.sink.end();
    })();
    await sleep(50);
    assert.ok(written < 4 << 20, `${written} bytes were taken in`);
    assert.equal((await readAll(accepted[0]!.source)).length, total);
    await writing;
  });

  it('refuses streams', async () => {
    const { client } = connect(headers => headers['streamtype'] !== 'bad');
    await assert.rejects(client.open({ streamtype: 'bad' }), /did not accept stream 1/);
    assert.equal((await client.open({ streamtype: 'good' })).id, 3);
    const [left, right] = duplexPair();
    const nobody = new SpdyConnection(left, { role: 'client' });
    new SpdyConnection(right, { role: 'server' });
    await assert.rejects(nobody.open({}), /did not accept/);
  });

  it('resets a stream and leaves the others alone', async () => {
    const { client, accepted } = connect();
    const [first, second] = [await client.open({}), await client.open({})];
    accepted[0]!.close();
    assert.equal(await first.closed, 'reset');
    assert.equal((await readAll(first.source)).length, 0);
    await assert.rejects(first.sink.write(Buffer.from('x')), /closed/);
    await second.sink.write(Buffer.from('still'));
    await second.sink.end();
    assert.equal((await readAll(accepted[1]!.source)).toString(), 'still');
  });

  it('answers pings from both sides', async () => {
    const { client, server } = connect();
    await Promise.all([client.ping(), server.ping(), client.ping()]);
  });

  it('tells its streams when the connection goes away', async () => {
    const { client, accepted, left } = connect();
    const stream = await client.open({});
    left.destroy();
    assert.equal(await stream.closed, 'disconnected');
    await client.closed;
    await assert.rejects(client.open({}), /connection is closed/);
    assert.equal(accepted.length, 1);
  });

  it('lets what was written arrive before it closes', async () => {
    const { client, server, accepted } = connect();
    const stream = await client.open({});
    void stream.sink.write(Buffer.from('last words'));
    client.close();
    await server.closed;
    assert.equal((await readAll(accepted[0]!.source)).toString(), 'last words');
  });

  it('closes when its last stream has ended, if asked', async () => {
    const { client, server, accepted } = connect();
    const stream = await client.open({});
    server.closeWhenIdle();
    await stream.sink.end();
    await accepted[0]!.sink.end();
    assert.equal(await server.closed, undefined);
    assert.equal(await client.closed, undefined);
  });

  it('ends on what is not SPDY', async () => {
    const [left, right] = duplexPair();
    const server = new SpdyConnection(right, { role: 'server', onStream: () => {} });
    left.write(Buffer.from([0x80, 0x02, 0, 1, 0, 0, 0, 0]));
    assert.match(String(await server.closed), /spdy: version 2 instead of 3/);
  });

  it('resets data for a stream that never was', async () => {
    const [left, right] = duplexPair();
    new SpdyConnection(right, { role: 'server', onStream: () => {} });
    left.write(Buffer.from([0, 0, 0, 7, 0, 0, 0, 1, 0x21]));
    const [answer] = (await once(left, 'data')) as [Buffer];
    assert.deepEqual([...answer.subarray(0, 4), ...answer.subarray(8)], [0x80, 3, 0, 3, 0, 0, 0, 7, 0, 0, 0, 2]);
  });
});

describe('header blocks', () => {
  const names = fc.stringMatching(/^[a-z][a-z-]{0,20}$/);
  const headerSets = fc.array(fc.dictionary(names, fc.string({ maxLength: 3000 })), { minLength: 1, maxLength: 6 });
  const plain = (headers: object): object => ({ ...headers });

  it('read what they wrote', () => {
    fc.assert(
      fc.property(headerSets, sets => {
        const writer = new HeaderWriter();
        const reader = new HeaderReader();
        for (const headers of sets) assert.deepEqual(plain(reader.read(writer.write(headers))), plain(headers));
      }),
    );
  });

  it('read what a compressor with one stream over all blocks wrote, as Go’s', async () => {
    const flush = async (stream: Deflate | Inflate, chunk: Buffer): Promise<Buffer> => {
      const parts: Buffer[] = [];
      const take = (part: Buffer): number => parts.push(part);
      stream.on('data', take);
      stream.write(chunk);
      await new Promise<void>(resolve => stream.flush(constants.Z_SYNC_FLUSH, resolve));
      await setImmediate();
      stream.off('data', take);
      return Buffer.concat(parts);
    };
    const deflate = createDeflate({ dictionary: createHeaderDictionary() });
    const inflate = createInflate({ dictionary: createHeaderDictionary() });
    const writer = new HeaderWriter();
    const reader = new HeaderReader();
    for (let i = 0; i < 300; i++) {
      const headers = {
        streamtype: i % 2 === 0 ? 'data' : 'error',
        port: '8080',
        requestid: `${i}`,
        filler: 'ab'.repeat(i),
      };
      const text = await flush(inflate, writer.write(headers));
      assert.deepEqual(plain(reader.read(await flush(deflate, text))), headers);
    }
  });

  it('refuse one that would take too much memory', () => {
    const writer = new HeaderWriter();
    assert.throws(() => new HeaderReader().read(writer.write({ a: 'x'.repeat(1 << 20) })));
  });
});
