import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server, request as startRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Duplex } from 'node:stream';
import { after, before, describe, test } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { WebSocket, WebSocketServer } from 'ws';
import {
  type APIService,
  apiServices,
  configMaps,
  customResourceDefinitions,
  endpointSlices,
  namespaces,
  services,
} from '../../src/api/generated/index.ts';
import { CertificateAuthority } from '../../src/drivers/tls/index.ts';
import { type RunningApiServer, startApiServer } from './start-api-server.ts';

// Endpoints are no loopback addresses.
const address = Object.values(networkInterfaces())
  .flatMap(entries => entries ?? [])
  .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;
const skip = address === undefined ? 'the machine has no address but loopback' : false;

const name = 'v1.things.example.com';
const authority = CertificateAuthority.create({ commonName: 'things-ca' }, Date.now());
const caBundle = Buffer.from(authority.certificate).toString('base64');

let api: RunningApiServer;
let aggregated: Server;
let port: number;
/** What the aggregated server answers with for `/apis`; undefined as a server that knows only the old discovery. */
let groupDiscovery: object | undefined;
let lastSeen: IncomingMessage['headers'] = {};
let hasClientCertificate = false;
/** Makes discovery fail. */
let isBroken = false;

const resources = [
  { name: 'things', singularName: 'thing', namespaced: true, kind: 'Thing', verbs: ['get', 'list', 'create', 'watch'] },
  { name: 'things/status', singularName: '', namespaced: true, kind: 'Thing', verbs: ['get'] },
];
const swagger = {
  swagger: '2.0',
  paths: {
    '/apis/things.example.com/v1/things': { get: { responses: { 200: { schema: { $ref: '#/definitions/Thing' } } } } },
    '/apis/other.example.com/': {},
  },
  definitions: {
    Thing: { properties: { metadata: { $ref: '#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta' } } },
    'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta': { description: 'another one' },
    Unneeded: {},
  },
};

function answer(request: IncomingMessage, response: ServerResponse): void {
  const { url = '', headers } = request;
  const send = (status: number, value: object): void => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(value));
  };
  if (url === '/apis' && groupDiscovery !== undefined) {
    const type = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
    response.writeHead(200, { 'content-type': type }).end(JSON.stringify(groupDiscovery));
  } else if (url === '/apis/things.example.com/v1') {
    if (isBroken) send(500, {});
    else send(200, { kind: 'APIResourceList', groupVersion: 'things.example.com/v1', resources });
  } else if (url === '/openapi/v3') {
    const hash = { serverRelativeURL: '/openapi/v3/apis/things.example.com/v1?hash=A1' };
    send(200, { paths: { 'apis/things.example.com/v1': hash } });
  } else if (url.startsWith('/openapi/v3/apis/things')) send(200, { openapi: '3.0.0', info: { title: 'things' } });
  else if (url === '/openapi/v2') send(200, swagger);
  else if (url.endsWith('/things/slow?timeout=100ms')) response.once('close', () => aggregated.emit('slow closed'));
  else if (url.endsWith('/things/moved')) response.writeHead(302, { location: 'https://elsewhere.test/' }).end();
  else if (url.includes('/things?watch')) {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.write('{"type":"ADDED","object":{}}\n');
    response.once('close', () => aggregated.emit('watch closed'));
  } else {
    hasClientCertificate = (request.socket as TLSSocket).authorized;
    lastSeen = headers;
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
    });
    request.on('end', () => send(201, { kind: 'Thing', method: request.method, url, length }));
  }
}

async function until<T>(ask: () => Promise<T | undefined> | T | undefined): Promise<T> {
  for (;;) {
    const found = await ask();
    if (found !== undefined) return found;
    await new Promise(resolve => setTimeout(resolve, 10));
  }
}

const conditionOf = ({ status }: APIService) => status?.conditions?.find(({ type }) => type === 'Available');
const untilReason = (reason: string) =>
  until(async () => {
    const condition = conditionOf(await api.client.get(apiServices, { name }));
    return condition?.reason === reason ? condition : undefined;
  });

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
}

function open(path: string, more: object = {}): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const { body, ...options } = more as { body?: Buffer };
    const { certificate: cert, privateKey: key } = api.pki.admin;
    const ca = api.pki.authority.certificate;
    const request = startRequest({ host: '127.0.0.1', port: api.port, path, agent: false, ca, cert, key, ...options });
    request.on('response', resolve);
    request.on('error', reject);
    request.end(body);
  });
}

