import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import {
  connect as connectHttp2,
  createSecureServer as createHttp2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import { createServer as createSecureServer, request as startRequest } from 'node:https';
import type { AddressInfo, Server as NetServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Duplex } from 'node:stream';
import { after, before, describe, test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { WebSocket, WebSocketServer } from 'ws';
import { endpoints, nodes, pods, serviceAccounts, services } from '../../src/api/generated/index.ts';
import type { NodeConnections } from '../../src/apiserver/index.ts';
import { CertificateAuthority } from '../../src/drivers/tls/index.ts';
import { createProcessConnections } from './process-connections.ts';
import { type RunningApiServer, startApiServer } from './start-api-server.ts';

// Loopback addresses are not proxied to, so the pods of these tests have one of the machine's others.
const address = Object.values(networkInterfaces())
  .flatMap(entries => entries ?? [])
  .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;
const skip = address === undefined ? 'the machine has no address but loopback' : false;

let api: RunningApiServer;
let backend: Server;
let secure: NetServer;
let port: number;
let securePort: number;
let modernPort: number;
const servers: NetServer[] = [];
let sessions = 0;
/** Requests that the backend has seen the end of, or the breaking off of. */
const ended: string[] = [];

async function listen(server: NetServer): Promise<number> {
  servers.push(server);
  await new Promise<void>(resolve => server.listen(0, '0.0.0.0', resolve));
  return (server.address() as AddressInfo).port;
}

function answer(request: IncomingMessage, response: ServerResponse): void {
  const url = request.url ?? '';
  request.on('close', () => ended.push(`${request.method} ${url} ${request.complete ? 'complete' : 'broken off'}`));
  if (url.startsWith('/echo')) {
    const chunks: Buffer[] = [];
    request.on('data', chunk => chunks.push(chunk as Buffer));
    request.on('end', () => {
      const { method, headers } = request;
      response.writeHead(200, { 'content-type': 'application/json', 'access-control-allow-origin': '*' });
      response.end(JSON.stringify({ method, url, headers, length: Buffer.concat(chunks).length }));
    });
  } else if (url === '/page') {
    const page = gzipSync('<p>x < y<a href="/next?a=b">n</a><script>"<a href=\'/no\'>"</script><img src=logo.png>');
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'content-encoding': 'gzip' });
    response.end(page);
  } else if (url === '/moved') response.writeHead(302, { location: '/elsewhere/' }).end();
  else if (url === '/drip') {
    response.writeHead(200, { 'content-type': 'text/plain' });
    response.write('first\n');
    // The rest comes when the test says so.
    backend.once('more', () => response.end('second\n'));
  } else if (url === '/forever') {
    response.writeHead(200);
    response.write('x');
    response.on('close', () => ended.push('forever closed'));
  } else if (url === '/break') {
    response.writeHead(200, { 'content-length': '100' });
    response.write('only this');
    setTimeout(() => request.socket.destroy(), 20);
  } else if (url === '/reverse') {
    response.writeHead(200);
    request.on('data', (chunk: Buffer) => response.write(Buffer.from(chunk).reverse()));
    request.on('end', () => response.end());
  } else if (url === '/cookies') response.writeHead(204, { 'set-cookie': ['a=1', 'b=2'] }).end();
  else response.writeHead(404, { 'content-type': 'text/plain' }).end('the pod has no such page');
}

