import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { isRuntimeError } from '../../../node/runtime/index.ts';
import { readImageArchive } from './image-archive.ts';

type Entry = readonly [
  header: { readonly name: string; readonly type?: 'directory' | 'symlink'; readonly linkname?: string },
  content?: Buffer,
];

async function tarOf(entries: readonly Entry[]): Promise<Buffer> {
  const archive = pack();
  for (const [header, content] of entries) archive.entry(header, content ?? Buffer.alloc(0));
  archive.finalize();
  const parts: Buffer[] = [];
  for await (const part of archive as unknown as AsyncIterable<Buffer>) parts.push(part);
  return Buffer.concat(parts);
}

/** In pieces that respect no boundary. */
async function* pieces(bytes: Buffer, size = 777): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

async function store(blob: AsyncIterable<Uint8Array>) {
  const hash = createHash('sha256');
  let size = 0;
  for await (const part of blob) {
    hash.update(part);
    size += part.length;
  }
  return { digest: `sha256:${hash.digest('hex')}`, size };
}

describe('an image archive', () => {
  const layer = Buffer.alloc(100_000, 'layer');
  const entries: readonly Entry[] = [
    [{ name: 'folder/', type: 'directory' }],
    [{ name: './folder/layer.tar' }, layer],
    [{ name: 'zipped.tar' }, gzipSync(layer)],
    [{ name: 'copy/layer.tar', type: 'symlink', linkname: '../folder/layer.tar' }],
    [{ name: 'manifest.json' }, Buffer.from('[{"Config":"c"}]')],
    [{ name: 'empty' }],
  ];

  for (const kind of ['plain', 'gzipped'] as const) {
    it(`is read in one pass, ${kind}`, async () => {
      const tar = await tarOf(entries);
      const contents = await readImageArchive(pieces(kind === 'plain' ? tar : gzipSync(tar)), store);
      assert.deepEqual([...contents.documents.keys()], ['manifest.json']);
      assert.equal(contents.blobs.get('folder/layer.tar')!.size, layer.length);
      assert.deepEqual(contents.blobs.get('copy/layer.tar'), contents.blobs.get('folder/layer.tar'));
      assert.equal(contents.blobs.get('zipped.tar')!.isGzip, true);
      assert.equal(contents.blobs.get('empty')!.size, 0);
    });
  }

  it('is refused when it is none, or breaks off', async () => {
    const tar = await tarOf(entries);
    for (const bytes of [Buffer.from('hello'.repeat(1000)), tar.subarray(0, 5000), gzipSync(tar).subarray(0, 500)]) {
      await assert.rejects(
        readImageArchive(pieces(bytes), store),
        error => isRuntimeError(error, 'invalidArgument') && error.message.startsWith('not an image archive'),
      );
    }
  });
});
