import { ignoringNotFound } from '../cri/index.ts';
import type { GrpcConnection } from '../grpc/index.ts';
import * as containerd from './methods.ts';

/** A killed process is gone at once, unless the kernel holds on to it. */
const exitTimeoutMs = 10_000;

/**
 * Kills what containerd runs for a container or sandbox and forgets it, beneath CRI. Nothing to do where nothing runs.
 *
 * @throws the failure of containerd's call, when the process survives or cannot be forgotten
 */
export async function endTask(connection: GrpcConnection, containerId: string): Promise<void> {
  const options = { metadata: containerd.criNamespace, timeoutMs: exitTimeoutMs };
  await ignoringNotFound(connection.call(containerd.killTask, { containerId, signal: 9, all: true }, options));
  await ignoringNotFound(connection.call(containerd.waitForTask, { containerId }, options));
  await ignoringNotFound(connection.call(containerd.deleteTask, { containerId }, options));
}
