/** What goes wrong at the API is told clearly, and nothing is lost by it. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type ApiAnswer, type ApiRequestOptions, requestApi } from './api-request.ts';
import { TestCluster } from './cluster-process.ts';
import { eventually } from './run-kubectl.ts';

const configMaps = '/api/v1/namespaces/default/configmaps';
const podsPath = '/api/v1/namespaces/default/pods';
const strict = '?fieldValidation=Strict';

function configMap(name: string, extra: object = {}): object {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, ...extra };
}

function pod(name: string, container: object = {}, metadata: object = {}): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, ...metadata },
    spec: { containers: [{ name: 'main', image: 'x', ...container }] },
  };
}

describe('bad input', () => {
  let cluster: TestCluster;
  before(async () => {
    cluster = await TestCluster.start(['--nodes', 'simulated:1']);
  });
  after(() => cluster[Symbol.asyncDispose]());

  const send = (method: string, path: string, options?: ApiRequestOptions): Promise<ApiAnswer> =>
    requestApi(cluster.kubeconfig, method, path, options);
  const post = (path: string, body: string | object, contentType?: string): Promise<ApiAnswer> =>
    send('POST', path, contentType === undefined ? { body } : { body, contentType });
  const causesOf = ({ body }: ApiAnswer): string[] =>
    (body.details?.causes ?? []).map((cause: { field: string; reason: string }) => `${cause.field} ${cause.reason}`);

  test('malformed JSON and YAML: line and column', async () => {
    const json = await post(configMaps, '{\n  "kind": "ConfigMap",\n  "metadata" {}\n}');
    assert.equal(json.status, 400);
    assert.match(json.body.message, /line 3, column 1\d|line 3 column 1\d/);
    const yaml = await post(configMaps, 'kind: ConfigMap\nmetadata:\n  name: [a\n', 'application/yaml');
    assert.equal(yaml.status, 400);
    assert.match(yaml.body.message, /line \d+/);
  });

  test('unknown kinds and versions', async () => {
    assert.equal((await post('/apis/example.com/v1/namespaces/default/things', {})).status, 404);
    const other = await post(configMaps, { apiVersion: 'v1', kind: 'Thing', metadata: { name: 'a' } });
    assert.equal(other.status, 400);
    assert.match(other.body.message, /Thing/);
  });

  test('unknown and duplicate fields: refused when strict, warned of otherwise', async () => {
    const unknown = await post(`${configMaps}${strict}`, configMap('unknown', { datta: {} }));
    assert.equal(unknown.status, 400);
    assert.match(unknown.body.message, /unknown field "datta"/);
    const text = '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"twice"},"data":{"a":"1"},"data":{"a":"2"}}';
    const twice = await post(`${configMaps}${strict}`, text);
    assert.equal(twice.status, 400);
    assert.match(twice.body.message, /duplicate field "data"/);
    const warned = await post(`${configMaps}?fieldValidation=Warn`, configMap('warned', { datta: {} }));
    assert.equal(warned.status, 201);
    assert.match(String(warned.headers['warning']), /unknown field \\?"datta\\?"/);
  });

  test('a wrong type deep in an object: its path', async () => {
    const answer = await post(podsPath, pod('deep', { ports: [{ containerPort: 'eighty' }] }));
    assert.ok(answer.status === 400 || answer.status === 422, String(answer.status));
    assert.match(answer.body.message, /spec\.containers\[0\]\.ports\[0\]\.containerPort/);
  });

  test('invalid names, labels and quantities: 422 with a cause each', async () => {
    const name = await post(configMaps, configMap('Not_A_Name'));
    assert.equal(name.status, 422);
    assert.deepEqual(causesOf(name), ['metadata.name FieldValueInvalid']);
    assert.match(
      name.body.message,
      /^ConfigMap "Not_A_Name" is invalid: metadata\.name: Invalid value: "Not_A_Name": a lowercase RFC 1123 subdomain/,
    );
    const label = await post(configMaps, configMap('label', { metadata: { name: 'label', labels: { 'a b': 'c' } } }));
    assert.deepEqual(causesOf(label), ['metadata.labels FieldValueInvalid']);
    const quantity = await post(podsPath, pod('quantity', { resources: { requests: { cpu: 'much' } } }));
    assert.ok(quantity.status === 400 || quantity.status === 422, String(quantity.status));
    assert.match(quantity.body.message, /quantities must match the regular expression|requests/);
    const several = await post(podsPath, pod('several', { name: 'Main', ports: [{ containerPort: 0 }] }));
    assert.equal(several.status, 422);
    assert.ok(causesOf(several).length >= 2, several.text);
  });

  test('an object over the size limit', async () => {
    const answer = await post(configMaps, configMap('large', { data: { text: 'x'.repeat(4 << 20) } }));
    assert.ok([413, 422].includes(answer.status), String(answer.status));
    assert.match(answer.body.message, /too large|Too long|limit/i);
  });

  test('a stale resourceVersion: 409, and the newer content stays', async () => {
    const first = await post(configMaps, configMap('contended', { data: { by: 'first' } }));
    await send('PUT', `${configMaps}/contended`, { body: configMap('contended', { data: { by: 'second' } }) });
    const stale = { ...first.body, data: { by: 'third' } };
    const conflict = await send('PUT', `${configMaps}/contended`, { body: stale });
    assert.equal(conflict.status, 409);
    assert.equal(
      conflict.body.message,
      'Operation cannot be fulfilled on configmaps "contended": the object has been modified; please apply your changes to the latest version and try again',
    );
    assert.equal((await send('GET', `${configMaps}/contended`)).body.data.by, 'second');
  });

  test('a missing namespace', async () => {
    const answer = await post('/api/v1/namespaces/nowhere/configmaps', configMap('a'));
    assert.equal(answer.status, 404);
    assert.equal(answer.body.message, 'namespaces "nowhere" not found');
  });

  test('a request without permission: Kubernetes’ exact text', async () => {
    await post('/api/v1/namespaces/default/serviceaccounts', {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'robot' },
    });
    const token = (
      await post('/api/v1/namespaces/default/serviceaccounts/robot/token', {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        spec: {},
      })
    ).body.status.token;
    const refused = await send('GET', podsPath, { token });
    assert.equal(refused.status, 403);
    assert.equal(
      refused.body.message,
      'pods is forbidden: User "system:serviceaccount:default:robot" cannot list resource "pods" in API group "" in the namespace "default"',
    );
    await send('DELETE', '/api/v1/namespaces/default/serviceaccounts/robot');
    const deleted = async () => (await send('GET', podsPath, { token })).status;
    await eventually('the token of a deleted ServiceAccount proves nothing', deleted, status => status === 401);
  });

  test('what cannot be executed on simulated nodes says so', async () => {
    await post(podsPath, pod('idle'));
    const status = async () => (await send('GET', `${podsPath}/idle`)).body.status?.phase;
    await eventually('the pod runs', status, phase => phase === 'Running');
    const log = await send('GET', `${podsPath}/idle/log`);
    assert.equal(log.status, 400);
    assert.match(log.body.message, /simulated node sim-0, where nothing executes/);
  });
});
