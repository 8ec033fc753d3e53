import { isRuntimeError } from '../runtime/index.ts';

/** Kubernetes: how a gRPC error reads in events; containerd gives most of runc's failures the code Unknown. */
export function describeRuntimeError(error: unknown): string {
  if (!isRuntimeError(error)) return error instanceof Error ? error.message : String(error);
  const code = error.code[0]!.toUpperCase() + error.code.slice(1);
  return `rpc error: code = ${code} desc = ${error.message}`;
}