before(async () => {
  if (skip !== false) return;
  const nodes: NodeConnections = {
    ...createProcessConnections(),
    hasNetwork: name => name !== 'simulated',
    kubelet: async ({ metadata }, { method, path, query }) =>
      metadata.name === 'agent'
        ? { status: 200, headers: { 'content-type': 'text/plain' }, body: `${method} ${path} ${query}` }
        : undefined,
  };
  api = await startApiServer({ nodes });
  backend = createServer(answer);
  const sockets = new WebSocketServer({ noServer: true });
  backend.on('upgrade', (request, socket: Duplex, head) => {
    if (request.url === '/refuse') {
      socket.end('HTTP/1.1 418 Teapot\r\nContent-Length: 5\r\nX-Why: tea\r\n\r\nshort');
      return;
    }
    sockets.handleUpgrade(request, socket, head, client => {
      client.send(`hello ${request.url} ${request.headers['x-forwarded-for'] === undefined ? 'direct' : 'forwarded'}`);
      client.on('message', data => client.send(data));
    });
  });
  port = await listen(backend);
  const authority = CertificateAuthority.create({ commonName: 'anybody' }, Date.now());
  const { certificate, privateKey } = authority.issue({
    subject: { commonName: 'pod' },
    usage: 'server',
    alternativeNames: ['pod.test'],
    nowMs: Date.now(),
  });
  secure = createSecureServer({ cert: certificate, key: privateKey }, answer);
  securePort = await listen(secure);
  await api.client.create(serviceAccounts, { metadata: { name: 'default', namespace: 'kube-system' } });
  const modern = createHttp2Server({ cert: certificate, key: privateKey });
  modern.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
    stream.on('error', () => {});
    const path = headers[':path'] ?? '';
    if (path === '/reset') {
      stream.respond({ ':status': 200 });
      stream.write('part');
      setTimeout(() => stream.destroy(new Error('broken off')), 20);
    } else if (path === '/wait') stream.on('close', () => ended.push('stream cancelled'));
    else {
      stream.respond({ ':status': 201, 'content-type': 'text/plain', 'set-cookie': ['a=1', 'b=2'] });
      stream.write(`${headers[':method']} ${path} ${headers[':authority']} `);
      stream.pipe(stream);
    }
  });
  modern.on('session', () => {
    sessions++;
  });
  modernPort = await listen(modern as unknown as NetServer);
  await createPod('web', port);
  await createPod('gone', 1);
  await createPod('simulated', port, 'simulated');
  await createService();
});
after(async () => {
  for (const server of servers) {
    (server as Partial<Server>).closeAllConnections?.();
    server.close();
  }
  if (skip === false) await api[Symbol.asyncDispose]();
});

async function createPod(name: string, containerPort: number, nodeName = 'node-1'): Promise<void> {
  const pod = await api.client.create(pods, {
    metadata: { name, namespace: 'kube-system' },
    spec: {
      nodeName,
      automountServiceAccountToken: false,
      serviceAccountName: 'default',
      containers: [{ name: 'main', image: 'x', ports: [{ containerPort }] }],
    },
  } as never);
  await api.client.updateStatus(pods, {
    ...pod,
    status: { phase: 'Running', podIP: address!, podIPs: [{ ip: address! }] },
  });
}

async function createService(): Promise<void> {
  const metadata = { name: 'web', namespace: 'kube-system' };
  const ports = [
    { name: 'http', port: 80, targetPort: port },
    { name: 'https', port: 443, targetPort: securePort },
  ];
  await api.client.create(services, { metadata, spec: { ports, selector: { app: 'web' } } } as never);
  await api.client.create(services, {
    metadata: { ...metadata, name: 'lost' },
    spec: { ports: [{ port: 80 }] },
  } as never);
  await api.client.create(endpoints, {
    metadata,
    subsets: [
      {
        addresses: [
          { ip: address!, targetRef: { kind: 'Pod', name: 'web', namespace: 'kube-system' } },
          { ip: '198.51.100.1' },
          { ip: '198.51.100.2', targetRef: { kind: 'Pod', name: 'web', namespace: 'kube-system' } },
        ],
        ports: [
          { name: 'http', port },
          { name: 'https', port: securePort },
        ],
      },
    ],
  } as never);
}

/** The administrator's certificate, and whom to believe. */
const identity = () => ({
  ca: api.pki.authority.certificate,
  cert: api.pki.admin.certificate,
  key: api.pki.admin.privateKey,
});

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

const base = '/api/v1/namespaces/kube-system';

