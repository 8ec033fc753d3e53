import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { request as startRequest } from 'node:https';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { configMaps, customResourceDefinitions, schemaOf, schemaOfKind } from '../../src/api/generated/index.ts';
import type { JsonObject, ObjectSchema, Schema } from '../../src/machinery/index.ts';
import { decodeMessage, encodeMessage, openEnvelope, sealEnvelope } from '../../src/machinery/protobuf/index.ts';
import { type RunningApiServer, startApiServer } from './start-api-server.ts';

const protobuf = 'application/vnd.kubernetes.protobuf';
let running: RunningApiServer;

before(async () => {
  running = await startApiServer();
});
after(() => running[Symbol.asyncDispose]());

interface Answer {
  readonly status: number;
  readonly type: string | undefined;
  readonly bytes: Buffer;
}

interface Asked {
  readonly method?: string;
  readonly accept?: string;
  readonly gzip?: boolean;
  readonly body?: { readonly type: string; readonly bytes: Uint8Array | string };
}

function ask(path: string, { method = 'GET', accept = protobuf, gzip = false, body }: Asked = {}): Promise<Answer> {
  const read = (name: string): Buffer => readFileSync(join(running.directory, name));
  const headers = {
    accept,
    'user-agent': 'test',
    ...(gzip ? { 'accept-encoding': 'gzip' } : {}),
    ...(body === undefined ? {} : { 'content-type': body.type, 'content-length': body.bytes.length }),
  };
  const options = { port: running.port, path, method, headers, agent: false };
  const identity = { ca: read('ca.crt'), cert: read('admin.crt'), key: read('admin.key') };
  return new Promise((resolve, reject) => {
    const request = startRequest({ host: '127.0.0.1', ...options, ...identity }, response => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const { statusCode = 0, headers: answered } = response;
        resolve({ status: statusCode, type: answered['content-type'], bytes: Buffer.concat(chunks) });
      });
    });
    request.on('error', reject);
    request.end(body?.bytes);
  });
}

function open(bytes: Uint8Array): JsonObject {
  const { apiVersion, kind, message } = openEnvelope(bytes);
  const [group, version] = apiVersion.includes('/') ? (apiVersion.split('/') as [string, string]) : ['', apiVersion];
  return { apiVersion, kind, ...decodeMessage(message, schemaOfKind(group, version, kind)) };
}

function sealed(apiVersion: string, kind: string, object: object): Uint8Array {
  const [group, version] = apiVersion.includes('/') ? (apiVersion.split('/') as [string, string]) : ['', apiVersion];
  return sealEnvelope({ apiVersion, kind, message: encodeMessage(object, schemaOfKind(group, version, kind)) });
}

function configMap(name: string): object {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' }, data: { a: name } };
}

function message(...fields: readonly (readonly [name: string, number: number, schema: Schema])[]): ObjectSchema {
  const entries = fields.map(
    ([name, protobufNumber, schema]) => [name, { name, protobufNumber, schema, isRequired: true }] as const,
  );
  return { type: 'object', fields: new Map(entries) };
}

/** `metav1.WatchEvent` with the object as the bytes that it is. */
const watchEvent = message(
  ['type', 1, { type: 'string' }],
  ['object', 2, message(['raw', 1, { type: 'string', format: 'byte' }])],
);

// biome-ignore lint/suspicious/noExplicitAny: what the tests look at is what they check
type Loose = any;

test('creates, reads, updates and deletes in protobuf', async () => {
  const path = '/api/v1/namespaces/default/configmaps';
  const body = { type: protobuf, bytes: sealed('v1', 'ConfigMap', configMap('one')) };
  const created = await ask(path, { method: 'POST', body });
  assert.deepEqual([created.status, created.type], [201, protobuf]);
  const object = open(created.bytes) as Loose;
  assert.equal(object.data.a, 'one');
  assert.ok(object.metadata.uid);

  const read = await ask(`${path}/one`);
  assert.deepEqual(open(read.bytes), open(created.bytes));
  const asJson = JSON.parse((await ask(`${path}/one`, { accept: 'application/json' })).bytes.toString());
  assert.deepEqual(asJson.metadata.managedFields, object.metadata.managedFields);

  const changed = sealed('v1', 'ConfigMap', { ...object, data: { b: '2' } });
  const updated = await ask(`${path}/one`, { method: 'PUT', body: { type: protobuf, bytes: changed } });
  assert.deepEqual((open(updated.bytes) as Loose).data, { b: '2' });

  const options = sealed('v1', 'DeleteOptions', { preconditions: { uid: 'another' } });
  const conflict = await ask(`${path}/one`, { method: 'DELETE', body: { type: protobuf, bytes: options } });
  assert.deepEqual([conflict.status, (open(conflict.bytes) as Loose).reason], [409, 'Conflict']);
  const deleted = await ask(`${path}/one`, { method: 'DELETE' });
  assert.deepEqual([deleted.status, (open(deleted.bytes) as Loose).status], [200, 'Success']);
});

