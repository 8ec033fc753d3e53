/** Every kubectl at hand against a whole control plane with simulated nodes: all verbs that need no container. */
import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { TestCluster } from './cluster-process.ts';
import { kubectlsAtHand } from './kubectls-at-hand.ts';
import { type BoundKubectl, bindKubectl, eventually } from './run-kubectl.ts';

const kubectls = kubectlsAtHand();

const app = (replicas: number, image: string): string => `
apiVersion: v1
kind: ConfigMap
metadata: { name: settings }
data: { color: blue }
---
apiVersion: v1
kind: Secret
metadata: { name: login }
stringData: { password: hunter2 }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, labels: { app: web } }
spec:
  replicas: ${replicas}
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
        - name: web
          image: ${image}
          ports: [{ containerPort: 80, name: http }]
          readinessProbe: { httpGet: { path: /, port: http } }
          livenessProbe: { httpGet: { path: /, port: http }, periodSeconds: 5 }
          resources: { requests: { cpu: 50m, memory: 16Mi }, limits: { cpu: 200m, memory: 32Mi } }
          env:
            - { name: COLOR, valueFrom: { configMapKeyRef: { name: settings, key: color } } }
            - { name: PASSWORD, valueFrom: { secretKeyRef: { name: login, key: password } } }
          volumeMounts: [{ name: settings, mountPath: /settings }, { name: login, mountPath: /login }]
      volumes:
        - { name: settings, configMap: { name: settings } }
        - { name: login, secret: { secretName: login } }
---
apiVersion: v1
kind: Service
metadata: { name: web }
spec: { selector: { app: web }, ports: [{ port: 80, targetPort: http }] }
---
apiVersion: v1
kind: Service
metadata: { name: web-outside }
spec: { type: NodePort, selector: { app: web }, ports: [{ port: 80, targetPort: http }] }
`;

