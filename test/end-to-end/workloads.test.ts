/** What a cluster promises about real pods over time: restarts, replacements, endpoints, rollouts without a lost request. */
import assert from 'node:assert/strict';
import { Agent, get } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { deployments, endpointSlices, type Pod, pods, type Service, services } from '../../src/api/generated/index.ts';
import { Client } from '../../src/client/index.ts';
import { readKubeconfig } from '../../src/drivers/tls/index.ts';
import { HttpsTransport } from '../../src/drivers/transport/index.ts';
import { containersMissing } from '../fixtures/own-containerd.ts';
import type { TestCluster } from './cluster-process.ts';
import { findProcessOf } from './container-process.ts';
import { kubectlsAtHand } from './kubectls-at-hand.ts';
import { bindKubectl, eventually } from './run-kubectl.ts';
import { startRealCluster, testImage } from './start-real-cluster.ts';

const kubectls = kubectlsAtHand();
const skip = containersMissing || (kubectls.length === 0 ? 'no kubectl at hand' : false);
const namespace = 'default';

/** Answers its version; ready while /tmp/www/page is there. */
const serve = 'mkdir -p /tmp/www; echo $VERSION > /tmp/www/page; exec httpd -f -p 8080 -h /tmp/www';

function deployment(name: string, replicas: number, version: string) {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      strategy: { rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
      template: {
        metadata: { labels: { app: name } },
        spec: {
          terminationGracePeriodSeconds: 5,
          containers: [
            {
              name: 'web',
              image: testImage,
              command: ['sh', '-c', serve],
              env: [{ name: 'VERSION', value: version }],
              ports: [{ containerPort: 8080 }],
              readinessProbe: { httpGet: { path: '/page', port: 8080 }, periodSeconds: 1, failureThreshold: 1 },
              lifecycle: { preStop: { exec: { command: ['sleep', '2'] } } },
            },
          ],
        },
      },
    },
  };
}

function service(name: string): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace },
    spec: { selector: { app: name }, ports: [{ port: 80, targetPort: 8080 }] },
  };
}

