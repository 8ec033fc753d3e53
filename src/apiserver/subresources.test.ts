import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { podOf, refusalOf, runningPod, TestServer } from '../../test/fixtures/test-server.ts';
import {
  bindings,
  deployments,
  namespaces,
  nodes,
  type PodDisruptionBudget,
  podDisruptionBudgets,
  pods,
  serviceAccounts,
} from '../api/generated/index.ts';
import type { KubeObject } from '../machinery/index.ts';

const pod = { name: 'p', namespace: 'test' };

async function startWithPod(): Promise<TestServer> {
  const api = await TestServer.start();
  await api.createNamespace('test');
  await api.client.create(pods, podOf('p'));
  return api;
}

function bindingTo(node: string, metadata: object = {}): unknown {
  return { metadata: { name: 'p', ...metadata }, target: { kind: 'Node', name: node } };
}

describe('binding', () => {
  it('places a pod and says when', async () => {
    using api = await startWithPod();
    const status = await api.client.createSubresource(pods, 'binding', pod, bindingTo('n1'));
    assert.equal((status as { status?: unknown }).status, 'Success');
    const bound = await api.client.get(pods, pod);
    assert.equal(bound.spec.nodeName, 'n1');
    assert.deepEqual(bound.status?.conditions, [
      { type: 'PodScheduled', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' },
    ]);
  });

  it('places a pod once', async () => {
    using api = await startWithPod();
    await api.client.createSubresource(pods, 'binding', pod, bindingTo('n1'));
    const error = await refusalOf(api.client.createSubresource(pods, 'binding', pod, bindingTo('n2')));
    assert.equal(error.code, 409);
    assert.equal(
      error.message,
      'Operation cannot be fulfilled on pods/binding "p": pod p is already assigned to node "n1"',
    );
  });

  it('places no pod that is going, gated or another one', async () => {
    using api = await startWithPod();
    await api.client.create(pods, podOf('gated', 'test', { schedulingGates: [{ name: 'example.com/wait' }] }));
    const gated = await refusalOf(
      api.client.createSubresource(
        pods,
        'binding',
        { name: 'gated', namespace: 'test' },
        {
          metadata: { name: 'gated' },
          target: { name: 'n1' },
        },
      ),
    );
    assert.match(gated.message, /pod gated has non-empty \.spec\.schedulingGates$/);
    const other = await refusalOf(api.client.createSubresource(pods, 'binding', pod, bindingTo('n1', { uid: 'x' })));
    assert.match(other.message, /Precondition failed: UID in precondition: x/);
    const missing = await refusalOf(
      api.client.createSubresource(
        pods,
        'binding',
        { name: 'q', namespace: 'test' },
        {
          metadata: { name: 'q' },
          target: { name: 'n1' },
        },
      ),
    );
    assert.equal(missing.message, 'pods "q" not found');
  });

  it('tells the pod the zone of its node', async () => {
    using api = await startWithPod();
    const labels = { 'topology.kubernetes.io/zone': 'z1', other: 'x' };
    await api.client.create(nodes, { metadata: { name: 'n1', labels }, spec: {} });
    await api.client.createSubresource(pods, 'binding', pod, bindingTo('n1'));
    assert.deepEqual((await api.client.get(pods, pod)).metadata.labels, { 'topology.kubernetes.io/zone': 'z1' });
  });

  it('works through the older resource too', async () => {
    using api = await startWithPod();
    await api.client.create(bindings, { metadata: pod, target: { kind: 'Node', name: 'n1' } });
    assert.equal((await api.client.get(pods, pod)).spec.nodeName, 'n1');
  });
});

describe('eviction', () => {
  const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'p', namespace: 'test' } };

  async function startGuarded(status: PodDisruptionBudget['status'], isReady = true): Promise<TestServer> {
    const api = await TestServer.start();
    await api.createNamespace('test');
    const created = await api.client.create(pods, {
      ...podOf('p', 'test', { nodeName: 'n', terminationGracePeriodSeconds: 30 }),
      metadata: { ...pod, labels: { app: 'web' } },
    });
    await api.client.updateStatus(pods, runningPod(created, isReady));
    const budget = await api.client.create(podDisruptionBudgets, {
      metadata: { name: 'budget', namespace: 'test' },
      spec: { minAvailable: 1, selector: { matchLabels: { app: 'web' } } },
    });
    await api.client.updateStatus(podDisruptionBudgets, { ...budget, status } as PodDisruptionBudget);
    return api;
  }

  const counts = { expectedPods: 2, observedGeneration: 9 };

  it('deletes a pod that its budget can spare, and notes it there', async () => {
    using api = await startGuarded({ ...counts, disruptionsAllowed: 1, currentHealthy: 2, desiredHealthy: 1 });
    const status = await api.client.createSubresource(pods, 'eviction', pod, eviction);
    assert.equal((status as { code?: number }).code, 201);
    const going = await api.client.get(pods, pod);
    assert.notEqual(going.metadata.deletionTimestamp, undefined);
    assert.deepEqual(
      going.status?.conditions?.map(condition => [condition.type, condition.reason]),
      [
        ['Ready', undefined],
        ['DisruptionTarget', 'EvictionByEvictionAPI'],
      ],
    );
    const budget = await api.client.get(podDisruptionBudgets, { name: 'budget', namespace: 'test' });
    assert.equal(budget.status?.disruptionsAllowed, 0);
    assert.deepEqual(Object.keys(budget.status?.disruptedPods ?? {}), ['p']);
  });

  it('refuses what would violate the budget', async () => {
    using api = await startGuarded({ ...counts, disruptionsAllowed: 0, currentHealthy: 1, desiredHealthy: 1 });
    const error = await refusalOf(api.client.createSubresource(pods, 'eviction', pod, eviction));
    assert.equal(error.code, 429);
    assert.equal(error.message, "Cannot evict pod as it would violate the pod's disruption budget.");
    assert.deepEqual(error.details?.causes, [
      {
        reason: 'DisruptionBudget',
        message: 'The disruption budget budget needs 1 healthy pods and has 1 currently',
      },
    ]);
    assert.equal((await api.client.get(pods, pod)).metadata.deletionTimestamp, undefined);
  });

  it('asks again while the budget is being processed', async () => {
    using api = await startGuarded({
      ...counts,
      observedGeneration: 0,
      disruptionsAllowed: 1,
      currentHealthy: 1,
      desiredHealthy: 1,
    });
    const error = await refusalOf(api.client.createSubresource(pods, 'eviction', pod, eviction));
    assert.equal(error.details?.retryAfterSeconds, 10);
    assert.match(error.details?.causes?.[0]?.message ?? '', /is still being processed by the server\.$/);
  });

  it('lets an unready pod go while enough others are healthy', async () => {
    using api = await startGuarded({ ...counts, disruptionsAllowed: 0, currentHealthy: 1, desiredHealthy: 1 }, false);
    await api.client.createSubresource(pods, 'eviction', pod, eviction);
    assert.notEqual((await api.client.get(pods, pod)).metadata.deletionTimestamp, undefined);
  });

  it('needs no budget for a pod that has not started', async () => {
    using api = await TestServer.start();
    await api.createNamespace('test');
    const created = await api.client.create(pods, podOf('p'));
    await api.client.updateStatus(pods, { ...created, status: { phase: 'Pending' } });
    await api.client.createSubresource(pods, 'eviction', pod, eviction);
    assert.equal((await refusalOf(api.client.get(pods, pod))).code, 404);
  });

  it('is refused in a namespace that is going, as drains expect', async () => {
    using api = await startGuarded({ ...counts, disruptionsAllowed: 1, currentHealthy: 2, desiredHealthy: 1 });
    await api.client.delete(namespaces, { name: 'test' });
    const error = await refusalOf(api.client.createSubresource(pods, 'eviction', pod, eviction));
    assert.equal(error.details?.causes?.[0]?.reason, 'NamespaceTerminating');
  });

  it('changes nothing in a dry run', async () => {
    using api = await startGuarded({ ...counts, disruptionsAllowed: 1, currentHealthy: 2, desiredHealthy: 1 });
    const { revision } = api.store;
    await api.client.createSubresource(pods, 'eviction', pod, eviction, { dryRun: true });
    assert.equal(api.store.revision, revision);
  });
});

