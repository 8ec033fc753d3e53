import { isRuntimeError, RuntimeError, type RuntimeErrorCode } from '../../node/runtime/index.ts';
import { isGrpcError, nameOfGrpcStatus } from '../grpc/index.ts';

const codes = new Set<string>([
  'alreadyExists',
  'canceled',
  'deadlineExceeded',
  'failedPrecondition',
  'internal',
  'invalidArgument',
  'notFound',
  'permissionDenied',
  'resourceExhausted',
  'unavailable',
  'unimplemented',
  'unknown',
] satisfies RuntimeErrorCode[]);

/** A gRPC failure as the port's error, with the runtime's text; anything else unchanged. */
export function toRuntimeError(error: unknown): unknown {
  if (!isGrpcError(error)) return error;
  const name = error.code === 1 ? 'canceled' : nameOfGrpcStatus(error.code);
  return new RuntimeError(codes.has(name) ? (name as RuntimeErrorCode) : 'unknown', error.details, { cause: error });
}

/** For calls that end something: what is gone already is success. */
export async function ignoringNotFound(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!isRuntimeError(toRuntimeError(error), 'notFound')) throw error;
  }
}
