import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request as startRequest } from 'node:https';
import { after, before, describe, test } from 'node:test';
import {
  configMaps,
  mutatingWebhookConfigurations,
  pods,
  serviceAccounts,
  services,
  validatingWebhookConfigurations,
} from '../../src/api/generated/index.ts';
import { readKubeconfig } from '../../src/drivers/tls/index.ts';
import type { KubeObject, ResourceType } from '../../src/machinery/index.ts';
import { patching } from '../fixtures/webhook-replies.ts';
import { WebhookServer } from '../fixtures/webhook-server.ts';
import { findKubectls, runKubectl } from './kubectl.ts';
import { createProcessConnections } from './process-connections.ts';
import { type RunningApiServer, startApiServer } from './start-api-server.ts';

// Real sockets on both sides: kubectl asks the server, the server asks webhooks with an authority of their own.
const kubectl = findKubectls().at(-1);
let running: RunningApiServer;
let hooks: WebhookServer;

const rules = (resource: string, operations = ['*']) => [
  { apiGroups: [''], apiVersions: ['v1'], operations, resources: [resource] },
];

/** A webhook behind the Service `hooks`, by whose name its certificate is. */
const webhook = (path: string, resource: string, rest: object = {}) => ({
  name: `${path.slice(1)}.hooks.test`,
  clientConfig: {
    service: { name: 'hooks', namespace: 'default', port: hooks.port, path },
    caBundle: hooks.caBundle,
  },
  rules: rules(resource),
  admissionReviewVersions: ['v1'],
  sideEffects: 'None',
  ...rest,
});

/** Configures webhooks for as long as the work takes. */
async function withWebhooks<T>(type: ResourceType, webhooks: readonly object[], work: () => Promise<T>): Promise<T> {
  await running.client.create(type, { metadata: { name: 'configured' }, webhooks } as KubeObject);
  try {
    return await work();
  } finally {
    await running.client.delete(type, { name: 'configured' });
  }
}

async function k(
  ...args: readonly string[]
): Promise<{ readonly stdout: string; readonly stderr: string; readonly code: number }> {
  const { stdout, stderr, code } = await runKubectl(kubectl!, running.kubeconfig, args);
  return { stdout: stdout.toString(), stderr, code };
}

before(async () => {
  hooks = await WebhookServer.start(['hooks.default.svc']);
  running = await startApiServer({ nodes: createProcessConnections([]) });
  const { client } = running;
  // A virtual address would need a proxy: this Service is the name of another server.
  await client.create(services, {
    metadata: { name: 'hooks', namespace: 'default' },
    spec: { type: 'ExternalName', externalName: 'localhost' },
  } as never);
  await client.create(serviceAccounts, { metadata: { name: 'default', namespace: 'default' } });
  await client.create(pods, {
    metadata: { name: 'p', namespace: 'default' },
    spec: { nodeName: 'n', containers: [{ name: 'c', image: 'i' }], automountServiceAccountToken: false },
  } as never);
});
after(async () => {
  await running[Symbol.asyncDispose]();
  await hooks[Symbol.asyncDispose]();
});

