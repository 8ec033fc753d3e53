/** What happens to nodes that fall silent, and to their pods. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCluster, resources, type TestCluster } from '../../src/testing/index.ts';
import { followObjects } from '../fixtures/timeline.ts';

const { daemonSets, events, nodes, pods, replicaSets } = resources;
const labels = { app: 'web' };
const template = { metadata: { labels }, spec: { containers: [{ name: 'main', image: 'web:1' }] } };

const createWeb = (cluster: TestCluster, replicas: number) =>
  cluster.client.create(replicaSets, {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name: 'web', namespace: 'default' },
    spec: { replicas, selector: { matchLabels: labels }, template },
  });

async function taintsOf(cluster: TestCluster, name: string): Promise<string[]> {
  const { spec } = await cluster.client.get(nodes, { name });
  return (spec.taints ?? []).map(({ key, effect }) => `${key}:${effect}`).sort();
}

async function readinessOf(cluster: TestCluster, name: string): Promise<string | undefined> {
  const { status } = await cluster.client.get(nodes, { name });
  return status?.conditions?.find(each => each.type === 'Ready')?.status;
}

async function tainted(cluster: TestCluster): Promise<string[]> {
  const { items } = await cluster.client.list(nodes);
  return items
    .filter(node => node.spec.taints?.some(taint => taint.effect === 'NoExecute'))
    .map(node => node.metadata.name!);
}

test('takes a silent node for unknown, taints it, evicts its pods after five minutes, and takes it back', async () => {
  await using cluster = await createCluster({ nodes: 3, seed: 7 });
  await createWeb(cluster, 3);
  await cluster.settle();
  const { items } = await cluster.client.list(pods, { namespace: 'default' });
  const lost = items.find(pod => pod.spec.nodeName === 'node-1')!;
  const timeline = await followObjects(cluster, pods, ({ metadata, status }) => {
    if (metadata.deletionTimestamp !== undefined) return 'terminating';
    return status?.conditions?.some(each => each.type === 'Ready' && each.status === 'True') ? 'ready' : 'not ready';
  });
  cluster.node('node-1').fail();
  await cluster.advance('8m');
  assert.equal(await readinessOf(cluster, 'node-1'), 'Unknown');
  assert.deepEqual(await taintsOf(cluster, 'node-1'), [
    'node.kubernetes.io/unreachable:NoExecute',
    'node.kubernetes.io/unreachable:NoSchedule',
  ]);
  const history = timeline.take().filter(line => line.includes(lost.metadata.name!));
  const [unreadyAt, goneAt] = history.map(line => Number.parseInt(line, 10));
  assert.deepEqual(
    history.map(line => line.split(' ').slice(2).join(' ')),
    ['not ready', 'terminating'],
  );
  assert.ok(unreadyAt! >= 40 && unreadyAt! <= 60, `${unreadyAt}`);
  assert.ok(goneAt! - unreadyAt! >= 298 && goneAt! - unreadyAt! <= 305, `${goneAt}`);
  const { items: said } = await cluster.client.list(events);
  const texts = said.map(each => `${each.involvedObject.kind} ${each.reason}: ${each.message}`);
  assert.ok(texts.includes('Node NodeNotReady: Node node-1 status is now: NodeNotReady'));
  assert.ok(texts.includes('Pod NodeNotReady: Node is not ready'));
  assert.ok(texts.includes(`Pod TaintManagerEviction: Marking for deletion Pod default/${lost.metadata.name}`));
  cluster.node('node-1').recover();
  await cluster.advance('1m');
  assert.equal(await readinessOf(cluster, 'node-1'), 'True');
  assert.deepEqual(await taintsOf(cluster, 'node-1'), []);
});

test('taints the nodes of a zone one every ten seconds', async () => {
  await using cluster = await createCluster({ nodes: 10, seed: 7 });
  await cluster.advance('10s');
  for (const name of ['node-1', 'node-2', 'node-3', 'node-4']) cluster.node(name).fail();
  await cluster.advance('2m');
  const { items } = await cluster.client.list(nodes);
  const times = items
    .flatMap(node => node.spec.taints?.filter(taint => taint.effect === 'NoExecute') ?? [])
    .map(taint => Date.parse(taint.timeAdded!) / 1000)
    .sort((left, right) => left - right);
  const waits = times.slice(1).map((time, index) => time - times[index]!);
  assert.equal(times.length, 4);
  assert.ok(
    waits.every(wait => wait >= 10 && wait <= 12),
    `${waits}`,
  );
});

test('evicts nobody when most of a small zone is down', async () => {
  await using cluster = await createCluster({ nodes: 5, seed: 7 });
  await cluster.advance('10s');
  for (const name of ['node-1', 'node-2', 'node-3']) cluster.node(name).fail();
  await cluster.advance('90s');
  const before = await tainted(cluster);
  await cluster.advance('10m');
  assert.deepEqual(await tainted(cluster), before);
  assert.ok(before.length < 3);
});

test('evicts nobody when every node is silent, and lifts what it had decided', async () => {
  await using cluster = await createCluster({ nodes: 3, seed: 7 });
  await createWeb(cluster, 3);
  await cluster.settle();
  cluster.node('node-1').fail();
  await cluster.advance('90s');
  assert.deepEqual(await tainted(cluster), ['node-1']);
  for (const name of ['node-0', 'node-2']) cluster.node(name).fail();
  await cluster.advance('90s');
  assert.deepEqual(await tainted(cluster), []);
  await cluster.advance('20m');
  const { items } = await cluster.client.list(pods, { namespace: 'default' });
  assert.equal(items.filter(pod => pod.metadata.deletionTimestamp !== undefined).length, 0);
  for (const name of ['node-0', 'node-2']) cluster.node(name).recover();
  await cluster.advance('30s');
  assert.deepEqual(await tainted(cluster), ['node-1']);
});

test('keeps daemons where they are, whatever becomes of their node', async () => {
  await using cluster = await createCluster({ nodes: 3, seed: 7 });
  await cluster.client.create(daemonSets, {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'agent', namespace: 'default' },
    spec: { selector: { matchLabels: labels }, template },
  });
  await cluster.settle();
  cluster.node('node-1').fail();
  await cluster.advance('20m');
  const { items } = await cluster.client.list(pods, { namespace: 'default' });
  assert.equal(items.filter(pod => pod.metadata.deletionTimestamp === undefined).length, 3);
  const set = await cluster.client.get(daemonSets, { namespace: 'default', name: 'agent' });
  // A daemon tolerates its node's eviction taint for ever, but not the one that keeps new pods away.
  const { desiredNumberScheduled, numberMisscheduled, numberReady } = set.status ?? {};
  assert.deepEqual(
    { desiredNumberScheduled, numberMisscheduled, numberReady },
    {
      desiredNumberScheduled: 2,
      numberMisscheduled: 1,
      numberReady: 2,
    },
  );
});

test('removes the pods of a node that is gone', async () => {
  await using cluster = await createCluster({ nodes: 3, seed: 7 });
  await createWeb(cluster, 3);
  await cluster.settle();
  cluster.node('node-1').fail();
  await cluster.client.delete(nodes, { name: 'node-1' });
  await cluster.advance('2m');
  const { items } = await cluster.client.list(pods, { namespace: 'default' });
  assert.equal(items.length, 3);
  assert.ok(items.every(pod => pod.spec.nodeName !== 'node-1'));
});

test('lets go of terminating pods at once where somebody says that the node is off', async () => {
  await using cluster = await createCluster({ nodes: 3, seed: 7 });
  await createWeb(cluster, 3);
  await cluster.settle();
  cluster.node('node-1').fail();
  await cluster.advance('2m');
  const { spec } = await cluster.client.get(nodes, { name: 'node-1' });
  const outOfService = { key: 'node.kubernetes.io/out-of-service', value: 'nodeshutdown', effect: 'NoExecute' };
  await cluster.client.patch(nodes, { name: 'node-1' }, 'merge', {
    spec: { taints: [...(spec.taints ?? []), outOfService] },
  });
  await cluster.advance('10s');
  const { items } = await cluster.client.list(pods, { namespace: 'default' });
  assert.equal(items.length, 3);
  assert.ok(items.every(pod => pod.spec.nodeName !== 'node-1'));
});
