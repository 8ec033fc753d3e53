import { setTimeout as sleep } from 'node:timers/promises';
import { nodes, serviceAccounts } from '../../api/generated/index.ts';
import type { Component, ControlPlane } from '../../cluster/index.ts';
import { CommandError } from '../command-error.ts';
import type { ClusterNodes } from './cluster-nodes.ts';
import type { StopRequest } from './stop-request.ts';

const pollMs = 5;
const limitMs = 60_000;

/**
 * Resolves when pods can be created, will run and find each other, or when somebody asks us to stop. Throws a
 * `CommandError` that says what is missing after a minute.
 */
export async function untilUsable(
  plane: ControlPlane,
  { names, networkReady }: ClusterNodes,
  without: readonly Component[],
  stopRequest: StopRequest,
): Promise<void> {
  let isNetworkReady = false;
  void networkReady.then(() => {
    isNetworkReady = true;
  });
  const deadline = performance.now() + limitMs;
  while (!stopRequest.isRequested) {
    const missing =
      findMissing(plane, names, without) ?? (isNetworkReady ? undefined : 'Services and DNS are not served');
    if (missing === undefined) return;
    if (performance.now() > deadline) throw new CommandError(`not ready after ${limitMs / 1000} s: ${missing}`);
    await sleep(pollMs);
  }
}

function findMissing(
  { server: { view } }: ControlPlane,
  names: readonly string[],
  without: readonly Component[],
): string | undefined {
  // What is missing yet, somebody else is to bring, and can only do so once we answer.
  if (without.includes('controllers')) return undefined;
  for (const name of names) {
    const readiness = view.get(nodes, undefined, name)?.status?.conditions?.find(({ type }) => type === 'Ready');
    if (readiness?.status !== 'True') return `node ${name}: ${readiness?.message ?? 'it has not reported any status'}`;
  }
  const account = view.get(serviceAccounts, 'default', 'default');
  return account === undefined
    ? 'there is no ServiceAccount default/default, without which no pod is created'
    : undefined;
}
