/** Kubernetes' own client for JavaScript: informers that live through kill -9 of the server. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  CoreV1Api,
  type Informer,
  KubeConfig,
  makeInformer,
  type ObjectCache,
  type V1ConfigMap,
} from '@kubernetes/client-node';
import { readKubeconfig } from '../../src/drivers/tls/index.ts';
import { newDirectory, removeDirectory, TestCluster } from './cluster-process.ts';
import { eventually } from './run-kubectl.ts';

const namespace = 'default';
const flags = ['--without', 'scheduler,controllers'];

describe('an informer of @kubernetes/client-node', { concurrency: false }, () => {
  const directory = newDirectory();
  const config = new KubeConfig();
  const told: string[] = [];
  let cluster: TestCluster;
  let port: string;
  let core: CoreV1Api;
  let informer: Informer<V1ConfigMap> & ObjectCache<V1ConfigMap>;
  let isOver = false;

  before(async () => {
    cluster = await TestCluster.start(flags, directory, 'server');
    port = new URL((await readKubeconfig(cluster.kubeconfig)).server).port;
    config.loadFromFile(cluster.kubeconfig);
    core = config.makeApiClient(CoreV1Api);
    await create('old');
    await create('doomed');
    informer = makeInformer(config, `/api/v1/namespaces/${namespace}/configmaps`, () =>
      core.listNamespacedConfigMap({ namespace }),
    );
    for (const event of ['add', 'update', 'delete'] as const) {
      informer.on(event, ({ metadata, data }) => {
        const value = event === 'delete' ? '' : ` ${data?.['value']}`;
        told.push(`${event} ${metadata?.name}${value}`);
      });
    }
    // As the library's documentation has it: it tells of errors, and whoever uses it starts it again.
    informer.on('error', () => void startAgain());
    await informer.start();
  });
  after(async () => {
    isOver = true;
    await informer.stop();
    await cluster[Symbol.asyncDispose]();
    await removeDirectory(directory);
  });

  async function startAgain(): Promise<void> {
    while (!isOver) {
      await sleep(100);
      const hasStarted = await informer.start().then(
        () => true,
        () => false,
      );
      if (hasStarted) return;
    }
  }

  const configMap = (name: string, value: string): V1ConfigMap => ({ metadata: { name }, data: { value } });
  const create = (name: string) => core.createNamespacedConfigMap({ namespace, body: configMap(name, '0') });
  const update = (name: string, value: string) =>
    core.replaceNamespacedConfigMap({ namespace, name, body: configMap(name, value) });
  const untilTold = (...lines: readonly string[]) =>
    eventually(
      `told ${lines.join(', ')}`,
      async () => told,
      all => lines.every(line => all.includes(line)),
    );
  const restart = async (): Promise<void> => {
    await cluster.kill();
    cluster = await TestCluster.start([...flags, '--port', port], directory, 'server');
  };

  test('is told of everything, before and after each restart, and of nothing twice', async () => {
    await untilTold('add old 0', 'add doomed 0');
    await update('old', '1');
    await untilTold('update old 1');
    for (let round = 0; round < 3; round++) {
      await restart();
      await create(`new-${round}`);
      await update('old', `restarted-${round}`);
      if (round === 0) await core.deleteNamespacedConfigMap({ namespace, name: 'doomed' });
      await untilTold(`add new-${round} 0`, `update old restarted-${round}`);
    }
    await untilTold('delete doomed');
    await update('new-1', 'last');
    await untilTold('update new-1 last');
    assert.deepEqual([...told].sort(), [
      'add doomed 0',
      ...[0, 1, 2].map(round => `add new-${round} 0`),
      'add old 0',
      'delete doomed',
      'update new-1 last',
      'update old 1',
      ...[0, 1, 2].map(round => `update old restarted-${round}`),
    ]);
  });

  test('holds what the server holds', async () => {
    const { items } = await core.listNamespacedConfigMap({ namespace });
    const versions = (list: readonly V1ConfigMap[]) =>
      list.map(({ metadata }) => `${metadata?.name} ${metadata?.resourceVersion}`).sort();
    assert.deepEqual(versions(informer.list()), versions(items));
  });
});
