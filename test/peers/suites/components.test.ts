/**
 * Upstream's kube-scheduler and kube-controller-manager in the place of ours: `sampan server --without
 * scheduler,controllers`, with kubelets that reach it over HTTPS. `SAMPAN_SOAK_MINUTES` (10) is how long they are to stay
 * healthy, from their start on.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  certificateSigningRequests,
  configMaps,
  cronJobs,
  customResourceDefinitions,
  daemonSets,
  deployments,
  endpointSlices,
  horizontalPodAutoscalers,
  jobs,
  leases,
  namespaces,
  nodes,
  type PodSpec,
  type PodTemplateSpec,
  persistentVolumeClaims,
  persistentVolumes,
  podDisruptionBudgets,
  pods,
  replicaSets,
  resourceQuotas,
  secrets,
  serviceAccounts,
  services,
  statefulSets,
} from '../../../src/api/generated/index.ts';
import { Client } from '../../../src/client/index.ts';
import { readKubeconfig } from '../../../src/drivers/tls/index.ts';
import { HttpsTransport } from '../../../src/drivers/transport/index.ts';
import { StatusError } from '../../../src/machinery/index.ts';
import { podAnnotations } from '../../../src/simnodes/index.ts';
import { requestApi } from '../../end-to-end/api-request.ts';
import { eventually } from '../../end-to-end/run-kubectl.ts';
import { concernsServer, readComplaints } from '../component-log.ts';
import { type SimulatedKubelets, startSimulatedKubelets } from '../simulated-kubelets.ts';
import { type RunningComponent, startComponent } from '../start-components.ts';
import { type JudgedServer, startJudgedServer } from '../start-judged-server.ts';

const soakMs = Number(process.env['SAMPAN_SOAK_MINUTES'] ?? '10') * 60_000;
const nodeCount = 3;
const patienceMs = 60_000;

describe('kube-scheduler and kube-controller-manager v1.36', { concurrency: false }, () => {
  const logs = mkdtempSync(join(tmpdir(), 'sampan-components-'));
  let server: JudgedServer;
  let client: Client;
  let transport: HttpsTransport;
  let kubelets: SimulatedKubelets;
  const components: RunningComponent[] = [];
  let startedMs = 0;
  let hasFailed = false;

  before(async () => {
    server = await startJudgedServer();
    transport = new HttpsTransport({ connection: await readKubeconfig(server.kubeconfig) });
    client = new Client(transport);
    for (const name of ['kube-controller-manager', 'kube-scheduler'] as const)
      components.push(await startComponent(name, server.directory, logs));
    startedMs = performance.now();
    kubelets = await startSimulatedKubelets(server.directory, nodeCount);
    await createNamespace('chores');
  });
  after(async () => {
    transport.close();
    for (const component of components) await component[Symbol.asyncDispose]();
    await kubelets[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
    if (!hasFailed && process.env['SAMPAN_KEEP_LOGS'] === undefined) rmSync(logs, { recursive: true });
    else console.log(`the logs of both are in ${logs}`);
  });
  afterEach(context => {
    hasFailed ||= !(context as TestContext).passed;
  });

  /** With its ServiceAccount, without which no pod is admitted. */
  async function createNamespace(name: string): Promise<void> {
    await client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name }, spec: {} });
    await eventually(
      `ServiceAccount of ${name}`,
      () => client.list(serviceAccounts, { namespace: name }),
      ({ items }) => items.some(({ metadata }) => metadata.name === 'default'),
    );
  }

  test('take their leader election Leases', async () => {
    for (const { name } of components) {
      const { spec } = await client.get(leases, { namespace: 'kube-system', name });
      assert.match(spec?.holderIdentity ?? '', /_/, name);
    }
  });

  test('give nodes their addresses, and see them ready', async () => {
    const { items } = await eventually(
      'three nodes, ready and free of taints',
      () => client.list(nodes),
      list =>
        list.items.length === nodeCount &&
        list.items.every(
          ({ spec, status }) =>
            spec?.podCIDR !== undefined &&
            (spec.taints ?? []).length === 0 &&
            status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True'),
        ),
      patienceMs,
    );
    assert.equal(new Set(items.map(({ spec }) => spec?.podCIDR)).size, nodeCount);
  });

  test('roll a Deployment out, and on to its next version', async () => {
    const metadata = { namespace: 'chores', name: 'web' };
    const spec = (image: string) => ({
      replicas: 4,
      selector: { matchLabels: { app: 'web' } },
      template: template('web', { image }),
    });
    const untilRolledOut = (generation: number) =>
      eventually(
        `generation ${generation} rolled out`,
        () => client.get(deployments, metadata),
        ({ status }) =>
          status?.observedGeneration === generation && status.updatedReplicas === 4 && status.availableReplicas === 4,
        patienceMs,
      );
    const created = await client.create(deployments, {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata,
      spec: spec('web:1'),
    });
    const first = await untilRolledOut(1);
    const { items } = await client.list(pods, { namespace: 'chores', labelSelector: 'app=web' });
    assert.ok(new Set(items.map(pod => pod.spec?.nodeName)).size > 1, 'spread over nodes');
    await client.update(deployments, { ...first, spec: { ...created.spec!, ...spec('web:2') } });
    await untilRolledOut(2);
    await eventually(
      'the old ReplicaSet is scaled down',
      () => client.list(replicaSets, { namespace: 'chores' }),
      list =>
        list.items.length === 2 && list.items.filter(({ spec: { replicas } = {} }) => replicas === 0).length === 1,
      patienceMs,
    );
  });

  test('keep EndpointSlices of a Service', async () => {
    await client.create(services, {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { namespace: 'chores', name: 'web' },
      spec: { selector: { app: 'web' }, ports: [{ port: 80 }] },
    });
    await eventually(
      'four ready endpoints',
      () => client.list(endpointSlices, { namespace: 'chores', labelSelector: 'kubernetes.io/service-name=web' }),
      ({ items }) =>
        items.flatMap(slice => slice.endpoints ?? []).filter(({ conditions }) => conditions?.ready).length === 4,
      patienceMs,
    );
  });

  test('run a Job to its end and remove it after its time; a CronJob makes Jobs', async () => {
    const metadata = { namespace: 'chores', name: 'sum' };
    await client.create(jobs, {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata,
      spec: {
        completions: 3,
        parallelism: 2,
        ttlSecondsAfterFinished: 3,
        template: template('sum', { runSeconds: 1 }),
      },
    });
    await client.create(cronJobs, {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: { namespace: 'chores', name: 'tick' },
      spec: {
        schedule: '* * * * *',
        jobTemplate: { spec: { template: template('tick', { runSeconds: 1 }) } },
      },
    });
    const done = await eventually(
      'the Job is complete',
      () => client.get(jobs, metadata),
      ({ status }) =>
        status?.conditions?.some(({ type, status: value }) => type === 'Complete' && value === 'True') === true,
      patienceMs,
    );
    assert.equal(done.status?.succeeded, 3);
    await untilGone('the Job', () => client.get(jobs, metadata));
    await eventually(
      'a Job of the CronJob',
      () => client.list(jobs, { namespace: 'chores' }),
      ({ items }) =>
        items.some(({ metadata: { name }, status }) => name?.startsWith('tick-') && status?.succeeded === 1),
      100_000,
    );
  });

  test('bring up a StatefulSet in order, and a DaemonSet on each node', async () => {
    await client.create(statefulSets, {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { namespace: 'chores', name: 'db' },
      spec: { serviceName: 'db', replicas: 3, selector: { matchLabels: { app: 'db' } }, template: template('db') },
    });
    await client.create(daemonSets, {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: { namespace: 'chores', name: 'agent' },
      spec: { selector: { matchLabels: { app: 'agent' } }, template: template('agent') },
    });
    await eventually(
      'three replicas',
      () => client.get(statefulSets, { namespace: 'chores', name: 'db' }),
      ({ status }) => status?.availableReplicas === 3,
      patienceMs,
    );
    const { items } = await client.list(pods, { namespace: 'chores', labelSelector: 'app=db' });
    const created = items.map(({ metadata: { name, creationTimestamp } }) => `${creationTimestamp} ${name}`).sort();
    assert.deepEqual(
      created.map(line => line.split(' ')[1]),
      ['db-0', 'db-1', 'db-2'],
    );
    await eventually(
      'one agent a node',
      () => client.get(daemonSets, { namespace: 'chores', name: 'agent' }),
      ({ status }) => status?.numberReady === nodeCount,
      patienceMs,
    );
  });

  test('say why a pod cannot be placed, and place it by preemption when it matters more', async () => {
    const big = { requests: { cpu: '7' }, priority: 'system-cluster-critical' };
    await client.create(pods, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { namespace: 'chores', name: 'huge' },
      spec: podSpec({ requests: { cpu: '64' } }),
    });
    const { status } = await eventually(
      'the pod is unschedulable',
      () => client.get(pods, { namespace: 'chores', name: 'huge' }),
      pod => pod.status?.conditions?.[0]?.reason === 'Unschedulable',
      patienceMs,
    );
    assert.match(status?.conditions?.[0]?.message ?? '', /^0\/3 nodes are available: 3 Insufficient cpu\./);
    for (let index = 0; index < nodeCount; index++) {
      await client.create(pods, {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { namespace: 'chores', name: `filler-${index}` },
        spec: podSpec({ requests: { cpu: '5' } }),
      });
    }
    const isRunning = async (namespace: string, name: string): Promise<boolean> =>
      (await client.get(pods, { namespace, name })).status?.phase === 'Running';
    for (let index = 0; index < nodeCount; index++)
      await eventually(`filler ${index}`, () => isRunning('chores', `filler-${index}`), Boolean, patienceMs);
    await client.create(pods, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { namespace: 'kube-system', name: 'critical' },
      spec: podSpec(big),
    });
    await eventually('the critical pod', () => isRunning('kube-system', 'critical'), Boolean, patienceMs);
    await client.delete(pods, { namespace: 'kube-system', name: 'critical' });
    for (const { metadata } of (await client.list(pods, { namespace: 'chores' })).items)
      if (/^filler|^huge/.test(metadata.name!))
        await client.delete(pods, { namespace: 'chores', name: metadata.name! });
  });

  test('collect what owners leave behind: in the background, in the foreground, or not at all', async () => {
    const outcomes = { Background: 0, Foreground: 0, Orphan: 2 } as const;
    for (const [propagationPolicy, left] of Object.entries(outcomes)) {
      const name = `set-${propagationPolicy.toLowerCase()}`;
      await client.create(replicaSets, {
        apiVersion: 'apps/v1',
        kind: 'ReplicaSet',
        metadata: { namespace: 'chores', name },
        spec: { replicas: 2, selector: { matchLabels: { app: name } }, template: template(name) },
      });
      const list = async () => (await client.list(pods, { namespace: 'chores', labelSelector: `app=${name}` })).items;
      await eventually('two pods', list, items => items.length === 2, patienceMs);
      await client.delete(replicaSets, { namespace: 'chores', name }, { propagationPolicy } as never);
      await untilGone(name, () => client.get(replicaSets, { namespace: 'chores', name }));
      await eventually(`${left} pods`, list, items => items.length === left, patienceMs);
      for (const pod of await list()) {
        assert.equal(pod.metadata.ownerReferences, undefined);
        await client.delete(pods, { namespace: 'chores', name: pod.metadata.name! });
      }
    }
  });

  test('collect custom objects by their owners, once their kind is there', async () => {
    await client.create(customResourceDefinitions, {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'boats.example.com' },
      spec: {
        group: 'example.com',
        scope: 'Namespaced',
        names: { plural: 'boats', singular: 'boat', kind: 'Boat' },
        versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
      },
    });
    const boats = '/apis/example.com/v1/namespaces/chores/boats';
    const created = await eventually(
      'boats are served',
      () => requestApi(server.kubeconfig, 'POST', boats, { body: boat('owner') }),
      ({ status }) => status === 201,
    );
    const owner = { apiVersion: 'example.com/v1', kind: 'Boat', name: 'owner', uid: created.body.metadata.uid };
    await client.create(configMaps, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { namespace: 'chores', name: 'cargo', ownerReferences: [owner] },
    });
    // The collector looks for new kinds every half minute.
    await sleep(35_000);
    await requestApi(server.kubeconfig, 'DELETE', `${boats}/owner`);
    await untilGone('the cargo', () => client.get(configMaps, { namespace: 'chores', name: 'cargo' }));
  });

  test('count a quota, which then holds', async () => {
    await createNamespace('narrow');
    await client.create(resourceQuotas, {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { namespace: 'narrow', name: 'few' },
      spec: { hard: { configmaps: '2', 'requests.cpu': '1' } },
    });
    await eventually(
      'the quota counts',
      () => client.get(resourceQuotas, { namespace: 'narrow', name: 'few' }),
      ({ status }) => status?.used?.['configmaps'] === '1',
      patienceMs,
    );
    const create = (name: string) =>
      client.create(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: 'narrow', name } });
    await create('second');
    await assert.rejects(
      create('third'),
      /exceeded quota: few, requested: configmaps=1, used: configmaps=2, limited: configmaps=2/,
    );
    await client.delete(configMaps, { namespace: 'narrow', name: 'second' });
    await eventually(
      'the quota counts what is gone',
      () => client.get(resourceQuotas, { namespace: 'narrow', name: 'few' }),
      ({ status }) => status?.used?.['configmaps'] === '1',
      patienceMs,
    );
  });

  test('keep a disruption budget, and bind a claim to a volume', async () => {
    await client.create(podDisruptionBudgets, {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { namespace: 'chores', name: 'web' },
      spec: { minAvailable: 3, selector: { matchLabels: { app: 'web' } } },
    });
    await client.create(persistentVolumes, {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: 'disk' },
      spec: {
        capacity: { storage: '1Gi' },
        accessModes: ['ReadWriteOnce'],
        storageClassName: 'manual',
        hostPath: { path: '/disk' },
      },
    });
    await client.create(persistentVolumeClaims, {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { namespace: 'chores', name: 'data' },
      spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'manual', resources: { requests: { storage: '1Gi' } } },
    });
    await eventually(
      'one disruption is allowed',
      () => client.get(podDisruptionBudgets, { namespace: 'chores', name: 'web' }),
      ({ status }) => status?.disruptionsAllowed === 1 && status.currentHealthy === 4,
      patienceMs,
    );
    await eventually(
      'the claim is bound',
      () => client.get(persistentVolumeClaims, { namespace: 'chores', name: 'data' }),
      ({ status, spec }) => status?.phase === 'Bound' && spec?.volumeName === 'disk',
      patienceMs,
    );
  });

  test('sign what was approved: its holder is let in', async () => {
    const key = join(logs, 'jane.key');
    const openssl = (...args: readonly string[]): Buffer =>
      execFileSync('openssl', args, { stdio: ['ignore', 'pipe', 'ignore'] });
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', key];
    const request = openssl('req', ...curve, '-subj', '/CN=jane/O=sailors').toString('base64');
    const made = await client.create(certificateSigningRequests, {
      apiVersion: 'certificates.k8s.io/v1',
      kind: 'CertificateSigningRequest',
      metadata: { name: 'jane' },
      spec: { signerName: 'kubernetes.io/kube-apiserver-client', usages: ['client auth'], request },
    });
    const approved = { type: 'Approved', status: 'True', reason: 'Test', message: '' };
    await client.update(certificateSigningRequests, { ...made, status: { conditions: [approved] } }, {}, 'approval');
    const { status } = await eventually(
      'the certificate is issued',
      () => client.get(certificateSigningRequests, { name: 'jane' }),
      csr => csr.status?.certificate !== undefined,
      patienceMs,
    );
    const connection = await readKubeconfig(server.kubeconfig);
    const clientCertificate = Buffer.from(status!.certificate!, 'base64').toString();
    const jane = new HttpsTransport({
      connection: { ...connection, clientCertificate, clientKey: readFileSync(key, 'utf8') },
    });
    await assert.rejects(
      new Client(jane).list(pods, { namespace: 'chores' }),
      /User "jane" cannot list resource "pods"/,
    );
    jane.close();
  });

  test('give ServiceAccounts their root CA, and tokens in Secrets that are let in', async () => {
    const rootCa = await client.get(configMaps, { namespace: 'chores', name: 'kube-root-ca.crt' });
    assert.equal(rootCa.data?.['ca.crt'], readFileSync(join(server.directory, 'pki/ca.crt'), 'utf8'));
    await client.create(secrets, {
      apiVersion: 'v1',
      kind: 'Secret',
      type: 'kubernetes.io/service-account-token',
      metadata: {
        namespace: 'chores',
        name: 'lasting',
        annotations: { 'kubernetes.io/service-account.name': 'default' },
      },
    });
    const { data } = await eventually(
      'the Secret holds a token',
      () => client.get(secrets, { namespace: 'chores', name: 'lasting' }),
      secret => secret.data?.['token'] !== undefined,
      patienceMs,
    );
    const token = Buffer.from(data!['token']!, 'base64').toString();
    const review = await requestApi(server.kubeconfig, 'POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', {
      body: { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' },
      token,
    });
    assert.equal(review.body.status?.userInfo?.username, 'system:serviceaccount:chores:default', review.text);
  });

  test('tell an autoscaler that there are no metrics', async () => {
    await client.create(horizontalPodAutoscalers, {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { namespace: 'chores', name: 'web' },
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
        maxReplicas: 8,
        metrics: [
          { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } },
        ],
      },
    });
    await eventually(
      'it can scale, and knows no metric',
      () => client.get(horizontalPodAutoscalers, { namespace: 'chores', name: 'web' }),
      ({ status }) => {
        const reasons = (status?.conditions ?? []).map(({ type, reason }) => `${type} ${reason}`);
        return (
          reasons.includes('AbleToScale SucceededGetScale') &&
          reasons.some(text => /^ScalingActive FailedGet/.test(text))
        );
      },
      patienceMs,
    );
    await client.delete(horizontalPodAutoscalers, { namespace: 'chores', name: 'web' });
  });

  test('evict the pods of a node whose kubelet falls silent', async () => {
    const lost = kubelets.names[nodeCount - 1]!;
    kubelets.fail(lost);
    await eventually(
      'the node is unreachable',
      () => client.get(nodes, { name: lost }),
      ({ spec }) =>
        spec?.taints?.some(({ key, effect }) => key === 'node.kubernetes.io/unreachable' && effect === 'NoExecute') ===
        true,
      120_000,
    );
    await eventually(
      'four replicas elsewhere',
      () => client.list(pods, { namespace: 'chores', labelSelector: 'app=web' }),
      ({ items }) =>
        items.filter(
          pod =>
            pod.spec?.nodeName !== lost &&
            pod.status?.phase === 'Running' &&
            pod.metadata.deletionTimestamp === undefined,
        ).length === 4,
      patienceMs,
    );
    await kubelets.recover(lost);
    await eventually(
      'the node is back',
      () => client.get(nodes, { name: lost }),
      ({ spec }) => (spec?.taints ?? []).length === 0,
      patienceMs,
    );
  });

  test('delete a namespace with all that is in it', async () => {
    await client.delete(namespaces, { name: 'chores' });
    await untilGone('the namespace', () => client.get(namespaces, { name: 'chores' }), 120_000);
    assert.deepEqual((await client.list(pods, { namespace: 'chores' })).items, []);
  });

  test(`stay healthy for ${soakMs / 60_000} minutes, with work to do all the while`, {
    timeout: soakMs + 300_000,
  }, async () => {
    await createNamespace('soak');
    let rounds = 0;
    while (performance.now() - startedMs < soakMs) {
      const name = `round-${rounds++}`;
      await client.create(deployments, {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { namespace: 'soak', name },
        spec: { replicas: 3, selector: { matchLabels: { app: name } }, template: template(name) },
      });
      await eventually(
        `${name} is available`,
        () => client.get(deployments, { namespace: 'soak', name }),
        ({ status }) => status?.availableReplicas === 3,
        patienceMs,
      );
      await client.delete(deployments, { namespace: 'soak', name });
      for (const component of components) {
        assert.equal(
          component.process.hasExited,
          false,
          `${component.name} has ended:\n${component.process.lastWords()}`,
        );
        assert.equal(await component.isHealthy(), true, `${component.name} is not healthy`);
      }
    }
    for (const { name } of components) {
      const { spec } = await client.get(leases, { namespace: 'kube-system', name });
      assert.ok(Date.now() - Date.parse(spec!.renewTime!) < 15_000, `${name} renews its Lease`);
      assert.equal(spec!.leaseTransitions ?? 0, 0, `${name} has led all the time`);
    }
  });

  test('find nothing to complain of in the API server', () => {
    for (const { name, process: component } of components) {
      const complaints = readComplaints(component.readLog());
      for (const { count, example } of complaints) console.log(`${name}: ${count} × ${example}`);
      assert.deepEqual(complaints.filter(concernsServer), [], name);
    }
    assert.deepEqual(kubelets.complaints, [], 'the kubelets');
    assert.equal(server.complaints(), '', 'the server');
  });

  test('go on when the server has been killed and started again', async context => {
    if (server.restart === undefined) return context.skip('upstream is not killed');
    await server.restart();
    const metadata = { namespace: 'soak', name: 'later' };
    await client.create(deployments, {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata,
      spec: { replicas: 3, selector: { matchLabels: { app: 'later' } }, template: template('later') },
    });
    await eventually(
      'it is available',
      () => {
        for (const { name, process: component } of components)
          assert.equal(component.hasExited, false, `${name} has ended:\n${component.lastWords()}`);
        return client.get(deployments, metadata);
      },
      ({ status }) => status?.availableReplicas === 3,
      // Each informer waits longer between attempts the longer the server was away.
      2 * patienceMs,
    );
    for (const { name } of components) {
      const { spec } = await client.get(leases, { namespace: 'kube-system', name });
      assert.equal(spec!.leaseTransitions ?? 0, 0, `${name} has led all the time`);
    }
  });
});

