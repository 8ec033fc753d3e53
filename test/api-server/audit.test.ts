import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { promisify } from 'node:util';
import { configMaps } from '../../src/api/generated/index.ts';
import { AuditLog, parseAuditPolicy } from '../../src/apiserver/audit/index.ts';
import { type RunningApiServer, startApiServer } from './start-api-server.ts';

const run = promisify(execFile);

// biome-ignore lint/suspicious/noExplicitAny: what the tests look at is what they check
const events: any[] = [];
let running: RunningApiServer;

before(async () => {
  const policy = await parseAuditPolicy(`
apiVersion: audit.k8s.io/v1
kind: Policy
rules:
- {level: None, users: ["system:apiserver"]}
- {level: None, nonResourceURLs: ["/livez*"]}
- {level: RequestResponse, resources: [{group: "", resources: [configmaps]}]}
- {level: Metadata}
`);
  const audit = new AuditLog({
    policy,
    backends: [{ name: 'log', write: line => void events.push(JSON.parse(line)), close: async () => {} }],
    now: Date.now,
    onLoss: () => assert.fail('events were lost'),
  });
  running = await startApiServer({ audit });
});
beforeEach(() => {
  events.length = 0;
});
after(() => running[Symbol.asyncDispose]());

async function curl(path: string, ...args: readonly string[]): Promise<string> {
  const { directory, port } = running;
  const admin = ['--cert', join(directory, 'admin.crt'), '--key', join(directory, 'admin.key')];
  const all = [
    '-s',
    '-i',
    '--cacert',
    join(directory, 'ca.crt'),
    ...admin,
    ...args,
    `https://127.0.0.1:${port}${path}`,
  ];
  return (await run('curl', all)).stdout;
}

const path = '/api/v1/namespaces/default/configmaps';
const json = ['-H', 'Content-Type: application/json'];

function stages(): readonly string[] {
  return events.map(event => event.stage);
}

test('a write is told when it comes and when it is answered, with what it brought', async () => {
  const body = '{"metadata":{"name":"a"},"data":{"k":"v"}}';
  const answer = await curl(path, ...json, '-H', 'Audit-ID: mine', '-d', body);
  assert.match(answer, /audit-id: mine/i);
  assert.deepEqual(stages(), ['RequestReceived', 'ResponseComplete']);
  const [received, complete] = events;
  assert.equal(received.responseStatus, undefined);
  assert.equal(complete.auditID, 'mine');
  assert.equal(complete.verb, 'create');
  assert.deepEqual(complete.sourceIPs, ['127.0.0.1']);
  assert.equal(complete.objectRef.name, 'a');
  assert.deepEqual(complete.responseStatus, { metadata: {}, code: 201 });
  assert.deepEqual(complete.requestObject.data, { k: 'v' });
  assert.equal(complete.responseObject.metadata.namespace, 'default');
  assert.equal(complete.annotations['authorization.k8s.io/decision'], 'allow');
});

test('whoever is refused is told with the reason', async () => {
  await curl('/api/v1/namespaces/default/secrets', '-H', 'Impersonate-User: alice');
  const complete = events.at(-1);
  assert.equal(complete.user.username, 'kubernetes-admin');
  assert.equal(complete.impersonatedUser.username, 'alice');
  assert.equal(complete.responseStatus.code, 403);
  assert.equal(complete.responseStatus.reason, 'Forbidden');
  assert.equal(complete.annotations['authorization.k8s.io/decision'], 'forbid');
  assert.equal(complete.responseObject, undefined);
});

test('whoever proves nothing is told once', async () => {
  const { directory, port } = running;
  const url = `https://127.0.0.1:${port}${path}`;
  await run('curl', ['-s', '--cacert', join(directory, 'ca.crt'), '-H', 'Authorization: Bearer nonsense', url]);
  assert.deepEqual(stages(), ['ResponseStarted']);
  assert.equal(events[0].responseStatus.code, 401);
  assert.equal(events[0].responseStatus.message, 'Authentication failed, attempted: bearer');
  assert.deepEqual(events[0].user, {});
});

test('a watch is told when it starts and when it ends', async () => {
  await curl(`${path}?watch=1&timeoutSeconds=1`);
  assert.deepEqual(stages(), ['RequestReceived', 'ResponseStarted', 'ResponseComplete']);
  assert.equal(events[0].requestURI, `${path}?watch=1&timeoutSeconds=1`);
  const lasted = Date.parse(events[2].stageTimestamp) - Date.parse(events[1].stageTimestamp);
  assert.ok(lasted > 900, `it lasted ${lasted} ms`);
});

test('what is broken is told with its Status', async () => {
  await curl(path, ...json, '-d', '{"metadata":{"name":"A"}}');
  const complete = events.at(-1);
  assert.equal(complete.responseStatus.code, 422);
  assert.equal(complete.responseObject.kind, 'Status');
  await curl(path, ...json, '-d', '{');
  assert.equal(events.at(-1).responseStatus.code, 400);
});

test('a component of the same process is told like anybody else', async () => {
  await running.client.create(configMaps, { metadata: { name: 'local', namespace: 'default' } });
  const complete = events.at(-1);
  assert.equal(complete.requestURI, path);
  assert.equal(complete.user.username, 'kubernetes-admin');
  assert.equal(complete.objectRef.name, 'local');
  assert.equal(complete.annotations['authorization.k8s.io/decision'], 'allow');
});

test('what the policy leaves out is not told, and all is counted', async () => {
  await curl('/livez');
  assert.deepEqual(stages(), []);
  const text = await curl('/metrics');
  assert.match(text, /^apiserver_audit_level_total\{level="None"\} [1-9]/m);
  assert.match(text, /^apiserver_audit_event_total [1-9]/m);
});