async function ask(path: string, more: object = {}): Promise<Answer> {
  const incoming = await open(path, more);
  let text = '';
  for await (const chunk of incoming) text += chunk;
  return { status: incoming.statusCode ?? 0, headers: incoming.headers, text };
}

before(async () => {
  if (skip !== false) return;
  api = await startApiServer();
  const { certificate, privateKey } = authority.issue({
    subject: { commonName: 'things' },
    usage: 'server',
    alternativeNames: ['things.far.svc'],
    nowMs: Date.now(),
  });
  const trust = await api.client.get(configMaps, {
    name: 'extension-apiserver-authentication',
    namespace: 'kube-system',
  });
  aggregated = createServer(
    {
      cert: certificate,
      key: privateKey,
      ca: trust.data!['requestheader-client-ca-file']!,
      requestCert: true,
      rejectUnauthorized: false,
    },
    answer,
  );
  const sockets = new WebSocketServer({ noServer: true });
  aggregated.on('upgrade', (request, socket: Duplex, head) => {
    sockets.handleUpgrade(request, socket, head, client => client.send(String(request.headers['x-remote-user'])));
  });
  await new Promise<void>(resolve => aggregated.listen(0, '0.0.0.0', resolve));
  port = (aggregated.address() as AddressInfo).port;
  await api.client.create(namespaces, { metadata: { name: 'far' }, spec: {} });
});
after(async () => {
  if (skip !== false) return;
  aggregated.closeAllConnections();
  aggregated.close();
  await api[Symbol.asyncDispose]();
});

