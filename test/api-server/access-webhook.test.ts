import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import {
  configMaps,
  type SubjectAccessReviewSpec,
  selfSubjectRulesReviews,
  subjectAccessReviews,
} from '../../src/api/generated/index.ts';
import { CertificateAuthority, formatKubeconfig } from '../../src/drivers/tls/index.ts';
import { type RunningApiServer, startApiServer } from './start-api-server.ts';

type Status = { readonly allowed: boolean; readonly denied?: boolean; readonly reason?: string };
interface Asked extends SubjectAccessReviewSpec {
  /** So v1beta1 names the groups. */
  readonly group?: readonly string[];
}

const directory = mkdtempSync(join(tmpdir(), 'sampan-access-webhook-'));
const authority = CertificateAuthority.create({ commonName: 'outside' }, Date.now());
let asked: Asked[] = [];
let decide: (spec: Asked) => Status | 'broken' = () => ({ allowed: false });
let running: RunningApiServer;

const { certificate, privateKey } = authority.issue({
  subject: { commonName: 'localhost' },
  usage: 'server',
  alternativeNames: ['localhost', '127.0.0.1'],
  nowMs: Date.now(),
});
const webhook = createServer({ cert: certificate, key: privateKey }, async (incoming, response) => {
  let text = '';
  for await (const chunk of incoming) text += chunk;
  const review = JSON.parse(text) as { readonly spec: Asked };
  asked.push(review.spec);
  const status = decide(review.spec);
  if (status === 'broken') response.writeHead(400).end('no');
  else response.setHeader('content-type', 'application/json').end(JSON.stringify({ ...review, status }));
});

before(async () => {
  await new Promise<void>(resolve => webhook.listen(0, '127.0.0.1', resolve));
  const configFile = join(directory, 'webhook.kubeconfig');
  const { port } = webhook.address() as AddressInfo;
  const server = `https://localhost:${port}/decide`;
  const caller = authority.issue({ subject: { commonName: 'caller' }, usage: 'client', nowMs: Date.now() });
  const { certificate: clientCertificate, privateKey: clientKey } = caller;
  const target = { server, certificateAuthority: authority.certificate, clientCertificate, clientKey };
  writeFileSync(configFile, formatKubeconfig(target));
  const lifetimes = { authorizedMs: 60_000, unauthorizedMs: 60_000 };
  running = await startApiServer({ accessWebhook: { configFile, version: 'v1beta1', ...lifetimes } });
  await running.client.create(configMaps, { metadata: { name: 'there', namespace: 'default' } });
});
after(async () => {
  await running[Symbol.asyncDispose]();
  webhook.close();
  webhook.closeAllConnections();
  rmSync(directory, { recursive: true });
});
beforeEach(() => {
  asked = [];
});

