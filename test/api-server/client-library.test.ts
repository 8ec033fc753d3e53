import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { after, before, test } from 'node:test';
import { CoreV1Api, Exec, KubeConfig, KubernetesObjectApi, Log, makeInformer, Watch } from '@kubernetes/client-node';
import { pods, serviceAccounts } from '../../src/api/generated/index.ts';
import { createProcessConnections } from './process-connections.ts';
import { type RunningApiServer, startApiServer } from './start-api-server.ts';

// Kubernetes' own client for JavaScript: another reader of the same protocol, with WebSockets and informers of its own.
let running: RunningApiServer;
const config = new KubeConfig();

before(async () => {
  running = await startApiServer({ nodes: createProcessConnections() });
  config.loadFromFile(running.kubeconfig);
  await running.client.create(serviceAccounts, { metadata: { name: 'default', namespace: 'default' } });
});
after(() => running[Symbol.asyncDispose]());

test('creates, lists, and finds out what is served', async () => {
  const core = config.makeApiClient(CoreV1Api);
  const body = { metadata: { name: 'a' }, data: { a: 'b' } };
  await core.createNamespacedConfigMap({ namespace: 'default', body });
  const { items } = await core.listNamespacedConfigMap({ namespace: 'default' });
  assert.deepEqual(
    items.map(item => item.metadata?.name),
    ['a'],
  );
  const objects = KubernetesObjectApi.makeApiClient(config);
  const read = await objects.read({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'a', namespace: 'default' },
  });
  assert.equal(read.metadata?.name, 'a');
});

test('keeps an informer up to date', async () => {
  const core = config.makeApiClient(CoreV1Api);
  const seen: string[] = [];
  const informer = makeInformer(config, '/api/v1/namespaces/default/secrets', () =>
    core.listNamespacedSecret({ namespace: 'default' }),
  );
  const done = new Promise<void>(resolve => {
    for (const event of ['add', 'update', 'delete'] as const) {
      informer.on(event, object => {
        seen.push(`${event} ${object.metadata?.name}`);
        if (event === 'delete') resolve();
      });
    }
  });
  await informer.start();
  const body = { metadata: { name: 's' }, stringData: { a: '1' } };
  await core.createNamespacedSecret({ namespace: 'default', body });
  await core.replaceNamespacedSecret({ namespace: 'default', name: 's', body: { ...body, stringData: { a: '2' } } });
  await core.deleteNamespacedSecret({ namespace: 'default', name: 's' });
  await done;
  await informer.stop();
  assert.deepEqual(seen, ['add s', 'update s', 'delete s']);
});

test('watches', async () => {
  const first = await new Promise<string>((resolve, reject) => {
    const stop = new Watch(config).watch(
      '/api/v1/namespaces',
      {},
      (type: string, object: { metadata: { name: string } }) => {
        resolve(`${type} ${object.metadata.name}`);
        void stop.then(controller => controller.abort());
      },
      error => reject(error),
    );
  });
  assert.equal(first, 'ADDED default');
});

test('runs commands over a WebSocket, and reads logs', async () => {
  await running.client.create(pods, {
    metadata: { name: 'p', namespace: 'default' },
    spec: { nodeName: 'n', containers: [{ name: 'main', image: 'x' }] },
  } as never);
  const pod = await running.client.get(pods, { name: 'p', namespace: 'default' });
  const state = { name: 'main', image: 'x', imageID: 'x', ready: true, restartCount: 0, state: { running: {} } };
  await running.client.updateStatus(pods, {
    ...pod,
    status: { phase: 'Running', containerStatuses: [state] },
  } as never);
  const output = new PassThrough();
  const input = new PassThrough();
  const status = await new Promise<{ status?: string; details?: { causes?: { message?: string }[] } }>(
    (resolve, reject) => {
      new Exec(config)
        .exec('default', 'p', 'main', ['sh', '-c', 'read a; echo got $a; exit 4'], output, null, input, false, resolve)
        .catch(reject);
      input.write('hello\n');
    },
  );
  assert.equal(status.status, 'Failure');
  assert.equal(status.details?.causes?.[0]?.message, '4');
  assert.equal(String(output.read()), 'got hello\n');
  const log = new PassThrough();
  await new Log(config).log('default', 'p', 'main', log, { tailLines: 2 });
  const chunks: Buffer[] = [];
  for await (const chunk of log) chunks.push(chunk);
  assert.equal(Buffer.concat(chunks).toString(), '1\n2\n');
});
