import assert from 'node:assert/strict';
import { Agent, request as startRequest } from 'node:https';
import { after, before, describe, test } from 'node:test';
import { createObjectCodec, MemoryStore, type StoredObject } from '../../src/storage/index.ts';
import { type RunningApiServer, startApiServer } from './start-api-server.ts';

let running: RunningApiServer;
let agent: Agent;

before(async () => {
  running = await startApiServer({
    openStore: async ({ clock }) => {
      const store = new MemoryStore<StoredObject>({ clock, codec: createObjectCodec() });
      const commit = store.commit.bind(store);
      // ConfigMaps take long to be stored.
      store.commit = async transaction => {
        const [operation] = transaction.operations;
        const isSlow =
          operation !== undefined && 'put' in operation && operation.put.includes('/configmaps/default/slow');
        if (isSlow) await new Promise(resolve => setTimeout(resolve, 1000));
        return commit(transaction);
      };
      return store;
    },
    limits: { timeoutMs: 500, watchSecondsMin: 1 },
  });
  const { pki } = running;
  agent = new Agent({ ca: pki.authority.certificate, cert: pki.admin.certificate, key: pki.admin.privateKey });
});
after(async () => {
  agent.destroy();
  await running[Symbol.asyncDispose]();
});

interface Answer {
  readonly status: number;
  readonly text: string;
}

function ask(method: string, path: string, headers: Record<string, string> = {}, body?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port: running.port, path, method, headers, agent };
    const outgoing = startRequest(options, incoming => {
      let text = '';
      incoming.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      incoming.on('end', () => resolve({ status: incoming.statusCode!, text }));
    });
    outgoing.on('error', reject).end(body);
  });
}

const json = { 'content-type': 'application/json' };
const path = '/api/v1/namespaces/default/configmaps';

describe('limits, as upstream tells them', () => {
  test('a request has the time that it asks for', async () => {
    const startMs = performance.now();
    const { status, text } = await ask('POST', `${path}?timeout=200ms`, json, '{"metadata":{"name":"slow"}}');
    assert.equal(status, 504);
    const { reason, message } = JSON.parse(text);
    assert.equal(reason, 'Timeout');
    assert.equal(message, 'Timeout: request did not complete within the allotted timeout');
    assert.ok(performance.now() - startMs < 900);
    const metrics = await ask('GET', '/metrics');
    assert.match(metrics.text, /apiserver_request_terminations_total\{code="504",[^}]*verb="POST"[^}]*\} 1/);
  });

  test('and no more than there is for all', async () => {
    for (const query of ['', '?timeout=30s']) {
      const { status } = await ask('POST', `${path}${query}`, json, '{"metadata":{"name":"slower"}}');
      assert.equal(status, 504);
    }
  });

  test('a watch that names no end comes to one, sooner or later', async () => {
    const startMs = performance.now();
    const { status } = await ask('GET', `${path}?watch=1`);
    const tookMs = performance.now() - startMs;
    assert.equal(status, 200);
    assert.ok(tookMs >= 950 && tookMs < 4000, `it took ${tookMs} ms`);
  });

  test('a duration that is none is refused', async () => {
    const { status, text } = await ask('GET', `${path}?timeout=soon`);
    assert.equal(status, 400);
    assert.equal(
      JSON.parse(text).message,
      'invalid timeout specified in the request URL - time: invalid duration "soon"',
    );
  });

  test('a body has three megabytes', async () => {
    const { status, text } = await ask('POST', path, json, `"${'x'.repeat(3 * 1024 * 1024)}"`);
    assert.equal(status, 413);
    assert.equal(JSON.parse(text).message, 'Request entity too large: limit is 3145728');
  });

  test('headers have one', async () => {
    assert.equal((await ask('GET', '/livez', { 'x-large': 'x'.repeat(900_000) })).status, 200);
    const { status, text } = await ask('GET', '/livez', { 'x-large': 'x'.repeat(1_100_000) });
    assert.equal(status, 431);
    assert.equal(text, '431 Request Header Fields Too Large');
  });
});
