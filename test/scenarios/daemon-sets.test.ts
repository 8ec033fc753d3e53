/** DaemonSets over time: placement, updates, history. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DaemonSet, DaemonSetSpec } from '../../src/api/generated/index.ts';
import { createCluster, resources, type TestCluster } from '../../src/testing/index.ts';
import { followObjects, type Timeline, withoutTimes } from '../fixtures/timeline.ts';

const { controllerRevisions, daemonSets, nodes, pods } = resources;
const agent = { namespace: 'default', name: 'agent' };
const labels = { app: 'agent' };
const template = (image: string) => ({ metadata: { labels }, spec: { containers: [{ name: 'main', image }] } });

function daemonSet(spec: Partial<DaemonSetSpec> = {}): DaemonSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { ...agent },
    spec: { selector: { matchLabels: labels }, template: template('agent:1'), ...spec },
  };
}

const patch = (cluster: TestCluster, spec: object) => cluster.client.patch(daemonSets, agent, 'strategic', { spec });

/** Pods by the node that they are for, since their names are random. */
async function listPods(cluster: TestCluster): Promise<string[]> {
  const { items } = await cluster.client.list(pods, { namespace: 'default' });
  return items.map(pod => `${pod.spec.nodeName} ${pod.spec.containers[0]?.image}`).sort();
}

const followCounts = (cluster: TestCluster): Promise<Timeline> =>
  followObjects(cluster, daemonSets, ({ status }) => {
    const { desiredNumberScheduled, numberReady, updatedNumberScheduled = 0, numberUnavailable = 0 } = status ?? {};
    return `${desiredNumberScheduled} desired, ${numberReady} ready, ${updatedNumberScheduled} updated, ${numberUnavailable} unavailable`;
  });

test('runs a pod on each node that it is meant for, cordoned ones too', async () => {
  await using cluster = await createCluster({ nodes: 3, seed: 7 });
  await cluster.client.patch(nodes, { name: 'node-1' }, 'merge', { spec: { unschedulable: true } });
  await cluster.client.create(daemonSets, daemonSet());
  await cluster.settle();
  assert.deepEqual(await listPods(cluster), ['node-0 agent:1', 'node-1 agent:1', 'node-2 agent:1']);
});

test('follows labels and taints of nodes', async () => {
  await using cluster = await createCluster({ nodes: 2, seed: 7 });
  const chosen = { ...template('agent:1'), spec: { ...template('agent:1').spec, nodeSelector: { disk: 'ssd' } } };
  await cluster.client.create(daemonSets, daemonSet({ template: chosen }));
  await cluster.settle();
  assert.deepEqual(await listPods(cluster), []);
  await cluster.client.patch(nodes, { name: 'node-1' }, 'merge', { metadata: { labels: { disk: 'ssd' } } });
  await cluster.settle();
  assert.deepEqual(await listPods(cluster), ['node-1 agent:1']);
  await cluster.client.patch(nodes, { name: 'node-1' }, 'merge', {
    spec: { taints: [{ key: 'reserved', effect: 'NoExecute' }] },
  });
  await cluster.settle();
  assert.deepEqual(await listPods(cluster), []);
});

test('replaces pods one after the other', async () => {
  await using cluster = await createCluster({ nodes: 3, seed: 7 });
  await cluster.client.create(daemonSets, daemonSet());
  await cluster.settle();
  const timeline = await followCounts(cluster);
  await patch(cluster, { template: template('agent:2') });
  await cluster.settle();
  assert.deepEqual(withoutTimes(timeline.take()), [
    'agent 3 desired, 3 ready, 0 updated, 0 unavailable',
    'agent 3 desired, 2 ready, 0 updated, 1 unavailable',
    'agent 3 desired, 2 ready, 1 updated, 1 unavailable',
    'agent 3 desired, 3 ready, 1 updated, 0 unavailable',
    'agent 3 desired, 2 ready, 1 updated, 1 unavailable',
    'agent 3 desired, 2 ready, 2 updated, 1 unavailable',
    'agent 3 desired, 3 ready, 2 updated, 0 unavailable',
    'agent 3 desired, 2 ready, 2 updated, 1 unavailable',
    'agent 3 desired, 2 ready, 3 updated, 1 unavailable',
    'agent 3 desired, 3 ready, 3 updated, 0 unavailable',
  ]);
  assert.deepEqual(await listPods(cluster), ['node-0 agent:2', 'node-1 agent:2', 'node-2 agent:2']);
});

test('starts the new pod beside the old one with maxSurge, so that none is ever missing', async () => {
  await using cluster = await createCluster({ nodes: 3, seed: 7 });
  const rollingUpdate = { maxSurge: 1, maxUnavailable: 0 };
  await cluster.client.create(daemonSets, daemonSet({ updateStrategy: { type: 'RollingUpdate', rollingUpdate } }));
  await cluster.settle();
  const timeline = await followCounts(cluster);
  await patch(cluster, { template: template('agent:2') });
  await cluster.settle();
  const lines = timeline.take();
  assert.ok(
    lines.every(line => line.endsWith('0 unavailable')),
    lines.join('\n'),
  );
  assert.deepEqual(await listPods(cluster), ['node-0 agent:2', 'node-1 agent:2', 'node-2 agent:2']);
});

test('waits for somebody to delete the pods with OnDelete', async () => {
  await using cluster = await createCluster({ nodes: 2, seed: 7 });
  await cluster.client.create(daemonSets, daemonSet({ updateStrategy: { type: 'OnDelete' } }));
  await cluster.settle();
  await patch(cluster, { template: template('agent:2') });
  await cluster.settle();
  const { items } = await cluster.client.list(pods, { namespace: 'default', fieldSelector: 'spec.nodeName=node-0' });
  await cluster.client.delete(pods, { namespace: 'default', name: items[0]!.metadata.name! });
  await cluster.settle();
  assert.deepEqual(await listPods(cluster), ['node-0 agent:2', 'node-1 agent:1']);
});

test('keeps its history, renumbers a rollback, and trims what is old', async () => {
  await using cluster = await createCluster({ nodes: 1, seed: 7 });
  await cluster.client.create(daemonSets, daemonSet({ revisionHistoryLimit: 1 }));
  await cluster.settle();
  const revisions = async (): Promise<number[]> => {
    const { items } = await cluster.client.list(controllerRevisions, { namespace: 'default' });
    return items.map(each => each.revision).sort();
  };
  await patch(cluster, { template: template('agent:2') });
  await cluster.settle();
  assert.deepEqual(await revisions(), [1, 2]);
  await patch(cluster, { template: template('agent:1') });
  await cluster.settle();
  assert.deepEqual(await revisions(), [2, 3]);
  await patch(cluster, { template: template('agent:3') });
  await cluster.settle();
  assert.deepEqual(await revisions(), [3, 4]);
});

test('takes no notice of heartbeats', async () => {
  await using cluster = await createCluster({ nodes: 2, seed: 7 });
  await cluster.client.create(daemonSets, daemonSet());
  await cluster.settle();
  const before = await cluster.client.get(daemonSets, agent);
  await cluster.advance('30m');
  const after = await cluster.client.get(daemonSets, agent);
  assert.equal(after.metadata.resourceVersion, before.metadata.resourceVersion);
});
