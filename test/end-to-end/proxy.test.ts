/** A real pod behind the API server's proxy, and the node that it runs on. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { after, before, describe, test } from 'node:test';
import { containersMissing } from '../fixtures/own-containerd.ts';
import type { TestCluster } from './cluster-process.ts';
import { kubectlsAtHand } from './kubectls-at-hand.ts';
import { type BoundKubectl, bindKubectl, eventually } from './run-kubectl.ts';
import { startRealCluster, testImage } from './start-real-cluster.ts';

const newest = kubectlsAtHand().at(-1);
const skip = containersMissing || (newest === undefined ? 'no kubectl at hand' : false);

const app = `
apiVersion: v1
kind: Pod
metadata: { name: web, labels: { app: web } }
spec:
  terminationGracePeriodSeconds: 1
  containers:
    - name: web
      image: ${testImage}
      command: [sh, -c, 'mkdir -p /www/deep; echo "<a href=/deep/>deep</a>" > /www/index.html; echo hello > /www/deep/index.html; echo ready; exec httpd -f -p 8080 -h /www']
      ports: [{ containerPort: 8080, name: http }]
      readinessProbe: { httpGet: { path: /, port: http }, periodSeconds: 1 }
---
apiVersion: v1
kind: Service
metadata: { name: web, labels: { kubernetes.io/cluster-service: 'true' }, namespace: default }
spec: { selector: { app: web }, ports: [{ name: http, port: 80, targetPort: http }] }
`;

describe('the proxy and real pods', { skip }, () => {
  let cluster: TestCluster;
  let kubectl: BoundKubectl;
  let node: string;
  const raw = (path: string): Promise<string> => kubectl('get', '--raw', path);
  const base = '/api/v1/namespaces/default';

  before(async () => {
    cluster = await startRealCluster();
    kubectl = bindKubectl(newest!, cluster.kubeconfig, 'default');
    await kubectl.fed(app, 'apply', '-f', '-');
    await kubectl('wait', '--for=condition=Ready', 'pod/web', '--timeout=60s');
    node = await kubectl('get', 'nodes', '-o', 'jsonpath={.items[0].metadata.name}');
  });
  after(() => cluster?.[Symbol.asyncDispose]());

  test('a pod answers, with its links and redirects led back', async () => {
    assert.equal(await raw(`${base}/pods/web/proxy/deep/`), 'hello\n');
    assert.equal(await raw(`${base}/pods/web:8080/proxy/`), `<a href="${base}/pods/web:8080/proxy/deep/">deep</a>\n`);
    // httpd redirects to the folder.
    assert.equal(await raw(`${base}/pods/web/proxy/deep`), 'hello\n');
  });

  test("a Service answers by any of its ports' names", async () => {
    const ask = () => kubectl.attempt(['get', '--raw', `${base}/services/web:80/proxy/deep/`]);
    const { stdout } = await eventually('the Service answers', ask, ({ code }) => code === 0);
    assert.equal(stdout.toString(), 'hello\n');
    assert.equal(await raw(`${base}/services/http:web:http/proxy/deep/`), 'hello\n');
    assert.match(await kubectl('cluster-info'), /Kubernetes control plane.* is running at/);
  });

  test('kubectl proxy leads there too', async () => {
    const child = spawn(newest!.path, ['--kubeconfig', cluster.kubeconfig, 'proxy', '--port=0']);
    try {
      const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
      const port = /:(\d+)$/.exec((await lines.next()).value ?? '')?.[1];
      const response = await fetch(`http://127.0.0.1:${port}${base}/services/web:http/proxy/deep/`);
      assert.equal(await response.text(), 'hello\n');
    } finally {
      child.kill();
    }
  });

  test('a pod that does not listen is told of', async () => {
    const { stderr } = await kubectl.attempt(['get', '--raw', `${base}/pods/web:1/proxy/`]);
    assert.match(stderr, /error trying to reach service: dial tcp 10\.\S+:1: connect: connection refused/);
  });

  test('a node tells what it and its pods use', async () => {
    interface Usage {
      readonly cpu: { readonly usageNanoCores: number; readonly usageCoreNanoSeconds: number };
      readonly memory: { readonly workingSetBytes: number };
    }
    interface Told {
      readonly node: Usage & { readonly nodeName: string; readonly fs: { readonly capacityBytes: number } };
      readonly pods: readonly (Usage & {
        readonly podRef: { readonly name: string };
        readonly network: { readonly name: string; readonly rxBytes: number };
        readonly containers: readonly (Usage & {
          readonly name: string;
          readonly logs: { readonly usedBytes: number };
        })[];
      })[];
    }
    const told = JSON.parse(await raw(`/api/v1/nodes/${node}/proxy/stats/summary`)) as Told;
    assert.equal(told.node.nodeName, node);
    assert.ok(
      told.node.cpu.usageNanoCores > 0 && told.node.memory.workingSetBytes > 0 && told.node.fs.capacityBytes > 0,
    );
    const pod = told.pods.find(({ podRef }) => podRef.name === 'web')!;
    const [container] = pod.containers;
    assert.equal(container?.name, 'web');
    assert.ok(container.memory.workingSetBytes > 0 && container.memory.workingSetBytes < 100 * 1024 * 1024);
    assert.ok(container.cpu.usageCoreNanoSeconds > 0 && container.logs.usedBytes > 0);
    assert.ok(pod.network.rxBytes > 0, JSON.stringify(pod.network));
    const metrics = await raw(`/api/v1/nodes/${node}/proxy/metrics/resource`);
    assert.match(
      metrics,
      /^container_memory_working_set_bytes\{container="web",namespace="default",pod="web"\} \d+ \d+$/m,
    );
    const cadvisor = await raw(`/api/v1/nodes/${node}/proxy/metrics/cadvisor`);
    assert.match(cadvisor, /^container_network_receive_bytes_total\{.*pod="web",interface="eth0"\} \d+ \d+$/m);
  });

  test('a node tells its pods, logs, health and configuration', async () => {
    const proxied = `/api/v1/nodes/${node}/proxy`;
    const { items } = JSON.parse(await raw(`${proxied}/pods`)) as { items: { metadata: { name: string } }[] };
    assert.ok(items.some(({ metadata }) => metadata.name === 'web'));
    assert.match(await raw(`${proxied}/runningpods/`), /"name":"web"/);
    assert.equal(await raw(`${proxied}/containerLogs/default/web/web`), 'ready\n');
    assert.equal(await raw(`${proxied}/healthz`), 'ok');
    assert.match(await raw(`${proxied}/logs/`), /<a href="/);
    assert.equal(JSON.parse(await raw(`${proxied}/configz`)).kubeletconfig.kind, 'KubeletConfiguration');
    assert.match(await raw(`${proxied}/metrics`), /^kubelet_running_pods [1-9]/m);
    const { stderr } = await kubectl.attempt(['get', '--raw', `${proxied}/nothing`]);
    assert.match(stderr, /could not find the requested resource|404 page not found/);
  });
});
