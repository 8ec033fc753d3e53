import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nodeOf, podOf, TestCluster } from '../../../test/fixtures/scheduling-cluster.ts';
import type { PodSpec } from '../../api/generated/index.ts';

const zoneKey = 'topology.kubernetes.io/zone';
const labels = { app: 'web' };

type Constraint = NonNullable<PodSpec['topologySpreadConstraints']>[number];

function spread(name: string, more: Partial<Constraint> = {}, spec: Partial<PodSpec> = {}) {
  const constraint: Constraint = {
    topologyKey: zoneKey,
    maxSkew: 1,
    whenUnsatisfiable: 'DoNotSchedule',
    labelSelector: { matchLabels: labels },
    ...more,
  };
  return podOf(name, { labels, spec: { topologySpreadConstraints: [constraint], ...spec } });
}

function threeZones(): TestCluster {
  return new TestCluster(...['a', 'b', 'c'].map(zone => nodeOf(zone, { labels: { [zoneKey]: zone } })));
}

test('lets no zone hold more than maxSkew above the emptiest one', () => {
  const cluster = threeZones().run('a', podOf('1', { labels })).run('b', podOf('2', { labels }));
  assert.deepEqual(cluster.feasibleFor(spread('3')), ['c']);
  assert.deepEqual(cluster.feasibleFor(spread('3', { maxSkew: 2 })), ['a', 'b', 'c']);
});

test('places one pod after another evenly', () => {
  const cluster = threeZones();
  const counts = new Map<string, number>();
  for (let i = 0; i < 9; i++) {
    const zone = cluster.schedule(spread(`p${i}`));
    counts.set(zone, (counts.get(zone) ?? 0) + 1);
  }
  assert.deepEqual([...counts].toSorted(), [
    ['a', 3],
    ['b', 3],
    ['c', 3],
  ]);
});

test('counts pods of the same namespace that the selector means, and no others', () => {
  const cluster = threeZones()
    .run('a', podOf('elsewhere', { labels, namespace: 'other' }), podOf('unlike', { labels: { app: 'db' } }))
    .run('b', podOf('alike', { labels }));
  assert.deepEqual(cluster.feasibleFor(spread('p')), ['a', 'c']);
});

test('explains what stands in the way', () => {
  const cluster = new TestCluster(
    nodeOf('a', { labels: { [zoneKey]: 'a' } }),
    nodeOf('full', { labels: { [zoneKey]: 'b' }, allocatable: { pods: '0' } }),
    nodeOf('nowhere'),
  ).run('a', podOf('1', { labels }));
  assert.equal(
    cluster.schedule(spread('p')),
    "0/3 nodes are available: 1 Too many pods, 1 node(s) didn't match pod topology spread constraints, " +
      "1 node(s) didn't match pod topology spread constraints (missing required label).",
  );
});

test('counts the minimum as zero while there are fewer zones than minDomains', () => {
  const cluster = threeZones();
  for (const zone of ['a', 'b', 'c']) cluster.run(zone, podOf(`in ${zone}`, { labels }));
  assert.deepEqual(cluster.feasibleFor(spread('p', { minDomains: 3 })), ['a', 'b', 'c']);
  assert.deepEqual(cluster.feasibleFor(spread('p', { minDomains: 4 })), []);
});

test('leaves nodes out of account that the pod could not go to anyway, unless told otherwise', () => {
  const cluster = threeZones();
  for (const zone of ['a', 'b']) cluster.run(zone, podOf(`in ${zone}`, { labels }));
  const notC = {
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions: [{ key: zoneKey, operator: 'NotIn', values: ['c'] }] }],
        },
      },
    },
  };
  assert.deepEqual(cluster.feasibleFor(spread('p', {}, notC)), ['a', 'b']);
  assert.deepEqual(cluster.feasibleFor(spread('p', { nodeAffinityPolicy: 'Ignore' }, notC)), []);
});

test('leaves tainted nodes out of account only when told to', () => {
  const taints = [{ key: 'dedicated', effect: 'NoSchedule' }];
  const cluster = threeZones();
  cluster.columns.setNode(nodeOf('c', { labels: { [zoneKey]: 'c' }, spec: { taints } }));
  for (const zone of ['a', 'b']) cluster.run(zone, podOf(`in ${zone}`, { labels }));
  assert.deepEqual(cluster.feasibleFor(spread('p')), []);
  assert.deepEqual(cluster.feasibleFor(spread('p', { nodeTaintsPolicy: 'Honor' })), ['a', 'b']);
});

test('tells revisions apart by matchLabelKeys', () => {
  const cluster = threeZones().run('a', podOf('old', { labels: { ...labels, revision: '1' } }));
  const pod = spread('new', { matchLabelKeys: ['revision'] });
  const withRevision = { ...pod, metadata: { ...pod.metadata, labels: { ...labels, revision: '2' } } };
  assert.deepEqual(cluster.feasibleFor(withRevision), ['a', 'b', 'c']);
});