interface PodShape {
  readonly image?: string;
  readonly requests?: Readonly<Record<string, string>>;
  readonly priority?: string;
  /** Containers that end after so long. */
  readonly runSeconds?: number;
}

function template(app: string, shape: PodShape = {}): PodTemplateSpec {
  const { runSeconds } = shape;
  const annotations = runSeconds === undefined ? {} : { [podAnnotations.runSeconds]: String(runSeconds) };
  return { metadata: { labels: { app }, annotations }, spec: podSpec(shape) };
}

function podSpec({ image = 'app:1', requests = { cpu: '10m' }, priority, runSeconds }: PodShape): PodSpec {
  const toleration = { operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 1 };
  return {
    containers: [{ name: 'main', image, resources: { requests } }],
    restartPolicy: runSeconds === undefined ? 'Always' : 'Never',
    terminationGracePeriodSeconds: 1,
    priorityClassName: priority,
    tolerations: ['not-ready', 'unreachable'].map(name => ({ ...toleration, key: `node.kubernetes.io/${name}` })),
  };
}

function boat(name: string) {
  return { apiVersion: 'example.com/v1', kind: 'Boat', metadata: { name } };
}

async function untilGone(what: string, get: () => Promise<unknown>, limitMs = patienceMs): Promise<void> {
  const isGone = async (): Promise<boolean> =>
    get().then(
      () => false,
      error => {
        if (StatusError.is(error, 'NotFound')) return true;
        throw error;
      },
    );
  await eventually(`${what} is gone`, isGone, Boolean, limitMs);
}
