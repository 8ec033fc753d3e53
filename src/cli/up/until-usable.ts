import { setTimeout as sleep } from 'node:timers/promises';
import { type Node, nodes, serviceAccounts } from '../../api/generated/index.ts';
import type { ControlPlane } from '../../cluster/index.ts';
import { CommandError } from '../command-error.ts';
import type { StopRequest } from './stop-request.ts';

const pollMs = 5;
const limitMs = 60_000;

/** Resolves when pods can be created and will run: every node is ready, and pods have a ServiceAccount to run as. */
export async function untilUsable(plane: ControlPlane, stopRequest: StopRequest): Promise<void> {
  const { view } = plane.server;
  const deadline = performance.now() + limitMs;
  while (!stopRequest.isRequested) {
    const waiting = view.list(nodes).find(node => !isReady(node as Node)) as Node | undefined;
    if (waiting === undefined && view.get(serviceAccounts, 'default', 'default') !== undefined) return;
    if (performance.now() > deadline) throw new CommandError(describeWaiting(waiting));
    await sleep(pollMs);
  }
}

function isReady(node: Node): boolean {
  return readiness(node)?.status === 'True';
}

function readiness(node: Node) {
  return node.status?.conditions?.find(({ type }) => type === 'Ready');
}

function describeWaiting(node: Node | undefined): string {
  if (node === undefined) return `the ServiceAccount default/default was not made within ${limitMs / 1000} s`;
  const why = readiness(node)?.message ?? 'it reports no status';
  return `node ${node.metadata.name} did not get ready within ${limitMs / 1000} s: ${why}`;
}