describe('scale', () => {
  const ref = { name: 'web', namespace: 'default' };

  interface Scale extends KubeObject {
    readonly spec: { readonly replicas: number };
    readonly status: { readonly selector?: string };
  }

  async function start(): Promise<TestServer> {
    const api = await TestServer.start();
    await api.client.create(deployments, {
      metadata: ref,
      spec: {
        replicas: 2,
        selector: { matchLabels: { app: 'web' } },
        template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'x', image: 'y' }] } },
      },
    });
    return api;
  }

  const scaleOf = (api: TestServer): Promise<Scale> =>
    api.client.transport.request({ verb: 'get', type: deployments, subresource: 'scale', ...ref }) as Promise<Scale>;

  it('shows the replicas and the selector as text', async () => {
    using api = await start();
    const scale = await scaleOf(api);
    assert.equal(scale.kind, 'Scale');
    assert.equal(scale.spec.replicas, 2);
    assert.equal(scale.status.selector, 'app=web');
  });

  it('sets the replicas, and says who did', async () => {
    using api = await start();
    const scale = await scaleOf(api);
    const body = { ...scale, spec: { replicas: 5 } };
    await api.client.transport.request({ verb: 'update', type: deployments, subresource: 'scale', ...ref, body });
    const { spec, metadata } = await api.client.get(deployments, ref);
    assert.equal(spec?.replicas, 5);
    assert.equal(metadata.generation, 2);
    assert.deepEqual(
      metadata.managedFields?.map(({ subresource }) => subresource),
      [undefined, 'scale'],
    );
    const stale = await refusalOf(
      api.client.transport.request({ verb: 'update', type: deployments, subresource: 'scale', ...ref, body }),
    );
    assert.match(
      stale.message,
      /^Operation cannot be fulfilled on deployments\.apps "web": the object has been modified/,
    );
  });

  it('takes patches, and refuses fewer than none', async () => {
    using api = await start();
    await api.client.patch(deployments, ref, 'merge', { spec: { replicas: 0 } }, undefined, 'scale');
    assert.equal((await api.client.get(deployments, ref)).spec?.replicas, 0);
    const error = await refusalOf(
      api.client.patch(deployments, ref, 'merge', { spec: { replicas: -1 } }, undefined, 'scale'),
    );
    assert.equal(
      error.message,
      'Scale.autoscaling "web" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0',
    );
  });

  it('takes nulls for nothing, and refuses wrong types', async () => {
    using api = await start();
    const patch = (body: unknown): Promise<unknown> =>
      api.client.transport.request({
        verb: 'patch',
        patchType: 'json',
        type: deployments,
        subresource: 'scale',
        ...ref,
        body,
      });
    for (const value of [['five'], { replicas: 'five' }, { replicas: 1.5 }]) {
      const { code, reason } = await refusalOf(patch([{ op: 'replace', path: '/spec', value }]));
      assert.deepEqual([code, reason], [422, 'Invalid'], JSON.stringify(value));
    }
    await patch([{ op: 'add', path: '/metadata', value: null }]);
    assert.equal((await api.client.get(deployments, ref)).spec?.replicas, 2);
    await patch([{ op: 'replace', path: '/spec', value: null }]);
    assert.equal((await api.client.get(deployments, ref)).spec?.replicas, 0);
  });
});

describe('computed resources', () => {
  it('answer what core hands on, with the object that they belong to', async () => {
    using api = await TestServer.start({
      virtual: {
        '/serviceaccounts/token': (_request, _call, parent) => ({ kind: 'TokenRequest', metadata: parent!.metadata }),
      },
    });
    await api.createNamespace('test');
    const ref = { name: 'default', namespace: 'test' };
    const answer = await api.client.createSubresource(serviceAccounts, 'token', ref, {});
    assert.equal(answer.metadata.name, 'default');
    const missing = await refusalOf(
      api.client.createSubresource(serviceAccounts, 'token', { name: 'x', namespace: 'test' }, {}),
    );
    assert.equal(missing.code, 404);
  });
});
