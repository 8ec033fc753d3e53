import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { podOf, TestServer } from '../../../../test/fixtures/test-server.ts';
import {
  persistentVolumeClaims,
  persistentVolumes,
  pods,
  resourceSlices,
  volumeAttachments,
} from '../../../api/generated/index.ts';
import type { AuthorizationAttributes } from '../../core-contract.ts';
import { NodeAuthorizer } from './node-authorizer.ts';
import { NodeRelations } from './node-relations.ts';

const user = { username: 'system:node:n1', groups: ['system:nodes'] };

function ask(more: Partial<AuthorizationAttributes>): AuthorizationAttributes {
  return {
    user,
    verb: 'get',
    group: '',
    version: 'v1',
    resource: 'nodes',
    subresource: '',
    namespace: '',
    name: '',
    ...more,
  };
}

const inTest = (resource: string, name: string, more: Partial<AuthorizationAttributes> = {}) =>
  ask({ resource, name, namespace: 'test', ...more });

/** A cluster in which a pod on node n1 names everything that a pod can name. */
async function start() {
  const api = await TestServer.start();
  await api.createNamespace('test');
  const pod = podOf('p', 'test', {
    nodeName: 'n1',
    imagePullSecrets: [{ name: 'pull' }],
    containers: [
      { name: 'a', image: 'x', envFrom: [{ configMapRef: { name: 'settings' } }] },
      { name: 'b', image: 'x', env: [{ name: 'E', valueFrom: { secretKeyRef: { name: 'password', key: 'k' } } }] },
    ],
    volumes: [
      { name: 'v', persistentVolumeClaim: { claimName: 'claim' } },
      { name: 'w', projected: { sources: [{ secret: { name: 'projected' } }, { configMap: { name: 'more' } }] } },
    ],
  });
  await api.client.create(pods, pod);
  await api.client.create(pods, podOf('elsewhere', 'test', { nodeName: 'n2', imagePullSecrets: [{ name: 'other' }] }));
  const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, volumeName: 'volume' };
  await api.client.create(persistentVolumeClaims, { metadata: { name: 'claim', namespace: 'test' }, spec });
  await api.client.create(persistentVolumes, {
    metadata: { name: 'volume' },
    spec: {
      accessModes: ['ReadWriteOnce'],
      capacity: { storage: '1Gi' },
      claimRef: { namespace: 'test', name: 'claim' },
      csi: { driver: 'd.test', volumeHandle: 'h', nodeStageSecretRef: { namespace: 'storage', name: 'stage' } },
    },
  });
  return { api, authorizer: new NodeAuthorizer(new NodeRelations(() => api.server.view)) };
}

