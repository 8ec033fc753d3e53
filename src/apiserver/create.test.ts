import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { refusalOf, TestServer } from '../../test/fixtures/test-server.ts';
import { configMaps, deployments, namespaces } from '../api/generated/index.ts';

describe('create', () => {
  it('gives an object its identity and hands over the stored instance', async () => {
    using api = await TestServer.start();
    const created = await api.client.create(configMaps, { metadata: { name: 'a', namespace: 'default' } });
    assert.match(created.metadata.uid!, /^[0-9a-f-]{36}$/);
    assert.equal(created.metadata.creationTimestamp, '2026-01-01T00:00:00Z');
    assert.equal(created.metadata.resourceVersion, String(api.store.revision));
    assert.equal(created.kind, 'ConfigMap');
    assert.equal(await api.client.get(configMaps, { name: 'a', namespace: 'default' }), created);
  });

  it('wipes what only the server says', async () => {
    using api = await TestServer.start();
    const metadata = {
      name: 'a',
      namespace: 'default',
      uid: 'mine',
      creationTimestamp: '2001-01-01T00:00:00Z',
      deletionTimestamp: '2001-01-01T00:00:00Z',
    };
    const created = await api.client.create(configMaps, { metadata });
    assert.notEqual(created.metadata.uid, 'mine');
    assert.equal(created.metadata.deletionTimestamp, undefined);
  });

  it('draws a name behind generateName', async () => {
    using api = await TestServer.start();
    const metadata = { generateName: 'web-', namespace: 'default' };
    const one = await api.client.create(configMaps, { metadata });
    const two = await api.client.create(configMaps, { metadata });
    assert.match(one.metadata.name!, /^web-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
    assert.notEqual(one.metadata.name, two.metadata.name);
  });

  it('refuses a name that is taken', async () => {
    using api = await TestServer.start();
    const object = { metadata: { name: 'a', namespace: 'default' } };
    await api.client.create(configMaps, object);
    const error = await refusalOf(api.client.create(configMaps, object));
    assert.equal(error.code, 409);
    assert.equal(error.reason, 'AlreadyExists');
    assert.equal(error.message, 'configmaps "a" already exists');
    assert.deepEqual({ ...error.details }, { name: 'a', group: undefined, kind: 'configmaps' });
  });

  it('says when what stands there is being deleted', async () => {
    using api = await TestServer.start();
    const object = { metadata: { name: 'a', namespace: 'default', finalizers: ['example.com/wait'] } };
    await api.client.create(configMaps, object);
    await api.client.delete(configMaps, { name: 'a', namespace: 'default' });
    const error = await refusalOf(api.client.create(configMaps, object));
    assert.equal(error.message, 'object is being deleted: configmaps "a" already exists');
  });

  it('refuses a missing namespace', async () => {
    using api = await TestServer.start();
    const error = await refusalOf(api.client.create(configMaps, { metadata: { name: 'a', namespace: 'nowhere' } }));
    assert.equal(error.code, 404);
    assert.equal(error.message, 'namespaces "nowhere" not found');
  });

  it('refuses a namespace other than the request’s', async () => {
    using api = await TestServer.start();
    const error = await refusalOf(
      api.client.transport.request({
        verb: 'create',
        type: configMaps,
        namespace: 'default',
        body: { metadata: { name: 'a', namespace: 'kube-system' } },
      }),
    );
    assert.equal(error.code, 400);
    assert.equal(
      error.message,
      'the namespace of the provided object does not match the namespace sent on the request',
    );
  });

  it('refuses invalid names with a cause', async () => {
    using api = await TestServer.start();
    const error = await refusalOf(api.client.create(configMaps, { metadata: { name: 'A_b', namespace: 'default' } }));
    assert.equal(error.code, 422);
    assert.match(
      error.message,
      /^ConfigMap "A_b" is invalid: metadata\.name: Invalid value: "A_b": a lowercase RFC 1123 subdomain must consist of/,
    );
    assert.deepEqual(
      error.details?.causes?.map(({ reason, field }) => [reason, field]),
      [['FieldValueInvalid', 'metadata.name']],
    );
  });

  it('refuses a wrong type deep in the object, with its path', async () => {
    using api = await TestServer.start();
    const deployment = {
      metadata: { name: 'a', namespace: 'default' },
      spec: {
        selector: { matchLabels: { a: 'b' } },
        template: {
          metadata: { labels: { a: 'b' } },
          spec: { containers: [{ name: 'x', image: 'y', ports: [{ containerPort: 'http' }] }] },
        },
      },
    };
    const error = await refusalOf(api.client.create(deployments, deployment as never));
    assert.equal(error.code, 422);
    assert.deepEqual(
      error.details?.causes?.map(cause => cause.field),
      ['spec.template.spec.containers[0].ports[0].containerPort'],
    );
  });

  it('refuses another apiVersion and another kind', async () => {
    using api = await TestServer.start();
    const metadata = { name: 'a', namespace: 'default' };
    const version = await refusalOf(api.client.create(configMaps, { apiVersion: 'v2', kind: 'ConfigMap', metadata }));
    assert.equal(version.message, 'the API version in the data (v2) does not match the expected API version (v1)');
    const kind = await refusalOf(api.client.create(configMaps, { apiVersion: 'v1', kind: 'Secret', metadata }));
    assert.match(kind.message, /^Secret in version "v1" cannot be handled as a ConfigMap/);
  });

  it('drops unknown fields with a warning, or refuses them when asked to be strict', async () => {
    using api = await TestServer.start();
    const body = { metadata: { name: 'a', namespace: 'default' }, data: { a: 'b' }, colour: 'red' };
    const warnings: string[] = [];
    const call = { user: { username: 'u', groups: [] }, warn: (text: string) => warnings.push(text) };
    const request = { verb: 'create', type: configMaps, namespace: 'default', body } as const;
    const strict = await refusalOf(
      api.server.execute({ ...request, options: { fieldValidation: 'Strict' } }, call) as Promise<unknown>,
    );
    assert.equal(strict.code, 400);
    assert.equal(
      strict.message,
      'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "colour"',
    );
    const result = await api.server.execute(request, call);
    assert.deepEqual(warnings, ['unknown field "colour"']);
    assert.equal('colour' in (result as { object: object }).object, false);
  });

  it('treats what decoding found as unknown fields', async () => {
    using api = await TestServer.start();
    const body = { metadata: { name: 'a', namespace: 'default' } };
    const call = {
      user: { username: 'u', groups: [] },
      warn: () => {},
      decodingFindings: ['duplicate field "data.a"'],
    };
    const error = await refusalOf(
      api.server.execute(
        { verb: 'create', type: configMaps, namespace: 'default', body, options: { fieldValidation: 'Strict' } },
        call,
      ),
    );
    assert.match(error.message, /strict decoding error: duplicate field "data\.a"$/);
  });

  it('tells findings in the order in which a decoder comes upon them', async () => {
    using api = await TestServer.start();
    const body = { metadata: { name: 'a', namespace: 'default', size: 1 } };
    const text = ['metadata.size', 'data.a'];
    const call = {
      user: { username: 'u', groups: [] },
      warn: () => {},
      decodingFindings: ['duplicate field "data.a"'],
      placeOf: (path: string) => text.indexOf(path),
    };
    const options = { fieldValidation: 'Strict' } as const;
    const request = { verb: 'create', type: configMaps, namespace: 'default', body, options } as const;
    const error = await refusalOf(api.server.execute(request, call));
    assert.match(error.message, /: unknown field "metadata\.size", duplicate field "data\.a"$/);
  });

  it('stores nothing in a dry run, and still refuses what it would refuse', async () => {
    using api = await TestServer.start();
    const object = { metadata: { name: 'a', namespace: 'default' } };
    const before = api.store.revision;
    const created = await api.client.create(configMaps, object, { dryRun: true });
    assert.notEqual(created.metadata.uid, undefined);
    assert.equal(api.store.revision, before);
    await api.client.create(configMaps, object);
    assert.equal((await refusalOf(api.client.create(configMaps, object, { dryRun: true }))).reason, 'AlreadyExists');
  });

  it('refuses objects beyond etcd’s limit', async () => {
    using api = await TestServer.start();
    const half = 'x'.repeat(800 * 1024);
    const deploymentOf = (...values: readonly string[]) => ({
      metadata: { name: 'a', namespace: 'default' },
      spec: {
        selector: { matchLabels: { a: 'b' } },
        template: {
          metadata: { labels: { a: 'b' } },
          spec: { containers: [{ name: 'x', image: 'y', env: values.map((value, i) => ({ name: `v${i}`, value })) }] },
        },
      },
    });
    const error = await refusalOf(api.client.create(deployments, deploymentOf(half, half)));
    assert.equal(error.code, 500);
    assert.equal(error.message, 'etcdserver: request is too large');
    await api.client.create(deployments, deploymentOf(half));
  });

  it('says who manages which fields', async () => {
    using api = await TestServer.start();
    const metadata = { name: 'a', namespace: 'default' };
    const { metadata: created } = await api.client.create(configMaps, { metadata, data: { k: 'v' } });
    assert.deepEqual(created.managedFields, [
      {
        manager: 'kubectl',
        operation: 'Update',
        apiVersion: 'v1',
        time: '2026-01-01T00:00:00Z',
        fieldsType: 'FieldsV1',
        fieldsV1: { 'f:data': { '.': {}, 'f:k': {} } },
      },
    ]);
  });

  it('drops owner references that stand twice, with a warning', async () => {
    using api = await TestServer.start();
    const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'o', uid: 'u1' };
    const warnings: string[] = [];
    const call = { user: { username: 'u', groups: [] }, warn: (text: string) => warnings.push(text) };
    const body = { metadata: { name: 'a', namespace: 'default', ownerReferences: [owner, owner] } };
    const result = await api.server.execute({ verb: 'create', type: configMaps, namespace: 'default', body }, call);
    assert.ok(result.kind === 'object');
    assert.equal(result.object.metadata.ownerReferences?.length, 1);
    assert.match(
      warnings[0]!,
      /^\.metadata\.ownerReferences contains duplicate entries; .*duplicate UID\(s\) observed: u1$/,
    );
  });

  it('asks whether the caller may', async () => {
    using api = await TestServer.start({
      authorizer: {
        generation: 0,
        authorize: ({ user }) => ({ allowed: user.groups.includes('system:masters'), reason: '' }),
      },
    });
    const client = api.clientOf({ username: 'jane', groups: [] });
    const error = await refusalOf(client.create(configMaps, { metadata: { name: 'a', namespace: 'default' } }));
    assert.equal(error.code, 403);
    assert.equal(
      error.message,
      'configmaps is forbidden: User "jane" cannot create resource "configmaps" in API group "" in the namespace "default"',
    );
  });

  it('gives a namespace its name as a label, also a generated one', async () => {
    using api = await TestServer.start();
    const { metadata } = await api.client.create(namespaces, { metadata: { generateName: 'team-' }, spec: {} });
    assert.equal(metadata.labels?.['kubernetes.io/metadata.name'], metadata.name);
  });
});