function open(
  path: string,
  options: { method?: string; headers?: Record<string, string> } = {},
): { request: ReturnType<typeof startRequest>; response: Promise<IncomingMessage> } {
  const request = startRequest({
    host: '127.0.0.1',
    port: api.port,
    path,
    agent: false,
    ...identity(),
    ...options,
  });
  const response = new Promise<IncomingMessage>((resolve, reject) => {
    request.on('response', resolve);
    request.on('error', reject);
  });
  return { request, response };
}

async function ask(path: string, options: Parameters<typeof open>[1] & { body?: Buffer } = {}): Promise<Answer> {
  const { request, response } = open(path, options);
  request.end(options.body);
  const incoming = await response;
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return { status: incoming.statusCode ?? 0, headers: incoming.headers, body: Buffer.concat(chunks) };
}

/** What the backend's `/echo` says, or a Status. */
interface Said {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly length: number;
  readonly code: number;
  readonly reason: string;
  readonly message: string;
}

const json = ({ body }: Answer): Said => JSON.parse(body.toString()) as Said;
const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await new Promise(resolve => setTimeout(resolve, 5));
};

describe('a pod behind the API server', { skip }, () => {
  test('is asked what the client asks, without its credentials', async () => {
    const answered = await ask(`${base}/pods/web/proxy/echo/a%20b/?c=d%2Fe`, {
      method: 'PUT',
      headers: {
        authorization: 'Basic x',
        'x-remote-user': 'root',
        'x-mine': 'kept',
        connection: 'x-drop',
        'x-drop': '1',
      },
      body: Buffer.alloc(5_000_000),
    });
    assert.equal(answered.status, 200);
    assert.equal(answered.headers['access-control-allow-origin'], undefined);
    const { method, url, headers, length } = json(answered);
    assert.deepEqual({ method, url, length }, { method: 'PUT', url: '/echo/a%20b/?c=d%2Fe', length: 5_000_000 });
    assert.equal(headers['x-mine'], 'kept');
    for (const name of ['authorization', 'x-remote-user', 'x-drop']) assert.equal(headers[name], undefined, name);
    assert.match(headers['x-forwarded-for'] ?? '', /127\.0\.0\.1$/);
    assert.equal(headers['x-forwarded-uri'], `${base}/pods/web/proxy/echo/a%20b/`);
    assert.equal(headers['host'], `127.0.0.1:${api.port}`);
  });

  test('is led to its root by a redirect, and cannot be left upwards', async () => {
    const root = await ask(`${base}/pods/web/proxy?a=b`);
    assert.equal(root.status, 301);
    assert.equal(root.headers.location, `${base}/pods/web/proxy/?a=b`);
    assert.equal(json(await ask(`${base}/pods/web/proxy/x/%2E%2E/%2E%2E/echo`)).url, '/echo');
  });

  test('answers with its own status, headers and words', async () => {
    const missing = await ask(`${base}/pods/web:${port}/proxy/missing`);
    assert.equal(missing.status, 404);
    assert.equal(missing.body.toString(), 'the pod has no such page');
    const empty = await ask(`${base}/pods/http:web:${port}/proxy/cookies`);
    assert.equal(empty.status, 204);
    assert.deepEqual(empty.headers['set-cookie'], ['a=1', 'b=2']);
  });

  test('is reached over TLS without being asked for a name', async () => {
    assert.equal(json(await ask(`${base}/pods/https:web:${securePort}/proxy/echo`)).url, '/echo');
  });

  test('has links and redirects that lead back through the server', async () => {
    const page = await ask(`${base}/pods/web/proxy/page`, { headers: { 'accept-encoding': 'gzip' } });
    assert.equal(page.headers['content-encoding'], 'gzip');
    assert.equal(
      gunzipSync(page.body).toString(),
      `<p>x < y<a href="${base}/pods/web/proxy/next?a=b">n</a><script>"<a href='/no'>"</script><img src=logo.png>`,
    );
    const moved = await ask(`${base}/pods/web/proxy/moved`);
    assert.equal(moved.headers.location, `${base}/pods/web/proxy/elsewhere/`);
  });

  test('streams both ways', async () => {
    const { request, response } = open(`${base}/pods/web/proxy/drip`);
    request.end();
    const incoming = await response;
    const lines: string[] = [];
    for await (const chunk of incoming) {
      lines.push(String(chunk));
      if (lines.length === 1) backend.emit('more');
    }
    assert.equal(lines.join(''), 'first\nsecond\n');

    const conversation = open(`${base}/pods/web/proxy/reverse`, { method: 'POST' });
    conversation.request.write('abc');
    const answers = (await conversation.response)[Symbol.asyncIterator]();
    assert.equal(String((await answers.next()).value), 'cba');
    conversation.request.end('xyz');
    assert.equal(String((await answers.next()).value), 'zyx');
    assert.equal((await answers.next()).done, true);
  });

  test('is left as soon as its client leaves', async () => {
    const { request, response } = open(`${base}/pods/web/proxy/forever`);
    request.on('error', () => {});
    request.end();
    await response;
    request.destroy();
    await until(() => ended.includes('forever closed'));
    const upload = open(`${base}/pods/web/proxy/echo/upload`, {
      method: 'POST',
      headers: { 'content-length': '1000' },
    });
    upload.response.catch(() => {});
    upload.request.write('half');
    await new Promise(resolve => setTimeout(resolve, 100));
    upload.request.destroy();
    await until(() => ended.includes('POST /echo/upload broken off'));
  });

  test('breaks its client off when it breaks off', async () => {
    await assert.rejects(ask(`${base}/pods/web/proxy/break`), /aborted|ECONNRESET/);
  });

  test('is told of as upstream does when nobody can be reached', async () => {
    const gone = await ask(`${base}/pods/gone/proxy/`);
    assert.equal(gone.status, 503);
    assert.equal(json(gone).reason, 'ServiceUnavailable');
    assert.equal(
      json(gone).message,
      `error trying to reach service: dial tcp ${address}:1: connect: connection refused`,
    );
    const simulated = json(await ask(`${base}/pods/simulated/proxy/`));
    assert.equal(
      simulated.message,
      `error trying to reach service: dial tcp ${address}:${port}: connect: no route to host`,
    );
    const unnamed = json(await ask(`${base}/pods/a:b:c:d/proxy/`));
    assert.deepEqual([unnamed.code, unnamed.message], [400, 'invalid pod request "a:b:c:d"']);
    assert.equal(json(await ask(`${base}/pods/none:80/proxy/`)).message, 'pods "none" not found');
    assert.equal((await ask('/api/v1/proxy/namespaces/kube-system/pods/web')).status, 404);
  });

  test('is spoken to in HTTP/2 where it speaks that, over one connection', async () => {
    const at = `${base}/pods/https:web:${modernPort}/proxy`;
    const answers = await Promise.all(
      [1, 2, 3].map(i => ask(`${at}/a?b=${i}`, { method: 'POST', body: Buffer.from(`body ${i}`) })),
    );
    answers.forEach(({ status, headers, body }, i) => {
      assert.equal(status, 201);
      assert.deepEqual(headers['set-cookie'], ['a=1', 'b=2']);
      assert.equal(body.toString(), `POST /a?b=${i + 1} 127.0.0.1:${api.port} body ${i + 1}`);
    });
    assert.equal((await ask(`${at}/plain`)).body.toString(), `GET /plain 127.0.0.1:${api.port} `);
    assert.equal(sessions, 1);
    await assert.rejects(ask(`${at}/reset`), /aborted|ECONNRESET/);
    const { request, response } = open(`${at}/wait`);
    response.catch(() => {});
    request.end();
    await new Promise(resolve => setTimeout(resolve, 100));
    request.destroy();
    await until(() => ended.includes('stream cancelled'));
    assert.equal(sessions, 1);
  });

  test('is reached over HTTP/2 too', async () => {
    const session = connectHttp2(`https://127.0.0.1:${api.port}`, identity());
    const run = (headers: Record<string, string>, body?: Buffer): Promise<{ status: number; text: string }> =>
      new Promise((resolve, reject) => {
        const stream = session.request(headers);
        let text = '';
        let status = 0;
        stream.on('response', head => {
          status = Number(head[':status']);
        });
        stream.on('data', chunk => {
          text += chunk;
        });
        stream.on('end', () => resolve({ status, text }));
        stream.on('error', reject);
        stream.end(body);
      });
    const path = `${base}/pods/web/proxy/echo`;
    const { status, text } = await run({ ':path': path, ':method': 'POST' }, Buffer.alloc(100_000));
    assert.deepEqual([status, JSON.parse(text).length], [200, 100_000]);
    assert.equal((await run({ ':path': path, ':method': 'HEAD' })).text, '');
    assert.equal((await run({ ':path': `${base}/pods/web/proxy/cookies` })).status, 204);
    session.close();
  });

  test('may switch to another protocol', async () => {
    const url = `wss://127.0.0.1:${api.port}${base}/pods/web/proxy`;
    const client = new WebSocket(`${url}/ws`, identity());
    const messages: string[] = [];
    client.on('message', data => void messages.push(String(data)));
    await new Promise(resolve => client.on('open', resolve));
    client.send('a'.repeat(100_000));
    await until(() => messages.length === 2);
    assert.deepEqual([messages[0], messages[1]!.length], ['hello /ws forwarded', 100_000]);
    client.close();
    const refused = new WebSocket(`${url}/refuse`, identity());
    const said = await new Promise<IncomingMessage>(resolve => {
      refused.on('unexpected-response', (_, response) => resolve(response));
      refused.on('error', () => {});
    });
    assert.equal(said.statusCode, 418);
    assert.equal(said.headers['x-why'], 'tea');
    said.destroy();
  });
});

