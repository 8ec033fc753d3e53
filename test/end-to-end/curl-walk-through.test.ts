/** The API by curl alone, with the certificates taken out of the kubeconfig: from an empty namespace to a running pod's log. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { readKubeconfig } from '../../src/drivers/tls/index.ts';
import { containersMissing } from '../fixtures/own-containerd.ts';
import type { TestCluster } from './cluster-process.ts';
import { findProcessOf } from './container-process.ts';
import { eventually } from './run-kubectl.ts';
import { startRealCluster, testImage } from './start-real-cluster.ts';

const run = promisify(execFile);
const podsPath = '/api/v1/namespaces/default/pods';
const deploymentsPath = '/apis/apps/v1/namespaces/default/deployments';

const podYaml = `
apiVersion: v1
kind: Pod
metadata:
  name: from-yaml
spec:
  containers:
    - name: main
      image: ${testImage}
      command: [sh, -c, echo hello from yaml; exec sleep 3600]
  terminationGracePeriodSeconds: 0
`;

describe('the walk-through by curl', { skip: containersMissing }, () => {
  let cluster: TestCluster;
  let server = '';
  const folder = mkdtempSync(join(tmpdir(), 'sampan-curl-'));
  const file = (name: string): string => join(folder, name);

  before(async () => {
    cluster = await startRealCluster();
    const connection = await readKubeconfig(cluster.kubeconfig);
    server = connection.server;
    writeFileSync(file('ca.crt'), connection.certificateAuthority ?? '');
    writeFileSync(file('client.crt'), connection.clientCertificate ?? '');
    writeFileSync(file('client.key'), connection.clientKey ?? '', { mode: 0o600 });
  });
  after(async () => {
    await cluster?.[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  async function curl(path: string, ...args: readonly string[]): Promise<string> {
    const identity = ['--cacert', file('ca.crt'), '--cert', file('client.crt'), '--key', file('client.key')];
    const { stdout } = await run('curl', [
      '--silent',
      '--show-error',
      '--fail-with-body',
      ...identity,
      ...args,
      `${server}${path}`,
    ]);
    return stdout;
  }
  const send = (method: string, path: string, type: string, body: string): Promise<string> =>
    curl(path, '--request', method, '--header', `Content-Type: ${type}`, '--data-binary', body);

  test('namespaces and pods are listed', async () => {
    const namespaces = JSON.parse(await curl('/api/v1/namespaces'));
    const names = namespaces.items.map((item: { metadata: { name: string } }) => item.metadata.name);
    assert.deepEqual(names, ['default', 'kube-node-lease', 'kube-public', 'kube-system']);
    assert.equal(JSON.parse(await curl(podsPath)).kind, 'PodList');
  });

  test('a pod from YAML runs, and its log is read', async () => {
    const created = JSON.parse(await send('POST', podsPath, 'application/yaml', podYaml));
    assert.equal(created.metadata.name, 'from-yaml');
    const phase = async () => JSON.parse(await curl(`${podsPath}/from-yaml`)).status.phase;
    await eventually('the pod runs', phase, found => found === 'Running');
    assert.equal(
      await eventually(
        'its log',
        () => curl(`${podsPath}/from-yaml/log`),
        text => text !== '',
      ),
      'hello from yaml\n',
    );
  });

  test('a Deployment from JSON is patched: replicas and image, strategically', async () => {
    const template = {
      metadata: { labels: { app: 'web' } },
      spec: {
        terminationGracePeriodSeconds: 0,
        containers: [{ name: 'web', image: testImage, command: ['sleep', '3600'] }],
      },
    };
    const deployment = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web' },
      spec: { replicas: 1, selector: { matchLabels: { app: 'web' } }, template },
    };
    await send('POST', deploymentsPath, 'application/json', JSON.stringify(deployment));
    const strategic = 'application/strategic-merge-patch+json';
    await send('PATCH', `${deploymentsPath}/web`, strategic, '{"spec":{"replicas":2}}');
    const ready = async () => JSON.parse(await curl(`${deploymentsPath}/web`)).status.readyReplicas;
    await eventually('two replicas are ready', ready, count => count === 2);
    const image = { spec: { template: { spec: { containers: [{ name: 'web', image: 'localhost/busybox:2' }] } } } };
    const patched = JSON.parse(await send('PATCH', `${deploymentsPath}/web`, strategic, JSON.stringify(image)));
    assert.equal(patched.spec.template.spec.containers[0].image, 'localhost/busybox:2');
    assert.deepEqual(patched.spec.template.spec.containers[0].command, ['sleep', '3600']);
  });

  test('a node’s status is patched, and what it has becomes allocatable (W8)', async () => {
    const [node] = JSON.parse(await curl('/api/v1/nodes')).items;
    const path = `/api/v1/nodes/${node.metadata.name}`;
    const patch = [{ op: 'add', path: '/status/capacity/example.com~1dongle', value: '4' }];
    await send('PATCH', `${path}/status`, 'application/json-patch+json', JSON.stringify(patch));
    const allocatable = async () => JSON.parse(await curl(path)).status.allocatable['example.com/dongle'];
    await eventually('it is allocatable', allocatable, count => count === '4', 40_000);
  });

  test('a pod is deleted', async () => {
    await curl(`${podsPath}/from-yaml`, '--request', 'DELETE');
    const status = () =>
      curl(`${podsPath}/from-yaml`).then(
        () => 200,
        (error: { stdout: string }) => JSON.parse(error.stdout).code,
      );
    await eventually('it is gone', status, code => code === 404);
  });

  test('without a certificate nobody reads anything, but for health and version', async () => {
    const bare = (path: string) =>
      run('curl', ['--silent', '--cacert', file('ca.crt'), `${server}${path}`]).then(({ stdout }) => stdout);
    assert.equal(await bare('/readyz'), 'ok');
    assert.equal(JSON.parse(await bare('/version')).minor, '36');
    assert.equal(
      JSON.parse(await bare(podsPath)).message,
      'pods is forbidden: User "system:anonymous" cannot list resource "pods" in API group "" in the namespace "default"',
    );
  });

  test('a pod reaches the API by its name, with its ServiceAccount’s token and CA', async () => {
    const account = '/var/run/secrets/kubernetes.io/serviceaccount';
    const script = `nslookup kubernetes.default.svc.cluster.local; cat ${account}/ca.crt ${account}/token; echo; exec sleep 3600`;
    const containers = [{ name: 'main', image: testImage, command: ['sh', '-c', script] }];
    const spec = { terminationGracePeriodSeconds: 0, containers };
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'inside' }, spec };
    await send('POST', podsPath, 'application/json', JSON.stringify(pod));
    const read = () => curl(`${podsPath}/inside/log`).catch(() => '');
    const log = await eventually('what the pod was given', read, text => /\.[\w-]{20,}\n$/.test(text), 20_000);
    const { clusterIP } = JSON.parse(await curl('/api/v1/namespaces/default/services/kubernetes')).spec;
    assert.ok(log.includes(`Address: ${clusterIP}\n`), log);
    const [authority = ''] = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----\n/.exec(log) ?? [];
    writeFileSync(file('pod-ca.crt'), authority);
    const token = log.slice(log.indexOf(authority) + authority.length).trim();
    const { containerStatuses } = JSON.parse(await curl(`${podsPath}/inside`)).status;
    const pid = findProcessOf(containerStatuses[0].containerID.replace('containerd://', ''));
    // The host's curl in the pod's network: busybox' wget speaks no TLS that is still safe.
    const inside = ['--target', String(pid), '--net', 'curl', '--silent', '--cacert', file('pod-ca.crt')];
    const resolve = [
      '--resolve',
      `kubernetes.default.svc:443:${clusterIP}`,
      '--header',
      `Authorization: Bearer ${token}`,
    ];
    const curlInside = (url: string): Promise<string> =>
      run('nsenter', [...inside, ...resolve, url]).then(({ stdout }) => stdout);
    assert.equal(
      JSON.parse(await curlInside(`https://kubernetes.default.svc${podsPath}`)).message,
      'pods is forbidden: User "system:serviceaccount:default:default" cannot list resource "pods" in API group "" in the namespace "default"',
    );
    const issuer = JSON.parse(await curlInside('https://kubernetes.default.svc/.well-known/openid-configuration'));
    assert.equal(JSON.parse(await curlInside(issuer.jwks_uri)).keys.length, 1);
  });
});
