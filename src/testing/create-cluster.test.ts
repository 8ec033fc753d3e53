import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { createCluster, podAnnotations, resources, StatusError } from './index.ts';

const { deployments, events, jobs, nodes, pods, serviceAccounts } = resources;

function web(replicas: number) {
  const labels = { app: 'web' };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'default' },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'main', image: 'web:1' }] } },
    },
  };
}

test('runs a Deployment on simulated nodes', async () => {
  await using cluster = await createCluster({ nodes: 3, seed: 7 });
  await cluster.client.create(deployments, web(3));
  await cluster.settle();
  const { items } = await cluster.client.list(pods, { namespace: 'default' });
  assert.equal(items.length, 3);
  assert.deepEqual([...new Set(items.map(pod => pod.status?.phase))], ['Running']);
  assert.equal(new Set(items.map(pod => pod.spec?.nodeName)).size, 3, 'spread over the nodes');
});

test('moves pods off a node that fails, after the toleration', async () => {
  await using cluster = await createCluster({ nodes: 3, seed: 7 });
  await cluster.client.create(deployments, web(3));
  await cluster.settle();
  cluster.node('node-1').fail();
  await cluster.advance('1m');
  const node = await cluster.client.get(nodes, { name: 'node-1' });
  assert.equal(node.status?.conditions?.find(each => each.type === 'Ready')?.status, 'Unknown');
  await cluster.advance('6m');
  const { items } = await cluster.client.list(pods, { namespace: 'default' });
  const alive = items.filter(pod => pod.metadata.deletionTimestamp === undefined);
  assert.equal(alive.length, 3);
  assert.ok(alive.every(pod => pod.spec?.nodeName !== 'node-1'));
});

test('runs a Job to its end and counts each pod once', async () => {
  await using cluster = await createCluster({ seed: 1 });
  await cluster.client.create(jobs, {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'sum', namespace: 'default' },
    spec: {
      completions: 5,
      parallelism: 2,
      template: {
        metadata: { annotations: { [podAnnotations.runSeconds]: '30' } },
        spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'sum:1' }] },
      },
    },
  });
  await cluster.advance('5m');
  const job = await cluster.client.get(jobs, { namespace: 'default', name: 'sum' });
  assert.equal(job.status?.succeeded, 5);
  assert.equal(job.status?.conditions?.find(each => each.type === 'Complete')?.status, 'True');
});

test('gives the same names and placements for the same seed, and others for another', async () => {
  const run = async (seed: number): Promise<string[]> => {
    await using cluster = await createCluster({ nodes: 3, seed });
    await cluster.client.create(deployments, web(5));
    await cluster.settle();
    const { items } = await cluster.client.list(pods);
    return items.map(pod => `${pod.metadata.name} ${pod.spec?.nodeName} ${pod.status?.startTime}`);
  };
  const first = await run(7);
  assert.deepEqual(await run(7), first);
  assert.notDeepEqual(await run(8), first);
});

test('says why a pod fits nowhere, in the words of the scheduler', async () => {
  await using cluster = await createCluster({ nodes: 2, seed: 3 });
  const { spec, ...rest } = web(1);
  const container = { name: 'main', image: 'web:1', resources: { requests: { cpu: '100' } } };
  const template = { ...spec.template, spec: { containers: [container] } };
  await cluster.client.create(deployments, { ...rest, spec: { ...spec, template } });
  await cluster.advance('10s');
  const { items } = await cluster.client.list(events, {
    namespace: 'default',
    fieldSelector: 'reason=FailedScheduling',
  });
  assert.equal(
    items[0]?.message,
    '0/2 nodes are available: 2 Insufficient cpu. preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.',
  );
  const [pod] = (await cluster.client.list(pods, { namespace: 'default' })).items;
  const [condition, ...others] = pod?.status?.conditions ?? [];
  assert.deepEqual([condition?.type, condition?.reason, others], ['PodScheduled', 'Unschedulable', []]);
  assert.equal(condition?.observedGeneration, pod?.metadata.generation);
});

test('answers what is wrong with a StatusError', async () => {
  await using cluster = await createCluster();
  await assert.rejects(
    cluster.client.get(pods, { namespace: 'default', name: 'nobody' }),
    (error: unknown) => StatusError.is(error, 'NotFound') && error.message === 'pods "nobody" not found',
  );
});

test('serves real kubectl while its time is virtual', async context => {
  await using cluster = await createCluster({ nodes: 2, seed: 7 });
  await cluster.client.create(deployments, web(2));
  await cluster.settle();
  const { kubeconfig } = await cluster.serve();
  const kubectl = async (...args: string[]): Promise<string> => {
    const { stdout } = await promisify(execFile)('kubectl', ['--kubeconfig', kubeconfig, ...args]);
    return stdout;
  };
  try {
    await promisify(execFile)('kubectl', ['version', '--client']);
  } catch {
    context.skip('no kubectl on this machine');
    return;
  }
  assert.match(await kubectl('get', 'deployment', 'web'), /web\s+2\/2\s+2\s+2/);
  assert.match(await kubectl('get', 'nodes'), /node-0\s+Ready/);
});

test('follows the machine’s time when asked to', async () => {
  await using cluster = await createCluster({ time: 'real' });
  await cluster.client.create(deployments, web(1));
  const isRunning = async (): Promise<boolean> => {
    const { items } = await cluster.client.list(pods, { namespace: 'default' });
    return items.some(pod => pod.status?.phase === 'Running');
  };
  for (let tries = 0; tries < 100 && !(await isRunning()); tries++) await cluster.advance('100ms');
  assert.ok(await isRunning());
  const account = await cluster.client.get(serviceAccounts, { namespace: 'default', name: 'default' });
  assert.equal(account.metadata.name, 'default');
});
