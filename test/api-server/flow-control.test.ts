import assert from 'node:assert/strict';
import type { OutgoingHttpHeaders } from 'node:http';
import { Agent, request as startRequest } from 'node:https';
import { after, before, describe, test } from 'node:test';
import {
  clusterRoleBindings,
  type FlowSchema,
  flowSchemas,
  type PriorityLevelConfigurationSpec,
  priorityLevelConfigurations,
} from '../../src/api/generated/index.ts';
import { createObjectCodec, MemoryStore, type StoredObject } from '../../src/storage/index.ts';
import { type RunningApiServer, startApiServer } from './start-api-server.ts';

const commitMs = 100;

let running: RunningApiServer;
let agent: Agent;

before(async () => {
  // ConfigMaps take a while to be stored, so that several can be on their way.
  running = await startApiServer({
    requestsInFlightMax: 20,
    openStore: async ({ clock }) => {
      const store = new MemoryStore<StoredObject>({ clock, codec: createObjectCodec() });
      const commit = store.commit.bind(store);
      store.commit = async transaction => {
        const [operation] = transaction.operations;
        if (operation !== undefined && 'put' in operation && operation.put.includes('/configmaps/')) {
          await new Promise(resolve => setTimeout(resolve, commitMs));
        }
        return commit(transaction);
      };
      return store;
    },
  });
  const { pki, client } = running;
  agent = new Agent({ ca: pki.authority.certificate, cert: pki.admin.certificate, key: pki.admin.privateKey });
  await client.create(clusterRoleBindings, {
    metadata: { name: 'alice' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'alice' }],
  });
});
after(async () => {
  agent.destroy();
  await running[Symbol.asyncDispose]();
});

interface Answer {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  readonly text: string;
}

function ask(method: string, path: string, body?: unknown): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'impersonate-user': 'alice' };
    const outgoing = startRequest({ host: '127.0.0.1', port: running.port, path, method, headers, agent }, incoming => {
      let text = '';
      incoming.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      incoming.on('end', () => resolve({ status: incoming.statusCode!, headers: incoming.headers, text }));
    });
    outgoing.on('error', reject).end(body === undefined ? undefined : JSON.stringify(body));
  });
}

function createConfigMaps(prefix: string, count: number): Promise<readonly Answer[]> {
  const names = Array.from({ length: count }, (_, i) => `${prefix}-${i}`);
  const path = '/api/v1/namespaces/default/configmaps';
  return Promise.all(names.map(name => ask('POST', path, { metadata: { name } })));
}

async function sendAliceTo(level: string, spec: PriorityLevelConfigurationSpec): Promise<FlowSchema> {
  const { client } = running;
  await client.create(priorityLevelConfigurations, { metadata: { name: level }, spec });
  const rules = [
    {
      subjects: [{ kind: 'User', user: { name: 'alice' } }],
      resourceRules: [{ verbs: ['create'], apiGroups: [''], resources: ['configmaps'], namespaces: ['*'] }],
    },
  ];
  const created = await client.create(flowSchemas, {
    metadata: { name: level },
    spec: { matchingPrecedence: 50, priorityLevelConfiguration: { name: level }, rules },
  });
  await settle();
  return created;
}

/** Flow control looks at what is stored a turn later. */
function settle(): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, 50));
}

describe('a level of its own', () => {
  test('refuses what it has no seat for, in upstream’s words', async () => {
    const limited = { nominalConcurrencyShares: 1, borrowingLimitPercent: 0, limitResponse: { type: 'Reject' } };
    const schema = await sendAliceTo('refuse', { type: 'Limited', limited });
    const answers = await createConfigMaps('refused', 5);
    const statuses = answers.map(({ status }) => status).sort();
    assert.deepEqual(statuses, [201, 429, 429, 429, 429]);
    const refused = answers.find(({ status }) => status === 429)!;
    assert.equal(refused.text, 'Too many requests, please try again later.\n');
    assert.equal(refused.headers['retry-after'], '1');
    assert.equal(refused.headers['x-kubernetes-pf-flowschema-uid'], schema.metadata.uid);
    await running.client.delete(flowSchemas, { name: 'refuse' });
    await running.client.delete(priorityLevelConfigurations, { name: 'refuse' });
    await settle();
  });

  test('lets requests wait where it has queues, and serves them one after the other', async () => {
    const queuing = { queues: 4, handSize: 1, queueLengthLimit: 50 };
    const limitResponse = { type: 'Queue', queuing };
    const limited = { nominalConcurrencyShares: 1, borrowingLimitPercent: 0, limitResponse };
    await sendAliceTo('queue', { type: 'Limited', limited });
    const startMs = performance.now();
    const answers = await createConfigMaps('queued', 4);
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([201]));
    const elapsedMs = performance.now() - startMs;
    assert.ok(elapsedMs > 3.5 * commitMs, `all four were done in ${elapsedMs} ms`);
    const { text } = await ask('GET', '/debug/api_priority_and_fairness/dump_priority_levels');
    assert.match(text, /^queue, +0, +true, +false, +0, +0, +4, +0, +0, +0$/m);
  });

  test('tells of a level that is gone, and sends its requests elsewhere', async () => {
    await running.client.delete(priorityLevelConfigurations, { name: 'queue' });
    await settle();
    const schema = await running.client.get(flowSchemas, { name: 'queue' });
    const [condition] = schema.status?.conditions ?? [];
    assert.equal(condition?.status, 'True');
    assert.equal(condition?.reason, 'NotFound');
    assert.equal(
      condition?.message,
      'This FlowSchema references the PriorityLevelConfiguration object named "queue" but there is no such object',
    );
    const [answer] = await createConfigMaps('elsewhere', 1);
    const catchAll = await running.client.get(flowSchemas, { name: 'global-default' });
    assert.equal(answer?.headers['x-kubernetes-pf-flowschema-uid'], catchAll.metadata.uid);
  });
});

test('the metrics tell what was dispatched and refused', async () => {
  const { text } = await ask('GET', '/metrics');
  assert.match(
    text,
    /apiserver_flowcontrol_rejected_requests_total\{flow_schema="refuse",priority_level="refuse",reason="concurrency-limit"\} 4/,
  );
  assert.match(text, /apiserver_flowcontrol_dispatched_requests_total\{flow_schema="queue",priority_level="queue"\} 4/);
});