describe('a node', () => {
  it('reads what its pods name, and nothing else', async () => {
    const { api, authorizer } = await start();
    using _ = api;
    const may = (attributes: AuthorizationAttributes): boolean => authorizer.authorize(attributes).allowed;
    for (const name of ['pull', 'password', 'projected']) assert.ok(may(inTest('secrets', name)), name);
    for (const name of ['settings', 'more']) assert.ok(may(inTest('configmaps', name, { verb: 'watch' })), name);
    assert.ok(may(inTest('persistentvolumeclaims', 'claim')));
    assert.ok(may(inTest('persistentvolumeclaims', 'claim', { verb: 'patch', subresource: 'status' })));
    assert.ok(may(ask({ resource: 'persistentvolumes', name: 'volume' })));
    assert.ok(may(ask({ resource: 'secrets', namespace: 'storage', name: 'stage' })));
    assert.ok(may(inTest('serviceaccounts', 'default')));
    assert.ok(may(inTest('serviceaccounts', 'default', { verb: 'create', subresource: 'token' })));
    assert.ok(may(inTest('pods', 'p')));
    assert.deepEqual(authorizer.authorize(inTest('secrets', 'other')), {
      allowed: false,
      reason: "no relationship found between node 'n1' and this object",
    });
    for (const [resource, name] of [
      ['configmaps', 'kube'],
      ['pods', 'elsewhere'],
      ['serviceaccounts', 'robot'],
    ] as const) {
      assert.ok(!may(inTest(resource, name)), resource);
    }
  });

  it('loses its rights with the pod, at once', async () => {
    const { api, authorizer } = await start();
    using _ = api;
    assert.equal(authorizer.authorize(inTest('secrets', 'pull')).isMomentary, true);
    await api.client.delete(pods, { name: 'p', namespace: 'test' }, { gracePeriodSeconds: 0 });
    assert.ok(!authorizer.authorize(inTest('secrets', 'pull')).allowed);
    assert.ok(!authorizer.authorize(ask({ resource: 'secrets', namespace: 'storage', name: 'stage' })).allowed);
  });

  it('gets no rights through a pod that it has made up', async () => {
    const { api, authorizer } = await start();
    using _ = api;
    const pod = podOf('mirror', 'test', { nodeName: 'n1', volumes: [{ name: 'v', configMap: { name: 'wanted' } }] });
    const annotations = { 'kubernetes.io/config.mirror': 'x' };
    await api.client.create(pods, { ...pod, metadata: { ...pod.metadata, annotations } });
    assert.ok(!authorizer.authorize(inTest('configmaps', 'wanted')).allowed);
  });

  it('lists its own pods and slices, and no others', async () => {
    const { api, authorizer } = await start();
    using _ = api;
    const reasonOf = (more: Partial<AuthorizationAttributes>) =>
      authorizer.authorize(ask({ verb: 'list', ...more })).reason;
    const own = { fieldSelector: 'status.phase!=Failed,spec.nodeName=n1' };
    const slices = { group: 'resource.k8s.io', resource: 'resourceslices' };
    assert.ok(authorizer.authorize(ask({ verb: 'watch', resource: 'pods', ...own })).allowed);
    assert.ok(authorizer.authorize(ask({ verb: 'deletecollection', ...slices, ...own })).allowed);
    assert.equal(reasonOf({ resource: 'pods' }), 'can only list/watch pods with spec.nodeName field selector');
    assert.equal(
      reasonOf({ resource: 'pods', fieldSelector: 'spec.nodeName=n2' }),
      'can only list/watch pods with spec.nodeName field selector',
    );
    assert.equal(reasonOf(slices), 'can only list/watch/deletecollection resourceslices with nodeName field selector');
    assert.equal(reasonOf({ name: 'n2' }), "node 'n1' cannot read 'n2', only its own Node object");
    assert.equal(reasonOf({}), "node 'n1' cannot read all nodes, only its own Node object");
    assert.equal(reasonOf({ resource: 'secrets', namespace: 'test' }), 'No Object name found');
  });

  it('reads what says that it is the node’s', async () => {
    const { api, authorizer } = await start();
    using _ = api;
    for (const nodeName of ['n1', 'n2']) {
      await api.client.create(volumeAttachments, {
        metadata: { name: `at-${nodeName}` },
        spec: { attacher: 'd.test', nodeName, source: { persistentVolumeName: 'volume' } },
      });
      await api.client.create(resourceSlices, {
        metadata: { name: `of-${nodeName}` },
        spec: {
          driver: 'd.test',
          nodeName,
          pool: { name: nodeName, resourceSliceCount: 1, generation: 1 },
          devices: [],
        },
      });
    }
    const may = (group: string, resource: string, name: string) =>
      authorizer.authorize(ask({ group, resource, name })).allowed;
    assert.deepEqual(
      ['n1', 'n2'].map(name => may('storage.k8s.io', 'volumeattachments', `at-${name}`)),
      [true, false],
    );
    assert.deepEqual(
      ['n1', 'n2'].map(name => may('resource.k8s.io', 'resourceslices', `of-${name}`)),
      [true, false],
    );
  });

  it('renews its own Lease and no other', async () => {
    const { api, authorizer } = await start();
    using _ = api;
    const lease = { verb: 'update', group: 'coordination.k8s.io', resource: 'leases', namespace: 'kube-node-lease' };
    assert.deepEqual(authorizer.authorize(ask({ ...lease, name: 'n1' })), { allowed: true, reason: '' });
    assert.deepEqual(authorizer.authorize(ask({ ...lease, name: 'n2' })), {
      allowed: false,
      reason: 'can only access node lease with the same name as the requesting node',
    });
    assert.equal(
      authorizer.authorize(ask({ ...lease, namespace: 'test', name: 'n1' })).reason,
      'can only access leases in the "kube-node-lease" system namespace',
    );
    const stranger = { username: 'system:node:n1', groups: [] };
    assert.ok(!authorizer.authorize(ask({ ...lease, user: stranger, name: 'n1' })).allowed);
  });
});
