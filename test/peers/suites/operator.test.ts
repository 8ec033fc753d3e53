/** An operator written with controller-runtime v0.24: its own kind, controller, finalizer, status, events and webhooks. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { CertificateAuthority, readKubeconfig } from '../../../src/drivers/tls/index.ts';
import { requestApi } from '../../end-to-end/api-request.ts';
import { newDirectory, removeDirectory, TestCluster } from '../../end-to-end/cluster-process.ts';
import { eventually } from '../../end-to-end/run-kubectl.ts';
import { buildOwnProgram } from '../build-go.ts';
import { findFreePorts } from '../free-port.ts';
import { LineProcess } from '../line-process.ts';

const boats = '/apis/example.com/v1/namespaces/default/boats';
const configMaps = '/api/v1/namespaces/default/configmaps';

describe('an operator written with controller-runtime v0.24', { concurrency: false }, () => {
  const directory = newDirectory();
  const certificates = mkdtempSync(join(tmpdir(), 'sampan-operator-'));
  let cluster: TestCluster;
  let operator: LineProcess;
  let serverPort: string;

  before(async () => {
    const program = await buildOwnProgram('operator');
    cluster = await TestCluster.start([], directory, 'server');
    serverPort = new URL((await readKubeconfig(cluster.kubeconfig)).server).port;
    await post('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', definition);
    const [port] = (await findFreePorts(1)) as [number];
    const authority = writeCertificate(certificates);
    operator = new LineProcess(program, [String(port), certificates], { KUBECONFIG: cluster.kubeconfig });
    await operator.until('it leads and knows its objects', lines => lines.includes('ready'));
    for (const configuration of webhooks(port, authority))
      await post(`/apis/admissionregistration.k8s.io/v1/${configuration.plural}`, configuration.body);
  });
  after(async () => {
    await operator[Symbol.asyncDispose]();
    await cluster[Symbol.asyncDispose]();
    await removeDirectory(directory);
    rmSync(certificates, { recursive: true });
  });

  const ask = (method: string, path: string, body?: object) =>
    requestApi(cluster.kubeconfig, method, path, body === undefined ? {} : { body });
  const get = async (path: string) => (await ask('GET', path)).body;
  const post = async (path: string, body: object) => {
    const answer = await ask('POST', path, body);
    assert.equal(answer.status, 201, answer.text);
    return answer.body;
  };
  const untilReady = (name: string, generation: number) =>
    eventually(
      `${name} is ready`,
      () => get(`${boats}/${name}`),
      boat => boat.status?.observedGeneration === generation && boat.status.conditions?.[0]?.status === 'True',
    );

  test('fills in what is missing, brings the object about and reports its status', async () => {
    const created = await post(boats, boat('junk', { crew: 3 }));
    assert.equal(created.spec.sail, 'lateen', 'the mutating webhook');
    const ready = await untilReady('junk', 1);
    assert.equal(ready.status.aboard, 3);
    assert.deepEqual(ready.metadata.finalizers, ['boats.example.com/moor']);
    const crew = await get(`${configMaps}/junk-crew`);
    assert.deepEqual(crew.data, { 'sailor-0': 'lateen', 'sailor-1': 'lateen', 'sailor-2': 'lateen' });
    assert.equal(crew.metadata.ownerReferences[0].uid, created.metadata.uid);
    await eventually(
      'its event',
      () => get('/apis/events.k8s.io/v1/namespaces/default/events?fieldSelector=reason%3DBoarded'),
      ({ items }) => items.length === 1 && items[0].note === '3 came aboard',
    );
  });

  test('follows changes of the object and of what it owns', async () => {
    const now = await get(`${boats}/junk`);
    await ask('PUT', `${boats}/junk`, { ...now, spec: { crew: 1, sail: 'square' } });
    await untilReady('junk', 2);
    await ask('DELETE', `${configMaps}/junk-crew`);
    await eventually(
      'the ConfigMap is back',
      () => get(`${configMaps}/junk-crew`),
      ({ data }) => data?.['sailor-0'] === 'square',
    );
  });

  test('refuses and warns by its webhook', async () => {
    const refused = await ask('POST', boats, boat('galley', { crew: 40 }));
    assert.equal(refused.status, 403);
    assert.equal(
      refused.body.message,
      'admission webhook "validate.boats.example.com" denied the request: a sampan holds twelve, not 40',
    );
    const warned = await ask('POST', boats, boat('ghost', {}));
    assert.equal(warned.status, 201, warned.text);
    assert.equal(warned.headers['warning'], '299 - "nobody is aboard"');
  });

  test('goes on when the server has been killed and started again', async () => {
    await cluster.kill();
    cluster = await TestCluster.start(['--port', serverPort], directory, 'server');
    await post(boats, boat('lugger', { crew: 2, sail: 'lug' }));
    await untilReady('lugger', 1);
    assert.deepEqual((await get(`${configMaps}/lugger-crew`)).data, { 'sailor-0': 'lug', 'sailor-1': 'lug' });
  });

  test('finishes what its finalizer holds; what it owned is collected', async () => {
    assert.equal((await ask('DELETE', `${boats}/junk`)).status, 200);
    await eventually(
      'the boat is gone',
      async () => (await ask('GET', `${boats}/junk`)).status,
      status => status === 404,
    );
    assert.equal((await ask('GET', `${configMaps}/junk-moored`)).status, 200);
    await eventually(
      'its crew is gone',
      async () => (await ask('GET', `${configMaps}/junk-crew`)).status,
      status => status === 404,
    );
  });

  test('has nothing to complain of but the time without a server, and what it missed then', () => {
    const records = operator.complaints.split('\n').filter(line => line.startsWith('{'));
    const errors = records.map(line => JSON.parse(line)).filter(({ level }) => level === 'error');
    const ordinary = /connection refused|EOF|connection reset|already exists|object has been modified/;
    const complaints = new Set(errors.map(({ error, msg }) => `${msg}: ${error}`));
    assert.deepEqual(
      [...complaints].filter(text => !ordinary.test(text)),
      [],
    );
  });
});

function boat(name: string, spec: object) {
  return { apiVersion: 'example.com/v1', kind: 'Boat', metadata: { name }, spec };
}

const definition = {
  metadata: { name: 'boats.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'boats', singular: 'boat', kind: 'Boat', listKind: 'BoatList' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: {
                type: 'object',
                properties: { crew: { type: 'integer', format: 'int32', minimum: 0 }, sail: { type: 'string' } },
              },
              status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
            },
          },
        },
      },
    ],
  },
};

/** Writes `tls.crt` and `tls.key` for 127.0.0.1, where controller-runtime looks for them; returns the authority's PEM. */
function writeCertificate(directory: string): string {
  const nowMs = Date.now();
  const authority = CertificateAuthority.create({ commonName: 'webhooks' }, nowMs);
  const subject = { commonName: 'operator' };
  const pair = authority.issue({ subject, usage: 'server', alternativeNames: ['127.0.0.1', 'localhost'], nowMs });
  writeFileSync(join(directory, 'tls.crt'), pair.certificate);
  writeFileSync(join(directory, 'tls.key'), pair.privateKey, { mode: 0o600 });
  return authority.certificate;
}

function webhooks(port: number, authority: string) {
  const webhook = (name: string, path: string) => ({
    name,
    clientConfig: { url: `https://127.0.0.1:${port}${path}`, caBundle: Buffer.from(authority).toString('base64') },
    rules: [
      { apiGroups: ['example.com'], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['boats'] },
    ],
    sideEffects: 'None',
    admissionReviewVersions: ['v1'],
    failurePolicy: 'Fail',
  });
  return [
    {
      plural: 'mutatingwebhookconfigurations',
      body: {
        metadata: { name: 'boats' },
        webhooks: [webhook('default.boats.example.com', '/mutate-example-com-v1-boat')],
      },
    },
    {
      plural: 'validatingwebhookconfigurations',
      body: {
        metadata: { name: 'boats' },
        webhooks: [webhook('validate.boats.example.com', '/validate-example-com-v1-boat')],
      },
    },
  ];
}
