import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { refusalOf, TestServer } from '../../test/fixtures/test-server.ts';
import { type ConfigMap, configMaps, deployments, leases } from '../api/generated/index.ts';
import type { StatusError } from '../machinery/index.ts';

const at = (name: string) => ({ name, namespace: 'default' });

function deploymentOf(name: string) {
  return {
    metadata: at(name),
    spec: {
      replicas: 1,
      selector: { matchLabels: { a: 'b' } },
      template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'x', image: 'y' }] } },
    },
  };
}

describe('update', () => {
  it('replaces the object at a new revision', async () => {
    using api = await TestServer.start();
    const created = await api.client.create(configMaps, { metadata: at('a'), data: { k: '1' } });
    const updated = await api.client.update(configMaps, { ...created, data: { k: '2' } });
    assert.deepEqual(updated.data, { k: '2' });
    assert.equal(updated.metadata.uid, created.metadata.uid);
    assert.ok(Number(updated.metadata.resourceVersion) > Number(created.metadata.resourceVersion));
  });

  it('counts a change of a Deployment’s annotations as a new generation, except through its status', async () => {
    using api = await TestServer.start();
    const created = await api.client.create(deployments, deploymentOf('a'));
    const noted = (object: typeof created, text: string) => ({
      ...object,
      metadata: { ...object.metadata, annotations: { note: text }, labels: { note: text } },
    });
    const updated = await api.client.update(deployments, noted(created, 'x'));
    assert.equal(updated.metadata.generation, 2);
    const again = await api.client.updateStatus(deployments, noted(updated, 'y'));
    assert.deepEqual([again.metadata.generation, again.metadata.annotations?.['note']], [2, 'y']);
    const labelled = await api.client.update(deployments, {
      ...again,
      metadata: { ...again.metadata, labels: { note: 'z' } },
    });
    assert.equal(labelled.metadata.generation, 2);
  });

  it('refuses a stale resourceVersion', async () => {
    using api = await TestServer.start();
    const created = await api.client.create(configMaps, { metadata: at('a') });
    await api.client.update(configMaps, { ...created, data: { k: '1' } });
    const error = await refusalOf(api.client.update(configMaps, { ...created, data: { k: '2' } }));
    assert.equal(error.code, 409);
    assert.equal(
      error.message,
      'Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to the latest version and try again',
    );
  });

  it('takes the current version where none is named, and only where the kind allows that', async () => {
    using api = await TestServer.start();
    await api.client.create(configMaps, { metadata: at('a') });
    const updated = await api.client.update(configMaps, { metadata: at('a'), data: { k: '1' } });
    assert.deepEqual(updated.data, { k: '1' });
    await api.client.create(leases, { metadata: at('l'), spec: {} });
    const error = await refusalOf(api.client.update(leases, { metadata: at('l'), spec: {} }));
    assert.equal(
      error.message,
      'leases.coordination.k8s.io "l" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for an update',
    );
  });

  it('writes nothing when nothing changes', async () => {
    using api = await TestServer.start();
    const created = await api.client.create(configMaps, { metadata: at('a'), data: { k: '1' } });
    const before = api.store.revision;
    await api.world.advance(5000);
    const same = await api.client.update(configMaps, JSON.parse(JSON.stringify(created)) as ConfigMap);
    assert.equal(api.store.revision, before);
    assert.equal(same, created);
    await api.client.update(configMaps, { ...created, data: { ...created.data } });
    assert.equal(api.store.revision, before);
  });

  it('refuses another uid, another name and an object that is not there', async () => {
    using api = await TestServer.start();
    const created = await api.client.create(configMaps, { metadata: at('a') });
    const uid = await refusalOf(
      api.client.update(configMaps, { ...created, metadata: { ...created.metadata, uid: 'other' } }),
    );
    assert.equal(
      uid.message,
      `Operation cannot be fulfilled on configmaps "a": StorageError: invalid object, Code: 4, Key: /registry/configmaps/default/a, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: other, UID in object meta: ${created.metadata.uid}`,
    );
    const name = await refusalOf(
      api.client.transport.request({
        verb: 'update',
        type: configMaps,
        namespace: 'default',
        name: 'a',
        body: { metadata: at('b') },
      }),
    );
    assert.equal(name.message, 'the name of the object (b) does not match the name on the URL (a)');
    const gone = await refusalOf(api.client.update(configMaps, { metadata: at('c') }));
    assert.equal(gone.message, 'configmaps "c" not found');
  });

  it('creates what is not there where the kind allows that', async () => {
    using api = await TestServer.start();
    const lease = await api.client.update(leases, { metadata: at('l'), spec: { holderIdentity: 'n' } });
    assert.equal(lease.spec.holderIdentity, 'n');
    assert.notEqual(lease.metadata.uid, undefined);
  });

  it('asks for the right to create before it creates', async () => {
    using api = await TestServer.start({
      authorizer: {
        generation: 0,
        authorize: ({ user, verb }) => ({ allowed: user.username !== 'jane' || verb === 'update', reason: '' }),
      },
    });
    const client = api.clientOf({ username: 'jane', groups: [] });
    const error = await refusalOf(client.update(leases, { metadata: at('l'), spec: {} }));
    assert.match(error.message, /^leases\.coordination\.k8s\.io "l" is forbidden: User "jane" cannot create/);
  });

  it('counts generations of the spec, not of metadata and status', async () => {
    using api = await TestServer.start();
    let object = await api.client.create(deployments, deploymentOf('a'));
    assert.equal(object.metadata.generation, 1);
    object = await api.client.update(deployments, {
      ...object,
      metadata: { ...object.metadata, labels: { a: 'b' }, generation: 7 },
    });
    assert.equal(object.metadata.generation, 1);
    object = await api.client.updateStatus(deployments, { ...object, status: { replicas: 3 } });
    assert.equal(object.metadata.generation, 1);
    object = await api.client.update(deployments, { ...object, spec: { ...object.spec!, replicas: 5 } });
    assert.equal(object.metadata.generation, 2);
  });

  it('keeps status from writes of the object, and the rest from writes of the status', async () => {
    using api = await TestServer.start();
    const created = await api.client.create(deployments, { ...deploymentOf('a'), status: { replicas: 9 } });
    assert.equal(created.status?.replicas, undefined);
    const status = await api.client.updateStatus(deployments, {
      ...created,
      spec: { ...created.spec!, replicas: 8 },
      status: { replicas: 2 },
    });
    assert.equal(status.spec?.replicas, 1);
    assert.equal(status.status?.replicas, 2);
    const whole = await api.client.update(deployments, { ...status, status: { replicas: 5 } });
    assert.equal(whole.status?.replicas, 2);
  });

  it('tells the managers of the object and of its status apart', async () => {
    using api = await TestServer.start();
    const created = await api.client.create(deployments, deploymentOf('a'));
    const controller = api.clientOf({ username: 'c', groups: [] }, 'kube-controller-manager/v1.36');
    const { metadata } = await controller.updateStatus(deployments, { ...created, status: { replicas: 2 } });
    assert.deepEqual(
      metadata.managedFields?.map(({ manager, subresource }) => [manager, subresource]),
      [
        ['kube-controller-manager', 'status'],
        ['kubectl', undefined],
      ],
    );
  });

  it('moves only the time of a field that its writer alone owns', async () => {
    using api = await TestServer.start();
    const node = api.clientOf({ username: 'n', groups: [] }, 'kubelet/v1.36');
    const created = await node.create(leases, {
      metadata: at('l'),
      spec: { holderIdentity: 'n', renewTime: '2026-01-01T00:00:00.000000Z' },
    });
    await api.world.advance(10_000);
    const renewed = await node.update(leases, {
      ...created,
      spec: { ...created.spec, renewTime: '2026-01-01T00:00:10.000000Z' },
    });
    const [before] = created.metadata.managedFields!;
    const [after] = renewed.metadata.managedFields!;
    assert.equal(after!.time, '2026-01-01T00:00:10Z');
    assert.equal(after!.fieldsV1, before!.fieldsV1);
    const thief = await api.client.update(leases, {
      ...renewed,
      spec: { ...renewed.spec, renewTime: '2026-01-01T00:00:11.000000Z' },
    });
    assert.deepEqual(
      thief.metadata.managedFields?.map(({ manager, fieldsV1 }) => [manager, Object.keys(fieldsV1!['f:spec']!)]),
      [
        ['kubectl', ['f:renewTime']],
        ['kubelet', ['f:holderIdentity']],
      ],
    );
  });

  it('refuses new finalizers on an object that is being deleted', async () => {
    using api = await TestServer.start();
    await api.client.create(configMaps, { metadata: { ...at('a'), finalizers: ['example.com/a'] } });
    await api.client.delete(configMaps, at('a'));
    const error = await refusalOf(
      api.client.update(configMaps, { metadata: { ...at('a'), finalizers: ['example.com/a', 'example.com/b'] } }),
    );
    assert.match(
      error.message,
      /metadata\.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers \[\]string\{"example\.com\/b"\}/,
    );
  });

  it('removes an object that is being deleted with its last finalizer', async () => {
    using api = await TestServer.start();
    await api.client.create(configMaps, { metadata: { ...at('a'), finalizers: ['example.com/a'] } });
    await api.client.delete(configMaps, at('a'));
    const last = await api.client.update(configMaps, { metadata: at('a') });
    assert.equal(last.metadata.name, 'a');
    assert.equal((await refusalOf(api.client.get(configMaps, at('a')))).code, 404);
  });

  it('stores nothing in a dry run', async () => {
    using api = await TestServer.start();
    const created = await api.client.create(configMaps, { metadata: at('a') });
    const changed = await api.client.update(configMaps, { ...created, data: { k: '1' } }, { dryRun: true });
    assert.deepEqual(changed.data, { k: '1' });
    assert.equal(await api.client.get(configMaps, at('a')), created);
  });

  it('lets writers without a version overtake each other without losing one', async () => {
    using api = await TestServer.start();
    await api.client.create(configMaps, { metadata: at('a') });
    const writes = [...Array(20).keys()].map(i =>
      api.client.patch(configMaps, at('a'), 'merge', { data: { [`k${i}`]: String(i) } }),
    );
    await Promise.all(writes);
    const { data } = await api.client.get(configMaps, at('a'));
    assert.equal(Object.keys(data!).length, 20);
  });

  it('names the options that make no sense', async () => {
    using api = await TestServer.start();
    const options = { fieldValidation: 'Loose' as never, fieldManager: 'x'.repeat(129) };
    const error: StatusError = await refusalOf(api.client.update(configMaps, { metadata: at('a') }, options));
    assert.equal(error.code, 422);
    assert.deepEqual(
      error.details?.causes?.map(cause => cause.field),
      ['fieldManager', 'fieldValidation'],
    );
  });
});
