import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeSteps, reconcile } from '../../../test/fixtures/view-of.ts';
import type { Lease, Node, Pod, Taint, Toleration } from '../../api/generated/index.ts';
import { parseTime } from '../../world/index.ts';
import { nodeLifecycleController, taintEvictionController } from './index.ts';
import { markUnknown, silentFrom } from './node-health.ts';
import { reconcileTaints } from './node-taints.ts';
import { evictionTime } from './taint-eviction.ts';
import { untilEvictionMs } from './zone-eviction.ts';

const at = '2026-01-01T00:00:00Z';
const now = parseTime(at);

function node(name: string, ready = 'True', more: Partial<Node['spec']> & { zone?: string } = {}): Node {
  const { zone = 'a', ...spec } = more;
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, creationTimestamp: at, labels: { 'topology.kubernetes.io/zone': zone } },
    spec,
    status: { conditions: [{ type: 'Ready', status: ready, lastHeartbeatTime: at }] },
  };
}

function lease(name: string, renewTime: string): Lease {
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name, namespace: 'kube-node-lease' },
    spec: { renewTime },
  };
}

function pod(tolerations: readonly Toleration[] = []): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', namespace: 'default', uid: 'pod' },
    spec: { containers: [], nodeName: 'node', tolerations },
    status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
  };
}

const taint = (key: string, timeAdded = at): Taint => ({ key, effect: 'NoExecute', timeAdded });

test('goes by the Lease or the heartbeat, whichever is later', () => {
  assert.equal(silentFrom(node('node'), lease('node', '2026-01-01T00:00:10Z')) - now, 60_000);
  assert.equal(silentFrom(node('node'), undefined) - now, 50_000);
  assert.equal(silentFrom({ ...node('node'), status: {} }, undefined) - now, 60_000, 'more time for a new node');
});

test('marks what was known as unknown, and what was never said as such', () => {
  const conditions = markUnknown(node('node'), now) ?? [];
  assert.deepEqual(
    conditions.map(({ type, status, reason }) => `${type} ${status} ${reason}`),
    [
      'Ready Unknown NodeStatusUnknown',
      'MemoryPressure Unknown NodeStatusNeverUpdated',
      'DiskPressure Unknown NodeStatusNeverUpdated',
      'PIDPressure Unknown NodeStatusNeverUpdated',
    ],
  );
  assert.equal(markUnknown({ ...node('node'), status: { conditions } }, now), undefined);
});

test('turns conditions into taints, and takes away only its own', () => {
  const own = { key: 'reserved', effect: 'NoSchedule' };
  const unready = node('node', 'False', { unschedulable: true, taints: [own] });
  assert.deepEqual(
    reconcileTaints(unready, 'node.kubernetes.io/not-ready', at)?.map(({ key, effect }) => `${key} ${effect}`),
    [
      'reserved NoSchedule',
      'node.kubernetes.io/not-ready NoSchedule',
      'node.kubernetes.io/unschedulable NoSchedule',
      'node.kubernetes.io/not-ready NoExecute',
    ],
  );
  const recovered = node('node', 'True', { taints: [own, taint('node.kubernetes.io/unreachable')] });
  assert.deepEqual(reconcileTaints(recovered, undefined, at), [own]);
  assert.equal(reconcileTaints(node('node', 'True', { taints: [own] }), undefined, at), undefined);
});

test('lets one node of a zone go every ten seconds, and none of a small zone that is mostly down', () => {
  const tainted = node('tainted', 'Unknown', { taints: [taint('node.kubernetes.io/unreachable')] });
  const next = node('next', 'Unknown');
  const well = ['a', 'b', 'c'].map(name => node(name));
  assert.equal(untilEvictionMs(next, [tainted, next, ...well], now + 4000), 6000);
  assert.equal(untilEvictionMs(next, [tainted, next, ...well], now + 10_000), 0);
  const down = ['d', 'e'].map(name => node(name, 'Unknown'));
  assert.equal(untilEvictionMs(next, [tainted, next, ...down, ...well], now + 10_000), undefined);
});

test('says that a node is not ready when it falls silent, and then that its pods are not', () => {
  const silent = { object: node('node'), others: [node('other'), pod()], now: '2026-01-01T00:00:50Z' };
  assert.deepEqual(describeSteps(reconcile(nodeLifecycleController, silent)), [
    'update nodes/status node',
    'event Normal NodeNotReady: Node node status is now: NodeNotReady',
  ]);
  const known = { ...silent, object: node('node', 'Unknown') };
  const conditions = markUnknown(known.object, now);
  const steps = reconcile(nodeLifecycleController, { ...known, object: { ...known.object, status: { conditions } } });
  assert.deepEqual(describeSteps(steps), [
    'patch nodes node',
    'update pods/status web',
    'event Warning NodeNotReady: Node is not ready',
  ]);
});

test('leaves a pod as long as its first matching toleration says', () => {
  const unreachable = taint('node.kubernetes.io/unreachable');
  const tolerate = (tolerationSeconds?: number): Toleration => ({
    key: unreachable.key,
    operator: 'Exists',
    effect: 'NoExecute',
    tolerationSeconds,
  });
  assert.equal(evictionTime(pod(), [unreachable], now), now);
  assert.equal(evictionTime(pod([tolerate(300), tolerate(10)]), [unreachable], now), now + 300_000);
  assert.equal(evictionTime(pod([tolerate()]), [unreachable], now), undefined);
  assert.equal(evictionTime(pod([tolerate()]), [unreachable, taint('other')], now), now);
});

test('says why it evicts a pod before it deletes it', () => {
  const object = node('node', 'Unknown', { taints: [taint('node.kubernetes.io/unreachable')] });
  assert.deepEqual(describeSteps(reconcile(taintEvictionController, { object, others: [pod()] })), [
    'event Normal TaintManagerEviction: Marking for deletion Pod default/web',
    'patch pods/status web',
    'delete pods web',
  ]);
});