describe('an aggregated server', { skip }, () => {
  test('is told not to be there for as long as something is missing', async () => {
    await api.client.create(apiServices, {
      metadata: { name },
      spec: {
        group: 'things.example.com',
        version: 'v1',
        service: { namespace: 'far', name: 'things' },
        caBundle,
        groupPriorityMinimum: 17_720,
        versionPriority: 10,
      },
    });
    const missing = await untilReason('ServiceNotFound');
    assert.equal(missing.message, 'service/things in "far" is not present');
    const refused = await ask('/apis/things.example.com/v1/things');
    assert.deepEqual([refused.status, refused.text], [503, 'service unavailable\n']);
    assert.match(refused.headers['content-type'] ?? '', /^text\/plain/);

    const service = { metadata: { name: 'things', namespace: 'far' }, spec: { ports: [{ port: 80 }] } };
    await api.client.create(services, service as never);
    assert.equal(
      (await untilReason('ServicePortError')).message,
      'service/things in "far" is not listening on port 443',
    );
    const stored = await api.client.get(services, { name: 'things', namespace: 'far' });
    await api.client.update(services, { ...stored, spec: { ...stored.spec, ports: [{ port: 443, name: 'api' }] } });
    assert.equal(
      (await untilReason('EndpointsNotFound')).message,
      'cannot find endpointslices for service/things in "far"',
    );
    await api.client.create(endpointSlices, {
      metadata: { name: 'things', namespace: 'far', labels: { 'kubernetes.io/service-name': 'things' } },
      addressType: 'IPv4',
      endpoints: [{ addresses: [address!], conditions: { ready: false } }],
      ports: [{ name: 'api', port }],
    });
    assert.equal(
      (await untilReason('MissingEndpoints')).message,
      'endpointslices for service/things in "far" have no addresses with port name "api"',
    );
    isBroken = true;
    const slice = await api.client.get(endpointSlices, { name: 'things', namespace: 'far' });
    await api.client.update(endpointSlices, { ...slice, endpoints: [{ addresses: [address!] }] });
    const url = `https://${address}:${port}/apis/things.example.com/v1`;
    assert.equal(
      (await untilReason('FailedDiscoveryCheck')).message,
      `failing or missing response from ${url}: bad status from ${url}: 500`,
    );
  });

  test('is listed as stale until it has been asked, and then with what it serves', async () => {
    const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
    interface Discovered {
      readonly metadata: { readonly name: string };
      readonly versions: readonly { readonly freshness: string; readonly resources: readonly object[] }[];
    }
    const discover = async (): Promise<Discovered> => {
      const { items } = JSON.parse((await ask('/apis', { headers: { accept } })).text) as { items: Discovered[] };
      return items.find(({ metadata }) => metadata.name === 'things.example.com')!;
    };
    assert.equal((await discover()).versions[0]?.freshness, 'Stale');
    isBroken = false;
    assert.equal((await untilReason('Passed')).message, 'all checks passed');
    const known = await until(async () => {
      const found = (await discover()).versions[0];
      return found?.freshness === 'Current' ? found : undefined;
    });
    assert.deepEqual(known.resources, [
      {
        resource: 'things',
        responseKind: { group: 'things.example.com', version: 'v1', kind: 'Thing' },
        scope: 'Namespaced',
        singularResource: 'thing',
        verbs: ['get', 'list', 'create', 'watch'],
        subresources: [
          {
            subresource: 'status',
            responseKind: { group: 'things.example.com', version: 'v1', kind: 'Thing' },
            verbs: ['get'],
          },
        ],
      },
    ]);
    const { groups } = JSON.parse((await ask('/apis')).text) as { groups: { name: string }[] };
    const names = groups.map(group => group.name);
    // By its priority, between events.k8s.io and authentication.k8s.io.
    assert.equal(names.indexOf('things.example.com'), names.indexOf('authentication.k8s.io') - 1);
    const group = JSON.parse((await ask('/apis/things.example.com')).text) as { preferredVersion: { version: string } };
    assert.equal(group.preferredVersion.version, 'v1');
  });

  test('gets requests with their sender, from somebody that it can believe', async () => {
    const path = '/apis/things.example.com/v1/namespaces/far/things?a=%2F';
    const created = await ask(path, {
      method: 'POST',
      body: Buffer.alloc(4_000_000),
      headers: {
        'impersonate-user': 'jürgen',
        'impersonate-group': 'system:masters',
        'impersonate-extra-example.com%2fscope': 'x',
        'x-remote-user': 'root',
      },
    });
    assert.equal(created.status, 201);
    assert.deepEqual(JSON.parse(created.text), { kind: 'Thing', method: 'POST', url: path, length: 4_000_000 });
    assert.ok(hasClientCertificate);
    assert.equal(Buffer.from(String(lastSeen['x-remote-user']), 'latin1').toString(), 'jürgen');
    assert.match(String(lastSeen['x-remote-group']), /system:masters/);
    assert.equal(lastSeen['x-remote-extra-example.com%2fscope'], 'x');
    assert.equal(lastSeen['impersonate-user'], undefined);
    assert.equal(lastSeen['authorization'], undefined);
    const forbidden = await ask(path, { headers: { 'impersonate-user': 'nobody' } });
    assert.equal(forbidden.status, 403);
    assert.match(forbidden.text, /things.things.example.com is forbidden: User \\"nobody\\" cannot list resource/);
  });

  test('streams watches until the client leaves', async () => {
    const watch = await open('/apis/things.example.com/v1/things?watch=true');
    const [first] = await new Promise<Buffer[]>(resolve => watch.once('data', chunk => resolve([chunk as Buffer])));
    assert.equal(first?.toString(), '{"type":"ADDED","object":{}}\n');
    const closed = new Promise(resolve => aggregated.once('watch closed', resolve));
    watch.destroy();
    await closed;
  });

  test('is not waited for longer than its client will', async () => {
    const closed = new Promise(resolve => aggregated.once('slow closed', resolve));
    const slow = await ask('/apis/things.example.com/v1/namespaces/far/things/slow?timeout=100ms');
    assert.equal(slow.status, 504);
    assert.match(slow.text, /Timeout: request did not complete within the allotted timeout/);
    await closed;
  });

  test('may switch protocols, but lead nobody elsewhere', async () => {
    const { certificate: cert, privateKey: key } = api.pki.admin;
    const url = `wss://127.0.0.1:${api.port}/apis/things.example.com/v1/namespaces/far/things/a/talk`;
    const client = new WebSocket(url, { cert, key, ca: api.pki.authority.certificate });
    assert.equal(
      await new Promise(resolve => client.once('message', data => resolve(String(data)))),
      'kubernetes-admin',
    );
    client.close();
    const moved = await ask('/apis/things.example.com/v1/things/moved');
    assert.equal(moved.status, 502);
    assert.match(moved.text, /^the backend attempted to redirect this request/);
  });

  test('has its OpenAPI among ours', async () => {
    const document = await until(async () => {
      const { text } = await ask('/openapi/v2');
      return text.includes('/apis/things.example.com/v1/things') ? JSON.parse(text) : undefined;
    });
    const { paths, definitions } = document as { paths: object; definitions: Record<string, object> };
    assert.ok('/apis/things.example.com/v1/things' in paths && !('/apis/other.example.com/' in paths));
    assert.ok(!('Unneeded' in definitions));
    const renamed = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta_v2';
    assert.deepEqual(definitions['Thing'], { properties: { metadata: { $ref: `#/definitions/${renamed}` } } });
    assert.deepEqual(definitions[renamed], { description: 'another one' });
    const index = JSON.parse((await ask('/openapi/v3')).text) as {
      paths: Record<string, { serverRelativeURL: string }>;
    };
    const { serverRelativeURL } = index.paths['apis/things.example.com/v1']!;
    assert.equal(serverRelativeURL, '/openapi/v3/apis/things.example.com/v1?hash=A1');
    assert.equal(JSON.parse((await ask(serverRelativeURL)).text).info.title, 'things');
  });

  test('is not believed without a certificate for the name of its Service', async () => {
    const stored = await api.client.get(apiServices, { name });
    const other = CertificateAuthority.create({ commonName: 'other-ca' }, Date.now());
    const bundle = Buffer.from(other.certificate).toString('base64');
    await api.client.update(apiServices, { ...stored, spec: { ...stored.spec, caBundle: bundle } });
    const failed = await untilReason('FailedDiscoveryCheck');
    assert.match(failed.message ?? '', /x509: certificate signed by unknown authority$/);
    const current = await api.client.get(apiServices, { name });
    const { caBundle: _, ...spec } = current.spec;
    await api.client.update(apiServices, { ...current, spec: { ...spec, insecureSkipTLSVerify: true } });
    await untilReason('Passed');
  });

  test('is gone with its APIService', async () => {
    await api.client.delete(apiServices, { name });
    await until(async () => ((await ask('/apis/things.example.com/v1')).status === 404 ? true : undefined));
    assert.doesNotMatch((await ask('/apis')).text, /things\.example\.com/);
    await until(async () => ((await ask('/openapi/v2')).text.includes('things.example.com') ? undefined : true));
  });
});

