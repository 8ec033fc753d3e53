import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nodeOf, podOf, TestCluster } from '../../../test/fixtures/scheduling-cluster.ts';

test('counts every reason of every node in one message', () => {
  const taint = { key: 'dedicated', value: 'db', effect: 'NoSchedule' };
  const cluster = new TestCluster(
    ...[1, 2, 3].map(i => nodeOf(`tainted-${i}`, { spec: { taints: [taint] } })),
    ...[1, 2, 3].map(i => nodeOf(`small-${i}`, { allocatable: { memory: '1Gi' } })),
  );
  assert.equal(
    cluster.schedule(podOf('p', { requests: { memory: '2Gi' } })),
    '0/6 nodes are available: 3 Insufficient memory, 3 node(s) had untolerated taint(s).',
  );
});

test('says so when there are no nodes at all', () => {
  assert.equal(new TestCluster().schedule(podOf('p')), 'no nodes available to schedule pods');
});

test('names each resource that a node lacks', () => {
  const cluster = new TestCluster(
    nodeOf('a', { allocatable: { 'example.com/gpu': '1', 'ephemeral-storage': '1Gi' } }),
    nodeOf('b', { allocatable: { pods: '0', 'ephemeral-storage': '10Gi' } }),
  );
  const requests = { cpu: '8', memory: '16Gi', 'ephemeral-storage': '2Gi', 'example.com/gpu': '2' };
  assert.equal(
    cluster.schedule(podOf('p', { requests })),
    '0/2 nodes are available: 1 Insufficient ephemeral-storage, 1 Too many pods, 2 Insufficient cpu, ' +
      '2 Insufficient example.com/gpu, 2 Insufficient memory.',
  );
});

test('counts what running pods asked for, not what they use, and gives it back when they go', () => {
  const cluster = new TestCluster(nodeOf('a'));
  const large = podOf('large', { requests: { cpu: '3' } });
  cluster.run('a', large);
  const next = podOf('next', { requests: { cpu: '1500m' } });
  assert.equal(cluster.schedule(next), '0/1 nodes are available: 1 Insufficient cpu.');
  cluster.columns.removePod('uid of large');
  assert.equal(cluster.schedule(next), 'a');
});

test('takes the larger of the containers together and an init container with the sidecars before it', () => {
  const container = (name: string, cpu: string) => ({ name, image: 'app', resources: { requests: { cpu } } });
  const pod = podOf('p', {
    spec: {
      initContainers: [{ ...container('sidecar', '1'), restartPolicy: 'Always' }, container('migrate', '3500m')],
      containers: [container('main', '2')],
    },
  });
  const cluster = new TestCluster(nodeOf('a'));
  assert.equal(cluster.schedule(pod), '0/1 nodes are available: 1 Insufficient cpu.');
  cluster.columns.setNode(nodeOf('a', { allocatable: { cpu: '4500m' } }));
  assert.equal(cluster.schedule(pod), 'a');
});

test('notices when a node has more to offer than before', () => {
  const cluster = new TestCluster(nodeOf('a'));
  const pod = podOf('p', { requests: { 'example.com/gpu': '1' } });
  assert.equal(cluster.schedule(pod), '0/1 nodes are available: 1 Insufficient example.com/gpu.');
  cluster.columns.setNode(nodeOf('a', { allocatable: { 'example.com/gpu': '1' } }));
  assert.equal(cluster.schedule(pod), 'a');
});

test('keeps pods off cordoned nodes, but for those that tolerate it', () => {
  const cluster = new TestCluster(nodeOf('a', { spec: { unschedulable: true } }));
  assert.equal(cluster.schedule(podOf('p')), '0/1 nodes are available: 1 node(s) were unschedulable.');
  const tolerations = [{ key: 'node.kubernetes.io/unschedulable', operator: 'Exists', effect: 'NoSchedule' }];
  assert.equal(cluster.schedule(podOf('daemon', { spec: { tolerations } })), 'a');
});

test('keeps pods off nodes whose taints they do not tolerate; a preference against them is none', () => {
  const taint = (effect: string) => ({ key: 'zone', value: 'x', effect });
  for (const effect of ['NoSchedule', 'NoExecute']) {
    const cluster = new TestCluster(nodeOf('a', { spec: { taints: [taint(effect)] } }));
    const refusal = '0/1 nodes are available: 1 node(s) had untolerated taint(s).';
    assert.equal(cluster.schedule(podOf('p')), refusal);
    const tolerating = (value: string) => podOf(value, { spec: { tolerations: [{ key: 'zone', value, effect }] } });
    assert.equal(cluster.schedule(tolerating('y')), refusal);
    assert.equal(cluster.schedule(tolerating('x')), 'a');
  }
  const cluster = new TestCluster(nodeOf('a', { spec: { taints: [taint('PreferNoSchedule')] } }));
  assert.equal(cluster.schedule(podOf('p')), 'a');
});

test('wants the node that the pod names', () => {
  const cluster = new TestCluster(nodeOf('a'), nodeOf('b'));
  assert.equal(cluster.schedule(podOf('p', { spec: { nodeName: 'b' } })), 'b');
  assert.equal(
    cluster.schedule(podOf('q', { spec: { nodeName: 'c' } })),
    "0/2 nodes are available: 2 node(s) didn't match the requested node name.",
  );
});

test('wants nodeSelector and required node affinity both', () => {
  const cluster = new TestCluster(
    nodeOf('ssd-1', { labels: { disk: 'ssd', size: '1' } }),
    nodeOf('ssd-4', { labels: { disk: 'ssd', size: '4' } }),
    nodeOf('hdd-8', { labels: { disk: 'hdd', size: '8' } }),
  );
  const largerThan = (size: string) => ({
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchExpressions: [{ key: 'size', operator: 'Gt', values: [size] }] }],
      },
    },
  });
  const pod = podOf('p', { spec: { nodeSelector: { disk: 'ssd' }, affinity: largerThan('2') } });
  assert.deepEqual(cluster.feasibleFor(pod), ['ssd-4']);
  assert.equal(
    cluster.schedule(podOf('q', { spec: { affinity: largerThan('9') } })),
    "0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector.",
  );
});

test('gives a port of a node to one pod only, by protocol and address', () => {
  const withPort = (name: string, hostPort: number, protocol = 'TCP', hostIP?: string) =>
    podOf(name, {
      spec: {
        containers: [{ name: 'main', image: 'app', ports: [{ containerPort: 80, hostPort, protocol, hostIP }] }],
      },
    });
  const cluster = new TestCluster(nodeOf('a')).run('a', withPort('first', 8080, 'TCP', '10.0.0.1'));
  const refusal = "0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports.";
  assert.equal(cluster.schedule(withPort('same', 8080, 'TCP', '10.0.0.1')), refusal);
  assert.equal(cluster.schedule(withPort('everywhere', 8080)), refusal);
  assert.equal(cluster.schedule(withPort('udp', 8080, 'UDP')), 'a');
  assert.equal(cluster.schedule(withPort('other address', 8080, 'TCP', '10.0.0.2')), 'a');
  assert.equal(cluster.schedule(withPort('other port', 8081)), 'a');
});
