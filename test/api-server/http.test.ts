import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { connect as connectHttp2 } from 'node:http2';
import { Agent, request as startRequest } from 'node:https';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { configMaps, deployments, pods, serviceAccounts, type TokenRequest } from '../../src/api/generated/index.ts';
import { startHttpsServer } from '../../src/drivers/http/index.ts';
import { CertificateAuthority } from '../../src/drivers/tls/index.ts';
import { type RunningApiServer, startApiServer } from './start-api-server.ts';

const run = promisify(execFile);
let running: RunningApiServer;
let base: string;

before(async () => {
  running = await startApiServer();
  base = `https://127.0.0.1:${running.port}`;
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: 'default' } };
  await running.client.create(serviceAccounts, account);
});
after(() => running[Symbol.asyncDispose]());

interface Named {
  readonly metadata: { readonly name: string };
}

interface Answer {
  readonly status: number;
  readonly headers: string;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: what the tests look at is what they check
  readonly body: any;
}

async function curl(path: string, ...args: readonly string[]): Promise<Answer> {
  const { directory } = running;
  const admin = ['--cert', join(directory, 'admin.crt'), '--key', join(directory, 'admin.key')];
  return curlAs(path, ...admin, ...args);
}

async function curlAs(path: string, ...args: readonly string[]): Promise<Answer> {
  const all = ['-s', '-i', '--cacert', join(running.directory, 'ca.crt'), ...args, `${base}${path}`];
  const { stdout } = await run('curl', all, { maxBuffer: 1 << 28 });
  const whole = stdout.replace(/^HTTP\/1\.1 100[\s\S]*?\r\n\r\n/, '');
  const end = whole.indexOf('\r\n\r\n');
  const headers = whole.slice(0, end);
  const text = whole.slice(end + 4);
  const isOneDocument = text.startsWith('{') && !text.includes('}\n{');
  return { status: Number(headers.split(' ')[1]), headers, text, body: isOneDocument ? JSON.parse(text) : undefined };
}

const json = ['-H', 'Content-Type: application/json'];

describe('the walk-through by curl', () => {
  test('creates from JSON and from YAML, reads, patches, deletes', async () => {
    const names = (await curl('/api/v1/namespaces')).body.items.map((item: Named) => item.metadata.name);
    assert.deepEqual(names, ['default', 'kube-node-lease', 'kube-public', 'kube-system']);
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'a' },
      spec: { containers: [{ name: 'c', image: 'x' }] },
    };
    const path = '/api/v1/namespaces/default/pods';
    const created = await curl(path, ...json, '-d', JSON.stringify(pod));
    assert.equal(created.status, 201);
    assert.equal(created.body.kind, 'Pod');
    const yaml = 'apiVersion: v1\nkind: Pod\nmetadata:\n  name: b\nspec:\n  containers:\n  - name: c\n    image: x\n';
    assert.equal((await curl(path, '-H', 'Content-Type: application/yaml', '--data-binary', yaml)).status, 201);
    assert.equal((await curl(`${path}/b`)).body.metadata.name, 'b');
    const list = await curl(path, '-H', 'Accept: application/yaml');
    assert.match(list.text, /^apiVersion: v1\nitems:\n- apiVersion: v1\n/);
    assert.match(list.headers, /content-type: application\/yaml/);
    const table = await curl('/api/v1/componentstatuses', '-H', 'Accept: application/json;as=Table;v=v1;g=meta.k8s.io');
    assert.equal(table.body.kind, 'Table');
    const columns = table.body.columnDefinitions.map(({ name }: { name: string }) => name);
    assert.deepEqual(columns, ['Name', 'Status', 'Message', 'Error']);
    assert.deepEqual(table.body.rows.at(0)?.cells, ['etcd-0', 'Healthy', 'ok', '']);
    // A reader of YAML 1.1 would take a bare time for a time.
    assert.match(list.text, /creationTimestamp: "\d{4}-/);
    const missing = await curl(`${path}/missing`, '-H', 'Accept: application/yaml');
    assert.equal(missing.status, 404);
    assert.match(
      missing.text,
      /^apiVersion: v1\ncode: 404\ndetails:\n {2}kind: pods\n {2}name: missing\nkind: Status\n/,
    );
    const status = [{ op: 'add', path: '/status', value: { phase: 'Running' } }];
    const patched = await curl(
      `${path}/b/status`,
      '-X',
      'PATCH',
      '-H',
      'Content-Type: application/json-patch+json',
      '-d',
      JSON.stringify(status),
    );
    assert.equal(patched.body.status.phase, 'Running');
    const gone = await curl(`${path}/b`, '-X', 'DELETE', ...json, '-d', '{"gracePeriodSeconds":0}');
    assert.equal(gone.status, 200);
    assert.equal((await curl(`${path}/b`)).body.message, 'pods "b" not found');
  });

  test('scales and changes an image by strategic merge', async () => {
    const template = {
      metadata: { labels: { a: 'b' } },
      spec: {
        containers: [
          { name: 'c', image: 'x' },
          { name: 'd', image: 'y' },
        ],
      },
    };
    const deployment = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'd', namespace: 'default' },
      spec: { selector: { matchLabels: { a: 'b' } }, template },
    };
    await running.client.create(deployments, deployment as never);
    const patch = { spec: { replicas: 4, template: { spec: { containers: [{ name: 'd', image: 'z' }] } } } };
    const { body } = await curl(
      '/apis/apps/v1/namespaces/default/deployments/d',
      '-X',
      'PATCH',
      '-H',
      'Content-Type: application/strategic-merge-patch+json',
      '-d',
      JSON.stringify(patch),
    );
    assert.equal(body.spec.replicas, 4);
    assert.deepEqual(
      body.spec.template.spec.containers.map((container: { image: string }) => container.image),
      ['x', 'z'],
    );
  });
});