describe('a Service behind the API server', { skip }, () => {
  test('is answered for by one of its pods, by port number, by port name, over TLS', async () => {
    assert.equal(json(await ask(`${base}/services/web:80/proxy/echo`)).url, '/echo');
    assert.equal(json(await ask(`${base}/services/web:http/proxy/echo`)).url, '/echo');
    assert.equal(json(await ask(`${base}/services/https:web:https/proxy/echo`)).url, '/echo');
  });

  test('is told of as upstream does when there is no such port, pod or Service', async () => {
    const messageOf = async (name: string): Promise<string> => {
      const { code, message } = json(await ask(`${base}/services/${name}/proxy/`));
      return `${code} ${message}`;
    };
    assert.equal(await messageOf('web:81'), '503 no service port 81 found for service "web"');
    assert.equal(await messageOf('web:other'), '503 no endpoints available for service "web:other"');
    assert.equal(await messageOf('web'), '503 no endpoints available for service "web"');
    assert.equal(await messageOf('lost'), '404 services "lost" not found');
    assert.equal(await messageOf('none:80'), '404 services "none" not found');
  });
});

describe('a node behind the API server', { skip }, () => {
  test('is reached by its address at any port; a kubelet that does not listen is told of', async () => {
    const node = await api.client.create(nodes, { metadata: { name: 'node-1' } } as never);
    await api.client.updateStatus(nodes, {
      ...node,
      status: { addresses: [{ type: 'InternalIP', address: address! }] },
    } as never);
    assert.equal(json(await ask(`/api/v1/nodes/node-1:${port}/proxy/echo`)).url, '/echo');
    const agent = await api.client.create(nodes, { metadata: { name: 'agent' } } as never);
    await api.client.updateStatus(nodes, {
      ...agent,
      status: { addresses: [{ type: 'InternalIP', address: address! }] },
    } as never);
    assert.equal((await ask('/api/v1/nodes/agent:10250/proxy/a//b/?c=d')).body.toString(), 'GET /a/b/ c=d');
    const silent = json(await ask('/api/v1/nodes/node-1/proxy/healthz'));
    assert.deepEqual(
      [silent.code, silent.message],
      [503, `error trying to reach service: dial tcp ${address}:10250: connect: connection refused`],
    );
  });
});