describe('workloads on real pods', { skip }, () => {
  let cluster: TestCluster;
  let transport: HttpsTransport;
  let client: Client;

  before(async () => {
    cluster = await startRealCluster();
    transport = new HttpsTransport({ connection: await readKubeconfig(cluster.kubeconfig) });
    client = new Client(transport);
  });
  after(async () => {
    transport?.close();
    await cluster?.[Symbol.asyncDispose]();
  });

  const podsOf = async (name: string): Promise<readonly Pod[]> =>
    (await client.list(pods, { namespace, labelSelector: `app=${name}` })).items;

  async function deploy(name: string, replicas: number, version: string): Promise<void> {
    await client.create(deployments, deployment(name, replicas, version) as never);
    await client.create(services, service(name));
    await untilRolledOut(name, replicas);
  }

  async function untilRolledOut(name: string, replicas: number): Promise<void> {
    const read = () => client.get(deployments, { namespace, name });
    await eventually(
      `${name} is rolled out`,
      read,
      ({ metadata, status }) =>
        status?.observedGeneration === metadata.generation &&
        status?.updatedReplicas === replicas &&
        status?.availableReplicas === replicas &&
        status?.replicas === replicas,
      60_000,
    );
  }

  const readyAddresses = async (name: string): Promise<readonly string[]> => {
    const { items } = await client.list(endpointSlices, {
      namespace,
      labelSelector: `kubernetes.io/service-name=${name}`,
    });
    return items
      .flatMap(slice => slice.endpoints ?? [])
      .filter(endpoint => endpoint.conditions?.ready === true)
      .flatMap(endpoint => endpoint.addresses);
  };

  test('a killed container is started again, in the same pod', async () => {
    await deploy('killed', 1, '1');
    const [before] = await podsOf('killed');
    const id = before?.status?.containerStatuses?.[0]?.containerID?.replace('containerd://', '') ?? '';
    process.kill(findProcessOf(id), 'SIGKILL');
    const restarted = await eventually(
      'the container runs again',
      async () => (await podsOf('killed'))[0],
      pod => pod?.status?.containerStatuses?.[0]?.restartCount === 1 && pod.status.containerStatuses[0].ready,
    );
    assert.equal(restarted?.metadata.uid, before?.metadata.uid);
    assert.equal(restarted?.status?.podIP, before?.status?.podIP);
    const last = restarted?.status?.containerStatuses?.[0]?.lastState?.terminated;
    assert.equal(last?.exitCode, 137);
  });

  test('a deleted pod is replaced', async () => {
    await deploy('deleted', 2, '1');
    const [victim] = await podsOf('deleted');
    const { name = '', uid } = victim!.metadata;
    await client.delete(pods, { namespace, name });
    await eventually(
      'two others are ready',
      () => podsOf('deleted'),
      list => list.length === 2 && list.every(pod => pod.metadata.uid !== uid && isReady(pod)),
    );
  });

  test('an unready pod leaves the endpoints, and comes back', async () => {
    await deploy('unready', 2, '1');
    assert.equal((await readyAddresses('unready')).length, 2);
    const [pod] = await podsOf('unready');
    const kubectl = bindKubectl(kubectls.at(-1)!, cluster.kubeconfig, namespace);
    const exec = (command: string) => kubectl('exec', pod!.metadata.name!, '--', 'sh', '-c', command);
    await exec('mv /tmp/www/page /tmp/page');
    await eventually(
      'one endpoint',
      () => readyAddresses('unready'),
      list => list.length === 1,
    );
    assert.ok(!(await readyAddresses('unready')).includes(pod!.status!.podIP!));
    await exec('mv /tmp/page /tmp/www/page');
    await eventually(
      'both endpoints',
      () => readyAddresses('unready'),
      list => list.length === 2,
    );
  });

  test('a rolling update under steady requests loses none', async () => {
    await deploy('rolling', 3, '1');
    const { spec } = await client.get(services, { namespace, name: 'rolling' });
    const load = startLoad(`http://${spec?.clusterIP}/page`);
    await sleep(500);
    await client.patch(deployments, { namespace, name: 'rolling' }, 'strategic', {
      spec: { template: { spec: { containers: [{ name: 'web', env: [{ name: 'VERSION', value: '2' }] }] } } },
    });
    await untilRolledOut('rolling', 3);
    await eventually(
      'the old pods are gone',
      () => podsOf('rolling'),
      list => list.length === 3,
    );
    await sleep(500);
    const { failures, answers } = await load.stop();
    assert.deepEqual(failures, []);
    assert.ok((answers.get('1') ?? 0) > 50 && (answers.get('2') ?? 0) > 50, JSON.stringify([...answers]));
  });
});

function isReady(pod: Pod): boolean {
  return pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true;
}

/** Four clients, each with a connection of its own per request, as new clients of a Service come. */
function startLoad(url: string) {
  const answers = new Map<string, number>();
  const failures: string[] = [];
  let isOver = false;
  const run = async (): Promise<void> => {
    while (!isOver) {
      const answer = await fetchOnce(url).catch((error: Error) => {
        failures.push(`${new Date().toISOString()} ${error.message}`);
        return undefined;
      });
      if (answer !== undefined) answers.set(answer, (answers.get(answer) ?? 0) + 1);
      await sleep(5);
    }
  };
  const clients = Promise.all(Array.from({ length: 4 }, run));
  return {
    async stop() {
      isOver = true;
      await clients;
      return { answers, failures };
    },
  };
}

function fetchOnce(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = get(url, { agent: new Agent({ keepAlive: false }), timeout: 3000 }, response => {
      let text = '';
      response.setEncoding('utf8').on('data', chunk => {
        text += chunk;
      });
      response.on('error', reject);
      response.on('end', () => {
        if (response.statusCode === 200) resolve(text.trim());
        else reject(new Error(`status ${response.statusCode}`));
      });
    });
    request.on('timeout', () => request.destroy(new Error('no answer in 3 s')));
    request.on('error', reject);
  });
}
