import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { VirtualWorld } from '../../world/index.ts';
import type { OutboundRequest } from '../core-contract.ts';
import { AuditLog } from './audit-log.ts';
import { AuditPolicyError, parseAuditPolicy } from './audit-policy.ts';
import type { AuditedObject } from './audit-rules.ts';
import type { AuditFacts } from './audit-trail.ts';
import { AuditWebhook } from './audit-webhook.ts';

const header = 'apiVersion: audit.k8s.io/v1\nkind: Policy\n';

const object: AuditedObject = {
  group: '',
  version: 'v1',
  resource: 'configmaps',
  subresource: '',
  namespace: 'default',
  name: '',
};

function facts(more: Partial<AuditFacts> = {}): AuditFacts {
  return {
    auditId: 'id',
    user: { username: 'alice', groups: ['dev', 'system:authenticated'] },
    verb: 'create',
    path: '/api/v1/namespaces/default/configmaps',
    resource: object,
    requestUri: '/api/v1/namespaces/default/configmaps?dryRun=All',
    userAgent: 'curl/8',
    sourceIps: ['192.0.2.7'],
    receivedMs: 1_700_000_000_000,
    ...more,
  };
}

async function openLog(policy: string) {
  const lines: string[] = [];
  const log = new AuditLog({
    policy: await parseAuditPolicy(header + policy),
    backends: [{ name: 'log', write: line => void lines.push(line), close: async () => {} }],
    now: () => 1_700_000_000_250,
    onLoss: () => assert.fail('events were lost'),
  });
  return { log, events: () => lines.map(line => JSON.parse(line)) };
}

async function levelOf(policy: string, more: Partial<AuditFacts>): Promise<string> {
  const { log } = await openLog(policy);
  return log.open(facts(more))?.decision.level ?? 'None';
}

describe('a policy', () => {
  const policy = `
rules:
- {level: None, users: ["system:node:n"], verbs: [get]}
- {level: RequestResponse, resources: [{group: "", resources: [pods]}]}
- {level: Request, resources: [{group: "", resources: ["pods/*", "*/scale"]}]}
- {level: None, resources: [{group: "", resources: [configmaps], resourceNames: [leader]}]}
- {level: Metadata, userGroups: [dev], namespaces: [secret-place]}
- {level: None, nonResourceURLs: ["/healthz*", /version]}
- {level: Request, resources: [{group: "*", resources: ["*"]}], namespaces: [default]}
- {level: Metadata, userGroups: [other]}
`;
  const pods = { ...object, resource: 'pods' };
  const cases: readonly (readonly [string, string, Partial<AuditFacts>])[] = [
    ['RequestResponse', 'pods', { resource: pods }],
    [
      'Request',
      'a subresource, which the resource itself does not mean',
      { resource: { ...pods, subresource: 'log' } },
    ],
    ['Request', 'a subresource of any resource', { resource: { ...object, resource: 'x', subresource: 'scale' } }],
    ['None', 'an object by its name', { resource: { ...object, name: 'leader' } }],
    ['Metadata', 'a group in a namespace', { resource: { ...object, namespace: 'secret-place' } }],
    ['None', 'a user and a verb', { user: { username: 'system:node:n', groups: [] }, verb: 'get', resource: pods }],
    ['None', 'a path with a star', { resource: undefined, path: '/healthz/etcd' }],
    ['None', 'a path', { resource: undefined, path: '/version' }],
    ['Request', 'any group and resource', { resource: { ...object, group: 'apps', resource: 'deployments' } }],
    ['None', 'nothing: then nothing is told', { resource: undefined, path: '/metrics' }],
    ['None', 'nobody in particular', { user: undefined, resource: undefined, path: '/api' }],
  ];
  for (const [level, what, more] of cases) {
    test(`matches ${what}: ${level}`, async () => assert.equal(await levelOf(policy, more), level));
  }

  test('is refused in upstream’s words', async () => {
    const wrong = `
omitStages: [Never]
rules:
- {nonResourceURLs: [x, "/a*b"], resources: [{group: A/b, resourceNames: [c]}]}
`;
    await assert.rejects(parseAuditPolicy(header + wrong), error => {
      assert.ok(error instanceof AuditPolicyError);
      for (const part of [
        'omitStages[0]: Invalid value: "Never": allowed stages are RequestReceived,ResponseStarted,ResponseComplete,Panic',
        'rules[0].level: Required value',
        'rules[0].nonResourceURLs[0]: Invalid value: "x": non-resource URL rules must begin with a \'/\' character',
        'rules[0].nonResourceURLs[1]: Invalid value: "/a*b": non-resource URL wildcards \'*\' must be the final character of the rule',
        'rules[0].resources.group: Invalid value: "A/b"',
        'rules[0].resources.resourceNames: Invalid value: ["c"]: using resourceNames requires at least one resource',
        'rules[0].nonResourceURLs: Invalid value: ["x","/a*b"]: rules cannot apply to both regular resources and non-resource URLs',
      ]) {
        assert.ok(error.message.includes(part), `${part}\nis not in\n${error.message}`);
      }
      return true;
    });
  });
});

