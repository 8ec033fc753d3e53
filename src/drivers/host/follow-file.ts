import { watch } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import type { ByteSource, FollowOptions } from '../../node/runtime/index.ts';
import type { AbortSignalLike } from '../../world/index.ts';

const chunkBytes = 64 * 1024;
/** inotify tells of changes; polling finds what it does not tell (other filesystems, a lost watch, the end). */
const pollMs = 250;

/** Reads a file to its end and, if it is followed, on from there, also into the file that takes its place. */
export async function* followFile(path: string, options: FollowOptions, signal?: AbortSignalLike): ByteSource {
  let file = await open(path);
  let offset = options.offset ?? 0;
  const changes = options.isComplete === undefined ? undefined : new Changes(path, signal);
  try {
    for (;;) {
      // Asked before reading: what was written before it became complete is then read for certain.
      const isComplete = (await options.isComplete?.()) ?? true;
      for (;;) {
        if (signal?.aborted) return;
        const chunk = await readAt(file, offset);
        if (chunk.length === 0) break;
        offset += chunk.length;
        yield chunk;
      }
      const successor = await openSuccessor(path, file, offset);
      if (successor !== undefined) {
        await file.close();
        file = successor;
        offset = 0;
        changes?.rearm();
      } else if (isComplete) return;
      else await changes!.next();
    }
  } finally {
    changes?.close();
    await file.close();
  }
}

async function readAt(file: FileHandle, offset: number): Promise<Uint8Array> {
  const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(chunkBytes), 0, chunkBytes, offset);
  return buffer.subarray(0, bytesRead);
}

/** The file now at `path`, opened, if it is another one, or the same one cut short. */
async function openSuccessor(path: string, current: FileHandle, offset: number): Promise<FileHandle | undefined> {
  const [mine, there] = await Promise.all([current.stat(), stat(path).catch(() => undefined)]);
  if (there === undefined) return undefined;
  if (there.ino === mine.ino) return mine.size < offset ? open(path) : undefined;
  // Its last words may have come after we read to its end.
  if (mine.size > offset) return undefined;
  return open(path).catch(() => undefined);
}

/** Wakes a reader when the file may have grown. */
class Changes {
  readonly #path: string;
  readonly #signal: AbortSignalLike | undefined;
  #watcher: ReturnType<typeof watch> | undefined;
  #hasChanged = false;
  #wake: (() => void) | undefined;
  readonly #onChange = (): void => {
    this.#hasChanged = true;
    this.#wake?.();
  };

  constructor(path: string, signal: AbortSignalLike | undefined) {
    this.#path = path;
    this.#signal = signal;
    signal?.addEventListener('abort', this.#onChange, { once: true });
    this.rearm();
  }

  rearm(): void {
    this.#watcher?.close();
    try {
      this.#watcher = watch(this.#path, { persistent: false }, this.#onChange);
      this.#watcher.on('error', this.#onChange);
    } catch {
      // Between a rotation's two steps there is no such file; polling bridges it.
      this.#watcher = undefined;
    }
  }

  async next(): Promise<void> {
    if (!this.#hasChanged) {
      await new Promise<void>(resolve => {
        const timer = setTimeout(resolve, pollMs);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.#wake = undefined;
    }
    this.#hasChanged = false;
  }

  close(): void {
    this.#signal?.removeEventListener('abort', this.#onChange);
    this.#watcher?.close();
  }
}

/** Kubernetes: findTailLineStartIndex (pkg/kubelet/kuberuntime/logs): read backwards, block by block. */
export async function findTailOffset(path: string, lines: number): Promise<number> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    if (lines <= 0) return size;
    let left = lines + ((await endsWithNewline(file, size)) ? 1 : 0);
    for (let end = size; end > 0; ) {
      const start = Math.max(0, end - chunkBytes);
      const block = (await readAt(file, start)).subarray(0, end - start);
      for (let i = block.length - 1; i >= 0; i--) {
        if (block[i] === 10 && --left === 0) return start + i + 1;
      }
      end = start;
    }
    return 0;
  } finally {
    await file.close();
  }
}

async function endsWithNewline(file: FileHandle, size: number): Promise<boolean> {
  return size > 0 && (await readAt(file, size - 1))[0] === 10;
}
