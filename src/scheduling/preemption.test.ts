import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nodeOf, podOf, TestCluster } from '../../test/fixtures/scheduling-cluster.ts';
import type { BudgetLookup, PreemptionCandidate } from './index.ts';

function pod(name: string, priority: number, cpu: string, startTime?: string) {
  const started = startTime === undefined ? {} : { startTime };
  return podOf(name, { labels: { app: name }, requests: { cpu }, spec: { priority }, ...started });
}

function outcomeOf(candidate: PreemptionCandidate | string): string {
  if (typeof candidate === 'string') return candidate;
  const victims = candidate.victims.map(({ pod: victim }) => victim.metadata.name);
  return `${candidate.nodeName}: ${victims.join(', ')}`;
}

const important = pod('important', 100, '2');

test('asks only those to go who must', () => {
  const cluster = new TestCluster(nodeOf('a')).run('a', pod('one', 1, '1'), pod('two', 2, '1'), pod('three', 3, '2'));
  // One and two together make room; three, more important than either, stays.
  assert.equal(outcomeOf(cluster.preempt(important)), 'a: two, one');
});

test('leaves the cluster as it was', () => {
  const cluster = new TestCluster(nodeOf('a')).run('a', pod('one', 1, '2'), pod('two', 2, '2'));
  cluster.preempt(important);
  assert.deepEqual([...cluster.columns.podsAt(0).keys()].toSorted(), ['uid of one', 'uid of two']);
  assert.equal(cluster.schedule(pod('small', 0, '1')), '0/1 nodes are available: 1 Insufficient cpu.');
});

test('never asks those to go who are as important', () => {
  const cluster = new TestCluster(nodeOf('a')).run('a', pod('equal', 100, '2'), pod('higher', 200, '2'));
  assert.equal(
    outcomeOf(cluster.preempt(important)),
    '0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available: ' +
      '1 No preemption victims found for incoming pod.',
  );
});

test('does not look where it would not help, and counts that', () => {
  const taints = [{ key: 'dedicated', effect: 'NoSchedule' }];
  const cluster = new TestCluster(
    ...[1, 2, 3].map(i => nodeOf(`tainted-${i}`, { spec: { taints } })),
    ...[1, 2, 3].map(i => nodeOf(`full-${i}`)),
  );
  for (const i of [1, 2, 3]) {
    cluster.run(`tainted-${i}`, pod(`cheap-${i}`, 1, '1'));
    cluster.run(`full-${i}`, podOf(`dear-${i}`, { requests: { memory: '7Gi' }, spec: { priority: 100 } }));
  }
  const hungry = podOf('hungry', { requests: { memory: '2Gi' }, spec: { priority: 100 } });
  assert.equal(
    outcomeOf(cluster.preempt(hungry)),
    '0/6 nodes are available: 3 Insufficient memory, 3 node(s) had untolerated taint(s). preemption: 0/6 nodes are ' +
      'available: 3 No preemption victims found for incoming pod, 3 Preemption is not helpful for scheduling.',
  );
});

test('does not empty a node that is too small in any case', () => {
  const cluster = new TestCluster(nodeOf('a')).run('a', pod('one', 1, '1'));
  assert.equal(
    outcomeOf(cluster.preempt(pod('huge', 100, '5'))),
    '0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available: ' +
      '1 Preemption is not helpful for scheduling.',
  );
});

test('prefers the node whose most important victim is the least important', () => {
  const cluster = new TestCluster(nodeOf('a'), nodeOf('b'))
    .run('a', pod('rather important', 50, '4'))
    .run('b', pod('unimportant', 5, '4'));
  assert.equal(outcomeOf(cluster.preempt(important)), 'b: unimportant');
});

test('then the node with fewer victims', () => {
  const cluster = new TestCluster(nodeOf('a'), nodeOf('b'))
    .run('a', pod('half', 5, '2'), pod('other half', 5, '2'), pod('rest', 4, '0'))
    .run('b', pod('whole', 5, '4'));
  assert.equal(outcomeOf(cluster.preempt(pod('large', 100, '4'))), 'b: whole');
});

test('then the node whose victim started last', () => {
  const cluster = new TestCluster(nodeOf('a'), nodeOf('b'))
    .run('a', pod('old', 5, '4', '2026-01-01T00:00:00Z'))
    .run('b', pod('young', 5, '4', '2026-01-01T01:00:00Z'));
  assert.equal(outcomeOf(cluster.preempt(important)), 'b: young');
});

test('breaks no disruption budget where another node does', () => {
  const cluster = new TestCluster(nodeOf('a'), nodeOf('b'))
    .run('a', pod('protected', 1, '4'))
    .run('b', pod('unprotected', 5, '4'));
  const budgetOf: BudgetLookup = entry =>
    entry.labels['app'] === 'protected' ? { name: 'default/budget', disruptionsAllowed: 0 } : undefined;
  assert.equal(outcomeOf(cluster.preempt(important)), 'a: protected');
  assert.equal(outcomeOf(cluster.preempt(important, budgetOf)), 'b: unprotected');
});

test('uses up what a budget allows before it breaks it', () => {
  const cluster = new TestCluster(nodeOf('a')).run('a', pod('x', 1, '2'), pod('y', 1, '2'));
  const budgetOf: BudgetLookup = () => ({ name: 'default/budget', disruptionsAllowed: 1 });
  const one = cluster.preempt(important, budgetOf) as PreemptionCandidate;
  assert.equal(one.victims.length, 1);
  assert.equal(one.budgetViolations, 0);
  const two = cluster.preempt(pod('large', 100, '4'), budgetOf) as PreemptionCandidate;
  assert.equal(two.victims.length, 2);
  assert.equal(two.budgetViolations, 1);
});

test('makes room for ports and for pods that mind each other too', () => {
  const labels = { app: 'web' };
  const term = { labelSelector: { matchLabels: labels }, topologyKey: 'kubernetes.io/hostname' };
  const affinity = { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } };
  const cluster = new TestCluster(nodeOf('a')).run('a', podOf('low', { labels, spec: { priority: 1, affinity } }));
  const high = podOf('high', { labels, spec: { priority: 100, affinity } });
  assert.equal(outcomeOf(cluster.preempt(high)), 'a: low');
});
