import { posix } from 'node:path';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import type { ByteSource } from '../../../node/runtime/index.ts';
import { RuntimeError } from '../../../node/runtime/index.ts';

/** What an archive holds: blobs that have been handed on, and texts that tell how they belong together. */
export interface ArchiveContents {
  /** Digest and size by path in the archive, symlinks resolved. */
  readonly blobs: ReadonlyMap<string, StoredBlob>;
  /** JSON files by path: manifests, configurations, indexes. They are among the blobs too. */
  readonly documents: ReadonlyMap<string, Buffer>;
}

export interface StoredBlob {
  readonly digest: string;
  readonly size: number;
  readonly isGzip: boolean;
}

/** Manifests are limited to 4 MiB by registries; what is larger is a layer, whatever it begins with. */
const documentBytesMax = 4 << 20;

/**
 * Reads an archive (tar, or gzipped tar) once, front to back: `store` is given each file and resolves with its digest.
 * Nothing is spooled: layers go straight on, only JSON documents are kept.
 */
export async function readImageArchive(
  archive: ByteSource,
  store: (blob: AsyncIterable<Uint8Array>) => Promise<{ readonly digest: string; readonly size: number }>,
): Promise<ArchiveContents> {
  const blobs = new Map<string, StoredBlob>();
  const documents = new Map<string, Buffer>();
  const links = new Map<string, string>();
  const take = async (entry: TarEntry): Promise<void> => {
    const path = posix.normalize(entry.name);
    if (entry.linkTarget !== undefined) {
      links.set(path, posix.join(posix.dirname(path), entry.linkTarget));
      return;
    }
    const { head, all } = await peek(entry.content);
    if (isDocument(head) && entry.size <= documentBytesMax) {
      const text = await collect(all);
      documents.set(path, text);
      blobs.set(path, { ...(await store(once(text))), isGzip: false });
    } else blobs.set(path, { ...(await store(all)), isGzip: isGzip(head) });
  };
  try {
    for await (const entry of tarEntries(archive)) await take(entry);
  } catch (error) {
    if (error instanceof RuntimeError) throw error;
    throw new RuntimeError('invalidArgument', `not an image archive: ${(error as Error).message}`, { cause: error });
  }
  for (const [path, target] of links) {
    const blob = blobs.get(target);
    if (blob !== undefined) blobs.set(path, blob);
  }
  return { blobs, documents };
}

interface TarEntry {
  readonly name: string;
  readonly size: number;
  readonly linkTarget?: string;
  readonly content: AsyncIterable<Uint8Array>;
}

async function* tarEntries(archive: ByteSource): AsyncGenerator<TarEntry> {
  const { head, all } = await peek(archive);
  const bytes = Readable.from(all);
  const tar = extract();
  const fail = (error: Error): void => tar.destroy(error);
  bytes.on('error', fail);
  if (isGzip(head)) bytes.pipe(createGunzip().on('error', fail)).pipe(tar);
  else bytes.pipe(tar);
  for await (const entry of tar) {
    const { name, type, linkname, size = 0 } = entry.header;
    // Typed as streamx's bare event source, which it is not.
    const content = entry as unknown as AsyncIterable<Uint8Array>;
    if (type === 'file' || type === 'contiguous-file' || type == null) yield { name, size, content };
    else if (type === 'symlink') yield { name, size: 0, linkTarget: linkname ?? '', content };
    entry.resume();
  }
}

function isGzip(head: Uint8Array): boolean {
  return head[0] === 0x1f && head[1] === 0x8b;
}

function isDocument(head: Uint8Array): boolean {
  return head[0] === 0x7b || head[0] === 0x5b; // { or [
}

/** The first chunk, and an iteration that still begins with it. */
async function peek(source: AsyncIterable<Uint8Array>): Promise<{ head: Uint8Array; all: AsyncIterable<Uint8Array> }> {
  const chunks = source[Symbol.asyncIterator]();
  const first = await chunks.next();
  const head = first.done ? new Uint8Array(0) : first.value;
  async function* all(): AsyncGenerator<Uint8Array> {
    if (!first.done) yield first.value;
    for (;;) {
      const next = await chunks.next();
      if (next.done) return;
      yield next.value;
    }
  }
  return { head, all: all() };
}

async function collect(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of source) parts.push(part);
  return Buffer.concat(parts);
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
