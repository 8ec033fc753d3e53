import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { namesOf, podOf, refusalOf, TestServer } from '../../test/fixtures/test-server.ts';
import { configMaps, deployments, namespaces, pods } from '../api/generated/index.ts';

const at = (name: string) => ({ name, namespace: 'default' });

describe('delete', () => {
  it('answers with a Status that says what is gone', async () => {
    using api = await TestServer.start();
    const { metadata } = await api.client.create(configMaps, { metadata: at('a') });
    assert.deepEqual(await api.client.delete(configMaps, at('a')), {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Success',
      details: { name: 'a', kind: 'configmaps', uid: metadata.uid },
    });
    assert.equal((await refusalOf(api.client.delete(configMaps, at('a')))).message, 'configmaps "a" not found');
  });

  it('waits for finalizers and answers with the object', async () => {
    using api = await TestServer.start();
    await api.client.create(configMaps, { metadata: { ...at('a'), finalizers: ['example.com/a'] } });
    await api.world.advance(90_000);
    const going = await api.client.delete(configMaps, at('a'));
    assert.ok('data' in going || going.kind === 'ConfigMap');
    const { metadata } = await api.client.get(configMaps, at('a'));
    assert.equal(metadata.deletionTimestamp, '2026-01-01T00:01:30Z');
    assert.equal(metadata.deletionGracePeriodSeconds, 0);
  });

  it('changes nothing when what is going is deleted again', async () => {
    using api = await TestServer.start();
    await api.client.create(configMaps, { metadata: { ...at('a'), finalizers: ['example.com/a'] } });
    await api.client.delete(configMaps, at('a'));
    const before = api.store.revision;
    await api.world.advance(60_000);
    await api.client.delete(configMaps, at('a'));
    assert.equal(api.store.revision, before);
  });

  it('hands dependents to the garbage collector as the policy says', async () => {
    using api = await TestServer.start();
    for (const [name, propagationPolicy, finalizer] of [
      ['f', 'Foreground', 'foregroundDeletion'],
      ['o', 'Orphan', 'orphan'],
    ] as const) {
      await api.client.create(configMaps, { metadata: at(name) });
      await api.client.delete(configMaps, at(name), { propagationPolicy });
      const { metadata } = await api.client.get(configMaps, at(name));
      assert.deepEqual(metadata.finalizers, [finalizer]);
      assert.notEqual(metadata.deletionTimestamp, undefined);
    }
    await api.client.create(configMaps, { metadata: at('b') });
    await api.client.delete(configMaps, at('b'), { propagationPolicy: 'Background' });
    assert.equal((await refusalOf(api.client.get(configMaps, at('b')))).code, 404);
  });

  it('reads DeleteOptions from the body', async () => {
    using api = await TestServer.start();
    await api.client.create(configMaps, { metadata: at('a') });
    const request = { verb: 'delete', type: configMaps, ...at('a') } as const;
    const both = await refusalOf(
      api.client.transport.request({ ...request, body: { orphanDependents: true, propagationPolicy: 'Orphan' } }),
    );
    assert.match(both.message, /orphanDependents and deletionPropagation cannot be both set/);
    await api.client.transport.request({ ...request, body: { kind: 'DeleteOptions', orphanDependents: true } });
    assert.deepEqual((await api.client.get(configMaps, at('a'))).metadata.finalizers, ['orphan']);
  });

  it('refuses an unknown policy', async () => {
    using api = await TestServer.start();
    const error = await refusalOf(api.client.delete(configMaps, at('a'), { propagationPolicy: 'Sideways' as never }));
    assert.match(error.message, /propagationPolicy: Unsupported value: "Sideways": supported values: /);
  });

  it('keeps to its preconditions', async () => {
    using api = await TestServer.start();
    const { metadata } = await api.client.create(configMaps, { metadata: at('a') });
    const uid = await refusalOf(api.client.delete(configMaps, at('a'), { preconditions: { uid: 'other' } }));
    assert.equal(
      uid.message,
      `Operation cannot be fulfilled on ConfigMap "a": the UID in the precondition (other) does not match the UID in record (${metadata.uid}). The object might have been deleted and then recreated`,
    );
    const version = await refusalOf(
      api.client.delete(configMaps, at('a'), { preconditions: { resourceVersion: '1' } }),
    );
    assert.match(version.message, /The object might have been modified$/);
    const { uid: own, resourceVersion } = metadata;
    await api.client.delete(configMaps, at('a'), { preconditions: { uid: own!, resourceVersion: resourceVersion! } });
  });

  it('stores nothing in a dry run', async () => {
    using api = await TestServer.start();
    const created = await api.client.create(configMaps, { metadata: at('a') });
    await api.client.delete(configMaps, at('a'), { dryRun: true });
    assert.equal(await api.client.get(configMaps, at('a')), created);
  });

  it('raises the generation of what waits', async () => {
    using api = await TestServer.start();
    const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'x', image: 'y' }] } };
    await api.client.create(deployments, {
      metadata: at('a'),
      spec: { selector: { matchLabels: { a: 'b' } }, template },
    });
    await api.client.delete(deployments, at('a'), { propagationPolicy: 'Foreground' });
    assert.equal((await api.client.get(deployments, at('a'))).metadata.generation, 2);
  });
});

