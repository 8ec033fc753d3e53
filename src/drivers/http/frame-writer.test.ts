import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { FrameFlusher, FrameWriter } from './frame-writer.ts';

/** A client that reads as slowly as told. */
class Client extends Writable {
  readonly writes: Buffer[] = [];
  #resume: (() => void) | undefined;
  isReading = true;

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.writes.push(chunk);
    if (this.isReading) done();
    else this.#resume = done;
  }

  read(): void {
    this.isReading = true;
    this.#resume?.();
  }

  get text(): string {
    return Buffer.concat(this.writes).toString();
  }
}

function open(flusher: FrameFlusher, isChunked = false) {
  const client = new Client();
  const writer = new FrameWriter({ out: client, isChunked, end: () => client.end() }, flusher, () => client.destroy());
  return { client, writer };
}

test('frames of one turn go out in one write, shared by all that are told the same', async () => {
  const flusher = new FrameFlusher();
  const [one, two] = [open(flusher), open(flusher)];
  for (const frame of ['a\n', 'b\n']) {
    one.writer.write(frame);
    two.writer.write(frame);
  }
  await nextTurn();
  assert.deepEqual(one.client.writes.map(String), ['a\nb\n']);
  assert.equal(two.client.writes[0], one.client.writes[0]);
});

test('a watcher that could take no more hears later of all that has gathered meanwhile', async () => {
  const { client, writer } = open(new FrameFlusher());
  client.isReading = false;
  writer.write(`${'x'.repeat(100_000)}\n`);
  await nextTurn();
  writer.write('a\n');
  const drained = new Promise<void>(resolve => client.once('drain', resolve));
  client.read();
  await drained;
  writer.write('b\n');
  await Promise.resolve();
  assert.equal(client.writes.length, 1);
  await nextTurn();
  await nextTurn();
  assert.deepEqual(client.writes.slice(1).map(String), ['a\nb\n']);
});

test('few watchers hear before whoever waits for the write goes on; many do not hold it up', async () => {
  for (const [count, isHeard] of [
    [32, true],
    [33, false],
  ] as const) {
    const flusher = new FrameFlusher();
    const watchers = Array.from({ length: count }, () => open(flusher));
    const committed = Promise.withResolvers<void>();
    for (const { writer } of watchers) writer.write('a\n');
    committed.resolve();
    await committed.promise;
    assert.equal(watchers[0]!.client.text !== '', isHeard, `${count} watchers`);
    await nextTurn();
    for (const { client } of watchers) assert.equal(client.text, 'a\n');
  }
});

test('chunks carry their length in bytes', async () => {
  const { client, writer } = open(new FrameFlusher(), true);
  writer.write('ü\n');
  await nextTurn();
  assert.equal(client.text, '3\r\nü\n\r\n');
});

test('a large backlog waits for its reader and arrives whole and in order', async () => {
  const { client, writer } = open(new FrameFlusher());
  const frames = Array.from({ length: 2000 }, (_, i) => `${i} ${'x'.repeat(1000)}\n`);
  client.isReading = false;
  let made = 0;
  function* make(): Generator<string> {
    for (const frame of frames) {
      made++;
      yield frame;
    }
  }
  writer.writeAll(make());
  writer.write('last\n');
  writer.end();
  await nextTurn();
  assert.ok(made < 600, `${made} frames were made for a client that does not read`);
  client.read();
  await new Promise(resolve => client.once('finish', resolve));
  assert.equal(client.text, `${frames.join('')}last\n`);
});

test('nothing follows the end', async () => {
  const { client, writer } = open(new FrameFlusher());
  writer.write('a\n');
  writer.end();
  writer.write('b\n');
  await new Promise(resolve => client.once('finish', resolve));
  assert.equal(client.text, 'a\n');
});

test('a client that does not read while ever more is told loses its stream', async () => {
  const { client, writer } = open(new FrameFlusher());
  client.isReading = false;
  const frame = 'x'.repeat(1024 * 1024);
  for (let i = 0; i < 20; i++) writer.write(frame);
  await nextTurn();
  assert.equal(client.destroyed, false);
  for (let i = 0; i < 20; i++) writer.write(frame);
  assert.equal(client.destroyed, true);
});
