import assert from 'node:assert/strict';
import { test } from 'node:test';
import { leases, namespaces, nodes, type Pod, pods, serviceAccounts } from '../api/generated/index.ts';
import { type Client, Informers } from '../client/index.ts';
import { ControlPlane } from '../cluster/index.ts';
import { createMicrotaskDrain } from '../drivers/world/index.ts';
import { createObjectCodec, MemoryStore, type StoredObject } from '../storage/index.ts';
import { parseTime, VirtualWorld } from '../world/index.ts';
import { podAnnotations, SimulatedNodes } from './index.ts';

const namespace = 'work';

/** Simulated nodes on a real API server without controllers or scheduler. */
class TestNodes {
  readonly world = new VirtualWorld({ seed: 1, drainMicrotasks: createMicrotaskDrain() });
  client!: Client;
  nodes!: SimulatedNodes;

  static async start(count: number): Promise<TestNodes> {
    const fixture = new TestNodes();
    await fixture.#start(count);
    return fixture;
  }

  async #start(count: number): Promise<void> {
    const { world } = this;
    const store = new MemoryStore<StoredObject>({ clock: world.clock, codec: createObjectCodec() });
    const without = ['controllers', 'scheduler'] as const;
    const plane = await ControlPlane.start({ world, store, certificateAuthority: 'test', without });
    this.client = plane.client();
    await this.client.create(namespaces, { metadata: { name: namespace }, spec: {} });
    await this.client.create(serviceAccounts, { metadata: { name: 'default', namespace } });
    this.nodes = new SimulatedNodes(world, () => this.client, new Informers(world, this.client), { count });
    await this.nodes.start();
  }

  /** When a node last renewed its Lease, in milliseconds before now. */
  async sinceRenewalMs(name: string): Promise<number> {
    const lease = await this.client.get(leases, { namespace: 'kube-node-lease', name });
    return this.world.clock.now() - parseTime(lease.spec?.renewTime);
  }

  async runPod(name: string, more: Partial<Pod['metadata']> = {}, spec: Partial<Pod['spec']> = {}): Promise<void> {
    await this.client.create(pods, {
      metadata: { name, namespace, ...more },
      spec: { nodeName: 'sim-0', containers: [{ name: 'main', image: 'app' }], ...spec },
    });
  }

  pod(name: string): Promise<Pod> {
    return this.client.get(pods, { namespace, name });
  }
}

test('nodes register, are ready, and renew their Leases every ten seconds', async () => {
  const fixture = await TestNodes.start(3);
  const list = await fixture.client.list(nodes);
  assert.deepEqual(
    list.items.map(node => [
      node.metadata.name,
      node.status?.conditions?.find(condition => condition.type === 'Ready')?.status,
    ]),
    [
      ['sim-0', 'True'],
      ['sim-1', 'True'],
      ['sim-2', 'True'],
    ],
  );
  await fixture.world.advance(10_000);
  const lease = await fixture.client.get(leases, { namespace: 'kube-node-lease', name: 'sim-1' });
  assert.equal(lease.metadata.ownerReferences?.[0]?.uid, list.items[1]?.metadata.uid);
  for (let round = 0; round < 10; round++) {
    await fixture.world.advance(7000);
    for (const name of ['sim-0', 'sim-1', 'sim-2']) assert.ok((await fixture.sinceRenewalMs(name)) <= 10_000);
  }
});

test('a node that fails falls silent, and reports again once it is back', async () => {
  const fixture = await TestNodes.start(2);
  await fixture.world.advance(20_000);
  const node = fixture.nodes.get('sim-0')!;
  node.fail();
  await fixture.world.advance(600_000);
  assert.ok((await fixture.sinceRenewalMs('sim-0')) >= 590_000);
  assert.ok((await fixture.sinceRenewalMs('sim-1')) <= 10_000);
  await node.recover();
  await fixture.world.advance(10_000);
  assert.ok((await fixture.sinceRenewalMs('sim-0')) <= 10_000);
  const { status } = await fixture.client.get(nodes, { name: 'sim-0' });
  const heartbeat = status?.conditions?.find(condition => condition.type === 'Ready')?.lastHeartbeatTime;
  assert.ok(fixture.world.clock.now() - parseTime(heartbeat) <= 11_000);
});

