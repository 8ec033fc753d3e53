import { StoreDirectoryError } from '../../drivers/sqlite/index.ts';
import { StatusError } from '../../machinery/index.ts';
import { CommandError } from '../command-error.ts';

const advice: Readonly<Record<StoreDirectoryError['reason'], string>> = {
  inUse: 'stop that one, or choose another --data-dir',
  newerFormat: 'use that Sampan, or choose another --data-dir; nothing was changed',
  damaged: 'restore it from a backup, or choose another --data-dir; nothing was changed',
  foreign: 'choose another --data-dir; nothing was changed',
  sealed: 'name the configuration that has its key with --encryption-provider-config',
  inaccessible: 'make it readable and writable for this user, or choose another --data-dir',
};

/** What a person can mend, as a `CommandError`; anything else as it is. */
export function describeFailure(error: unknown): unknown {
  // Taking down what had been started failed too: the first failure is the one to tell.
  if (error instanceof SuppressedError) return describeFailure(error.suppressed);
  if (error instanceof StoreDirectoryError) {
    return new CommandError(`${error.message}: ${advice[error.reason]}`, { cause: error });
  }
  // What the store refuses while the cluster starts, such as a write on a full disk.
  if (error instanceof StatusError) return new CommandError(error.message, { cause: error });
  const { code, path, message } = error as NodeJS.ErrnoException;
  const place = path === undefined ? '' : ` (${path})`;
  if (code === 'ENOSPC' || isSqliteFull(error))
    return new CommandError(`the disk is full${place}: free some space and start again`, { cause: error });
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return new CommandError(message, { cause: error });
  return error;
}

/** SQLITE_FULL, whatever its extension in the upper bits. */
function isSqliteFull(error: unknown): boolean {
  return (((error as { errcode?: number }).errcode ?? 0) & 0xff) === 13;
}
