import type { ByteSource, HostFiles } from '../runtime/index.ts';
import { type LogFormat, LogFormatter } from './log-formatter.ts';

export interface LogReadOptions extends LogFormat {
  readonly tailLines?: number | undefined;
  /** With it the reader goes on, through rotations, until this says that the container has ended. */
  readonly isComplete?: (() => boolean) | undefined;
}

/** A container's log as a reader wants it. Reading stops when the reader leaves. */
export async function* readLog(files: HostFiles, path: string, options: LogReadOptions): ByteSource {
  // Lines that are written while we look for the last ones must not come in addition, unless they are waited for.
  const limitLines = options.isComplete === undefined ? options.tailLines : undefined;
  const formatter = new LogFormatter({ ...options, limitLines });
  if (formatter.isFull) return;
  const offset = options.tailLines === undefined ? 0 : await files.tailOffset(path, options.tailLines);
  const follow = options.isComplete === undefined ? { offset } : { offset, isComplete: options.isComplete };
  for await (const chunk of files.follow(path, follow)) {
    const bytes = formatter.push(chunk);
    if (bytes.length > 0) yield bytes;
    if (formatter.isFull) return;
  }
}
