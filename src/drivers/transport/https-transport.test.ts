import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type RunningApiServer, startApiServer } from '../../../test/api-server/start-api-server.ts';
import { configMaps, namespaces } from '../../api/generated/index.ts';
import { Client, type WatchEvent } from '../../client/index.ts';
import { isDeepEqual, StatusError } from '../../machinery/index.ts';
import { readKubeconfig } from '../tls/index.ts';
import { HttpsTransport } from './index.ts';

let running: RunningApiServer;
let transport: HttpsTransport;
let client: Client;

before(async () => {
  running = await startApiServer();
  transport = new HttpsTransport({ connection: await readKubeconfig(running.kubeconfig) });
  client = new Client(transport);
});
after(async () => {
  transport.close();
  await running[Symbol.asyncDispose]();
});

const draft = (name: string) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default' },
  data: { greeting: 'grüß dich 🌍' },
});

test('creates, reads, patches, lists and deletes as within the process', async () => {
  const created = await client.create(configMaps, draft('a'));
  assert.ok(created.metadata.uid);
  const patched = await client.patch(configMaps, { name: 'a', namespace: 'default' }, 'merge', { data: { more: '1' } });
  assert.deepEqual(patched.data, { greeting: 'grüß dich 🌍', more: '1' });
  const { items } = await client.list(configMaps, { namespace: 'default', fieldSelector: 'metadata.name=a' });
  assert.deepEqual(items, [await client.get(configMaps, { name: 'a', namespace: 'default' })]);
  assert.ok(isDeepEqual(items, [running.server.view.get(configMaps, 'default', 'a')]));
  const wrong = { preconditions: { uid: 'other' } };
  await assert.rejects(client.delete(configMaps, { name: 'a', namespace: 'default' }, wrong), { reason: 'Conflict' });
  await client.delete(configMaps, { name: 'a', namespace: 'default' });
  await assert.rejects(client.get(configMaps, { name: 'a', namespace: 'default' }), {
    reason: 'NotFound',
    code: 404,
    message: 'configmaps "a" not found',
  });
});

test('watches in order, and hears nothing after a cancel', async () => {
  const { metadata } = await client.list(configMaps, { namespace: 'default' });
  const events: WatchEvent[] = [];
  let wake = (): void => {};
  const watch = client.watch(
    configMaps,
    { namespace: 'default', resourceVersion: metadata.resourceVersion },
    {
      events: batch => {
        events.push(...batch);
        wake();
      },
      end: () => assert.fail('a cancelled watch ends without a word'),
    },
  );
  for (let i = 0; i < 5; i++) await client.create(configMaps, draft(`w-${i}`));
  await client.delete(configMaps, { name: 'w-0', namespace: 'default' });
  while (events.length < 6) {
    await new Promise<void>(resolve => {
      wake = resolve;
    });
  }
  watch.cancel();
  assert.deepEqual(
    events.map(event => `${event.type} ${event.object.metadata.name}`),
    ['ADDED w-0', 'ADDED w-1', 'ADDED w-2', 'ADDED w-3', 'ADDED w-4', 'DELETED w-0'],
  );
  await client.deleteCollection(configMaps, { namespace: 'default' });
});

test('tells why a watch cannot begin', async () => {
  const error = await new Promise<Error | undefined>(resolve => {
    client.watch({ ...namespaces, resource: 'nothings' }, {}, { events: () => {}, end: resolve });
  });
  assert.ok(StatusError.is(error, 'NotFound'));
});

test('says where it looked when nobody answers', async () => {
  const connection = { ...(await readKubeconfig(running.kubeconfig)), server: 'https://127.0.0.1:1' };
  const nowhere = new HttpsTransport({ connection });
  await assert.rejects(new Client(nowhere).list(namespaces), {
    reason: 'ServiceUnavailable',
    message: /cannot reach the API server at https:\/\/127\.0\.0\.1:1: .*ECONNREFUSED/,
  });
});