describe('webhooks over HTTPS', { skip: kubectl === undefined ? 'there is no kubectl' : false }, () => {
  test('change and refuse what kubectl writes, and warn', async () => {
    hooks.on('/mutate', ({ object }) =>
      patching({ op: 'add', path: '/data/by', value: `grüße an ${object?.metadata.name}` }),
    );
    hooks.on('/validate', ({ object }) => {
      const data = (object as { data?: Record<string, string> }).data ?? {};
      const response = { allowed: data['a'] !== 'no', warnings: ['mind the gäp 🌍'] };
      return response.allowed
        ? response
        : { ...response, status: { code: 403, reason: 'Forbidden', message: 'not so' } };
    });
    await withWebhooks(mutatingWebhookConfigurations, [webhook('/mutate', 'configmaps')], () =>
      withWebhooks(
        validatingWebhookConfigurations,
        [webhook('/validate', 'configmaps', { rules: rules('configmaps', ['CREATE']) })],
        async () => {
          const made = await k('create', 'configmap', 'm', '--from-literal=a=yes');
          assert.equal(made.stdout, 'configmap/m created\n');
          assert.match(made.stderr, /Warning: mind the gäp 🌍/);
          assert.equal((await k('get', 'cm', 'm', '-o', 'jsonpath={.data.by}')).stdout, 'grüße an m');
          const refused = await k('create', 'configmap', 'n', '--from-literal=a=no');
          assert.notEqual(refused.code, 0);
          assert.match(refused.stderr, /admission webhook "validate\.hooks\.test" denied the request: not so/);
          const dry = await k(
            'create',
            'configmap',
            'n',
            '--from-literal=a=b',
            '--dry-run=server',
            '-o',
            'jsonpath={.data}',
          );
          assert.equal(dry.stdout, '{"a":"b","by":"grüße an n"}');
          assert.equal(hooks.asked.at(-1)?.request.dryRun, true);
        },
      ),
    );
    await running.client.delete(configMaps, { name: 'm', namespace: 'default' });
  });

  test('warn over HTTP/1.1 in UTF-8, too, whatever the body', async () => {
    hooks.on('/warn', () => ({ allowed: true, warnings: ['größer 🌍'] }));
    await withWebhooks(validatingWebhookConfigurations, [webhook('/warn', 'configmaps')], async () => {
      const config = await readKubeconfig(running.kubeconfig);
      const request = startRequest(`${config.server}/api/v1/namespaces/default/configmaps?dryRun=All`, {
        method: 'POST',
        agent: false,
        ca: config.certificateAuthority,
        cert: config.clientCertificate,
        key: config.clientKey,
        headers: { 'content-type': 'application/json', accept: 'application/json' },
      });
      request.end(JSON.stringify({ metadata: { name: 'w' }, data: { a: 'ü' } }));
      const [response] = (await once(request, 'response')) as [IncomingMessage];
      const body = (await response.toArray()).join('');
      assert.equal(response.statusCode, 201);
      assert.equal(Buffer.from(String(response.headers['warning']), 'latin1').toString(), '299 - "größer 🌍"');
      assert.deepEqual((JSON.parse(body) as { readonly data: unknown }).data, { a: 'ü' });
    });
  });

  test('may refuse to let anybody into a pod', async () => {
    hooks.on('/connect', ({ object }) => ({
      allowed: (object as { command?: readonly string[] }).command?.includes('true') === true,
      status: { message: 'nobody gets in' },
    }));
    const webhooks = [webhook('/connect', 'pods/*', { rules: rules('pods/*', ['CONNECT']) })];
    await withWebhooks(validatingWebhookConfigurations, webhooks, async () => {
      const refused = await k('exec', 'p', '-c', 'c', '--', 'sh');
      assert.match(refused.stderr, /admission webhook "connect\.hooks\.test" denied the request: nobody gets in/);
      assert.equal((await k('exec', 'p', '-c', 'c', '--', 'true')).code, 0);
      const { operation, subResource, kind } = hooks.asked.at(-1)!.request;
      assert.deepEqual([operation, subResource, kind['kind']], ['CONNECT', 'exec', 'PodExecOptions']);
    });
  });

  test('that cannot be reached fail requests, or are passed over', async () => {
    const refusal = async (rest: object): Promise<string> =>
      withWebhooks(mutatingWebhookConfigurations, [webhook('/silent', 'configmaps', rest)], async () => {
        const { stderr, code } = await k('create', 'configmap', 'm', '--from-literal=a=b');
        if (code === 0) await running.client.delete(configMaps, { name: 'm', namespace: 'default' });
        return code === 0 ? 'created' : stderr.trim();
      });
    const post = (timeoutSeconds: number): string =>
      `failed calling webhook "silent.hooks.test": failed to call webhook: Post "https://hooks.default.svc:${hooks.port}/silent?timeout=${timeoutSeconds}s":`;
    const late = await refusal({ timeoutSeconds: 1 });
    assert.ok(late.endsWith(`${post(1)} context deadline exceeded`), late);
    const stranger = await WebhookServer.start(['hooks.default.svc']);
    const service = { name: 'hooks', namespace: 'default', port: hooks.port, path: '/silent' };
    const distrusted = await refusal({ clientConfig: { service, caBundle: stranger.caBundle } });
    const unknown = 'tls: failed to verify certificate: x509: certificate signed by unknown authority';
    assert.ok(distrusted.endsWith(`${post(10)} ${unknown}`), distrusted);
    const { port } = stranger;
    await stranger[Symbol.asyncDispose]();
    const closed = { service: { ...service, port } };
    assert.match(await refusal({ clientConfig: closed }), /dial tcp [^ ]+: connect: connection refused/);
    assert.match(
      await refusal({ clientConfig: { service: { ...service, name: 'none' } } }),
      /Post "https:\/\/none\.default\.svc:\d+\/silent\?timeout=10s": service "none" not found/,
    );
    assert.equal(await refusal({ clientConfig: closed, failurePolicy: 'Ignore' }), 'created');
  });

  test('are refused when kubectl applies what could never work', async () => {
    const manifest = {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingWebhookConfiguration',
      metadata: { name: 'wrong' },
      webhooks: [
        webhook('/a', 'configmaps', { matchConditions: [{ name: 'c', expression: '... [] bad expression' }] }),
      ],
    };
    const { stderr, code } = await runKubectl(
      kubectl!,
      running.kubeconfig,
      ['apply', '-f', '-'],
      JSON.stringify(manifest),
    );
    assert.notEqual(code, 0);
    assert.match(
      stderr,
      /webhooks\[0\]\.matchConditions\[0\]\.expression: Invalid value: "\.\.\. \[\] bad expression": compilation failed/,
    );
  });
});
