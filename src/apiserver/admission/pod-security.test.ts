import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { podOf, refusalOf, TestServer } from '../../../test/fixtures/test-server.ts';
import { deployments, type Namespace, namespaces, type Pod, pods } from '../../api/generated/index.ts';
import type { ResourceRequest } from '../../client/index.ts';

const prefix = 'pod-security.kubernetes.io/';

interface Heard {
  readonly warnings: readonly string[];
  readonly annotations: Readonly<Record<string, string>>;
}

/** Makes a request and gathers what the client is warned of and what the audit log is told. */
async function listen(api: TestServer, request: ResourceRequest): Promise<Heard> {
  const warnings: string[] = [];
  const annotations: Record<string, string> = {};
  await api.server.execute(request, {
    user: { username: 'admin', groups: ['system:masters'] },
    warn: text => warnings.push(text),
    annotate: (key, value) => {
      if (key.startsWith('pod-security.')) annotations[key] = value;
    },
  });
  return { warnings, annotations };
}

async function label(api: TestServer, labels: Record<string, string>): Promise<Heard> {
  const namespace = await api.client.get(namespaces, { name: 'test' });
  const all = Object.fromEntries(Object.entries(labels).map(([key, value]) => [prefix + key, value]));
  const body = { ...namespace, metadata: { ...namespace.metadata, labels: all } } satisfies Namespace;
  return listen(api, { verb: 'update', type: namespaces, name: 'test', body });
}

async function start(labels: Record<string, string>): Promise<TestServer> {
  const api = await TestServer.start();
  await api.createNamespace('test');
  await label(api, labels);
  return api;
}

function create(pod: Pod): ResourceRequest {
  return { verb: 'create', type: pods, namespace: 'test', body: pod };
}

const hostPath = { volumes: [{ name: 'v', hostPath: { path: '/' } }] };

describe('a namespace that enforces a level', () => {
  it('refuses a pod that does not meet it, by the name it would have had', async () => {
    using api = await start({ enforce: 'baseline' });
    const named = await refusalOf(api.client.create(pods, podOf('p', 'test', hostPath)));
    assert.equal(
      named.message,
      'pods "p" is forbidden: violates PodSecurity "baseline:latest": hostPath volumes (volume "v")',
    );
    assert.equal(named.code, 403);
    const generated = { ...podOf('p', 'test', hostPath), metadata: { generateName: 'web-', namespace: 'test' } };
    assert.match((await refusalOf(api.client.create(pods, generated))).message, /^pods "web-[a-z0-9]{5}" is forbidden/);
    const { annotations } = await listen(api, create(podOf('p')));
    assert.deepEqual(annotations, { [`${prefix}enforce-policy`]: 'baseline:latest' });
  });

  it('looks at a pod again only when its images or containers change', async () => {
    using api = await start({});
    const pod = await api.client.create(pods, podOf('p', 'test', hostPath));
    await label(api, { enforce: 'baseline' });
    const labelled = { ...pod, metadata: { ...pod.metadata, labels: { a: 'b' } } };
    const next = await api.client.update(pods, labelled);
    const [container] = next.spec.containers;
    const otherImage = { ...next, spec: { ...next.spec, containers: [{ ...container!, image: 'other' }] } };
    assert.match(
      (await refusalOf(api.client.update(pods, otherImage))).message,
      /violates PodSecurity "baseline:latest"/,
    );
    const debug = { ...next, spec: { ...next.spec, ephemeralContainers: [{ name: 'debug', image: 'x' }] } };
    assert.match(
      (await refusalOf(api.client.update(pods, debug, undefined, 'ephemeralcontainers'))).message,
      /^pods "p" is forbidden: violates PodSecurity/,
    );
  });

  it('warns of workloads whose pods it would refuse', async () => {
    using api = await start({ enforce: 'baseline' });
    const template = { metadata: { labels: { a: 'b' } }, spec: podOf('p', 'test', hostPath).spec };
    const body = {
      metadata: { name: 'd', namespace: 'test' },
      spec: { selector: { matchLabels: { a: 'b' } }, template },
    };
    const { warnings } = await listen(api, { verb: 'create', type: deployments, namespace: 'test', body });
    assert.deepEqual(warnings, ['would violate PodSecurity "baseline:latest": hostPath volumes (volume "v")']);
  });
});

describe('a namespace that warns and audits', () => {
  it('lets pods in and says what is wrong', async () => {
    using api = await start({ audit: 'baseline', warn: 'baseline', 'warn-version': 'v1.20' });
    const { warnings, annotations } = await listen(api, create(podOf('p', 'test', hostPath)));
    assert.deepEqual(warnings, ['would violate PodSecurity "baseline:v1.20": hostPath volumes (volume "v")']);
    assert.deepEqual(annotations, {
      [`${prefix}enforce-policy`]: 'privileged:latest',
      [`${prefix}audit-violations`]: 'would violate PodSecurity "baseline:latest": hostPath volumes (volume "v")',
    });
  });
});

describe('labels', () => {
  it('that make no sense are refused', async () => {
    using api = await TestServer.start();
    const labels = { [`${prefix}enforce`]: 'strict' };
    const error = await refusalOf(api.client.create(namespaces, { metadata: { name: 'n', labels }, spec: {} }));
    assert.equal(
      error.message,
      'Namespace "n" is invalid: metadata.labels[pod-security.kubernetes.io/enforce]: Invalid value: "strict": must be one of privileged, baseline, restricted',
    );
    assert.equal(error.code, 422);
  });

  it('that tighten tell of the pods that are there', async () => {
    using api = await start({});
    const ownerReferences = [{ apiVersion: 'v1', kind: 'Node', name: 'x', uid: 'x', controller: true }];
    for (const name of ['b', 'a', 'c']) {
      const pod = podOf(name, 'test', hostPath);
      await api.client.create(pods, { ...pod, metadata: { ...pod.metadata, ownerReferences } });
    }
    await api.client.create(pods, podOf('net', 'test', { hostNetwork: true }));
    await api.client.create(pods, podOf('fine'));
    assert.deepEqual((await label(api, { enforce: 'baseline' })).warnings, [
      'existing pods in namespace "test" violate the new PodSecurity enforce level "baseline:latest"',
      'a (and 2 other pods): hostPath volumes',
      'net: host namespaces',
    ]);
    assert.deepEqual((await label(api, { enforce: 'privileged' })).warnings, []);
  });
});
