/** Every kubectl at hand against real pods: what reaches into containers, and what only they can show. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Kubectl, startKubectl } from '../api-server/kubectl.ts';
import { containersMissing } from '../fixtures/own-containerd.ts';
import type { TestCluster } from './cluster-process.ts';
import { kubectlsAtHand } from './kubectls-at-hand.ts';
import { type BoundKubectl, bindKubectl, eventually } from './run-kubectl.ts';
import { startRealCluster, testImage } from './start-real-cluster.ts';

const kubectls = kubectlsAtHand();
const skip = containersMissing || (kubectls.length === 0 ? 'no kubectl at hand' : false);

const app = `
apiVersion: v1
kind: ConfigMap
metadata: { name: settings }
data: { color: blue, page: "hello from a ConfigMap\\n" }
---
apiVersion: v1
kind: Secret
metadata: { name: login }
stringData: { password: hunter2 }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      terminationGracePeriodSeconds: 2
      containers:
        - name: web
          image: ${testImage}
          command: [sh, -c, 'trap "exit 0" TERM; echo "color $COLOR password $PASSWORD"; httpd -p 8080 -h /settings; (i=0; while sleep 1; do i=$((i+1)); echo tick $i; done) & wait']
          ports: [{ containerPort: 8080, name: http }]
          readinessProbe: { httpGet: { path: /page, port: http }, periodSeconds: 1 }
          livenessProbe: { httpGet: { path: /page, port: http }, periodSeconds: 5 }
          resources: { requests: { cpu: 10m, memory: 8Mi }, limits: { cpu: 500m, memory: 64Mi } }
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

describe('kubectl and real pods', { concurrency: 3, skip }, () => {
  let cluster: TestCluster;
  const folder = mkdtempSync(join(tmpdir(), 'sampan-pods-'));
  before(async () => {
    cluster = await startRealCluster();
  });
  after(async () => {
    await cluster?.[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  for (const version of kubectls) {
    // One after another: node:test hands a suite's concurrency down to its tests.
    describe(version.version, { concurrency: 1 }, () => runWith(version));
  }

  /** Whether a file that the cluster holds open is a log of the namespace's pods: other versions follow theirs meanwhile. */
  const isLogOf = (namespace: string, fd: string): boolean => {
    try {
      const file = readlinkSync(`/proc/${cluster.process.pid}/fd/${fd}`);
      return file.endsWith('.log') && file.includes(`/${namespace}_`);
    } catch {
      // Closed since it was listed.
      return false;
    }
  };

  function runWith(version: Kubectl): void {
    const namespace = `v${version.version.replace('.', '-')}`;
    let kubectl: BoundKubectl;
    let pod = '';
    before(async () => {
      kubectl = bindKubectl(version, cluster.kubeconfig, namespace);
      await kubectl('create', 'namespace', namespace);
      await kubectl.fed(app, 'apply', '-f', '-');
      await kubectl('rollout', 'status', 'deployment/web', '--timeout=60s');
      pod = await kubectl('get', 'pods', '-l', 'app=web', '-o', 'jsonpath={.items[0].metadata.name}');
    });
    after(async () => {
      await kubectl('delete', 'namespace', namespace, '--timeout=60s');
    });

    test('get nodes and get -o wide', async () => {
      assert.match(await kubectl('get', 'nodes', '--no-headers'), /^\S+ +Ready +<none> /);
      const wide = await kubectl('get', 'pods', '-o', 'wide', '--no-headers');
      assert.equal(wide.match(/^web-\S+ +1\/1 +Running +0 +\S+ +10\.\d+\.\d+\.\d+ /gm)?.length, 2, wide);
    });

    test('describe tells what the node did', async () => {
      const text = await kubectl('describe', 'pod', pod);
      for (const reason of ['Scheduled', 'Pulled', 'Created', 'Started'])
        assert.match(text, new RegExp(`Normal +${reason} `));
      assert.match(text, /Container ID: +containerd:\/\//);
    });

    test('environment and volumes come from ConfigMap and Secret', async () => {
      assert.match(await kubectl('logs', pod), /^color blue password hunter2\n/);
      assert.equal(
        await kubectl('exec', pod, '--', 'cat', '/settings/page', '/login/password'),
        'hello from a ConfigMap\nhunter2',
      );
    });

    test('logs -f, --tail, --timestamps, --since', async () => {
      const follower = startKubectl(version, cluster.kubeconfig, ['-n', namespace, 'logs', '-f', '--tail=1', pod]);
      const first = Number(/\d+/.exec(await follower.waitFor(/tick \d+/))?.[0]);
      await follower.waitFor(new RegExp(`tick ${first + 2}`));
      await follower.stop();
      const openLogs = async () =>
        readdirSync(`/proc/${cluster.process.pid}/fd`).filter(fd => isLogOf(namespace, fd)).length;
      await eventually('the log is closed when its reader has gone', openLogs, count => count === 0);
      assert.match(await kubectl('logs', '--tail=2', '--timestamps', pod), /^(\d{4}-\S+Z tick \d+\n){2}$/);
      assert.doesNotMatch(await kubectl('logs', '--since=1s', pod), /color/);
    });

    test('exec tells outputs and exit code apart, and takes input', async () => {
      const { stdout, stderr, code } = await kubectl.attempt([
        'exec',
        pod,
        '--',
        'sh',
        '-c',
        'echo out; echo err >&2; exit 3',
      ]);
      assert.equal(stdout.toString(), 'out\n');
      assert.match(stderr, /^err\n/);
      assert.equal(code, 3);
      assert.equal(await kubectl.fed('some text', 'exec', '-i', pod, '--', 'cat'), 'some text');
    });

    test('exec -it gives a terminal', async () => {
      const output = await runInTerminal(version, cluster.kubeconfig, [
        '-n',
        namespace,
        'exec',
        '-it',
        pod,
        '--',
        'sh',
        '-c',
        'tty; sleep 0.5; stty size',
      ]);
      assert.match(output, /\/dev\/pts\/\d+/);
      assert.match(output, /24 80/);
    });

    test('cp, there and back', async () => {
      const [sent, received] = [join(folder, `${namespace}-sent`), join(folder, `${namespace}-received`)];
      writeFileSync(sent, randomBytes(3_000_000));
      await kubectl('cp', sent, `${pod}:/tmp/file`);
      await kubectl('cp', `${pod}:/tmp/file`, received);
      assert.ok(readFileSync(sent).equals(readFileSync(received)));
    });

    test('port-forward, to a pod and to a Service', async () => {
      for (const target of [`pod/${pod}`, 'service/web']) {
        const port = target === 'service/web' ? ':80' : ':8080';
        const forwarder = startKubectl(version, cluster.kubeconfig, ['-n', namespace, 'port-forward', target, port]);
        const local = /:(\d+)/.exec(await forwarder.waitFor(/Forwarding from 127\.0\.0\.1:\d+/))?.[1];
        for (let i = 0; i < 3; i++)
          assert.equal(await fetchText(`http://127.0.0.1:${local}/page`), 'hello from a ConfigMap\n');
        await forwarder.stop();
      }
    });

    test('the Services answer from the host and from pods, by address, name and node port', async () => {
      const clusterIp = await kubectl('get', 'service', 'web', '-o', 'jsonpath={.spec.clusterIP}');
      assert.equal(await fetchText(`http://${clusterIp}/page`), 'hello from a ConfigMap\n');
      const nodePort = await kubectl('get', 'service', 'web-outside', '-o', 'jsonpath={.spec.ports[0].nodePort}');
      const nodeIp = await kubectl('get', 'nodes', '-o', 'jsonpath={.items[0].status.addresses[0].address}');
      assert.equal(await fetchText(`http://${nodeIp}:${nodePort}/page`), 'hello from a ConfigMap\n');
      for (const name of ['web', `web.${namespace}.svc.cluster.local`, `${nodeIp}:${nodePort}`])
        assert.equal(
          await kubectl('exec', pod, '--', 'wget', '-qO-', `http://${name}/page`),
          'hello from a ConfigMap\n',
        );
    });

    test('a changed ConfigMap reaches its volume', async () => {
      await kubectl('patch', 'configmap', 'settings', '-p', '{"data":{"extra":"later"}}');
      const read = () => kubectl.attempt(['exec', pod, '--', 'cat', '/settings/extra']);
      await eventually('the new key as a file', read, ({ stdout }) => stdout.toString() === 'later', 90_000);
    });

    test('attach hears what the container says', async () => {
      const attached = startKubectl(version, cluster.kubeconfig, ['-n', namespace, 'attach', pod]);
      await attached.waitFor(/tick \d+/);
      await attached.stop();
    });

    test('run a pod once, and see its exit code', async () => {
      const refused = await kubectl.attempt([
        'run',
        'once',
        `--image=${testImage}`,
        '--restart=Never',
        '--',
        'sh',
        '-c',
        'echo done; exit 4',
      ]);
      assert.equal(refused.code, 0, refused.stderr);
      const phase = () =>
        kubectl(
          'get',
          'pod',
          'once',
          '-o',
          'jsonpath={.status.phase} {.status.containerStatuses[0].state.terminated.exitCode}',
        );
      await eventually('the pod failed', phase, text => text === 'Failed 4');
      assert.equal(await kubectl('logs', 'once'), 'done\n');
    });

    test('an image that cannot be pulled is told', async () => {
      await kubectl('run', 'nowhere', '--image=127.0.0.1:1/absent:1', '--restart=Never');
      const why = () =>
        kubectl('get', 'pod', 'nowhere', '-o', 'jsonpath={.status.containerStatuses[0].state.waiting.reason}');
      await eventually(
        'the pull has failed',
        why,
        reason => reason === 'ErrImagePull' || reason === 'ImagePullBackOff',
      );
      assert.match(await kubectl('describe', 'pod', 'nowhere'), /Failed to pull image "127\.0\.0\.1:1\/absent:1"/);
      await kubectl('delete', 'pod', 'nowhere', '--timeout=30s');
    });

    test('delete of a pod: its grace period is kept, another takes its place', async () => {
      await kubectl('delete', 'pod', pod, '--timeout=30s');
      await kubectl('rollout', 'status', 'deployment/web', '--timeout=60s');
      assert.equal((await kubectl('get', 'pods', '-l', 'app=web', '-o', 'name')).trim().split('\n').length, 2);
    });
  }
});

async function fetchText(url: string): Promise<string> {
  const response = await fetch(url, { signal: AbortSignal.timeout(5000) });
  return response.text();
}

/** kubectl asks for a terminal only where it has one: `script` gives it one. */
async function runInTerminal(kubectl: Kubectl, kubeconfig: string, args: readonly string[]): Promise<string> {
  const quoted = [kubectl.path, ...args].map(arg => `'${arg.replaceAll("'", `'\\''`)}'`).join(' ');
  const terminal = startKubectl({ path: 'script', version: '' }, kubeconfig, [
    '-qec',
    `stty rows 24 cols 80; ${quoted}`,
    '/dev/null',
  ]);
  const output = await terminal.waitFor(/\/dev\/pts\/\d+\s+\d+ \d+/);
  await sleep(10);
  await terminal.stop();
  return output;
}
