import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nodeOf, podOf, TestCluster } from '../../test/fixtures/scheduling-cluster.ts';
import { compileLabelSelector } from '../machinery/index.ts';

const zoneKey = 'topology.kubernetes.io/zone';

test('prefers the node with more of what is left', () => {
  const cluster = new TestCluster(nodeOf('busy'), nodeOf('idle')).run('busy', podOf('p', { requests: { cpu: '2' } }));
  assert.equal(cluster.schedule(podOf('next', { requests: { cpu: '1' } })), 'idle');
});

test('spreads the pods of one controller over hosts when they say nothing themselves', () => {
  const cluster = new TestCluster(nodeOf('a'), nodeOf('b'), nodeOf('c'));
  const labels = { app: 'web' };
  const siblings = compileLabelSelector({ matchLabels: labels });
  const used = new Set([1, 2, 3].map(i => cluster.schedule(podOf(`p${i}`, { labels }), siblings)));
  assert.equal(used.size, 3);
});

test('prefers what node affinity prefers, by weight', () => {
  const cluster = new TestCluster(
    nodeOf('a', { labels: { disk: 'ssd' } }),
    nodeOf('b', { labels: { disk: 'nvme' } }),
    nodeOf('c'),
  );
  const prefer = (value: string, weight: number) => ({
    weight,
    preference: { matchExpressions: [{ key: 'disk', operator: 'In', values: [value] }] },
  });
  const preferences = [prefer('ssd', 10), prefer('nvme', 80)];
  const affinity = { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: preferences } };
  assert.equal(cluster.schedule(podOf('p', { spec: { affinity } })), 'b');
});

test('prefers to be near, or apart from, whom pod affinity prefers', () => {
  const preferring = (weight: number) => [
    { weight, podAffinityTerm: { labelSelector: { matchLabels: { app: 'cache' } }, topologyKey: zoneKey } },
  ];
  const zones = ['a', 'b'].map(zone => nodeOf(zone, { labels: { [zoneKey]: zone } }));
  const cluster = () => new TestCluster(...zones).run('a', podOf('cache', { labels: { app: 'cache' } }));
  const near = { podAffinity: { preferredDuringSchedulingIgnoredDuringExecution: preferring(100) } };
  const apart = { podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: preferring(100) } };
  assert.equal(cluster().schedule(podOf('near', { spec: { affinity: near } })), 'a');
  assert.equal(cluster().schedule(podOf('apart', { spec: { affinity: apart } })), 'b');
});

test('avoids nodes with taints that say so', () => {
  const taints = [{ key: 'flaky', effect: 'PreferNoSchedule' }];
  const cluster = new TestCluster(nodeOf('flaky', { spec: { taints } }), nodeOf('good'));
  assert.equal(cluster.schedule(podOf('p')), 'good');
});

test('chooses among equally good nodes by chance', () => {
  const nodes = ['a', 'b', 'c', 'd'].map(name => nodeOf(name));
  const cluster = new TestCluster(...nodes);
  const chosen = new Set<string>();
  for (let i = 0; i < 100; i++) {
    const placement = cluster.place(podOf('p'));
    if (placement.isPlaced) chosen.add(placement.nodeName);
  }
  assert.equal(chosen.size, 4);
});

test('uses the place of a node that has gone for the next one', () => {
  const cluster = new TestCluster(nodeOf('a'), nodeOf('b')).run('a', podOf('p', { requests: { cpu: '4' } }));
  cluster.columns.removeNode('a');
  cluster.columns.removePod('uid of p');
  cluster.columns.setNode(nodeOf('c', { allocatable: { cpu: '1' } }));
  assert.equal(cluster.columns.nodes.length, 2);
  assert.equal(cluster.columns.nodeCount, 2);
  assert.equal(cluster.schedule(podOf('large', { requests: { cpu: '4' } })), 'b');
  assert.equal(
    cluster.schedule(podOf('next', { requests: { cpu: '2' } })),
    '0/2 nodes are available: 2 Insufficient cpu.',
  );
});