describe('an event', () => {
  test('tells what was made of a body only where it tells of bodies', async () => {
    for (const [level, wanted] of [
      ['Metadata', undefined],
      ['Request', { 'patch.webhook.admission.k8s.io/round_0_index_0': '{}' }],
    ] as const) {
      const { log, events } = await openLog(`rules: [{level: ${level}}]`);
      const trail = log.open(facts())!;
      trail.annotate('patch.webhook.admission.k8s.io/round_0_index_0', '{}', 'Request');
      trail.complete(201);
      assert.deepEqual(events().at(-1).annotations, wanted);
    }
  });

  test('tells in upstream’s form what was asked, allowed and answered', async () => {
    const { log, events } = await openLog('rules: [{level: RequestResponse}]');
    const trail = log.open(facts())!;
    trail.receive();
    trail.annotate('authorization.k8s.io/decision', 'allow');
    trail.annotate('authorization.k8s.io/decision', 'too late');
    trail.impersonate({ username: 'bob', groups: ['ops'], uid: '7' }, 'impersonate:user-info');
    trail.setRequestObject({ kind: 'ConfigMap', metadata: { name: 'c1' } });
    trail.setResponseObject({ kind: 'ConfigMap', metadata: { name: 'c1', uid: 'u' } });
    trail.complete(201);
    trail.complete(500);
    const [received, complete, ...more] = events();
    assert.deepEqual(more, []);
    assert.equal(received.stage, 'RequestReceived');
    assert.equal(received.stageTimestamp, received.requestReceivedTimestamp);
    assert.deepEqual(complete, {
      kind: 'Event',
      apiVersion: 'audit.k8s.io/v1',
      level: 'RequestResponse',
      auditID: 'id',
      stage: 'ResponseComplete',
      requestURI: '/api/v1/namespaces/default/configmaps?dryRun=All',
      verb: 'create',
      user: { username: 'alice', groups: ['dev', 'system:authenticated'] },
      impersonatedUser: { username: 'bob', uid: '7', groups: ['ops'] },
      authenticationMetadata: { impersonationConstraint: 'impersonate:user-info' },
      sourceIPs: ['192.0.2.7'],
      userAgent: 'curl/8',
      objectRef: { resource: 'configmaps', namespace: 'default', name: 'c1', apiVersion: 'v1' },
      responseStatus: { metadata: {}, code: 201 },
      requestObject: { kind: 'ConfigMap', metadata: { name: 'c1' } },
      responseObject: { kind: 'ConfigMap', metadata: { name: 'c1', uid: 'u' } },
      requestReceivedTimestamp: '2023-11-14T22:13:20.000000Z',
      stageTimestamp: '2023-11-14T22:13:20.250000Z',
      annotations: { 'authorization.k8s.io/decision': 'allow' },
    });
  });

  test('tells no more than its level', async () => {
    for (const [level, hasRequest] of [
      ['Metadata', false],
      ['Request', true],
    ] as const) {
      const { log, events } = await openLog(`rules: [{level: ${level}, omitStages: [RequestReceived]}]`);
      const trail = log.open(facts())!;
      trail.receive();
      trail.setRequestObject({ data: { password: 'hunter2' } });
      trail.setResponseObject({ data: { password: 'hunter2' } });
      trail.complete(201);
      assert.equal(events().length, 1);
      assert.equal(events()[0].requestObject !== undefined, hasRequest);
      assert.equal(events()[0].responseObject, undefined);
    }
  });

  test('leaves out who manages which field where the policy says so', async () => {
    const { log, events } = await openLog('omitManagedFields: true\nrules: [{level: RequestResponse}]');
    const trail = log.open(facts())!;
    const managed = { metadata: { name: 'a', managedFields: [{ manager: 'm' }] } };
    trail.setRequestObject(managed);
    trail.setResponseObject({ kind: 'List', items: [managed] });
    trail.complete(200);
    assert.deepEqual(events()[0].requestObject, { metadata: { name: 'a' } });
    assert.deepEqual(events()[0].responseObject.items, [{ metadata: { name: 'a' } }]);
  });

  test('of something that lasts comes when it starts and when it ends', async () => {
    const { log, events } = await openLog('rules: [{level: Metadata}]');
    const trail = log.open(facts({ verb: 'watch' }))!;
    trail.receive();
    trail.start(200);
    trail.complete(200);
    assert.deepEqual(
      events().map(event => event.stage),
      ['RequestReceived', 'ResponseStarted', 'ResponseComplete'],
    );
  });
});

