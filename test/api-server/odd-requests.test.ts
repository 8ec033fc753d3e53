/** Requests that no client sends on purpose. `npm run fuzz` found each of them to go wrong once. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type ApiRequestOptions, requestApi } from '../end-to-end/api-request.ts';
import { type RunningApiServer, startApiServer } from './start-api-server.ts';

let running: RunningApiServer;

before(async () => {
  running = await startApiServer();
  await ask('POST', '/api/v1/namespaces/default/serviceaccounts', { body: { metadata: { name: 'default' } } });
});
after(() => running[Symbol.asyncDispose]());

function ask(method: string, path: string, options?: ApiRequestOptions) {
  return requestApi(running.kubeconfig, method, path, options);
}

test('a path of the old watches takes GET only, and nothing below an object', async () => {
  for (const method of ['PUT', 'POST', 'PATCH', 'DELETE', 'HEAD']) {
    const { status } = await ask(method, '/api/v1/watch/pods');
    assert.equal(status, 405, method);
  }
  const { status, body } = await ask('GET', '/api/v1/watch/namespaces/default/pods/a/status');
  assert.deepEqual([status, body.reason], [404, 'NotFound']);
});

test('no resource takes HEAD, and what is not served is not found whatever the method', async () => {
  assert.equal((await ask('HEAD', '/api/v1/pods')).status, 405);
  assert.equal((await ask('OPTIONS', '/api/v1/pods')).status, 405);
  assert.equal((await ask('OPTIONS', '/api/v1/nothing')).status, 404);
});

test('a pod without containers is refused for that', async () => {
  const body = { metadata: { name: 'a' }, spec: { containers: null } };
  const { status, body: answer } = await ask('POST', '/api/v1/namespaces/default/pods', { body });
  assert.equal(status, 422);
  assert.match(answer.message, /spec\.containers: Required value/);
});

test('a body that nests without end is refused', async () => {
  for (const body of ['['.repeat(100_000), `{"a":${'{"a":'.repeat(50_000)}1${'}'.repeat(50_001)}`]) {
    const { status, body: answer } = await ask('POST', '/api/v1/namespaces/default/configmaps', { body });
    assert.deepEqual([status, answer.reason], [400, 'BadRequest']);
    assert.match(answer.message, /exceeded max depth/);
  }
});

test('what an object to be created says of its revision counts only if it is one', async () => {
  const create = (name: string, resourceVersion: string) =>
    ask('POST', '/api/v1/namespaces/default/configmaps', { body: { metadata: { name, resourceVersion } } });
  const made = await create('odd-revision', 'x');
  assert.equal(made.status, 201);
  assert.match(made.body.metadata.resourceVersion, /^\d+$/);
  assert.equal((await create('no-revision', '0')).status, 201);
  const { status, body } = await create('stored', '5');
  assert.deepEqual([status, body.message], [500, 'resourceVersion should not be set on objects to be created']);
});

test('finalizers of built-in kinds have a domain, or are Kubernetes’ own', async () => {
  const body = { metadata: { name: 'held', finalizers: ['orphan', 'mine'] } };
  const { status, body: answer } = await ask('POST', '/api/v1/namespaces/default/configmaps', { body });
  assert.equal(status, 422);
  assert.match(
    answer.message,
    /metadata\.finalizers\[1\]: Invalid value: "mine": name is neither a standard finalizer name nor is it fully qualified/,
  );
});

test('what is only computed has no path of its own', async () => {
  const reviews = '/apis/authentication.k8s.io/v1/tokenreviews';
  assert.equal((await ask('GET', reviews)).status, 405);
  assert.equal((await ask('GET', `${reviews}/a`)).status, 404);
  assert.equal((await ask('PUT', '/api/v1/namespaces/default/bindings/a', { body: {} })).status, 404);
});

test('times of leases have six decimals', async () => {
  const leases = '/apis/coordination.k8s.io/v1/namespaces/default/leases';
  const renew = (renewTime: string) =>
    ask('POST', leases, { body: { metadata: { generateName: 'a' }, spec: { renewTime } } });
  assert.equal((await renew('2026-01-01T00:00:00.000000Z')).status, 201);
  assert.equal((await renew('2026-01-01T00:00:00Z')).status, 422);
});

test('of the Secrets that a ServiceAccount refers to only the names are kept', async () => {
  const secrets = [{ name: 'a', kind: 'Secret', namespace: 'x' }];
  const body = { metadata: { name: 'referring' }, secrets };
  const made = await ask('POST', '/api/v1/namespaces/default/serviceaccounts', { body });
  assert.deepEqual(made.body.secrets, [{ name: 'a' }]);
});

test('values of causes are shown with the names that Go has for their fields', async () => {
  const bindings = '/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings';
  const binding = (role: string) => ({
    metadata: { name: 'changed' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: role },
  });
  await ask('POST', bindings, { body: binding('a') });
  const { body } = await ask('PUT', `${bindings}/changed`, { body: binding('b') });
  const value = '{"APIGroup":"rbac.authorization.k8s.io","Kind":"Role","Name":"b"}';
  assert.match(body.message, new RegExp(`roleRef: Invalid value: ${value}: cannot change roleRef$`));
});

test('a rule of a schema that does not say its rule is refused for that', async () => {
  const schema = { type: 'object', 'x-kubernetes-validations': [{ message: 'no' }] };
  const openAPIV3Schema = { type: 'object', properties: { spec: schema } };
  const names = { plural: 'gs', singular: 'g', kind: 'G', listKind: 'GList' };
  const versions = [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema } }];
  const spec = { group: 'odd.example', scope: 'Namespaced', names, versions };
  const { status, body } = await ask('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
    body: { metadata: { name: 'gs.odd.example' }, spec },
  });
  assert.equal(status, 422);
  assert.match(body.message, /x-kubernetes-validations\[0\]\.rule: Required value: rule is not specified/);
});

test('a pod whose namespace was taken away cannot be written, for that reason', async () => {
  await ask('POST', '/api/v1/namespaces', { body: { metadata: { name: 'gone' } } });
  await ask('POST', '/api/v1/namespaces/gone/serviceaccounts', { body: { metadata: { name: 'default' } } });
  const pod = { metadata: { name: 'left' }, spec: { containers: [{ name: 'c', image: 'i' }] } };
  assert.equal((await ask('POST', '/api/v1/namespaces/gone/pods', { body: pod })).status, 201);
  await ask('DELETE', '/api/v1/namespaces/gone');
  await ask('PUT', '/api/v1/namespaces/gone/finalize', { body: { metadata: { name: 'gone' }, spec: {} } });
  const { body: left } = await ask('GET', '/api/v1/namespaces/gone/pods/left');
  const { status, body } = await ask('PUT', '/api/v1/namespaces/gone/pods/left', {
    body: { ...left, spec: { ...left.spec, containers: [{ ...left.spec.containers[0], image: 'j' }] } },
  });
  assert.deepEqual([status, body.message], [404, 'namespaces "gone" not found']);
});

test('a field called __proto__ that a kind has not is dropped, from what is changed as well', async () => {
  const maps = '/api/v1/namespaces/default/configmaps';
  const made = await ask('POST', maps, { body: '{"metadata":{"name":"proto"},"__proto__":{"a":1},"data":{"a":"b"}}' });
  assert.equal(made.status, 201);
  const body = '{"metadata":{"name":"proto"},"__proto__":{"a":1},"data":{"a":"c"}}';
  const { text } = await ask('PUT', `${maps}/proto`, { body });
  assert.doesNotMatch(text, /__proto__/);
  assert.doesNotMatch((await ask('GET', `${maps}/proto`)).text, /__proto__/);
});

test('an event of events.k8s.io that says little can be written back in the core group unchanged', async () => {
  const event = { metadata: { name: 'short' }, regarding: { kind: 'Pod', namespace: 'default' }, note: 'n' };
  await ask('POST', '/apis/events.k8s.io/v1/namespaces/default/events?fieldManager=t', { body: event });
  const path = '/api/v1/namespaces/default/events/short';
  const { body: stored } = await ask('GET', path);
  const { status, body: again } = await ask('PUT', `${path}?fieldManager=t`, { body: stored });
  assert.deepEqual([status, again.metadata.resourceVersion], [200, stored.metadata.resourceVersion]);
});

test('what is in all namespaces can be listed and watched, and not be deleted at once', async () => {
  const maps = '/api/v1/namespaces/default/configmaps';
  await ask('POST', maps, { body: { metadata: { name: 'survivor' } } });
  for (const method of ['DELETE', 'POST', 'PUT', 'PATCH']) {
    const options = method === 'DELETE' ? {} : { body: {} };
    assert.equal((await ask(method, '/api/v1/configmaps', options)).status, 405, method);
  }
  assert.equal((await ask('GET', `${maps}/survivor`)).status, 200);
  const paths = [
    '/api/v1/configmaps/survivor',
    '/api/v1/bindings',
    '/api/v1/watch/configmaps/survivor',
    '/api/v1/namespaces/default/nodes',
    '/api/v1/namespaces/default/nodes/a',
    '/api/v1/namespaces/default/namespaces',
  ];
  for (const path of paths) assert.equal((await ask('GET', path)).status, 404, path);
  for (const path of ['/api/v1/configmaps', '/api/v1/namespaces/default', '/api/v1/nodes', '/api/v1/namespaces']) {
    assert.equal((await ask('GET', path)).status, 200, path);
  }
  assert.equal((await ask('GET', '/api/v1/namespaces/default/status')).status, 200);
});

test('a TokenRequest of wrong types is refused', async () => {
  const body = { spec: { boundObjectRef: { apiVersion: {}, kind: 'Pod' } } };
  const { status, body: answer } = await ask('POST', '/api/v1/namespaces/default/serviceaccounts/default/token', {
    body,
  });
  assert.deepEqual([status, answer.reason], [422, 'Invalid']);
  assert.match(answer.message, /spec\.boundObjectRef\.apiVersion/);
});