test('a node that fails and comes back in the middle of a renewal renews once each time, as before', async () => {
  const fixture = await TestNodes.start(1);
  await fixture.world.advance(20_000);
  const node = fixture.nodes.get('sim-0')!;
  let versions = 0;
  fixture.client.watch(
    leases,
    { resourceVersion: '0' },
    { events: batch => (versions += batch.length), end: () => {} },
  );
  for (let round = 0; round < 5; round++) {
    node.fail();
    await node.recover();
  }
  versions = 0;
  await fixture.world.advance(100_000);
  assert.ok(versions >= 9 && versions <= 11, `${versions} renewals in 100 s`);
});

test('pods run, end when they are told to, and go when they are deleted', async () => {
  const fixture = await TestNodes.start(1);
  await fixture.runPod('server');
  await fixture.runPod(
    'job',
    { annotations: { [podAnnotations.runSeconds]: '30', [podAnnotations.exitCode]: '3' } },
    { restartPolicy: 'Never' },
  );
  await fixture.world.advance(5000);
  for (const name of ['server', 'job']) assert.equal((await fixture.pod(name)).status?.phase, 'Running');
  assert.match((await fixture.pod('server')).status?.podIP ?? '', /^10\.244\.0\.\d+$/);
  await fixture.world.advance(30_000);
  const job = await fixture.pod('job');
  assert.equal(job.status?.phase, 'Failed');
  assert.equal(job.status?.containerStatuses?.[0]?.state?.terminated?.exitCode, 3);
  await fixture.client.delete(pods, { namespace, name: 'server' });
  assert.notEqual((await fixture.pod('server')).metadata.deletionTimestamp, undefined);
  await fixture.world.advance(2000);
  await assert.rejects(fixture.pod('server'), { reason: 'NotFound' });
});

test('pods on a node that is down neither end nor go until it is back', async () => {
  const fixture = await TestNodes.start(1);
  await fixture.runPod('server');
  await fixture.world.advance(5000);
  const node = fixture.nodes.get('sim-0')!;
  node.fail();
  await fixture.client.delete(pods, { namespace, name: 'server' });
  await fixture.world.advance(600_000);
  assert.equal((await fixture.pod('server')).status?.phase, 'Running');
  await node.recover();
  await fixture.world.advance(2000);
  await assert.rejects(fixture.pod('server'), { reason: 'NotFound' });
});

test('what somebody patches into a node as capacity becomes allocatable', async () => {
  const fixture = await TestNodes.start(1);
  const patch = { status: { capacity: { 'example.com/gpu': '4' } } };
  await fixture.client.patch(nodes, { name: 'sim-0' }, 'merge', patch, {}, 'status');
  await fixture.world.advance(1000);
  const { status } = await fixture.client.get(nodes, { name: 'sim-0' });
  assert.equal(status?.allocatable?.['example.com/gpu'], '4');
});

test('a pod that changes while it runs is reported as seen', async () => {
  const fixture = await TestNodes.start(1);
  await fixture.runPod('a');
  await fixture.world.advance(5000);
  const pod = await fixture.pod('a');
  assert.deepEqual([pod.metadata.generation, pod.status?.observedGeneration], [1, 1]);
  const containers = [{ ...pod.spec.containers[0]!, image: 'app:2' }];
  await fixture.client.update(pods, { ...pod, spec: { ...pod.spec, containers } });
  await fixture.world.advance(1000);
  const changed = await fixture.pod('a');
  assert.deepEqual([changed.metadata.generation, changed.status?.observedGeneration], [2, 2]);
  assert.equal(changed.status?.phase, 'Running');
});
