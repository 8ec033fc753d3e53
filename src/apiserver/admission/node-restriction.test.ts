import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { podOf, refusalOf, TestServer } from '../../../test/fixtures/test-server.ts';
import { leases, type Node, nodes, type Pod, pods, serviceAccounts } from '../../api/generated/index.ts';

const user = { username: 'system:node:n1', groups: ['system:nodes', 'system:authenticated'] };

async function start(options: Parameters<typeof TestServer.start>[0] = {}) {
  const api = await TestServer.start({
    ...options,
    virtual: { '/serviceaccounts/token': () => ({ metadata: {} }) },
  });
  await api.createNamespace('test');
  return { api, node: api.clientOf(user, 'kubelet/v1.36') };
}

async function messageOf(request: Promise<unknown>): Promise<string> {
  return (await refusalOf(request)).message;
}

describe('a node and its own object', () => {
  it('registers itself, with labels that it may give itself', async () => {
    const { api, node } = await start();
    using _ = api;
    const labels = {
      'kubernetes.io/hostname': 'n1',
      'node.kubernetes.io/x': 'y',
      mine: 'yes',
      'a.kubelet.kubernetes.io/b': '',
    };
    await node.create(nodes, { metadata: { name: 'n1', labels }, spec: {} });
    assert.equal(
      await messageOf(node.create(nodes, { metadata: { name: 'n2' }, spec: {} })),
      'nodes "n2" is forbidden: node "n1" is not allowed to modify node "n2"',
    );
  });

  it('may not draw workloads to itself', async () => {
    const { api, node } = await start();
    using _ = api;
    const forbidden = {
      'node-restriction.kubernetes.io/x': 'y',
      'kubernetes.io/role': 'r',
      'a.k8s.io/b': 'c',
      free: '1',
    };
    assert.equal(
      await messageOf(node.create(nodes, { metadata: { name: 'n1', labels: forbidden }, spec: {} })),
      'nodes "n1" is forbidden: node "n1" is not allowed to set the following labels: a.k8s.io/b, kubernetes.io/role, node-restriction.kubernetes.io/x',
    );
    const own = await node.create(nodes, { metadata: { name: 'n1' }, spec: {} });
    const relabelled = { ...own, metadata: { ...own.metadata, labels: { 'kubernetes.io/role': 'r' } } } satisfies Node;
    assert.equal(
      await messageOf(node.update(nodes, relabelled)),
      'nodes "n1" is forbidden: is not allowed to modify labels: kubernetes.io/role',
    );
    assert.equal(
      await messageOf(node.update(nodes, { ...own, spec: { ...own.spec, taints: [] } })),
      'nodes "n1" is forbidden: node "n1" is not allowed to modify taints',
    );
    await api.client.update(nodes, relabelled);
  });
});

