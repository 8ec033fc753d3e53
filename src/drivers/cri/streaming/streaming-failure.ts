import { RuntimeError } from '../../../node/runtime/index.ts';
import { UpgradeRefusal } from '../../spdy/index.ts';

/** Failures to reach the runtime's streaming server, as the port's errors. */
export async function connectingAsRuntimeError<T>(connecting: Promise<T>): Promise<T> {
  try {
    return await connecting;
  } catch (error) {
    const code = error instanceof UpgradeRefusal ? (error.status === 404 ? 'notFound' : 'internal') : 'unavailable';
    throw new RuntimeError(code, (error as Error).message, { cause: error });
  }
}
