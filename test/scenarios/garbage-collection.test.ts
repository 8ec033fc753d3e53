/** What becomes of objects whose owners, or whose namespace, are deleted. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ConfigMap } from '../../src/api/generated/index.ts';
import {
  createCluster,
  type KubeObject,
  type ResourceType,
  resources,
  StatusError,
  type TestCluster,
} from '../../src/testing/index.ts';

const { configMaps, customResourceDefinitions, deployments, namespaces, pods, replicaSets, secrets } = resources;
const namespace = 'default';
const web = { namespace, name: 'web' };

interface Owner {
  readonly object: KubeObject;
  readonly blocks?: boolean;
}

async function createMap(
  cluster: TestCluster,
  name: string,
  owners: readonly Owner[] = [],
  metadata: object = {},
): Promise<ConfigMap> {
  const ownerReferences = owners.map(({ object, blocks }) => ({
    apiVersion: object.apiVersion!,
    kind: object.kind!,
    name: object.metadata.name!,
    uid: object.metadata.uid!,
    ...(blocks === undefined ? {} : { blockOwnerDeletion: blocks }),
  }));
  return cluster.client.create(configMaps, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace, ownerReferences, ...metadata },
  });
}

async function listMaps(cluster: TestCluster): Promise<string[]> {
  const { items } = await cluster.client.list(configMaps, { namespace });
  return items
    .filter(({ metadata }) => metadata.name !== 'kube-root-ca.crt')
    .map(({ metadata }) => {
      const owners = metadata.ownerReferences?.map(owner => owner.name).join('+');
      const isMarked = metadata.deletionTimestamp === undefined ? '' : ` marked (${metadata.finalizers})`;
      return `${metadata.name}${owners === undefined ? '' : ` of ${owners}`}${isMarked}`;
    });
}

const webDeployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { ...web },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'main', image: 'web:1' }] } },
  },
};

const count = async (cluster: TestCluster, type: ResourceType): Promise<number> =>
  (await cluster.client.list(type, { namespace })).items.length;

test('deletes in the background what a Deployment made', async () => {
  await using cluster = await createCluster({ seed: 7 });
  await cluster.client.create(deployments, webDeployment);
  await cluster.settle();
  await cluster.client.delete(deployments, web, { propagationPolicy: 'Background' });
  assert.equal(await count(cluster, deployments), 0);
  await cluster.settle();
  assert.deepEqual([await count(cluster, replicaSets), await count(cluster, pods)], [0, 0]);
});

test('keeps a Deployment that is deleted in the foreground until its pods are gone', async () => {
  await using cluster = await createCluster({ seed: 7 });
  await cluster.client.create(deployments, webDeployment);
  await cluster.settle();
  const order: string[] = [];
  for (const type of [deployments, replicaSets, pods]) {
    cluster.client.watch(
      type as ResourceType,
      { namespace },
      {
        events: batch =>
          order.push(...batch.filter(event => event.type === 'DELETED').map(({ object }) => object.kind!)),
        end: () => {},
      },
    );
  }
  await cluster.client.delete(deployments, web, { propagationPolicy: 'Foreground' });
  const { metadata } = await cluster.client.get(deployments, web);
  assert.deepEqual(metadata.finalizers, ['foregroundDeletion']);
  await cluster.settle();
  assert.deepEqual(order, ['Pod', 'Pod', 'ReplicaSet', 'Deployment']);
});

test('lets the pods of an orphaned ReplicaSet go free', async () => {
  await using cluster = await createCluster({ seed: 7 });
  await cluster.client.create(deployments, webDeployment);
  await cluster.settle();
  const [set] = (await cluster.client.list(replicaSets, { namespace })).items;
  await cluster.client.delete(deployments, web, { propagationPolicy: 'Orphan' });
  await cluster.settle();
  await cluster.client.delete(replicaSets, { namespace, name: set!.metadata.name! }, { propagationPolicy: 'Orphan' });
  await cluster.settle();
  const { items } = await cluster.client.list(pods, { namespace });
  assert.deepEqual(
    items.map(pod => pod.metadata.ownerReferences),
    [undefined, undefined],
  );
});

test('collects across kinds, and only what has lost its last owner', async () => {
  await using cluster = await createCluster({ seed: 7 });
  const secret = await cluster.client.create(secrets, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'secret', namespace },
  });
  const map = await createMap(cluster, 'owner');
  await createMap(cluster, 'both', [{ object: secret }, { object: map }]);
  await createMap(cluster, 'one', [{ object: secret }]);
  await cluster.client.delete(secrets, { namespace, name: 'secret' });
  await cluster.settle();
  assert.deepEqual(await listMaps(cluster), ['both of owner', 'owner']);
  await cluster.client.delete(configMaps, { namespace, name: 'owner' });
  await cluster.settle();
  assert.deepEqual(await listMaps(cluster), []);
});

test('collects what refers to an owner that does not exist, or not here', async () => {
  await using cluster = await createCluster({ seed: 7 });
  const [elsewhere] = (await cluster.client.list(configMaps, { namespace: 'kube-system' })).items;
  const map = await createMap(cluster, 'owner');
  await createMap(cluster, 'of-nobody', [{ object: { ...map, metadata: { ...map.metadata, uid: 'gone' } } }]);
  await createMap(cluster, 'of-elsewhere', [{ object: elsewhere! }]);
  await createMap(cluster, 'of-another-kind', [{ object: { ...map, kind: 'Secret' } }]);
  await createMap(cluster, 'of-owner', [{ object: map }]);
  await cluster.settle();
  assert.deepEqual(await listMaps(cluster), ['of-owner of owner', 'owner']);
});

test('waits in the foreground only for those who block', async () => {
  await using cluster = await createCluster({ seed: 7 });
  const map = await createMap(cluster, 'owner');
  await createMap(cluster, 'blocking', [{ object: map, blocks: true }], { finalizers: ['example.com/hold'] });
  await createMap(cluster, 'other', [{ object: map }], { finalizers: ['example.com/hold'] });
  await cluster.client.delete(configMaps, { namespace, name: 'owner' }, { propagationPolicy: 'Foreground' });
  await cluster.settle();
  assert.deepEqual(await listMaps(cluster), [
    'blocking of owner marked (example.com/hold)',
    'other of owner marked (example.com/hold)',
    'owner marked (foregroundDeletion)',
  ]);
  const freed = { metadata: { finalizers: null } };
  await cluster.client.patch(configMaps, { namespace, name: 'blocking' }, 'merge', freed);
  await cluster.settle();
  assert.deepEqual(await listMaps(cluster), ['other of owner marked (example.com/hold)']);
});

test('does not wait for ever for owners in a circle', async () => {
  await using cluster = await createCluster({ seed: 7 });
  const first = await createMap(cluster, 'first');
  const second = await createMap(cluster, 'second', [{ object: first, blocks: true }]);
  const { apiVersion, kind, metadata } = second;
  const reference = { apiVersion, kind, name: 'second', uid: metadata.uid, blockOwnerDeletion: true };
  await cluster.client.patch(configMaps, { namespace, name: 'first' }, 'merge', {
    metadata: { ownerReferences: [reference] },
  });
  await cluster.settle();
  await cluster.client.delete(configMaps, { namespace, name: 'first' }, { propagationPolicy: 'Foreground' });
  await cluster.settle();
  assert.deepEqual(await listMaps(cluster), []);
});

const widgets: ResourceType = {
  group: 'example.com',
  version: 'v1',
  resource: 'widgets',
  singular: 'widget',
  kind: 'Widget',
  namespaced: true,
  shortNames: [],
  categories: [],
};

async function createWidgets(cluster: TestCluster): Promise<void> {
  await cluster.client.create(customResourceDefinitions, {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
    },
  });
  await cluster.settle();
}

const newWidget = (name: string, where = namespace): KubeObject => ({
  apiVersion: 'example.com/v1',
  kind: 'Widget',
  metadata: { name, namespace: where },
});

test('collects what a custom resource owned', async () => {
  await using cluster = await createCluster({ seed: 7 });
  await createWidgets(cluster);
  const first = await cluster.client.create(widgets, newWidget('first'));
  const second = await cluster.client.create(widgets, newWidget('second'));
  await createMap(cluster, 'of-first', [{ object: first }]);
  await createMap(cluster, 'of-second', [{ object: second }]);
  await cluster.settle();
  await cluster.client.delete(widgets, { namespace, name: 'first' });
  await cluster.settle();
  assert.deepEqual(await listMaps(cluster), ['of-second of second']);
});

test('goes on collecting when a custom kind is served in another version only', async () => {
  await using cluster = await createCluster({ seed: 7 });
  await createWidgets(cluster);
  await cluster.client.create(widgets, newWidget('first'));
  const crd = await cluster.client.get(customResourceDefinitions, { name: 'widgets.example.com' });
  const [v1] = crd.spec.versions;
  const versions = [
    { ...v1!, served: false, storage: false },
    { ...v1!, name: 'v2' },
  ];
  await cluster.client.update(customResourceDefinitions, { ...crd, spec: { ...crd.spec, versions } });
  await cluster.settle();
  const inV2 = { ...widgets, version: 'v2' };
  const first = await cluster.client.get(inV2, { namespace, name: 'first' });
  await createMap(cluster, 'of-first', [{ object: first }]);
  await cluster.settle();
  await cluster.client.delete(inV2, { namespace, name: 'first' });
  await cluster.settle();
  assert.deepEqual(await listMaps(cluster), []);
});

test('empties a namespace, pods first, and says what it waits for', async () => {
  await using cluster = await createCluster({ seed: 7 });
  await createWidgets(cluster);
  await cluster.client.create(namespaces, {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'shop' },
    spec: {},
  });
  await cluster.client.create(deployments, { ...webDeployment, metadata: { name: 'web', namespace: 'shop' } });
  await cluster.client.create(widgets, newWidget('one', 'shop'));
  await cluster.client.create(configMaps, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'held', namespace: 'shop', finalizers: ['example.com/hold'] },
  });
  await cluster.settle();
  await cluster.client.delete(namespaces, { name: 'shop' });
  await cluster.advance('1m');
  const { status } = await cluster.client.get(namespaces, { name: 'shop' });
  assert.equal(status?.phase, 'Terminating');
  assert.deepEqual(
    status?.conditions?.map(({ type, status: value, reason, message }) => `${type}=${value} ${reason}: ${message}`),
    [
      'NamespaceDeletionDiscoveryFailure=False ResourcesDiscovered: All resources successfully discovered',
      'NamespaceDeletionGroupVersionParsingFailure=False ParsedGroupVersions: All legacy kube types successfully parsed',
      'NamespaceDeletionContentFailure=False ContentDeleted: All content successfully deleted, may be waiting on finalization',
      'NamespaceContentRemaining=True SomeResourcesRemain: Some resources are remaining: configmaps. has 1 resource instances',
      'NamespaceFinalizersRemaining=True SomeFinalizersRemain: Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances',
    ],
  );
  assert.deepEqual((await cluster.client.list(widgets, { namespace: 'shop' })).items, []);
  await assert.rejects(
    createInShop(cluster),
    (error: unknown) => StatusError.is(error, 'Forbidden') && /being terminated/.test(error.message),
  );
  await cluster.client.patch(configMaps, { namespace: 'shop', name: 'held' }, 'merge', {
    metadata: { finalizers: null },
  });
  await cluster.settle();
  await assert.rejects(cluster.client.get(namespaces, { name: 'shop' }), (error: unknown) =>
    StatusError.is(error, 'NotFound'),
  );
});

const createInShop = (cluster: TestCluster) =>
  cluster.client.create(configMaps, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'late', namespace: 'shop' },
  });
