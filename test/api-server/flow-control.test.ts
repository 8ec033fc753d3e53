import assert from 'node:assert/strict';
import type { OutgoingHttpHeaders } from 'node:http';
import { Agent, request as startRequest } from 'node:https';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  clusterRoleBindings,
  type FlowSchema,
  flowSchemas,
  type PriorityLevelConfigurationSpec,
  priorityLevelConfigurations,
} from '../../src/api/generated/index.ts';
import { createObjectCodec, MemoryStore, type StoredObject } from '../../src/storage/index.ts';
import { type RunningApiServer, startApiServer } from './start-api-server.ts';

/** Holds what wants to store a ConfigMap, so that several are on their way at once. */
class Gate {
  isClosed = false;
  passing = 0;
  passingMax = 0;
  readonly #held: (() => void)[] = [];

  async pass<T>(work: () => Promise<T>): Promise<T> {
    this.passing++;
    this.passingMax = Math.max(this.passingMax, this.passing);
    if (this.isClosed) await new Promise<void>(resolve => this.#held.push(resolve));
    try {
      return await work();
    } finally {
      this.passing--;
    }
  }

  open(): void {
    this.isClosed = false;
    for (const release of this.#held.splice(0)) release();
  }
}

const gate = new Gate();
let running: RunningApiServer;
let agent: Agent;

before(async () => {
  running = await startApiServer({
    requestsInFlightMax: 20,
    openStore: async ({ clock }) => {
      const store = new MemoryStore<StoredObject>({ clock, codec: createObjectCodec() });
      const commit = store.commit.bind(store);
      store.commit = async transaction => {
        const [operation] = transaction.operations;
        if (operation !== undefined && 'put' in operation && operation.put.includes('/configmaps/')) {
          return gate.pass(() => commit(transaction));
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

function createConfigMaps(prefix: string, count: number): readonly Promise<Answer>[] {
  const names = Array.from({ length: count }, (_, i) => `${prefix}-${i}`);
  const path = '/api/v1/namespaces/default/configmaps';
  return names.map(name => ask('POST', path, { metadata: { name } }));
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
  await until(async () => (await dumpLevels()).includes(`\n${level},`));
  return created;
}

/** Flow control looks at what is stored a turn later. */
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 20_000; !(await holds()); await sleep(10)) {
    assert.ok(Date.now() < end, 'it came to be');
  }
}

async function dumpLevels(): Promise<string> {
  return (await ask('GET', '/debug/api_priority_and_fairness/dump_priority_levels')).text;
}

describe('a level of its own', () => {
  test('refuses what it has no seat for, in upstream’s words', async () => {
    const limited = { nominalConcurrencyShares: 1, borrowingLimitPercent: 0, limitResponse: { type: 'Reject' } };
    const schema = await sendAliceTo('refuse', { type: 'Limited', limited });
    gate.isClosed = true;
    const asked = createConfigMaps('refused', 5);
    let answered = 0;
    for (const each of asked) void each.then(() => answered++);
    await until(() => answered === 4);
    gate.open();
    const answers = await Promise.all(asked);
    const statuses = answers.map(({ status }) => status).sort();
    assert.deepEqual(statuses, [201, 429, 429, 429, 429]);
    const refused = answers.find(({ status }) => status === 429)!;
    assert.equal(refused.text, 'Too many requests, please try again later.\n');
    assert.equal(refused.headers['retry-after'], '1');
    assert.equal(refused.headers['x-kubernetes-pf-flowschema-uid'], schema.metadata.uid);
    await running.client.delete(flowSchemas, { name: 'refuse' });
    await running.client.delete(priorityLevelConfigurations, { name: 'refuse' });
    await until(async () => !(await dumpLevels()).includes('\nrefuse,'));
  });

  test('lets requests wait where it has queues, and serves them one after the other', async () => {
    const queuing = { queues: 4, handSize: 1, queueLengthLimit: 50 };
    const limitResponse = { type: 'Queue', queuing };
    const limited = { nominalConcurrencyShares: 1, borrowingLimitPercent: 0, limitResponse };
    await sendAliceTo('queue', { type: 'Limited', limited });
    gate.isClosed = true;
    gate.passingMax = 0;
    const asked = createConfigMaps('queued', 4);
    // One is being served, three wait.
    await until(async () => /^queue, +\d+, +false, +false, +3, +1,/m.test(await dumpLevels()));
    gate.open();
    const answers = await Promise.all(asked);
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([201]));
    assert.equal(gate.passingMax, 1, 'one at a time');
    assert.match(await dumpLevels(), /^queue, +0, +true, +false, +0, +0, +4, +0, +0, +0$/m);
  });

  test('tells of a level that is gone, and sends its requests elsewhere', async () => {
    await running.client.delete(priorityLevelConfigurations, { name: 'queue' });
    const dangling = async () =>
      (await running.client.get(flowSchemas, { name: 'queue' })).status?.conditions?.find(
        each => each.status === 'True',
      );
    await until(async () => (await dangling()) !== undefined);
    const condition = await dangling();
    assert.equal(condition?.reason, 'NotFound');
    assert.equal(
      condition?.message,
      'This FlowSchema references the PriorityLevelConfiguration object named "queue" but there is no such object',
    );
    const answer = await createConfigMaps('elsewhere', 1)[0];
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
