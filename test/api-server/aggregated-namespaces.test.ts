import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { after, before, describe, test } from 'node:test';
import {
  apiServices,
  configMaps,
  endpointSlices,
  type Namespace,
  namespaces,
  services,
} from '../../src/api/generated/index.ts';
import { CertificateAuthority } from '../../src/drivers/tls/index.ts';
import { StatusError } from '../../src/machinery/index.ts';
import { type RunningApiServer, startApiServer } from './start-api-server.ts';

const address = Object.values(networkInterfaces())
  .flatMap(entries => entries ?? [])
  .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;
const skip = address === undefined ? 'the machine has no address but loopback' : false;

interface Thing {
  readonly metadata: { readonly name: string; readonly namespace: string; readonly uid: string } & object;
}

let api: RunningApiServer;
let aggregated: Server;
let isBroken = true;
let things: readonly Thing[] = [];
const watchers = new Set<ServerResponse>();

function remove(gone: (thing: Thing) => boolean): void {
  for (const object of things.filter(gone)) {
    for (const watcher of watchers) watcher.write(`${JSON.stringify({ type: 'DELETED', object: typed(object) })}\n`);
  }
  things = things.filter(thing => !gone(thing));
}

const typed = (thing: Thing) => ({ apiVersion: 'things.example.com/v1', kind: 'Thing', ...thing });

/** As much of a resource's server as the collectors ask for. */
function answer(request: IncomingMessage, response: ServerResponse): void {
  const { url = '', method } = request;
  const [path = '', query = ''] = url.split('?');
  const [, namespace, name] = /\/namespaces\/([^/]+)\/things\/?([^/]*)$/.exec(path) ?? [];
  const send = (status: number, value: object): void => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
  };
  request.resume();
  if (isBroken) send(500, {});
  else if (path === '/apis/things.example.com/v1') {
    const verbs = ['get', 'list', 'watch', 'delete', 'deletecollection', 'patch'];
    send(200, { kind: 'APIResourceList', resources: [{ name: 'things', namespaced: true, kind: 'Thing', verbs }] });
  } else if (!path.includes('/things')) send(404, {});
  else if (query.includes('watch=true')) {
    response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
    watchers.add(response);
    response.on('close', () => watchers.delete(response));
  } else if (method === 'DELETE') {
    remove(({ metadata }) => metadata.namespace === namespace && (name === '' || metadata.name === name));
    send(200, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' });
  } else if (name !== undefined && name !== '') {
    const found = things.find(({ metadata }) => metadata.name === name && metadata.namespace === namespace);
    const missing = { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'NotFound', code: 404 };
    if (found === undefined) send(404, missing);
    else send(200, typed(found));
  } else {
    const items = things.filter(({ metadata }) => namespace === undefined || metadata.namespace === namespace);
    send(200, { kind: 'ThingList', apiVersion: 'things.example.com/v1', metadata: { resourceVersion: '7' }, items });
  }
}

async function until<T>(ask: () => Promise<T | undefined> | T | undefined): Promise<T> {
  for (;;) {
    const found = await ask();
    if (found !== undefined) return found;
    await new Promise(resolve => setTimeout(resolve, 10));
  }
}

before(async () => {
  if (skip !== false) return;
  api = await startApiServer({ hasControllers: true });
  const authority = CertificateAuthority.create({ commonName: 'things-ca' }, Date.now());
  const { certificate, privateKey } = authority.issue({
    subject: { commonName: 'things' },
    usage: 'server',
    alternativeNames: ['things.far.svc'],
    nowMs: Date.now(),
  });
  aggregated = createServer({ cert: certificate, key: privateKey }, answer);
  await new Promise<void>(resolve => aggregated.listen(0, '0.0.0.0', resolve));
  const { port } = aggregated.address() as AddressInfo;
  for (const name of ['far', 'doomed']) await api.client.create(namespaces, { metadata: { name }, spec: {} });
  const metadata = { name: 'things', namespace: 'far' };
  await api.client.create(services, { metadata, spec: { ports: [{ port: 443 }] } } as never);
  await api.client.create(endpointSlices, {
    metadata: { ...metadata, labels: { 'kubernetes.io/service-name': 'things' } },
    addressType: 'IPv4',
    endpoints: [{ addresses: [address!] }],
    ports: [{ name: '', port }],
  });
  await api.client.create(apiServices, {
    metadata: { name: 'v1.things.example.com' },
    spec: {
      group: 'things.example.com',
      version: 'v1',
      service: metadata,
      caBundle: Buffer.from(authority.certificate).toString('base64'),
      groupPriorityMinimum: 1000,
      versionPriority: 10,
    },
  });
});
after(async () => {
  if (skip !== false) return;
  await api[Symbol.asyncDispose]();
  aggregated.closeAllConnections();
  aggregated.close();
});

describe('what an aggregated server holds', { skip }, () => {
  test('keeps its namespace while nobody knows of it, and goes with it then', async () => {
    things = [{ metadata: { name: 'a', namespace: 'doomed', uid: 'a' } }];
    await api.client.delete(namespaces, { name: 'doomed' });
    const find = (): Promise<Namespace | undefined> =>
      api.client.get(namespaces, { name: 'doomed' }).catch(error => {
        if (StatusError.is(error, 'NotFound')) return undefined;
        throw error;
      });
    const condition = await until(async () =>
      (await find())?.status?.conditions?.find(({ type }) => type === 'NamespaceDeletionDiscoveryFailure'),
    );
    assert.deepEqual(
      [condition.status, condition.reason, condition.message],
      [
        'True',
        'DiscoveryFailed',
        'Discovery failed for some groups, 1 failing: unable to retrieve the complete list of server APIs: ' +
          'things.example.com/v1: stale GroupVersion discovery: things.example.com/v1',
      ],
    );
    assert.equal(things.length, 1);
    isBroken = false;
    await until(async () => ((await find()) === undefined ? true : undefined));
    assert.equal(things.length, 0);
  });

  test('is collected with its owner', async () => {
    const owner = await api.client.create(configMaps, { metadata: { name: 'owner', namespace: 'far' } });
    const reference = { apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: owner.metadata.uid };
    await until(() => (watchers.size > 0 ? true : undefined));
    const owned = {
      metadata: { name: 'b', namespace: 'far', uid: 'b', resourceVersion: '8', ownerReferences: [reference] },
    };
    things = [owned];
    for (const watcher of watchers) watcher.write(`${JSON.stringify({ type: 'ADDED', object: typed(owned) })}\n`);
    await api.client.delete(configMaps, { name: 'owner', namespace: 'far' });
    await until(() => (things.length === 0 ? true : undefined));
  });
});
