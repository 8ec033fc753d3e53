import assert from 'node:assert/strict';
import { test } from 'node:test';
import { services } from '../../api/generated/index.ts';
import { StatusError } from '../../machinery/index.ts';
import type { OutboundRequest, OutboundResponse } from '../core-contract.ts';
import type { ObjectView } from '../object-view.ts';
import { WebhookClient, type WebhookClientConfig } from './index.ts';

const service = (name: string, spec: object) => ({ metadata: { name, namespace: 'hooks' }, spec }) as never;
const stored: Readonly<Record<string, never>> = {
  web: service('web', { type: 'ClusterIP', clusterIP: '10.96.0.7', ports: [{ port: 443 }, { port: 8443 }] }),
  headless: service('headless', { type: 'ClusterIP', clusterIP: 'None', ports: [{ port: 443 }] }),
  outside: service('outside', { type: 'ExternalName', externalName: 'hooks.example' }),
};
const view: ObjectView = {
  get: (type, namespace, name) => (type === (services as unknown) && namespace === 'hooks' ? stored[name] : undefined),
  list: () => [],
  hasAny: () => true,
};

/** What was sent, and the answer to it. */
async function post(
  config: WebhookClientConfig,
  answer: Partial<OutboundResponse> | Error = {},
): Promise<{ readonly sent: OutboundRequest | undefined; readonly got: unknown }> {
  let sent: OutboundRequest | undefined;
  const client = new WebhookClient(view, {
    send: async request => {
      sent = request;
      if (answer instanceof Error) throw answer;
      return { status: 200, headers: {}, body: '{"a":1}', ...answer };
    },
  });
  const got = await client.post(config, { hello: 'ü' }, 7).catch((error: unknown) => error);
  return { sent, got };
}

const toWeb = (more: object = {}) => ({ service: { namespace: 'hooks', name: 'web', ...more } });
const problem = (got: unknown) => (got as Error).message;

test('posts to the ClusterIP of a Service under its name', async () => {
  const caBundle = btoa('-----BEGIN CERTIFICATE-----\n');
  const { sent, got } = await post({ ...toWeb({ path: '/mutate/' }), caBundle });
  assert.deepEqual(got, { a: 1 });
  assert.deepEqual(
    { ...sent, headers: undefined },
    {
      method: 'POST',
      url: 'https://web.hooks.svc:443/mutate?timeout=7s',
      address: { host: '10.96.0.7', port: 443 },
      certificateAuthority: '-----BEGIN CERTIFICATE-----\n',
      headers: undefined,
      body: '{"hello":"ü"}',
      timeoutMs: 7000,
    },
  );
  assert.equal((await post(toWeb({ port: 8443 }))).sent?.url, 'https://web.hooks.svc:8443/?timeout=7s');
});

test('posts to a URL as it stands', async () => {
  const { sent } = await post({ url: 'https://hooks.example:9443/a//b/' });
  assert.deepEqual([sent?.url, sent?.address], ['https://hooks.example:9443/a/b?timeout=7s', undefined]);
  assert.equal((await post({ url: 'https://hooks.example' })).sent?.url, 'https://hooks.example/?timeout=7s');
});

test('says why a Service cannot be reached', async () => {
  const to = (name: string, port = 443) => post({ service: { namespace: 'hooks', name, port } });
  assert.equal(
    problem((await to('gone')).got),
    'Post "https://gone.hooks.svc:443/?timeout=7s": service "gone" not found',
  );
  assert.match(problem((await to('headless')).got), /": cannot route to service with ClusterIP "None"$/);
  assert.match(problem((await to('web', 1)).got), /": no service port 1 found for service "web"$/);
  assert.deepEqual((await to('outside')).sent?.address, { host: 'hooks.example', port: 443 });
});

test('says what the way there has failed of', async () => {
  assert.equal(
    problem((await post(toWeb(), new Error('context deadline exceeded'))).got),
    'Post "https://web.hooks.svc:443/?timeout=7s": context deadline exceeded',
  );
});

test('reads answers that are no success as client-go does', async () => {
  const fail = async (status: number, body: string, contentType = 'text/plain; charset=utf-8') => {
    const { got } = await post(toWeb(), { status, body, headers: { 'content-type': contentType } });
    assert.ok(got instanceof StatusError);
    return [got.code, got.message];
  };
  assert.deepEqual(await fail(500, 'oh "no"\n'), [
    500,
    String.raw`an error on the server ("oh \"no\"") has prevented the request from succeeding`,
  ]);
  assert.deepEqual(await fail(404, 'x'), [404, 'the server could not find the requested resource']);
  const status = { kind: 'Status', apiVersion: 'v1', status: 'Failure', message: 'not now', code: 429 };
  assert.deepEqual(await fail(500, JSON.stringify(status), 'application/json'), [429, 'not now']);
});

test('refuses answers that are empty or no JSON', async () => {
  const read = async (body: string) => problem((await post(toWeb(), { body })).got);
  assert.equal(await read(''), '0-length response with status code: 200 and content type: application/json');
  assert.match(await read('<html>'), /^couldn't get version\/kind; json parse error: /);
});
