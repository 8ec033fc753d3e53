import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Node, Pod } from '../../api/generated/index.ts';
import type { PodMeans } from './pod-means.ts';
import { resizePod } from './resize-pod.ts';

const allocatable = { cpu: '2', memory: '1Gi', pods: '10' };
const node: Node = { metadata: { name: 'n' }, spec: {}, status: { allocatable, capacity: allocatable } };
/** What cannot be done is known before anything is touched. */
const means = { facts: { node, allocatable } } as unknown as PodMeans;
const signal = new AbortController().signal;

function podOf(name: string, cpu: string): Pod {
  const resources = { requests: { cpu } };
  return { metadata: { name, uid: name }, spec: { containers: [{ name: 'app', image: 'i', resources }] } };
}

const running = {
  containerStatuses: [
    {
      name: 'app',
      containerID: 'containerd://a',
      image: 'i',
      imageID: 'i',
      ready: true,
      restartCount: 0,
      resources: { requests: { cpu: '1' } },
      state: { running: { startedAt: '2026-01-01T00:00:00Z' } },
    },
  ],
};

async function pendingFor(cpu: string, others: readonly Pod[]): Promise<string> {
  const view = { actuated: new Map() };
  const { pending } = await resizePod(means, podOf('p', cpu), running, view, others, signal);
  return `${pending?.reason}: ${pending?.message}`;
}

test('what the node could not hold even if it were empty is infeasible', async () => {
  const message = "Node didn't have enough capacity: cpu, requested: 1000000, capacity: 2000";
  assert.equal(await pendingFor('1000', []), `Infeasible: ${message}`);
});

test('what only others stand in the way of is deferred', async () => {
  assert.match(await pendingFor('1500m', [podOf('other', '1')]), /^Deferred: .*cpu/);
});