/** Asks as somebody else, over HTTPS. */
function send(user: string, method: string, path: string, body?: object, contentType = 'application/json') {
  const { pki, port } = running;
  return new Promise<{ readonly code: number; readonly message: string }>((resolve, reject) => {
    const sent = request({
      host: '127.0.0.1',
      port,
      method,
      path,
      ca: pki.authority.certificate,
      cert: pki.admin.certificate,
      key: pki.admin.privateKey,
      headers: { 'impersonate-user': user, 'content-type': contentType },
    });
    sent.on('error', reject);
    sent.on('response', async response => {
      let text = '';
      for await (const chunk of response) text += chunk;
      const isJson = response.headers['content-type'] === 'application/json';
      resolve({ code: response.statusCode ?? 0, message: isJson ? (JSON.parse(text).message ?? '') : text });
    });
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

const configMap = (name: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' } });

describe('a webhook that decides what somebody may do', () => {
  test('lets in whom no role does, and is asked once', async () => {
    decide = ({ user }) => ({ allowed: user === 'ann' });
    assert.equal((await send('ann', 'GET', '/api/v1/namespaces/default/configmaps/there')).code, 200);
    assert.equal((await send('ann', 'GET', '/api/v1/namespaces/default/configmaps/there')).code, 200);
    const attributes = { namespace: 'default', verb: 'get', version: 'v1', resource: 'configmaps', name: 'there' };
    assert.deepEqual(asked, [{ user: 'ann', group: ['system:authenticated'], resourceAttributes: attributes }]);
  });

  test('says why not', async () => {
    decide = () => ({ allowed: false, reason: 'not on a Friday' });
    const { code, message } = await send('bob', 'DELETE', '/api/v1/namespaces/default/configmaps/there');
    assert.equal(code, 403);
    assert.match(message, /cannot delete resource "configmaps" .* in the namespace "default": not on a Friday$/);
  });

  test('is told of selectors, and of paths', async () => {
    decide = () => ({ allowed: true });
    await send('cyd', 'GET', '/api/v1/pods?fieldSelector=spec.nodeName%3Dn1&labelSelector=app');
    await send('cyd', 'GET', '/logs/');
    assert.deepEqual(asked[0]!.resourceAttributes, {
      verb: 'list',
      version: 'v1',
      resource: 'pods',
      fieldSelector: { requirements: [{ key: 'spec.nodeName', operator: 'In', values: ['n1'] }] },
      labelSelector: { requirements: [{ key: 'app', operator: 'Exists' }] },
    });
    assert.deepEqual(asked[1]!.nonResourceAttributes, { path: '/logs/', verb: 'get' });
  });

  test('decides about watches, and about what an apply creates', async () => {
    decide = ({ user }) => ({ allowed: user === 'dan' });
    const watch = '/api/v1/namespaces/default/configmaps?watch=1&timeoutSeconds=1';
    assert.equal((await send('dan', 'GET', watch)).code, 200);
    assert.equal((await send('eve', 'GET', watch)).code, 403);
    const path = '/api/v1/namespaces/default/configmaps/applied?fieldManager=test';
    const apply = (user: string) => send(user, 'PATCH', path, configMap('applied'), 'application/apply-patch+yaml');
    assert.equal((await apply('eve')).code, 403);
    assert.equal((await apply('dan')).code, 201);
  });

  test('is not asked about whom a role lets in, nor about admins', async () => {
    decide = () => 'broken';
    await running.client.get(configMaps, { namespace: 'default', name: 'there' });
    assert.equal((await send('fay', 'GET', '/version')).code, 200);
    assert.deepEqual(asked, []);
  });

  test('fails requests that need it while it fails itself', async () => {
    decide = () => 'broken';
    const { code, message } = await send('gus', 'GET', '/api/v1/namespaces/default/configmaps/there');
    assert.equal(code, 500);
    assert.match(message, /^Internal Server Error: the server responded with the status code 400/);
    decide = () => ({ allowed: true });
    assert.equal((await send('gus', 'GET', '/api/v1/namespaces/default/configmaps/there')).code, 200);
  });

  test('answers reviews', async () => {
    decide = ({ user }) => (user === 'hal' ? { allowed: true, reason: 'it is hal' } : 'broken');
    const spec = { resourceAttributes: { verb: 'get', resource: 'nodes' } };
    const review = (user: string) =>
      running.client.create(subjectAccessReviews, { metadata: {}, spec: { ...spec, user } });
    assert.deepEqual((await review('hal')).status, { allowed: true, reason: 'it is hal' });
    const { status } = await review('ida');
    assert.equal(status?.allowed, false);
    assert.match(status?.evaluationError ?? '', /status code 400/);
  });

  test('is more than a list of rules can say', async () => {
    const review = { metadata: {}, spec: { namespace: 'default' } };
    const { status } = await running.client.create(selfSubjectRulesReviews, review);
    assert.equal(status?.incomplete, true);
    assert.equal(status?.evaluationError, 'webhook authorizer does not support user rule resolution');
  });

  test('lets nobody in where it both allows and denies', async () => {
    decide = () => ({ allowed: true, denied: true });
    const { code, message } = await send('jim', 'GET', '/api/v1/namespaces/default/configmaps/there');
    assert.equal(code, 500);
    assert.match(message, /returned both allow and deny response$/);
  });
});