describe('bad input', () => {
  const path = '/api/v1/namespaces/default/configmaps';
  const post = (body: string, type = 'application/json', query = '') =>
    curl(`${path}${query}`, '-H', `Content-Type: ${type}`, '--data-binary', body);

  test('is told line and column of malformed JSON and YAML', async () => {
    const wrongJson = await post('{"a":1,\n "b": }');
    assert.equal(wrongJson.status, 400);
    assert.match(wrongJson.body.message, /line 2, column 7/);
    const wrongYaml = await post('a: b\nc: [1\nd: e\n', 'application/yaml');
    assert.equal(wrongYaml.status, 400);
    assert.match(wrongYaml.body.message, /line \d+, column \d+/);
  });

  test('is told of unknown and duplicate fields, as a warning or an error', async () => {
    const body = '{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"w"},"data":{"a":"1","a":"2"},"extra":1}';
    const warned = await post(body);
    assert.equal(warned.status, 201);
    assert.match(warned.headers, /warning: 299 - "duplicate field \\"data\.a\\""/i);
    assert.match(warned.headers, /warning: 299 - "unknown field \\"extra\\""/i);
    const strict = await post(body.replace('"w"', '"s"'), 'application/json', '?fieldValidation=Strict');
    assert.equal(strict.status, 400);
    assert.match(strict.body.message, /strict decoding error: duplicate field "data\.a", unknown field "extra"/);
    assert.equal((await post(body.replace('"w"', '"i"'), 'application/json', '?fieldValidation=Ignore')).status, 201);
  });

  test('is told where a type is wrong', async () => {
    const { status, body } = await post(
      '{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"t","labels":{"a":1}}}',
    );
    assert.ok(status === 422 || status === 400, `${status}`);
    assert.match(JSON.stringify(body), /metadata\.labels/);
  });

  test('is refused by its size, its media type, its method and its path', async () => {
    const file = join(running.directory, 'large.json');
    writeFileSync(file, JSON.stringify({ data: 'x'.repeat(3 * 1024 * 1024) }));
    const large = await curl(path, ...json, '--data-binary', `@${file}`);
    assert.equal(large.status, 413);
    assert.match(large.body.message, /limit is 3145728/);
    assert.equal((await post('a=b', 'application/x-www-form-urlencoded')).status, 415);
    assert.equal((await curl(path, '-X', 'PUT', ...json, '-d', '{}')).status, 405);
    const lost = await curl('/apis/nowhere/v1/things');
    assert.equal(lost.status, 404);
    assert.equal(lost.body.message, 'the server could not find the requested resource');
    assert.equal((await curl(path, '-H', 'Accept: text/html;q=1')).status, 406);
    assert.equal((await curl(`${path}?limit=x`)).status, 400);
  });
});

