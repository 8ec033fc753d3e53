/**
 * `kill -9` of Sampan at random moments while it is written to: what was acknowledged is there afterwards, nothing is
 * doubled, and real pods go on running and are taken over. `SAMPAN_TEST_SEED` repeats a run.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ConfigMap, configMaps, deployments, type Pod, pods, replicaSets } from '../../src/api/generated/index.ts';
import { Client } from '../../src/client/index.ts';
import { ContainerdRuntime, containerdLayout } from '../../src/drivers/containerd/index.ts';
import { readKubeconfig } from '../../src/drivers/tls/index.ts';
import { HttpsTransport } from '../../src/drivers/transport/index.ts';
import { createSeededRandom } from '../../src/world/index.ts';
import { containersMissing } from '../fixtures/own-containerd.ts';
import { newDirectory, removeDirectory, TestCluster } from './cluster-process.ts';
import { eventually } from './run-kubectl.ts';
import { startRealCluster, testImage } from './start-real-cluster.ts';

const seed = process.env['SAMPAN_TEST_SEED'] ?? '2026';
const simulatedRounds = 42;
const realRounds = 8;
const writers = 8;
const namespace = 'default';

/** What a writer knows: what was acknowledged of each name, and what may have happened besides. */
interface Expectation {
  /** The last acknowledged value; `undefined` once a deletion was acknowledged. */
  value: string | undefined;
  /** What a request asked for whose answer never came. Either outcome is right. */
  pending?: { readonly value: string | undefined };
}

class Writers {
  readonly expected = new Map<string, Expectation>();
  #isOver = false;
  #running: Promise<unknown> = Promise.resolve();
  acknowledged = 0;

  start(client: Client, round: number): void {
    this.#isOver = false;
    this.#running = Promise.all(
      Array.from({ length: writers }, (_, index) => this.#run(client, `r${round}-w${index}`)),
    );
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    await this.#running;
  }

