export type RuntimeErrorCode =
  | 'alreadyExists'
  | 'canceled'
  | 'deadlineExceeded'
  | 'failedPrecondition'
  | 'internal'
  | 'invalidArgument'
  | 'notFound'
  | 'permissionDenied'
  | 'resourceExhausted'
  /** The runtime cannot be reached, or is starting: the same call may work later. */
  | 'unavailable'
  | 'unimplemented'
  /** The runtime gave only a text: containerd reports most of runc's failures so. */
  | 'unknown';

/** A call that the runtime refused or could not answer. `message` is the runtime's own text. */
export class RuntimeError extends Error {
  readonly code: RuntimeErrorCode;

  constructor(code: RuntimeErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'RuntimeError';
    this.code = code;
  }
}

/** Whether `error` is a RuntimeError, and of this code if one is given. */
export function isRuntimeError(error: unknown, code?: RuntimeErrorCode): error is RuntimeError {
  return error instanceof RuntimeError && (code === undefined || error.code === code);
}