describe('credentials', () => {
  test('nobody in particular may read health and version only', async () => {
    assert.equal((await curlAs('/livez')).text, 'ok');
    const { status, body } = await curlAs('/api/v1/namespaces');
    assert.equal(status, 403);
    assert.equal(
      body.message,
      'namespaces is forbidden: User "system:anonymous" cannot list resource "namespaces" in API group "" at the cluster scope',
    );
    assert.equal(
      (await curlAs('/metrics')).body.message,
      'forbidden: User "system:anonymous" cannot get path "/metrics"',
    );
  });

  test('a certificate of another authority, and a token of nobody, are refused', async () => {
    const foreign = CertificateAuthority.create({ commonName: 'kubernetes' }, Date.now());
    const pair = foreign.issue({
      subject: { commonName: 'x', organizations: ['system:masters'] },
      usage: 'client',
      nowMs: Date.now(),
    });
    const [certificate, key] = [join(running.directory, 'f.crt'), join(running.directory, 'f.key')];
    writeFileSync(certificate, pair.certificate);
    writeFileSync(key, pair.privateKey);
    assert.equal((await curlAs('/livez', '--cert', certificate, '--key', key)).status, 401);
    const { status, body } = await curlAs('/livez', '-H', 'Authorization: Bearer nonsense');
    assert.equal(status, 401);
    assert.equal(body.message, 'Unauthorized');
  });

  test('a ServiceAccount acts by its token until it is deleted', async () => {
    const metadata = { name: 'robot', namespace: 'default' };
    await running.client.create(serviceAccounts, { apiVersion: 'v1', kind: 'ServiceAccount', metadata });
    const request = await running.client.createSubresource(serviceAccounts, 'token', metadata, { spec: {} });
    const { token } = (request as TokenRequest).status!;
    const ask = () => curlAs('/api/v1/namespaces/default/pods', '-H', `Authorization: Bearer ${token}`);
    assert.match((await ask()).body.message, /User "system:serviceaccount:default:robot" cannot list resource "pods"/);
    assert.equal((await curlAs('/openid/v1/jwks', '-H', `Authorization: Bearer ${token}`)).status, 200);
    await running.client.delete(serviceAccounts, metadata);
    assert.equal((await ask()).status, 401);
  });

  test('a certificate is known again on a resumed TLS session', async () => {
    const { pki, port } = running;
    const options = {
      host: '127.0.0.1',
      port,
      ca: pki.authority.certificate,
      cert: pki.admin.certificate,
      key: pki.admin.privateKey,
    };
    let session: Buffer | undefined;
    for (let i = 0; i < 3; i++) {
      const status = await new Promise<number | undefined>((resolve, reject) => {
        const outgoing = startRequest(
          { ...options, path: '/api/v1/namespaces', agent: false, ...(session && { session }) },
          response => {
            response.resume().on('end', () => resolve(response.statusCode));
          },
        );
        outgoing.on('socket', socket =>
          socket.on('session', (ticket: Buffer) => {
            session = ticket;
          }),
        );
        outgoing.on('error', reject).end();
      });
      assert.equal(status, 200);
    }
    assert.ok(session !== undefined);
  });
});

describe('connections', () => {
  test('serve the same over HTTP/1.1 and HTTP/2, compressed when large', async () => {
    for (let i = 0; i < 40; i++) {
      const metadata = { name: `large-${i}`, namespace: 'default' };
      await running.client.create(configMaps, {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata,
        data: { text: `${i} `.repeat(4000) },
      });
    }
    const path = '/api/v1/namespaces/default/configmaps';
    const one = await curl(path, '--http1.1');
    const two = await curl(path, '--http2');
    assert.match(one.headers, /^HTTP\/1\.1 200/);
    assert.match(two.headers, /^HTTP\/2 200/);
    assert.equal(one.text, two.text);
    for (const version of ['--http1.1', '--http2']) {
      const packed = await curl(path, version, '--compressed');
      assert.match(packed.headers, /content-encoding: gzip/i);
      assert.equal(packed.text, one.text);
    }
  });

  test('stream a watch that ends with the server, and with its timeout', async () => {
    const path = '/api/v1/namespaces/default/configmaps?watch=1&fieldSelector=metadata.name%3Dlarge-0&timeoutSeconds=1';
    for (const version of ['--http1.1', '--http2']) {
      const { text } = await curl(path, version, '--max-time', '5');
      const events = text
        .trim()
        .split('\n')
        .map(line => JSON.parse(line));
      assert.deepEqual(
        events.map(event => `${event.type} ${event.object.metadata.name}`),
        ['ADDED large-0'],
      );
    }
  });

  test('an HTTP/2 client that breaks off in the middle of a body has said nothing', async () => {
    const { pki } = running;
    const tls = { ca: pki.authority.certificate, cert: pki.admin.certificate, key: pki.admin.privateKey };
    for (const breakOff of ['stream', 'session', 'socket'] as const) {
      const session = connectHttp2(base, tls);
      session.on('error', () => {});
      const body = JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'half' } });
      const path = '/api/v1/namespaces/default/configmaps';
      const stream = session.request({ ':method': 'POST', ':path': path, 'content-type': 'application/json' });
      stream.on('error', () => {});
      stream.write(body);
      await new Promise(resolve => setTimeout(resolve, 50));
      if (breakOff === 'stream') stream.destroy(new Error('enough'));
      else if (breakOff === 'session') session.destroy();
      else session.socket.destroy();
      await new Promise(resolve => setTimeout(resolve, 50));
      session.destroy();
      assert.equal(running.server.view.get(configMaps, 'default', 'half'), undefined, breakOff);
    }
  });

  test('a taken port is named with what to do', async () => {
    const taken = startHttpsServer({
      handler: {} as never,
      certificate: running.pki.server.certificate,
      privateKey: running.pki.server.privateKey,
      clientAuthority: running.pki.authority.certificate,
      port: running.port,
    });
    await assert.rejects(taken, {
      name: 'ListenError',
      code: 'EADDRINUSE',
      message: `another program listens on 127.0.0.1:${running.port} already: stop it, or choose another port`,
    });
  });

  test('a closing server ends watches and finishes what it has begun', async () => {
    const other = await startApiServer();
    const path = `https://127.0.0.1:${other.port}/api/v1/namespaces?watch=1`;
    const files = [
      '--cacert',
      join(other.directory, 'ca.crt'),
      '--cert',
      join(other.directory, 'admin.crt'),
      '--key',
      join(other.directory, 'admin.key'),
    ];
    const watches = ['--http1.1', '--http2'].map(version => run('curl', ['-sS', version, ...files, path]));
    const agent = new Agent({ keepAlive: true });
    const { pki, port } = other;
    const tls = { ca: pki.authority.certificate, cert: pki.admin.certificate, key: pki.admin.privateKey };
    await new Promise(resolve =>
      startRequest({ host: '127.0.0.1', port, path: '/version', agent, ...tls }, idle =>
        idle.resume().on('end', resolve),
      ).end(),
    );
    await new Promise(resolve => setTimeout(resolve, 300));
    const startMs = performance.now();
    await other[Symbol.asyncDispose]();
    agent.destroy();
    assert.ok(performance.now() - startMs < 400, `took ${performance.now() - startMs} ms`);
    for (const { stdout } of await Promise.all(watches)) assert.equal(stdout.trim().split('\n').length, 4);
  });
});

