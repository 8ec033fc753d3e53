/** Evictions against a PodDisruptionBudget: what `kubectl drain` does. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCluster, resources, StatusError, type TestCluster } from '../../src/testing/index.ts';

const { deployments, nodes, podDisruptionBudgets, pods } = resources;
const web = { namespace: 'default', name: 'web' };
const labels = { app: 'web' };

async function createWeb(cluster: TestCluster): Promise<void> {
  await cluster.client.create(deployments, {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { ...web },
    spec: {
      replicas: 3,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'main', image: 'web:1' }] } },
    },
  });
  await cluster.client.create(podDisruptionBudgets, {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { ...web },
    spec: { selector: { matchLabels: labels }, maxUnavailable: 1 },
  });
  await cluster.settle();
}

const evict = (cluster: TestCluster, name: string) =>
  cluster.client.createSubresource(
    pods,
    'eviction',
    { namespace: 'default', name },
    { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { namespace: 'default', name } },
  );

async function budgetOf(cluster: TestCluster): Promise<string> {
  const { status } = await cluster.client.get(podDisruptionBudgets, web);
  const condition = status?.conditions?.[0];
  return `${status?.currentHealthy} of ${status?.expectedPods} healthy, ${status?.desiredHealthy} needed, ${status?.disruptionsAllowed} allowed: ${condition?.reason}`;
}

test('lets pods go one after the other, each when the one before has been replaced', async () => {
  await using cluster = await createCluster({ nodes: 3, seed: 7 });
  await createWeb(cluster);
  assert.equal(await budgetOf(cluster), '3 of 3 healthy, 2 needed, 1 allowed: SufficientPods');
  const names = (await cluster.client.list(pods, { namespace: 'default' })).items.map(pod => pod.metadata.name!);
  await evict(cluster, names[0]!);
  assert.equal(await budgetOf(cluster), '2 of 3 healthy, 2 needed, 0 allowed: InsufficientPods');
  await assert.rejects(
    evict(cluster, names[1]!),
    (error: unknown) =>
      StatusError.is(error, 'TooManyRequests') &&
      error.message === "Cannot evict pod as it would violate the pod's disruption budget.",
  );
  await cluster.settle();
  assert.equal(await budgetOf(cluster), '3 of 3 healthy, 2 needed, 1 allowed: SufficientPods');
  await evict(cluster, names[1]!);
});

test('drains a node without ever having fewer pods than the budget asks for', async () => {
  await using cluster = await createCluster({ nodes: 3, seed: 7 });
  await createWeb(cluster);
  await cluster.client.patch(nodes, { name: 'node-1' }, 'merge', { spec: { unschedulable: true } });
  for (let tries = 0; tries < 20; tries++) {
    const onNode = await cluster.client.list(pods, { namespace: 'default', fieldSelector: 'spec.nodeName=node-1' });
    if (onNode.items.length === 0) break;
    for (const pod of onNode.items) {
      try {
        await evict(cluster, pod.metadata.name!);
      } catch (error) {
        assert.ok(StatusError.is(error, 'TooManyRequests'));
      }
    }
    await cluster.advance('5s');
    const { status } = await cluster.client.get(podDisruptionBudgets, web);
    assert.ok((status?.currentHealthy ?? 0) >= 2);
  }
  await cluster.settle();
  const { items } = await cluster.client.list(pods, { namespace: 'default' });
  assert.equal(items.filter(pod => pod.spec?.nodeName === 'node-1').length, 0);
  assert.equal(await budgetOf(cluster), '3 of 3 healthy, 2 needed, 1 allowed: SufficientPods');
});
