import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { refusalOf, TestServer } from '../../test/fixtures/test-server.ts';
import { configMaps, deployments } from '../api/generated/index.ts';

const at = (name: string) => ({ name, namespace: 'default' });

const deployment = {
  metadata: at('a'),
  spec: {
    selector: { matchLabels: { a: 'b' } },
    template: {
      metadata: { labels: { a: 'b' } },
      spec: {
        containers: [
          { name: 'x', image: 'x:1' },
          { name: 'y', image: 'y:1' },
        ],
      },
    },
  },
};

describe('patch', () => {
  it('merges', async () => {
    using api = await TestServer.start();
    await api.client.create(configMaps, { metadata: at('a'), data: { k: '1', l: '2' } });
    const patched = await api.client.patch(configMaps, at('a'), 'merge', { data: { k: null, m: '3' } });
    assert.deepEqual(patched.data, { l: '2', m: '3' });
  });

  it('merges lists by their keys, strategically', async () => {
    using api = await TestServer.start();
    await api.client.create(deployments, deployment);
    const patch = { spec: { template: { spec: { containers: [{ name: 'y', image: 'y:2' }] } } } };
    const patched = await api.client.patch(deployments, at('a'), 'strategic', patch);
    assert.deepEqual(
      patched.spec?.template.spec?.containers.map(container => container.image),
      ['x:1', 'y:2'],
    );
    assert.equal(patched.metadata.generation, 2);
  });

  it('performs operations, and refuses those that fail', async () => {
    using api = await TestServer.start();
    await api.client.create(configMaps, { metadata: at('a'), data: { k: '1' } });
    const patched = await api.client.patch(configMaps, at('a'), 'json', [
      { op: 'test', path: '/data/k', value: '1' },
      { op: 'replace', path: '/data/k', value: '2' },
    ]);
    assert.deepEqual(patched.data, { k: '2' });
    const failed = await refusalOf(
      api.client.patch(configMaps, at('a'), 'json', [{ op: 'test', path: '/data/k', value: '1' }]),
    );
    assert.equal(failed.code, 422);
    assert.equal(failed.message, 'the server rejected our request due to an error in our request');
    const unreadable = await refusalOf(api.client.patch(configMaps, at('a'), 'json', { op: 'test' }));
    assert.equal(unreadable.code, 400);
  });

  it('refuses an outcome of another shape and another name', async () => {
    using api = await TestServer.start();
    await api.client.create(configMaps, { metadata: at('a') });
    const shape = await refusalOf(api.client.patch(configMaps, at('a'), 'merge', { data: 'text' }));
    assert.equal(shape.code, 422);
    assert.equal(shape.details?.causes?.[0]?.field, 'data');
    const name = await refusalOf(api.client.patch(configMaps, at('a'), 'merge', { metadata: { name: 'b' } }));
    assert.equal(name.message, 'the name of the object (b) does not match the name on the URL (a)');
  });

  it('refuses unknown fields when asked to be strict', async () => {
    using api = await TestServer.start();
    await api.client.create(configMaps, { metadata: at('a') });
    const options = { fieldValidation: 'Strict' } as const;
    const error = await refusalOf(api.client.patch(configMaps, at('a'), 'merge', { colour: 'red' }, options));
    assert.equal(error.code, 422);
    assert.match(error.message, /strict decoding error: unknown field "colour"$/);
  });

  it('honours a resourceVersion in the patch', async () => {
    using api = await TestServer.start();
    await api.client.create(configMaps, { metadata: at('a') });
    const stale = { metadata: { resourceVersion: '1' }, data: { k: '1' } };
    const error = await refusalOf(api.client.patch(configMaps, at('a'), 'merge', stale));
    assert.match(error.message, /the object has been modified/);
  });

  it('does not find what is not there', async () => {
    using api = await TestServer.start();
    const error = await refusalOf(api.client.patch(configMaps, at('a'), 'merge', {}));
    assert.equal(error.message, 'configmaps "a" not found');
  });

  it('takes no force and no strategy where there is none', async () => {
    using api = await TestServer.start();
    await api.client.create(configMaps, { metadata: at('a') });
    const forced = await refusalOf(api.client.patch(configMaps, at('a'), 'merge', {}, { force: true }));
    assert.match(forced.message, /force: Forbidden: may not be specified for non-apply patch/);
  });
});

describe('server-side apply', () => {
  const configOf = (data: Record<string, string>) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: at('a'),
    data,
  });
  const by = (fieldManager: string, force?: boolean) => ({ fieldManager, force });

  it('creates what is not there', async () => {
    using api = await TestServer.start();
    const result = await api.server.execute(
      {
        verb: 'patch',
        type: configMaps,
        ...at('a'),
        patchType: 'apply',
        body: configOf({ k: '1' }),
        options: by('me'),
      },
      { user: { username: 'u', groups: [] }, warn: () => {} },
    );
    assert.ok(result.kind === 'object');
    assert.equal(result.code, 201);
    assert.deepEqual(
      result.object.metadata.managedFields?.map(({ manager, operation }) => [manager, operation]),
      [['me', 'Apply']],
    );
  });

  it('refuses to take over what another owns, unless forced', async () => {
    using api = await TestServer.start();
    await api.client.patch(configMaps, at('a'), 'apply', configOf({ k: '1' }), by('me'));
    const error = await refusalOf(api.client.patch(configMaps, at('a'), 'apply', configOf({ k: '2' }), by('you')));
    assert.equal(error.code, 409);
    assert.equal(error.message, 'Apply failed with 1 conflict: conflict with "me": .data.k');
    const forced = await api.client.patch(configMaps, at('a'), 'apply', configOf({ k: '2' }), by('you', true));
    assert.deepEqual(forced.data, { k: '2' });
  });

  it('removes what its manager says no longer', async () => {
    using api = await TestServer.start();
    await api.client.patch(configMaps, at('a'), 'apply', configOf({ k: '1', l: '2' }), by('me'));
    const applied = await api.client.patch(configMaps, at('a'), 'apply', configOf({ k: '1' }), by('me'));
    assert.deepEqual(applied.data, { k: '1' });
  });

  it('writes nothing when it says the same again', async () => {
    using api = await TestServer.start();
    const first = await api.client.patch(configMaps, at('a'), 'apply', configOf({ k: '1' }), by('me'));
    const before = api.store.revision;
    await api.world.advance(60_000);
    assert.equal(await api.client.patch(configMaps, at('a'), 'apply', configOf({ k: '1' }), by('me')), first);
    assert.equal(api.store.revision, before);
  });

  it('needs a manager', async () => {
    using api = await TestServer.start();
    const error = await refusalOf(api.client.patch(configMaps, at('a'), 'apply', configOf({})));
    assert.match(error.message, /fieldManager: Required value: is required for apply patch/);
  });

  it('leaves the status to those who apply to it', async () => {
    using api = await TestServer.start();
    const applied = { ...deployment, apiVersion: 'apps/v1', kind: 'Deployment', status: { replicas: 4 } };
    const object = await api.client.patch(deployments, at('a'), 'apply', applied, by('me'));
    assert.equal(object.status?.replicas, undefined);
    assert.equal(object.metadata.managedFields?.[0]?.fieldsV1?.['f:status'], undefined);
    const status = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: at('a'), status: { replicas: 4 } };
    const after = await api.client.patch(deployments, at('a'), 'apply', status, by('controller'), 'status');
    assert.equal(after.status?.replicas, 4);
  });
});
