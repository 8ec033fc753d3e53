/** What a cluster does to its host: two stand side by side, one that stops leaves nothing, one that keeps its pods does. */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { type Pod, pods, type Service, services } from '../../src/api/generated/index.ts';
import { Client } from '../../src/client/index.ts';
import { ContainerdRuntime, containerdLayout } from '../../src/drivers/containerd/index.ts';
import { readKubeconfig } from '../../src/drivers/tls/index.ts';
import { HttpsTransport } from '../../src/drivers/transport/index.ts';
import { containersMissing } from '../fixtures/own-containerd.ts';
import { requestApi } from './api-request.ts';
import { newDirectory, removeDirectory, TestCluster } from './cluster-process.ts';
import { eventually } from './run-kubectl.ts';
import { startRealCluster, testImage } from './start-real-cluster.ts';

const namespace = 'default';

/** Serves its cluster's name, and asks for it by the Service's name all the time. */
function pod(text: string): Pod {
  const script = `mkdir /tmp/www; echo ${text} > /tmp/www/name; httpd -p 8080 -h /tmp/www; trap "exit 0" TERM; while sleep 1; do wget -qO- http://service/name; done`;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'name', namespace, labels: { app: 'name' } },
    spec: {
      terminationGracePeriodSeconds: 2,
      containers: [{ name: 'main', image: testImage, command: ['sh', '-c', script] }],
    },
  } as Pod;
}

const service: Service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'service', namespace },
  spec: { selector: { app: 'name' }, ports: [{ port: 80, targetPort: 8080 }] },
};

async function runPod(cluster: TestCluster, text: string): Promise<Pod> {
  const transport = new HttpsTransport({ connection: await readKubeconfig(cluster.kubeconfig) });
  const client = new Client(transport);
  await client.create(services, service);
  await client.create(pods, pod(text));
  const found = await eventually(
    'the pod runs',
    () => client.get(pods, { namespace, name: 'name' }),
    ({ status }) => status?.containerStatuses?.[0]?.state?.running !== undefined,
  );
  transport.close();
  return found;
}

async function readLog(cluster: TestCluster): Promise<string> {
  return (await requestApi(cluster.kubeconfig, 'GET', `/api/v1/namespaces/${namespace}/pods/name/log`)).text;
}

async function listRunning(directory: string): Promise<readonly string[]> {
  const runtime = new ContainerdRuntime(containerdLayout(join(directory, 'containerd')).socket);
  const containers = await runtime.listContainers({});
  runtime.close();
  return containers.filter(({ state }) => state === 'running').map(({ id }) => id);
}

/** Whatever bears the cluster's name on this host. */
function findTraces(directory: string): string[] {
  const { id, bridge } = containerdLayout(join(directory, 'containerd'));
  const hasMounts = readFileSync('/proc/self/mounts', 'utf8').includes(directory);
  return [
    ...(existsSync(`/sys/class/net/${bridge}`) ? [`bridge ${bridge}`] : []),
    ...(execFileSync('nft', ['list', 'tables'], { encoding: 'utf8' }).includes(id) ? ['nftables table'] : []),
    ...(existsSync(`/run/sampan/${id}`) ? ['/run folder'] : []),
    ...(hasMounts ? ['mounts'] : []),
    ...readdirSync('/sys/fs/cgroup')
      .filter(name => existsSync(`/sys/fs/cgroup/${name}/sampan-${id}`))
      .map(name => `cgroup in ${name}`),
    ...readdirSync('/proc')
      .filter(name => /^\d+$/.test(name) && commandOf(name).includes(`/run/sampan/${id}`))
      .map(name => `process ${commandOf(name)}`),
  ];
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    // Ended since it was listed.
    return '';
  }
}

describe('a cluster on its host', { skip: containersMissing }, () => {
  test('two that start at once do not get into each other’s way, and leave nothing behind', async () => {
    const directories = [newDirectory(), newDirectory()] as const;
    const clusters = await Promise.all(directories.map(directory => startRealCluster([], directory)));
    await using _first = clusters[0];
    await using _second = clusters[1];
    const [first, second] = await Promise.all(clusters.map((cluster, index) => runPod(cluster, `cluster-${index}`)));
    assert.notEqual(first?.status?.podIP, second?.status?.podIP);
    for (const [index, cluster] of clusters.entries()) {
      const log = await eventually(
        'it finds its own Service',
        () => readLog(cluster),
        text => text.includes('cluster-'),
      );
      assert.match(log, new RegExp(`^(wget.*\n)*(cluster-${index}\n)+$`));
    }
    for (const cluster of clusters) assert.equal((await cluster.stop()).code, 0);
    for (const directory of directories) {
      assert.deepEqual(findTraces(directory), []);
      await removeDirectory(directory);
    }
  });

  test('a stopped one brings its pods back, a --keep-pods one has never stopped them', async () => {
    const directory = newDirectory();
    let cluster = await startRealCluster([], directory);
    const created = await runPod(cluster, 'once');
    await cluster.stop();
    cluster = await TestCluster.start(['--keep-pods'], directory);
    const identity = async () => {
      const { body } = await requestApi(cluster.kubeconfig, 'GET', `/api/v1/namespaces/${namespace}/pods/name`);
      return { uid: body.metadata.uid, status: body.status.containerStatuses[0] };
    };
    const restarted = await eventually(
      'it runs again',
      identity,
      ({ status }) => status.state.running !== undefined && status.restartCount === 1,
    );
    assert.equal(restarted.uid, created.metadata.uid);
    assert.equal((await cluster.stop()).code, 0);
    assert.deepEqual(await listRunning(directory), [restarted.status.containerID.replace('containerd://', '')]);
    cluster = await TestCluster.start([], directory);
    const adopted = await eventually('it is taken over', identity, ({ status }) => status.ready === true);
    assert.equal(adopted.status.containerID, restarted.status.containerID);
    assert.equal(adopted.status.restartCount, 1);
    await cluster.stop();
    assert.deepEqual(findTraces(directory), []);
    await removeDirectory(directory);
  });
});

test('npm start does the same', async () => {
  const directory = newDirectory();
  const args = ['start', '--', '--nodes', 'simulated:1', '--data-dir', directory, '--port', '0'];
  const child = spawn('npm', args, {
    cwd: join(import.meta.dirname, '../..'),
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', chunk => {
    output += chunk;
  });
  while (!/^sampan is ready$/m.test(output)) await once(child.stdout, 'data');
  // A terminal sends Ctrl-C to the whole group.
  process.kill(-child.pid!, 'SIGINT');
  const [code, signal] = await once(child, 'exit');
  assert.ok(code === 0 || signal === 'SIGINT', `${code} ${signal}`);
  await eventually(
    'it has stopped',
    async () => existsSync(join(directory, 'running.json')),
    isThere => !isThere,
  );
  await removeDirectory(directory);
});