describe('deletion with grace', () => {
  async function startWithPod(): Promise<TestServer> {
    const api = await TestServer.start();
    await api.createNamespace('test');
    await api.client.create(pods, podOf('p', 'test', { nodeName: 'n', terminationGracePeriodSeconds: 30 }));
    return api;
  }
  const pod = { name: 'p', namespace: 'test' };

  it('marks a pod and leaves it to its node', async () => {
    using api = await startWithPod();
    await api.client.delete(pods, pod);
    const { metadata } = await api.client.get(pods, pod);
    assert.equal(metadata.deletionTimestamp, '2026-01-01T00:00:30Z');
    assert.equal(metadata.deletionGracePeriodSeconds, 30);
  });

  it('removes it when the node asks without grace', async () => {
    using api = await startWithPod();
    await api.client.delete(pods, pod);
    const last = await api.client.delete(pods, pod, { gracePeriodSeconds: 0 });
    assert.equal(last.kind, 'Pod');
    assert.equal((await refusalOf(api.client.get(pods, pod))).code, 404);
  });

  it('only ever shortens the time', async () => {
    using api = await startWithPod();
    await api.client.delete(pods, pod);
    await api.world.advance(5000);
    await api.client.delete(pods, pod, { gracePeriodSeconds: 60 });
    assert.equal((await api.client.get(pods, pod)).metadata.deletionTimestamp, '2026-01-01T00:00:30Z');
    await api.client.delete(pods, pod, { gracePeriodSeconds: 10 });
    const { metadata } = await api.client.get(pods, pod);
    assert.equal(metadata.deletionTimestamp, '2026-01-01T00:00:10Z');
    assert.equal(metadata.deletionGracePeriodSeconds, 10);
  });

  it('removes a pod that was never placed at once', async () => {
    using api = await startWithPod();
    await api.client.create(pods, podOf('q'));
    await api.client.delete(pods, { name: 'q', namespace: 'test' });
    assert.equal((await refusalOf(api.client.get(pods, { name: 'q', namespace: 'test' }))).code, 404);
  });

  it('keeps a pod with finalizers even without grace', async () => {
    using api = await startWithPod();
    await api.client.create(pods, {
      ...podOf('q', 'test', { nodeName: 'n' }),
      metadata: { name: 'q', namespace: 'test', finalizers: ['example.com/a'] },
    });
    await api.client.delete(pods, { name: 'q', namespace: 'test' }, { gracePeriodSeconds: 0 });
    const { metadata } = await api.client.get(pods, { name: 'q', namespace: 'test' });
    assert.equal(metadata.deletionGracePeriodSeconds, 0);
    await api.client.patch(pods, { name: 'q', namespace: 'test' }, 'merge', { metadata: { finalizers: null } });
    assert.equal((await refusalOf(api.client.get(pods, { name: 'q', namespace: 'test' }))).code, 404);
  });
});

describe('deletion of a namespace', () => {
  it('terminates it first, and refuses new content from then on', async () => {
    using api = await TestServer.start();
    await api.createNamespace('test');
    await api.client.delete(namespaces, { name: 'test' });
    const going = await api.client.get(namespaces, { name: 'test' });
    assert.equal(going.status?.phase, 'Terminating');
    const error = await refusalOf(api.client.create(configMaps, { metadata: { name: 'a', namespace: 'test' } }));
    assert.equal(error.code, 403);
    assert.equal(
      error.message,
      'configmaps "a" is forbidden: unable to create new content in namespace test because it is being terminated',
    );
    assert.equal(error.details?.causes?.[0]?.reason, 'NamespaceTerminating');
  });

  it('removes it when its content has been finalized', async () => {
    using api = await TestServer.start();
    await api.createNamespace('test');
    await api.client.delete(namespaces, { name: 'test' });
    const going = await api.client.get(namespaces, { name: 'test' });
    await api.client.update(namespaces, { ...going, spec: { finalizers: [] } }, undefined, 'finalize');
    assert.equal((await refusalOf(api.client.get(namespaces, { name: 'test' }))).code, 404);
  });

  it('refuses that of the cluster’s own', async () => {
    using api = await TestServer.start();
    for (const name of ['default', 'kube-system', 'kube-public']) {
      const error = await refusalOf(api.client.delete(namespaces, { name }));
      assert.equal(error.message, `namespaces "${name}" is forbidden: this namespace may not be deleted`);
    }
  });
});

describe('deletecollection', () => {
  it('deletes what the selectors match and answers with the list', async () => {
    using api = await TestServer.start();
    for (const [name, tier] of [
      ['a', 'x'],
      ['b', 'y'],
      ['c', 'x'],
    ] as const) {
      await api.client.create(configMaps, { metadata: { ...at(name), labels: { tier } } });
    }
    const deleted = await api.client.deleteCollection(configMaps, { namespace: 'default', labelSelector: 'tier=x' });
    assert.equal(deleted.kind, 'ConfigMapList');
    assert.deepEqual(namesOf(deleted as never), ['a', 'c']);
    assert.deepEqual(namesOf(await api.client.list(configMaps, { namespace: 'default' })), ['b']);
  });
});
