import { StatusError } from '../../machinery/index.ts';

/** The server could not be reached, or broke off. */
export function unreachable(server: string, error: Error): StatusError {
  const why = error.message === '' ? ((error as NodeJS.ErrnoException).code ?? 'connection failed') : error.message;
  const wrapped = new StatusError('ServiceUnavailable', `cannot reach the API server at ${server}: ${why}`);
  wrapped.cause = error;
  return wrapped;
}