test('lists in protobuf, short and long, compressed or not', async () => {
  for (let i = 0; i < 300; i++) await running.client.create(configMaps, configMap(`long-${i}`) as Loose);
  const path = '/api/v1/namespaces/default/configmaps';
  const plain = await ask(path);
  const zipped = await ask(path, { gzip: true });
  assert.deepEqual(gunzipSync(zipped.bytes), plain.bytes);
  const list = open(plain.bytes) as Loose;
  const inJson = JSON.parse((await ask(path, { accept: 'application/json' })).bytes.toString());
  assert.equal(list.kind, 'ConfigMapList');
  assert.deepEqual(list.metadata, inJson.metadata);
  const names = (items: Loose): readonly string[] => items.map((item: Loose) => item.metadata.name);
  assert.deepEqual(names(list.items), names(inJson.items));
  const first = open((await ask(`${path}?limit=2`)).bytes) as Loose;
  assert.equal(first.items.length, 2);
  assert.equal(first.metadata.remainingItemCount, inJson.items.length - 2);
});

test('watches in protobuf: lengths in front, objects in their envelopes', async () => {
  const path = '/api/v1/namespaces/default/configmaps?watch=true&timeoutSeconds=1&fieldSelector=metadata.name=long-7';
  const { type, bytes } = await ask(path);
  assert.equal(type, `${protobuf};stream=watch`);
  assert.equal(bytes.readUInt32BE(0), bytes.length - 4);
  const event = decodeMessage(bytes.subarray(4), watchEvent) as Loose;
  assert.deepEqual(event.type, 'ADDED');
  assert.equal((open(Buffer.from(event.object.raw, 'base64')) as Loose).metadata.name, 'long-7');
});

test('tells errors in the format that the client accepts', async () => {
  const missing = await ask('/api/v1/namespaces/default/configmaps/none', { accept: `${protobuf},application/json` });
  assert.deepEqual([missing.status, missing.type], [404, protobuf]);
  const status = open(missing.bytes) as Loose;
  assert.equal(status.message, 'configmaps "none" not found');
  assert.deepEqual(status.details, { name: 'none', kind: 'configmaps' });
  const refused = await ask('/api/v1/configmaps', { accept: 'image/png' });
  assert.deepEqual([refused.status, refused.type], [406, 'application/json']);
  const unknown = await ask('/api/v1/namespaces/default/configmaps', {
    method: 'POST',
    body: { type: 'application/x-other', bytes: '{}' },
  });
  assert.equal(unknown.status, 415);
});

test('tells only metadata in protobuf, also of objects of CRDs, which have no protobuf themselves', async () => {
  const schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  const versions = [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } }];
  const names = { plural: 'things', singular: 'thing', kind: 'Thing', listKind: 'ThingList' };
  await running.client.create(customResourceDefinitions, {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'things.example.org' },
    spec: { group: 'example.org', scope: 'Cluster', names, versions },
  } as Loose);
  const path = '/apis/example.org/v1/things';
  const thing = JSON.stringify({
    apiVersion: 'example.org/v1',
    kind: 'Thing',
    metadata: { name: 't' },
    spec: { a: 1 },
  });
  const body = { type: 'application/json', bytes: thing };
  assert.equal((await ask(path, { method: 'POST', accept: 'application/json', body })).status, 201);

  assert.equal((await ask(path)).status, 406);
  assert.equal((await ask(path, { accept: `${protobuf},application/json` })).type, 'application/json');
  const asMetadata = `${protobuf};as=PartialObjectMetadataList;g=meta.k8s.io;v=v1`;
  const list = openEnvelope((await ask(path, { accept: asMetadata })).bytes);
  assert.deepEqual([list.apiVersion, list.kind], ['meta.k8s.io/v1', 'PartialObjectMetadataList']);
  // ConfigMapList has the same fields; a metadata-only item is one without data.
  const { items } = decodeMessage(list.message, schemaOf('io.k8s.api.core.v1.ConfigMapList')) as Loose;
  assert.equal(items[0].metadata.name, 't');
  const posted = await ask(path, {
    method: 'POST',
    body: {
      type: protobuf,
      bytes: sealEnvelope({ apiVersion: 'example.org/v1', kind: 'Thing', message: Buffer.of() }),
    },
    accept: 'application/json',
  });
  assert.equal(posted.status, 400);
});