describe('the webhook', () => {
  function setUp(
    answers: readonly number[],
    options: { readonly batchSizeMax?: number; readonly bufferSize?: number },
  ) {
    const world = new VirtualWorld({ seed: 1, drainMicrotasks: () => new Promise(done => setImmediate(done)) });
    const sent: { readonly atMs: number; readonly count: number }[] = [];
    const lost: number[] = [];
    const statuses = [...answers];
    const webhook = new AuditWebhook({
      calls: {
        send: async ({ body }: OutboundRequest) => {
          const list = JSON.parse(body!);
          assert.equal(list.kind, 'EventList');
          sent.push({ atMs: world.clock.monotonic(), count: list.items.length });
          const status = statuses.shift() ?? 200;
          if (status === 0) throw new Error('connection refused');
          return { status, headers: {}, body: '' };
        },
      },
      target: { url: 'https://audit.example/events' },
      clock: world.clock,
      onLoss: (_backend, _error, count) => void lost.push(count),
      ...options,
    });
    const startMs = world.clock.monotonic();
    return { world, webhook, sent: () => sent.map(({ atMs, count }) => [atMs - startMs, count]), lost };
  }

  test('gets events in batches, when one is full or has waited half a minute', async () => {
    const { world, webhook, sent } = setUp([], { batchSizeMax: 3 });
    for (let i = 0; i < 4; i++) webhook.write('{}');
    await world.advance(10);
    assert.deepEqual(sent(), [[0, 3]]);
    await world.advance(29_000);
    assert.equal(sent().length, 1);
    await world.advance(1_000);
    assert.deepEqual(sent().at(-1), [30_000, 1]);
  });

  test('gets them again after a failure, later and later, and loses them at last', async () => {
    const { world, webhook, sent, lost } = setUp([0, 500, 503, 0, 0], { batchSizeMax: 1 });
    webhook.write('{}');
    await world.advance(200_000);
    assert.deepEqual(
      sent().map(([atMs]) => atMs),
      [0, 10_000, 25_000, 47_500, 81_250],
    );
    assert.deepEqual(lost, [1]);
  });

  test('is not sent more batches a second than it should', async () => {
    const { world, webhook, sent } = setUp([], { batchSizeMax: 1 });
    for (let i = 0; i < 40; i++) webhook.write('{}');
    await world.advance(1_000);
    assert.ok(sent().length >= 24 && sent().length <= 26, `${sent().length} batches in a second`);
  });

  test('refuses what does not fit, and gets the rest when the server stops', async () => {
    const { webhook, sent } = setUp([], { batchSizeMax: 10, bufferSize: 2 });
    webhook.write('{}');
    webhook.write('{}');
    assert.throws(() => webhook.write('{}'), /audit buffer queue blocked/);
    await webhook.close();
    assert.deepEqual(sent(), [[0, 2]]);
    assert.throws(() => webhook.write('{}'), /audit backend shut down/);
  });
});
