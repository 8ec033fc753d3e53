import { StatusError } from '../../machinery/index.ts';
import { type CommitResult, StoreClosedError, type StoredObject, type Transaction } from '../../storage/index.ts';
import type { ServerContext } from '../server-context.ts';

/** Commits. A store that fails (a full disk) says so with a StatusError of its own. */
export async function commitWrite(
  server: ServerContext,
  transaction: Transaction<StoredObject>,
): Promise<CommitResult<StoredObject>> {
  try {
    return await server.store.commit(transaction);
  } catch (error) {
    throw refusalFor(error);
  }
}

/** A server that goes down refuses what is still under way; everything else is a fault and stays one. */
export function refusalFor(error: unknown): unknown {
  if (error instanceof StoreClosedError) {
    return new StatusError('ServiceUnavailable', 'the API server is shutting down', { retryAfterSeconds: 1 });
  }
  return error;
}