describe('a front proxy', { skip }, () => {
  const present = (more: object) => {
    const { client } = api.pki.ensureFrontProxy();
    return ask('/apis/authentication.k8s.io/v1/selfsubjectreviews', {
      method: 'POST',
      cert: client.certificate,
      key: client.privateKey,
      body: Buffer.from('{"kind":"SelfSubjectReview","apiVersion":"authentication.k8s.io/v1"}'),
      ...more,
    });
  };

  test('says whose requests it passes on, and is nobody itself', async () => {
    const review = await present({
      headers: {
        'content-type': 'application/json',
        'x-remote-user': 'ann',
        'x-remote-group': ['a', 'system:authenticated'],
        'x-remote-extra-example.com%2fscope': 'x',
      },
    });
    assert.equal(review.status, 201, review.text);
    assert.deepEqual(JSON.parse(review.text).status.userInfo, {
      username: 'ann',
      groups: ['a', 'system:authenticated'],
      extra: { 'example.com/scope': ['x'] },
    });
    assert.equal((await present({ headers: { 'content-type': 'application/json' } })).status, 401);
  });

  test('is not whoever has another certificate', async () => {
    const { text } = await present({
      cert: api.pki.admin.certificate,
      key: api.pki.admin.privateKey,
      headers: { 'content-type': 'application/json', 'x-remote-user': 'ann' },
    });
    assert.equal(JSON.parse(text).status.userInfo.username, 'kubernetes-admin');
  });
});

describe('APIServices of what the server serves itself', { skip }, () => {
  test('are made anew for CRDs, and left alone when somebody has made them his own', async () => {
    const crd = {
      metadata: { name: 'jobs.mine.example.com' },
      spec: {
        group: 'mine.example.com',
        scope: 'Namespaced',
        names: { plural: 'jobs', kind: 'Job' },
        versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
      },
    };
    await api.client.create(customResourceDefinitions, crd as never);
    const own = { name: 'v1.mine.example.com' };
    const find = () => api.client.get(apiServices, own).catch(() => undefined);
    const first = await until(find);
    await api.client.delete(apiServices, own);
    const second = await until(async () => {
      const found = await find();
      return found?.metadata.uid === first.metadata.uid ? undefined : found;
    });
    const mine = {
      ...second,
      metadata: { ...second.metadata, labels: {} },
      spec: { ...second.spec, versionPriority: 7 },
    };
    await api.client.update(apiServices, mine);
    await api.client.delete(apiServices, { name: 'v1.events.k8s.io' });
    await new Promise(resolve => setTimeout(resolve, 200));
    assert.equal((await find())?.spec.versionPriority, 7);
    await assert.rejects(api.client.get(apiServices, { name: 'v1.events.k8s.io' }), /not found/);
  });
});