describe('kubectl', { concurrency: 4, skip: kubectls.length === 0 ? 'no kubectl at hand' : false }, () => {
  let cluster: TestCluster;
  const folder = mkdtempSync(join(tmpdir(), 'sampan-verbs-'));
  before(async () => {
    cluster = await TestCluster.start(['--nodes', `simulated:${kubectls.length + 2}`]);
  });
  after(async () => {
    await cluster[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  for (const [index, version] of kubectls.entries()) {
    describe(version.version, { concurrency: false }, () => {
      const namespace = `v${version.version.replace('.', '-')}`;
      /** Nobody else's to drain. */
      const ownNode = `sim-${index}`;
      let kubectl: BoundKubectl;
      const file = (name: string, text: string): string => {
        const path = join(folder, `${namespace}-${name}`);
        writeFileSync(path, text);
        return path;
      };
      before(async () => {
        kubectl = bindKubectl(version, cluster.kubeconfig, namespace);
        await kubectl('create', 'namespace', namespace);
        await kubectl('apply', '-f', file('app.yaml', app(2, 'web:1')));
        await kubectl('rollout', 'status', 'deployment/web', '--timeout=60s');
      });

      test('get nodes: all ready', async () => {
        const lines = (await kubectl('get', 'nodes', '--no-headers')).trim().split('\n');
        assert.equal(lines.length, kubectls.length + 2);
        for (const line of lines) assert.match(line, /^sim-\d+ +Ready[ ,]/);
      });

      test('get -o wide, by label, as JSON path, in a custom form, sorted', async () => {
        const wide = await kubectl('get', 'pods', '-o', 'wide', '-l', 'app=web');
        assert.match(wide, /^NAME +READY +STATUS +RESTARTS +AGE +IP +NODE +NOMINATED NODE +READINESS GATES/);
        assert.equal(wide.match(/1\/1 +Running/g)?.length, 2);
        assert.equal(await kubectl('get', 'deployment', 'web', '-o', 'jsonpath={.status.readyReplicas}'), '2');
        assert.equal(
          await kubectl('get', 'service', 'web', '--no-headers', '-o', 'custom-columns=P:.spec.ports[0].port'),
          '80\n',
        );
        assert.match(await kubectl('get', 'pods', '--sort-by=.metadata.name'), /^NAME +READY.*web-.*web-/s);
        assert.match(await kubectl('get', 'all'), /deployment\.apps\/web +2\/2/);
        assert.match(await kubectl('get', 'endpoints', 'web'), /(\d+\.){3}\d+:80,(\d+\.){3}\d+:80/);
      });

      test('describe', async () => {
        const deployment = await kubectl('describe', 'deployment', 'web');
        assert.match(deployment, /Replicas: +2 desired \| 2 updated \| 2 total \| 2 available \| 0 unavailable/);
        assert.match(deployment, /ScalingReplicaSet/);
        const pod = await kubectl('describe', 'pod', '-l', 'app=web', '--show-events=true');
        assert.match(pod, /QoS Class: +Burstable/);
        assert.match(pod, /Successfully assigned/);
        assert.match(await kubectl('describe', 'node', 'sim-0'), /Allocated resources:/);
        assert.match(await kubectl('describe', 'service', 'web-outside'), /NodePort: +<unset> +3\d{4}\/TCP/);
      });

      test('scale, rollout undo and history', async () => {
        await kubectl('scale', 'deployment/web', '--replicas=3');
        await kubectl('rollout', 'status', 'deployment/web', '--timeout=60s');
        await kubectl('set', 'image', 'deployment/web', 'web=web:2');
        await kubectl('rollout', 'status', 'deployment/web', '--timeout=60s');
        assert.match(await kubectl('rollout', 'history', 'deployment/web'), /^1 .*\n2 /m);
        await kubectl('rollout', 'undo', 'deployment/web');
        await kubectl('rollout', 'status', 'deployment/web', '--timeout=60s');
        const image = 'jsonpath={.spec.template.spec.containers[0].image}';
        assert.equal(await kubectl('get', 'deployment', 'web', '-o', image), 'web:1');
        await kubectl('scale', 'deployment/web', '--replicas=2');
      });

      test('rollout restart, pause and resume', async () => {
        await kubectl('rollout', 'restart', 'deployment/web');
        await kubectl('rollout', 'status', 'deployment/web', '--timeout=60s');
        await kubectl('rollout', 'pause', 'deployment/web');
        assert.equal(await kubectl('get', 'deployment', 'web', '-o', 'jsonpath={.spec.paused}'), 'true');
        await kubectl('rollout', 'resume', 'deployment/web');
      });

      test('edit', async () => {
        const editor = file('editor.sh', '#!/bin/sh\nsed -i \'s/color: blue/color: green/\' "$1"\n');
        chmodSync(editor, 0o755);
        await withEnvironment({ KUBE_EDITOR: editor }, () => kubectl('edit', 'configmap', 'settings'));
        assert.equal(await kubectl('get', 'configmap', 'settings', '-o', 'jsonpath={.data.color}'), 'green');
      });

      test('label and annotate', async () => {
        await kubectl('label', 'configmap', 'settings', 'tier=front');
        await kubectl('label', 'configmap', 'settings', 'tier=back', '--overwrite');
        await kubectl('annotate', 'configmap', 'settings', 'note=hello');
        const metadata = await kubectl(
          'get',
          'configmap',
          'settings',
          '-o',
          'jsonpath={.metadata.labels.tier} {.metadata.annotations.note}',
        );
        assert.equal(metadata, 'back hello');
        const refused = await kubectl.attempt(['label', 'configmap', 'settings', 'tier=other']);
        assert.match(refused.stderr, /already has a value \(back\)/);
        await kubectl('label', 'configmap', 'settings', 'tier-');
      });

      test('patch of all three types', async () => {
        const image = 'jsonpath={.spec.template.spec.containers[*].image}';
        const read = () => kubectl('get', 'deployment', 'web', '-o', image);
        const strategic = { spec: { template: { spec: { containers: [{ name: 'web', image: 'web:strategic' }] } } } };
        await kubectl('patch', 'deployment', 'web', '-p', JSON.stringify(strategic));
        assert.equal(await read(), 'web:strategic');
        const json = [{ op: 'replace', path: '/spec/template/spec/containers/0/image', value: 'web:json' }];
        await kubectl('patch', 'deployment', 'web', '--type=json', '-p', JSON.stringify(json));
        assert.equal(await read(), 'web:json');
        await kubectl('patch', 'deployment', 'web', '--type=merge', '-p', '{"metadata":{"labels":{"merged":"yes"}}}');
        assert.equal(await kubectl('get', 'deployment', 'web', '-o', 'jsonpath={.metadata.labels.merged}'), 'yes');
      });

      test('diff, and apply of what has changed', async () => {
        const changed = file('changed.yaml', app(4, 'web:1'));
        const diff = await kubectl.attempt(['diff', '-f', changed]);
        assert.equal(diff.code, 1, diff.stderr);
        assert.match(diff.stdout.toString(), /^\+ +replicas: 4$/m);
        await kubectl('apply', '-f', changed);
        assert.equal((await kubectl.attempt(['diff', '-f', changed])).code, 0);
        await kubectl('rollout', 'status', 'deployment/web', '--timeout=60s');
      });

      test('apply --server-side, with a conflict', async () => {
        const mine = file(
          'mine.yaml',
          'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: shared }\ndata: { key: mine }\n',
        );
        const theirs = file(
          'theirs.yaml',
          'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: shared }\ndata: { key: theirs }\n',
        );
        await kubectl('apply', '--server-side', '--field-manager=me', '-f', mine);
        const refused = await kubectl.attempt(['apply', '--server-side', '--field-manager=them', '-f', theirs]);
        assert.equal(refused.code, 1);
        assert.match(refused.stderr, /conflict with "me": \.data\.key/);
        await kubectl('apply', '--server-side', '--field-manager=them', '--force-conflicts', '-f', theirs);
        assert.equal(await kubectl('get', 'configmap', 'shared', '-o', 'jsonpath={.data.key}'), 'theirs');
      });

      test('explain and api-resources', async () => {
        assert.match(await kubectl('explain', 'deployment.spec.strategy.rollingUpdate'), /maxSurge/);
        assert.match(await kubectl('explain', 'deployment.spec.replicas'), /Number of desired pods\./);
        const resources = await kubectl('api-resources', '--no-headers');
        for (const kind of ['Pod', 'Deployment', 'CronJob', 'NetworkPolicy', 'CustomResourceDefinition'])
          assert.match(resources, new RegExp(`${kind}$|${kind} `, 'm'));
        assert.match(await kubectl('api-versions'), /^apps\/v1$/m);
      });

      test('wait', async () => {
        await kubectl('wait', '--for=condition=Available', 'deployment/web', '--timeout=30s');
        const gone = kubectl('wait', '--for=delete', 'configmap/shared', '--timeout=10s');
        await sleep(500);
        await kubectl('delete', 'configmap', 'shared');
        await gone;
      });

      test('auth can-i', async () => {
        assert.equal((await kubectl('auth', 'can-i', 'create', 'pods')).trim(), 'yes');
        const other = ['auth', 'can-i', 'delete', 'nodes', '--as', 'someone'];
        const { stdout, code } = await kubectl.attempt(other);
        assert.match(stdout.toString(), /^no/);
        assert.equal(code, 1);
      });

      test('cordon, drain, taint', async () => {
        await kubectl('cordon', ownNode);
        assert.match(await kubectl('get', 'node', ownNode), /SchedulingDisabled/);
        const force = kubectl.minor < 20 ? '--delete-local-data' : '--delete-emptydir-data';
        await kubectl('drain', ownNode, '--ignore-daemonsets', '--force', force, '--timeout=60s');
        await kubectl('uncordon', ownNode);
        await kubectl('taint', 'node', ownNode, 'test=yes:NoSchedule');
        await kubectl('taint', 'node', ownNode, 'test=yes:NoSchedule-');
      });

      test('expose, run, autoscale, create of the usual things', async () => {
        await kubectl('expose', 'deployment', 'web', '--name=again', '--port=8080');
        await kubectl('run', 'single', '--image=web:1');
        await kubectl('wait', '--for=condition=Ready', 'pod/single', '--timeout=30s');
        await kubectl('create', 'configmap', 'from-literal', '--from-literal=a=b');
        await kubectl('create', 'secret', 'generic', 'from-literal', '--from-literal=a=b');
        await kubectl('create', 'job', 'once', '--image=web:1');
        await kubectl('create', 'serviceaccount', 'robot');
        await kubectl('create', 'role', 'reader', '--verb=get,list', '--resource=pods');
        await kubectl('create', 'rolebinding', 'robot-reads', '--role=reader', `--serviceaccount=${namespace}:robot`);
        const robot = `system:serviceaccount:${namespace}:robot`;
        assert.equal((await kubectl('auth', 'can-i', 'list', 'pods', '--as', robot)).trim(), 'yes');
      });

      test('a get that watches sees what comes', async () => {
        const watched = kubectl.attempt(['get', 'configmap', 'seen', '--watch', '--request-timeout=3s', '-o', 'name']);
        await kubectl('create', 'configmap', 'seen');
        assert.ok([0, 1].includes((await watched).code));
        assert.match(await kubectl('get', 'events'), /Scheduled|ScalingReplicaSet/);
      });

      test('delete', async () => {
        await kubectl('delete', '-f', join(folder, `${namespace}-app.yaml`));
        const pods = () => kubectl('get', 'pods', '-l', 'app=web', '-o', 'name');
        await eventually('no pod of the Deployment', pods, names => names === '');
        await kubectl('delete', 'namespace', namespace, '--timeout=60s');
        const gone = await kubectl.attempt(['get', 'namespace', namespace]);
        assert.match(gone.stderr, /namespaces "v[\d-]+" not found/);
      });
    });
  }
});

async function withEnvironment<T>(variables: Readonly<Record<string, string>>, run: () => Promise<T>): Promise<T> {
  const before = { ...process.env };
  Object.assign(process.env, variables);
  try {
    return await run();
  } finally {
    process.env = before;
  }
}