describe('discovery and tables', () => {
  test('tables carry columns and the objects asked for', async () => {
    const accept = 'Accept: application/json;as=Table;v=v1;g=meta.k8s.io,application/json';
    const { body } = await curl('/api/v1/namespaces?includeObject=None', '-H', accept);
    assert.equal(body.kind, 'Table');
    assert.equal(body.columnDefinitions[0].name, 'Name');
    assert.equal(body.rows[0].cells[0], 'default');
    assert.equal(body.rows[0].object, undefined);
    const partial = await curl(
      '/api/v1/namespaces',
      '-H',
      'Accept: application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io',
    );
    assert.equal(partial.body.kind, 'PartialObjectMetadataList');
    assert.deepEqual(Object.keys(partial.body.items[0]), ['kind', 'apiVersion', 'metadata']);
  });

  test('discovery is aggregated, plain, and known again by its tag', async () => {
    const accept = 'Accept: application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
    const { body, headers } = await curl('/apis', '-H', accept);
    assert.equal(body.kind, 'APIGroupDiscoveryList');
    assert.match(headers, /content-type: application\/json;g=apidiscovery\.k8s\.io;v=v2;as=APIGroupDiscoveryList/);
    const tag = /etag: (\S+)/i.exec(headers)![1]!;
    for (const version of ['--http1.1', '--http2']) {
      assert.equal((await curl('/apis', version, '-H', accept, '-H', `If-None-Match: ${tag}`)).status, 304);
    }
    const list = (await curl('/apis/apps/v1')).body;
    assert.deepEqual(
      list.resources
        .filter((one: { name: string }) => one.name.startsWith('deployments'))
        .map((one: { name: string }) => one.name),
      ['deployments', 'deployments/scale', 'deployments/status'],
    );
    assert.equal((await curl('/apis/apps')).body.preferredVersion.groupVersion, 'apps/v1');
  });

  test('metrics count requests, watchers and stored objects', async () => {
    const { text } = await curl('/metrics');
    assert.match(
      text,
      /apiserver_request_total\{code="201",[^}]*resource="pods",scope="resource",subresource="",verb="POST",version="v1"\} 2/,
    );
    assert.match(text, /apiserver_request_duration_seconds_bucket\{[^}]*le="\+Inf"\} \d+/);
    assert.match(text, /apiserver_current_inflight_requests\{request_kind="readOnly"\} 1/);
    assert.match(text, /apiserver_storage_objects\{resource="deployments\.apps"\} 1/);
    assert.match(text, /apiserver_resource_objects\{group="",resource="namespaces"\} 4/);
    // The exposition format: a name, labels, a number.
    for (const line of text.trim().split('\n'))
      assert.match(line, /^#|^[a-z_]+(\{([a-z_]+="[^"]*",?)*\})? [-+\d.e]+$/i);
  });

  test('pods that wait say for what, by their log', async () => {
    const pod = running.server.view.get(pods, 'default', 'a')!;
    await running.client.updateStatus(pods, { ...pod, status: { phase: 'Pending' } } as never);
    assert.equal((await curl('/api/v1/namespaces/default/pods/a/log')).status, 503);
  });
});