describe('a node and pods', () => {
  const owner = { apiVersion: 'v1', kind: 'Node', name: 'n1', uid: 'u', controller: true };

  function mirror(more: Partial<Pod['spec']>, ownerReferences: Pod['metadata']['ownerReferences'] = [owner]): Pod {
    const pod = podOf('m', 'test', { nodeName: 'n1', ...more });
    return {
      ...pod,
      metadata: { ...pod.metadata, annotations: { 'kubernetes.io/config.mirror': 'x' }, ownerReferences },
    };
  }

  it('makes mirror pods of its own only', async () => {
    const { api, node } = await start();
    using _ = api;
    const { metadata } = await node.create(nodes, { metadata: { name: 'n1' }, spec: {} });
    const right = [{ ...owner, uid: metadata.uid! }];
    const cases: readonly (readonly [Pod, RegExp])[] = [
      [
        podOf('m', 'test', { nodeName: 'n1' }),
        /^pods "m" is forbidden: pod does not have "kubernetes.io\/config.mirror" annotation, node "n1" can only create mirror pods$/,
      ],
      [mirror({ nodeName: 'n2' }), /can only create pods with spec.nodeName set to itself$/],
      [mirror({}, []), /node "n1" can only create pods with an owner reference set to itself$/],
      [mirror({}, [{ ...owner, controller: false }]), /with a controller owner reference set to itself$/],
      [mirror({}), /node n1 UID mismatch: expected u got /],
      [
        mirror(
          {
            volumes: [
              { name: 'v', hostPath: { path: '/' } },
              { name: 'w', persistentVolumeClaim: { claimName: 'c' } },
            ],
          },
          right,
        ),
        /node "n1" can not create pods that reference persistentvolumeclaims$/,
      ],
    ];
    for (const [pod, expected] of cases) assert.match(await messageOf(node.create(pods, pod)), expected);
    await node.create(pods, mirror({ volumes: [{ name: 'v', hostPath: { path: '/' } }] }, right));
  });

  it('reports on and removes those that run on it', async () => {
    const { api, node } = await start();
    using _ = api;
    const own = await api.client.create(pods, podOf('own', 'test', { nodeName: 'n1' }));
    const other = await api.client.create(pods, podOf('other', 'test', { nodeName: 'n2' }));
    const status = { phase: 'Running' };
    const reported = await node.updateStatus(pods, { ...own, status });
    assert.equal(
      await messageOf(node.updateStatus(pods, { ...other, status })),
      'pods "other" is forbidden: node "n1" can only update pod status for pods with spec.nodeName set to itself',
    );
    const labelled = { ...reported, metadata: { ...reported.metadata, labels: { a: 'b' } } };
    assert.match(
      await messageOf(node.updateStatus(pods, labelled)),
      /node "n1" cannot update labels through pod status$/,
    );
    assert.match(
      await messageOf(node.update(pods, labelled)),
      /unexpected operation "UPDATE", node "n1" can only create and delete mirror pods$/,
    );
    const reference = { name: 'other', namespace: 'test' };
    assert.match(
      await messageOf(node.delete(pods, reference)),
      /node "n1" can only delete pods with spec.nodeName set to itself$/,
    );
    const eviction = { metadata: reference, kind: 'Eviction', apiVersion: 'policy/v1' };
    assert.match(
      await messageOf(node.createSubresource(pods, 'eviction', reference, eviction)),
      /node n1 can only evict pods with spec.nodeName set to itself$/,
    );
    await node.delete(pods, { name: 'own', namespace: 'test' }, { gracePeriodSeconds: 0 });
  });

  it('gets tokens that are bound to them, for audiences that they name', async () => {
    const { api, node } = await start({
      authorizer: {
        generation: 0,
        authorize: ({ verb }) => ({ allowed: verb !== 'request-serviceaccounts-token-audience', reason: '' }),
      },
    });
    using _ = api;
    const sources = [{ serviceAccountToken: { path: 't', audience: 'vault' } }];
    const volumes = [{ name: 'v', projected: { sources } }];
    const pod = await api.client.create(pods, podOf('own', 'test', { nodeName: 'n1', volumes }));
    const other = await api.client.create(pods, podOf('other', 'test', { nodeName: 'n2' }));
    const account = { name: 'default', namespace: 'test' };
    const request = (spec: object) =>
      node.createSubresource(serviceAccounts, 'token', account, { metadata: {}, spec } as never);
    const boundTo = ({ metadata: { name, uid } }: Pod) => ({ apiVersion: 'v1', kind: 'Pod', name, uid });
    await request({ boundObjectRef: boundTo(pod), audiences: ['vault'] });
    await request({ boundObjectRef: boundTo(pod), audiences: [] });
    assert.match(
      await messageOf(request({})),
      /^serviceaccounts "default" is forbidden: node requested token not bound to a pod$/,
    );
    assert.match(
      await messageOf(request({ boundObjectRef: boundTo(other) })),
      /bound to a pod scheduled on a different node$/,
    );
    assert.match(
      await messageOf(request({ boundObjectRef: { ...boundTo(pod), uid: 'old' } })),
      /the UID in the bound object reference \(old\) does not match the UID in record\. /,
    );
    assert.match(
      await messageOf(request({ boundObjectRef: boundTo(pod), audiences: ['bank'] })),
      /audience "bank" not found in pod spec volume, system:node:n1 is not authorized to request tokens for this audience$/,
    );
  });
});

describe('a node and its Lease', () => {
  it('is alone with it', async () => {
    const { api, node } = await start();
    using _ = api;
    const leaseOf = (name: string, namespace = 'kube-node-lease') => ({
      metadata: { name, namespace },
      spec: { holderIdentity: 'n1' },
    });
    const own = await node.create(leases, leaseOf('n1'));
    await node.update(leases, { ...own, spec: { ...own.spec, leaseDurationSeconds: 40 } });
    const why = 'can only access node lease with the same name as the requesting node';
    assert.equal(
      await messageOf(node.create(leases, leaseOf('n2'))),
      `leases.coordination.k8s.io "n2" is forbidden: ${why}`,
    );
    const other = await api.client.create(leases, leaseOf('n3'));
    const renewed = { ...other, spec: { ...other.spec, leaseDurationSeconds: 40 } };
    assert.match(await messageOf(node.update(leases, renewed)), new RegExp(`${why}$`));
    assert.match(
      await messageOf(node.create(leases, leaseOf('n1', 'test'))),
      /can only access leases in the "kube-node-lease" system namespace$/,
    );
  });
});
