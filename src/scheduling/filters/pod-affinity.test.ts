import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nodeOf, podOf, TestCluster } from '../../../test/fixtures/scheduling-cluster.ts';
import type { Affinity, PodAffinityTerm } from '../../api/generated/index.ts';

const zoneKey = 'topology.kubernetes.io/zone';
const hostKey = 'kubernetes.io/hostname';

function near(app: string, topologyKey: string, more: Partial<PodAffinityTerm> = {}): Affinity {
  const term = { labelSelector: { matchLabels: { app } }, topologyKey, ...more };
  return { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } };
}

function apart(app: string, topologyKey: string): Affinity {
  const term = { labelSelector: { matchLabels: { app } }, topologyKey };
  return { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } };
}

function pod(name: string, app: string, affinity?: Affinity, namespace?: string) {
  return podOf(name, { labels: { app }, spec: { affinity }, ...(namespace === undefined ? {} : { namespace }) });
}

/** Two nodes in zone a, one in zone b. */
function twoZones(): TestCluster {
  return new TestCluster(
    nodeOf('a1', { labels: { [zoneKey]: 'a' } }),
    nodeOf('a2', { labels: { [zoneKey]: 'a' } }),
    nodeOf('b1', { labels: { [zoneKey]: 'b' } }),
  );
}

test('keeps a pod near those that it wants, on the node or in the zone', () => {
  const cluster = twoZones().run('a1', pod('cache', 'cache'));
  assert.deepEqual(cluster.feasibleFor(pod('p', 'web', near('cache', hostKey))), ['a1']);
  assert.deepEqual(cluster.feasibleFor(pod('p', 'web', near('cache', zoneKey))), ['a1', 'a2']);
});

test('says so when nobody is there to be near', () => {
  assert.equal(
    twoZones().schedule(pod('p', 'web', near('cache', zoneKey))),
    "0/3 nodes are available: 3 node(s) didn't match pod affinity rules.",
  );
});

test('lets the first of a group that wants to be together go anywhere', () => {
  const cluster = twoZones();
  const first = cluster.schedule(pod('first', 'web', near('web', hostKey)));
  assert.equal(cluster.schedule(pod('second', 'web', near('web', hostKey))), first);
});

test('looks into the namespaces that the term names, by default its own', () => {
  const cluster = twoZones().run('a1', pod('cache', 'cache', undefined, 'shared'));
  cluster.columns.namespaceLabels.set('shared', { team: 'platform' });
  const feasible = (more: Partial<PodAffinityTerm>) =>
    cluster.feasibleFor(pod('p', 'web', near('cache', hostKey, more)));
  assert.deepEqual(feasible({}), []);
  assert.deepEqual(feasible({ namespaces: ['shared'] }), ['a1']);
  assert.deepEqual(feasible({ namespaceSelector: { matchLabels: { team: 'platform' } } }), ['a1']);
  assert.deepEqual(feasible({ namespaceSelector: { matchLabels: { team: 'other' } } }), []);
});

test('keeps a pod apart from those that it does not want', () => {
  const cluster = twoZones().run('a1', pod('loud', 'loud'));
  assert.deepEqual(cluster.feasibleFor(pod('p', 'web', apart('loud', hostKey))), ['a2', 'b1']);
  assert.deepEqual(cluster.feasibleFor(pod('p', 'web', apart('loud', zoneKey))), ['b1']);
});

test('minds those who do not want the newcomer, until they are gone', () => {
  const cluster = twoZones().run('a1', pod('shy', 'shy', apart('web', zoneKey)));
  assert.deepEqual(cluster.feasibleFor(pod('p', 'web')), ['b1']);
  cluster.columns.removePod('uid of shy');
  assert.deepEqual(cluster.feasibleFor(pod('p', 'web')), ['a1', 'a2', 'b1']);
});

test('counts both directions in the message', () => {
  const cluster = twoZones()
    .run('a1', pod('shy', 'shy', apart('web', zoneKey)))
    .run('b1', pod('loud', 'loud'));
  assert.equal(
    cluster.schedule(pod('p', 'web', apart('loud', hostKey))),
    "0/3 nodes are available: 1 node(s) didn't match pod anti-affinity rules, " +
      "2 node(s) didn't satisfy existing pods anti-affinity rules.",
  );
});
