import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DaemonSet, Node, PodSpec, Taint } from '../../api/generated/index.ts';
import { fitDaemon, pinToNode, targetNodeOf, withTolerations } from './daemon-placement.ts';

function daemonSet(spec: Partial<PodSpec> = {}): DaemonSet {
  return { metadata: { name: 'agent' }, spec: { selector: {}, template: { spec: { containers: [], ...spec } } } };
}

function node(taints: readonly Taint[] = [], labels: Record<string, string> = {}): Node {
  return { metadata: { name: 'node', labels }, spec: { taints } };
}

const fit = (set: DaemonSet, on: Node): string => {
  const { shouldRun, mayStay } = fitDaemon(set)(on);
  return shouldRun ? 'runs' : mayStay ? 'may stay' : 'must go';
};

test('belongs on a cordoned node, and on one under pressure', () => {
  for (const key of ['unschedulable', 'disk-pressure', 'memory-pressure', 'pid-pressure']) {
    const taint = { key: `node.kubernetes.io/${key}`, effect: 'NoSchedule' };
    assert.equal(fit(daemonSet(), node([taint])), 'runs', key);
  }
});

test('stays on a node that keeps new pods away, and goes from one that drives pods out', () => {
  assert.equal(fit(daemonSet(), node([{ key: 'reserved', effect: 'NoSchedule' }])), 'may stay');
  assert.equal(fit(daemonSet(), node([{ key: 'reserved', effect: 'NoExecute' }])), 'must go');
  assert.equal(fit(daemonSet(), node([{ key: 'node.kubernetes.io/unreachable', effect: 'NoExecute' }])), 'runs');
});

test('waits for the network unless it brings its own', () => {
  const noNetwork = node([{ key: 'node.kubernetes.io/network-unavailable', effect: 'NoSchedule' }]);
  assert.equal(fit(daemonSet(), noNetwork), 'may stay');
  assert.equal(fit(daemonSet({ hostNetwork: true }), noNetwork), 'runs');
});

test('goes by node selector, affinity and name', () => {
  assert.equal(fit(daemonSet({ nodeSelector: { disk: 'ssd' } }), node()), 'must go');
  assert.equal(fit(daemonSet({ nodeSelector: { disk: 'ssd' } }), node([], { disk: 'ssd' })), 'runs');
  assert.equal(fit(daemonSet({ nodeName: 'other' }), node()), 'must go');
});

test('pins a pod to its node, whatever else its template requires', () => {
  const term = { matchExpressions: [{ key: 'disk', operator: 'In', values: ['ssd'] }] };
  const affinity = {
    nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [term, term] } },
  };
  const pinned = pinToNode({ containers: [], affinity }, 'node');
  const match = { matchFields: [{ key: 'metadata.name', operator: 'In', values: ['node'] }] };
  assert.deepEqual(pinned.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms, [
    match,
  ]);
  assert.equal(targetNodeOf({ metadata: {}, spec: pinned }), 'node');
});

test('adds no toleration twice', () => {
  const once = withTolerations({ containers: [] });
  assert.equal(withTolerations(once).tolerations?.length, once.tolerations?.length);
});
