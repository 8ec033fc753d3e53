import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type Namespace, namespaces, serviceAccounts } from '../../src/api/generated/index.ts';
import { findKubectls, runKubectl } from './kubectl.ts';
import { type RunningApiServer, startApiServer } from './start-api-server.ts';

// Every version at hand: each speaks to a server in its own way (discovery, OpenAPI, protobuf, server-side Tables).
const kubectls = findKubectls();
let running: RunningApiServer;

before(async () => {
  running = await startApiServer();
});
after(() => running[Symbol.asyncDispose]());

const manifest = (value: string) => `
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
data:
  a: "${value}"
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - {name: web, image: "web:${value}", ports: [{containerPort: 80}]}
`;

for (const [index, kubectl] of kubectls.entries()) {
  describe(`kubectl ${kubectl.version}`, () => {
    const namespace = `n${index}`;
    const file = () => join(running.directory, `${namespace}.yaml`);

    /** Its standard output; fails with what it says when it fails. */
    async function k(...args: readonly string[]): Promise<string> {
      const { stdout, stderr, code } = await runKubectl(kubectl, running.kubeconfig, ['-n', namespace, ...args]);
      assert.equal(code, 0, `kubectl ${args.join(' ')}: ${stderr}`);
      return stdout.toString();
    }

    async function failing(...args: readonly string[]): Promise<string> {
      const { stderr, code } = await runKubectl(kubectl, running.kubeconfig, ['-n', namespace, ...args]);
      assert.notEqual(code, 0);
      return stderr;
    }

    before(async () => {
      await running.client.create(namespaces, { metadata: { name: namespace } } as Namespace);
      await running.client.create(serviceAccounts, { metadata: { name: 'default', namespace } });
      writeFileSync(file(), manifest('1'));
    });

    test('applies, changes, compares, patches and deletes', async () => {
      assert.match(await k('apply', '-f', file()), /configmap\/settings created\s+deployment\.apps\/web created/);
      assert.match(await k('apply', '-f', file()), /configmap\/settings unchanged\s+deployment\.apps\/web unchanged/);
      writeFileSync(file(), manifest('2'));
      const { code, stdout } = await runKubectl(kubectl, running.kubeconfig, ['-n', namespace, 'diff', '-f', file()]);
      assert.equal(code, 1);
      assert.match(stdout.toString(), /\+ +a: "2"/);
      assert.match(await k('apply', '-f', file()), /settings configured\s+deployment\.apps\/web configured/);
      assert.match(await k('apply', '--server-side', '--force-conflicts', '-f', file()), /web serverside-applied/);
      await k(
        'patch',
        'deploy',
        'web',
        '-p',
        '{"spec":{"template":{"spec":{"containers":[{"name":"web","image":"x"}]}}}}',
      );
      await k('patch', 'deploy', 'web', '--type=json', '-p', '[{"op":"replace","path":"/spec/replicas","value":5}]');
      await k('patch', 'deploy', 'web', '--type=merge', '-p', '{"metadata":{"labels":{"tier":"front"}}}');
      assert.equal(
        await k('get', 'deploy', 'web', '-o', 'jsonpath={.spec.replicas} {.metadata.labels.tier}'),
        '5 front',
      );
      await k('scale', 'deploy', 'web', '--replicas=3');
      await k('set', 'image', 'deploy/web', 'web=y');
      await k('label', 'cm', 'settings', 'x=y');
      await k('annotate', 'cm', 'settings', 'x=y');
      assert.equal(await k('get', 'cm', '-l', 'x=y', '-o', 'name'), 'configmap/settings\n');
      assert.match(await k('get', 'deploy,cm'), /deployment\.apps\/web +0\/3[\s\S]+configmap\/settings +1/);
      assert.match(await k('describe', 'deploy', 'web'), /Replicas: +3 desired/);
      await k('delete', '-f', file());
      assert.match(
        await failing('get', 'cm', 'settings'),
        /Error from server \(NotFound\): configmaps "settings" not found/,
      );
    });

    test('explains, lists resources, creates typed objects, asks what it may', async () => {
      assert.match(
        await k('explain', 'deployment.spec.replicas'),
        /FIELD: +replicas <integer>[\s\S]+Number of desired pods/,
      );
      const resources = await k('api-resources', '--verbs=list', '-o', 'name');
      for (const name of ['pods', 'deployments.apps', 'leases.coordination.k8s.io']) {
        assert.ok(resources.split('\n').includes(name), name);
      }
      await k('create', 'configmap', 'made', '--from-literal=a=b');
      await k('create', 'secret', 'generic', 'made', '--from-literal=a=b');
      assert.equal(await k('get', 'secret', 'made', '-o', 'jsonpath={.data.a}'), 'Yg==');
      await k('create', 'deployment', 'made', '--image=x');
      await k('create', 'service', 'clusterip', 'made', '--tcp=80:8080');
      await k('create', 'role', 'reader', '--verb=get,list', '--resource=pods');
      await k('create', 'rolebinding', 'reader', '--role=reader', '--user=bob');
      assert.equal(await k('auth', 'can-i', 'list', 'pods', '--as=bob'), 'yes\n');
      assert.match(
        await failing('get', 'cm', '--as=bob'),
        new RegExp(`User "bob" cannot list resource "configmaps" in API group "" in the namespace "${namespace}"`),
      );
      assert.match(await k('auth', 'can-i', '--list', '--as=bob'), /pods +\[\] +\[\] +\[get list\]/);
      assert.match(await k('cluster-info'), /is running at/);
      assert.match(await k('get', '--raw', '/readyz?verbose'), /readyz check passed/);
    });

    test('is told of fields that do not exist', async () => {
      writeFileSync(file(), manifest('1').replace('replicas', 'replica'));
      // Before server-side validation kubectl checked by itself, in other words.
      assert.match(await failing('apply', '-f', file()), /unknown field "(spec\.)?replica"/);
    });
  });
}