  /** Creates, updates and deletes, each only after the answer to the one before; ends with the first that gets none. */
  async #run(client: Client, prefix: string): Promise<void> {
    for (let i = 0; !this.#isOver; i++) {
      const name = `${prefix}-${i}`;
      const isAlive =
        (await this.#attempt(name, '1', () => client.create(configMaps, configMap(name, '1')))) &&
        (i % 3 === 0 || (await this.#attempt(name, '2', () => client.update(configMaps, configMap(name, '2'))))) &&
        (i % 5 !== 0 || (await this.#attempt(name, undefined, () => client.delete(configMaps, { namespace, name }))));
      if (!isAlive) return;
    }
  }

  async #attempt(name: string, value: string | undefined, write: () => Promise<unknown>): Promise<boolean> {
    const expectation = this.expected.get(name) ?? { value: undefined };
    this.expected.set(name, expectation);
    expectation.pending = { value };
    try {
      await write();
    } catch {
      // The server was killed: nobody can say whether it was done.
      return false;
    }
    expectation.value = value;
    delete expectation.pending;
    this.acknowledged++;
    return true;
  }
}

function configMap(name: string, value: string): ConfigMap {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace, labels: { test: 'kill' } },
    data: { value },
  };
}

/** Compares what is there with what was acknowledged, and notes what became of the unanswered. */
async function verify(client: Client, expected: Map<string, Expectation>): Promise<void> {
  const { items } = await client.list(configMaps, { namespace, labelSelector: 'test=kill' });
  const found = new Map(items.map(item => [item.metadata.name ?? '', item.data?.['value']]));
  assert.equal(found.size, items.length, 'a name twice');
  for (const [name, expectation] of expected) {
    const { value, pending } = expectation;
    const actual = found.get(name);
    const allowed = pending === undefined ? [value] : [value, pending.value];
    assert.ok(allowed.includes(actual), `${name}: acknowledged ${value}, found ${actual}`);
    expectation.value = actual;
    delete expectation.pending;
    found.delete(name);
  }
  assert.deepEqual([...found.keys()], [], 'objects that nobody wrote');
}

async function connect(cluster: TestCluster): Promise<{ client: Client; transport: HttpsTransport }> {
  const transport = new HttpsTransport({ connection: await readKubeconfig(cluster.kubeconfig) });
  return { client: new Client(transport), transport };
}

describe(`kill -9 (seed ${seed})`, () => {
  const random = createSeededRandom(seed);

  test(`${simulatedRounds} times while objects are written: every acknowledged write is there`, async () => {
    const directory = newDirectory();
    const load = new Writers();
    for (let round = 0; round < simulatedRounds; round++) {
      const cluster = await TestCluster.start(['--nodes', 'simulated:1'], directory);
      const { client, transport } = await connect(cluster);
      await verify(client, load.expected);
      load.start(client, round);
      await sleep(random.integer(400));
      await cluster.kill();
      await load.stop();
      transport.close();
    }
    const last = await TestCluster.start(['--nodes', 'simulated:1'], directory);
    const { client, transport } = await connect(last);
    await verify(client, load.expected);
    transport.close();
    assert.equal((await last.stop()).code, 0);
    await removeDirectory(directory);
    assert.ok(load.acknowledged > simulatedRounds * writers, `only ${load.acknowledged} writes`);
  });

  describe(`${realRounds} times with real pods`, { skip: containersMissing }, () => {
    const directory = newDirectory();
    const load = new Writers();
    let cluster: TestCluster;
    let identities: string[] = [];
    before(async () => {
      cluster = await startRealCluster([], directory);
      const { client, transport } = await connect(cluster);
      await client.create(deployments, deployment(3) as never);
      identities = await untilRunning(client);
      transport.close();
    });
    after(async () => {
      await cluster?.stop();
      await removeDirectory(directory);
    });

    test('pods go on and are taken over, nothing is doubled, nothing acknowledged is lost', async () => {
      for (let round = 0; round < realRounds; round++) {
        const { client, transport } = await connect(cluster);
        load.start(client, round);
        await sleep(random.integer(600));
        await cluster.kill();
        await load.stop();
        transport.close();
        await assertContainersRun(directory, identities);
        cluster = await TestCluster.start([], directory);
        const again = await connect(cluster);
        await verify(again.client, load.expected);
        assert.deepEqual(await untilRunning(again.client), identities, 'the same containers in the same pods');
        again.transport.close();
      }
    });

    test('killed in the middle of a scaling, it comes to the number asked for', async () => {
      for (const replicas of [6, 2, 5]) {
        const { client, transport } = await connect(cluster);
        await client.patch(deployments, { namespace, name: 'kept' }, 'merge', { spec: { replicas } });
        await sleep(random.integer(500));
        await cluster.kill();
        transport.close();
        cluster = await TestCluster.start([], directory);
        const again = await connect(cluster);
        await eventually(
          `${replicas} pods`,
          () => listPods(again.client),
          list => list.length === replicas && list.every(isRunning),
          60_000,
        );
        const { items } = await again.client.list(replicaSets, { namespace });
        assert.equal(items.length, 1, 'one ReplicaSet');
        await eventually(
          'a sandbox a pod',
          () => countSandboxes(directory),
          count => count === replicas,
          60_000,
        );
        again.transport.close();
      }
    });
  });
});

function deployment(replicas: number) {
  const container = { name: 'main', image: testImage, command: ['sh', '-c', 'trap "exit 0" TERM; sleep 3600 & wait'] };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'kept', namespace },
    spec: {
      replicas,
      selector: { matchLabels: { app: 'kept' } },
      template: {
        metadata: { labels: { app: 'kept' } },
        spec: { terminationGracePeriodSeconds: 1, containers: [container] },
      },
    },
  };
}

async function listPods(client: Client): Promise<readonly Pod[]> {
  return (await client.list(pods, { namespace, labelSelector: 'app=kept' })).items;
}

function isRunning(pod: Pod): boolean {
  return (
    pod.status?.containerStatuses?.[0]?.state?.running !== undefined && pod.metadata.deletionTimestamp === undefined
  );
}

/** `uid containerID` of each pod, once all run. */
async function untilRunning(client: Client): Promise<string[]> {
  const list = await eventually(
    'three pods run',
    () => listPods(client),
    found => found.length === 3 && found.every(isRunning),
    60_000,
  );
  return list.map(pod => `${pod.metadata.uid} ${pod.status?.containerStatuses?.[0]?.containerID}`).sort();
}

async function withRuntime<T>(directory: string, use: (runtime: ContainerdRuntime) => Promise<T>): Promise<T> {
  const runtime = new ContainerdRuntime(containerdLayout(`${directory}/containerd`).socket);
  try {
    return await use(runtime);
  } finally {
    runtime.close();
  }
}

/** Asked of containerd itself, while no Sampan runs. */
function assertContainersRun(directory: string, identities: readonly string[]): Promise<void> {
  return withRuntime(directory, async runtime => {
    const running = (await runtime.listContainers({})).filter(({ state }) => state === 'running').map(({ id }) => id);
    const expected = identities.map(identity => identity.split('containerd://')[1] ?? '');
    assert.deepEqual(running.sort(), expected.sort());
  });
}

function countSandboxes(directory: string): Promise<number> {
  return withRuntime(
    directory,
    async runtime => (await runtime.listPodSandboxes()).filter(({ state }) => state === 'ready').length,
  );
}
