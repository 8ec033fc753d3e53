import assert from 'node:assert/strict';
import { createSecureServer, type Http2Server, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer as createPlainServer, type Server } from 'node:net';
import { after, before, describe, test } from 'node:test';
import type { Backend, BackendRequest } from '../../apiserver/proxy/index.ts';
import { CertificateAuthority } from '../tls/index.ts';
import { NodeReverseProxy } from './index.ts';

const authority = CertificateAuthority.create({ commonName: 'proxy-test-ca' }, Date.now());
const { certificate: cert, privateKey: key } = authority.issue({
  subject: { commonName: 'backend' },
  usage: 'server',
  alternativeNames: ['web.test.svc'],
  nowMs: Date.now(),
});

const proxy = new NodeReverseProxy();
const servers: Server[] = [];
const sessions: ServerHttp2Session[] = [];
let modern: number;
let old: number;
let silent: number;
let unresponsive: number;

async function listen(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

before(async () => {
  const settings = { maxConcurrentStreams: 2 };
  const http2 = createSecureServer({ cert, key, settings }) as unknown as Http2Server;
  http2.on('session', session => void sessions.push(session));
  http2.on('stream', (stream: ServerHttp2Stream, headers) => {
    stream.on('error', () => {});
    stream.respond({ ':status': 200 });
    if (headers[':path'] === '/watch') stream.write('…');
    else stream.end('two');
  });
  modern = await listen(http2 as unknown as Server);
  old = await listen(createHttpsServer({ cert, key }, (_, response) => response.end('one')));
  silent = await listen(createPlainServer(() => {}));
  unresponsive = await listen(createHttpsServer({ cert, key }, () => {}));
});
after(() => {
  proxy.close();
  for (const session of sessions) session.destroy();
  for (const server of servers) {
    (server as Partial<{ closeAllConnections(): void }>).closeAllConnections?.();
    server.close();
  }
});

const backend = (port: number, more: Partial<Backend> = {}): Backend => ({
  scheme: 'https',
  host: '127.0.0.1',
  port,
  serverName: 'web.test.svc',
  certificateAuthority: authority.certificate,
  ...more,
});
const request = (to: Backend, more: Partial<BackendRequest> = {}): BackendRequest => ({
  backend: to,
  method: 'GET',
  target: '/',
  headers: { host: 'web' },
  ...more,
});
const read = async (to: Backend): Promise<string> => proxy.readText((await proxy.send(request(to))).body, '');
const failure = (to: BackendRequest): Promise<string> =>
  proxy.send(to).then(
    ({ status }) => `answered ${status}`,
    (error: Error) => error.message,
  );

describe('a backend', () => {
  test('is spoken to in the version that it speaks', async () => {
    assert.equal(await read(backend(modern)), 'two');
    assert.equal(await read(backend(old)), 'one');
  });

  test('is connected to anew when its connection has ended', async () => {
    await read(backend(modern));
    const count = sessions.length;
    const last = sessions.at(-1)!;
    last.close();
    await new Promise(resolve => last.once('close', resolve));
    assert.equal(await read(backend(modern)), 'two');
    assert.equal(sessions.length, count + 1);
  });

  test('gets another connection when one takes no more', async () => {
    const count = sessions.length;
    const watch = () => proxy.send(request(backend(modern), { target: '/watch' }));
    const watches = await Promise.all(Array.from({ length: 5 }, watch));
    assert.equal(await read(backend(modern)), 'two');
    assert.ok(sessions.length >= count + 2, `${sessions.length - count} more`);
    for (const { body } of watches) for await (const _ of body) break;
  });

  test('is believed for the name of its Service only', async () => {
    assert.equal(
      await failure(request(backend(modern, { serverName: 'other.test.svc' }))),
      'tls: failed to verify certificate: x509: certificate is valid for web.test.svc, not other.test.svc',
    );
    assert.equal(
      await failure(request(backend(old, { certificateAuthority: undefined }))),
      'tls: failed to verify certificate: x509: certificate signed by unknown authority',
    );
    assert.equal(await read(backend(old, { certificateAuthority: undefined, shouldSkipVerification: true })), 'one');
  });

  test('is not waited for by who has given up, even while it is being connected to', async () => {
    for (const port of [silent, unresponsive]) {
      const startMs = performance.now();
      assert.equal(await failure(request(backend(port), { signal: AbortSignal.timeout(50) })), 'context canceled');
      assert.ok(performance.now() - startMs < 5000);
    }
  });

  test('that does not listen is told of as Go does', async () => {
    const message = 'dial tcp 127.0.0.1:1: connect: connection refused';
    assert.equal(await failure(request(backend(1))), message);
    assert.equal(await failure(request({ scheme: 'http', host: '127.0.0.1', port: 1 })), message);
    assert.equal(
      await failure(request({ scheme: 'http', host: 'no-such-host.invalid', port: 80 })),
      'dial tcp: lookup no-such-host.invalid: no such host',
    );
  });
});
