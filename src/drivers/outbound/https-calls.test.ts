import assert from 'node:assert/strict';
import { createServer as createPlainServer } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo, Server as NetServer } from 'node:net';
import { after, before, describe, test } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { CertificateAuthority } from '../tls/index.ts';
import { HttpsCalls } from './index.ts';

const nowMs = Date.now();
const authority = CertificateAuthority.create({ commonName: 'outbound-test-ca' }, nowMs);
const issue = (alternativeNames: readonly string[] | undefined, usage: 'server' | 'client' = 'server') =>
  authority.issue({
    subject: { commonName: 'hooks.test.svc' },
    usage,
    nowMs,
    ...(alternativeNames === undefined ? {} : { alternativeNames }),
  });

/** Tells what it was asked, over which connection and by whom. */
interface Echo {
  readonly method: string;
  readonly path: string;
  readonly host: string;
  readonly contentType?: string;
  readonly body: string;
  readonly connection: number;
  readonly client?: string;
}

const calls = new HttpsCalls();
const servers: NetServer[] = [];
let port: number;
let nameless: number;
let plain: number;

async function listen(server: NetServer): Promise<number> {
  servers.push(server);
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

function createEcho(alternativeNames: readonly string[] | undefined): Server {
  const { certificate, privateKey } = issue(alternativeNames);
  const options = { cert: certificate, key: privateKey, ca: authority.certificate, requestCert: true };
  return createServer({ ...options, rejectUnauthorized: false }, (request, response) => {
    if (request.url === '/hang') return;
    if (request.url === '/hang-up') return void request.socket.destroy();
    if (request.url === '/half') return void response.write('{');
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const echo: Echo = {
        method: request.method!,
        path: request.url!,
        host: request.headers.host!,
        contentType: request.headers['content-type']!,
        body: Buffer.concat(chunks).toString('utf8'),
        connection: request.socket.remotePort!,
        client: (request.socket as TLSSocket).getPeerCertificate()?.subject?.CN as string,
      };
      response.writeHead(request.url === '/fail' ? 503 : 200, { 'X-Two': ['a', 'b'] });
      response.end(JSON.stringify(echo));
    });
  });
}

before(async () => {
  port = await listen(createEcho(['hooks.test.svc', '127.0.0.1']));
  nameless = await listen(createEcho(undefined));
  plain = await listen(createPlainServer((_, response) => response.end('plain')));
});
after(() => {
  calls.close();
  for (const server of servers) {
    (server as Server).closeAllConnections();
    server.close();
  }
});

const request = (path: string) => ({
  method: 'POST' as const,
  url: `https://hooks.test.svc:443${path}`,
  address: { host: '127.0.0.1', port },
  certificateAuthority: authority.certificate,
  headers: { 'content-type': 'application/json' },
  body: '{"greeting":"grüß dich 🌍"}',
  timeoutMs: 5000,
});

async function echo(sent: Parameters<HttpsCalls['send']>[0]): Promise<Echo> {
  return JSON.parse((await calls.send(sent)).body) as Echo;
}

const failure = (sent: Parameters<HttpsCalls['send']>[0]): Promise<string> =>
  calls.send(sent).then(
    ({ status }) => `answered ${status}`,
    (error: Error) => error.message,
  );

describe('a request of the server', () => {
  test('goes to the address, names the host of the URL, and carries its body', async () => {
    const { method, path, host, contentType, body } = await echo(request('/mutate?timeout=10s'));
    assert.deepEqual(
      { method, path, host, contentType, body },
      {
        method: 'POST',
        path: '/mutate?timeout=10s',
        host: 'hooks.test.svc',
        contentType: 'application/json',
        body: '{"greeting":"grüß dich 🌍"}',
      },
    );
  });

  test('is answered with what the server says, whatever the status', async () => {
    const { status, headers } = await calls.send(request('/fail'));
    assert.equal(status, 503);
    assert.equal(headers['x-two'], 'a, b');
  });

  test('uses a connection again, but not for another client', async () => {
    const first = await echo(request('/a'));
    const second = await echo(request('/b'));
    assert.equal(second.connection, first.connection);
    const { certificate, privateKey } = issue(undefined, 'client');
    const other = await echo({ ...request('/c'), clientCertificate: { certificate, key: privateKey } });
    assert.notEqual(other.connection, first.connection);
    assert.equal(other.client, 'hooks.test.svc');
  });

  test('goes to the host of the URL when no address is given', async () => {
    const { address: _, ...rest } = request('/');
    const { host } = await echo({ ...rest, url: `https://127.0.0.1:${port}/` });
    assert.equal(host, `127.0.0.1:${port}`);
  });

  test('is sent once more when a kept connection turns out to be closed', async () => {
    const own = createEcho(['hooks.test.svc']);
    const address = { host: '127.0.0.1', port: await listen(own) };
    const { connection } = await echo({ ...request('/'), address });
    own.once('request', ({ socket }) => socket.destroy());
    const again = await echo({ ...request('/'), address });
    assert.notEqual(again.connection, connection);
  });

  test('gives up connections of targets that nobody asks for', async () => {
    const few = new HttpsCalls({ targetsMax: 1 });
    const first = JSON.parse((await few.send(request('/'))).body) as Echo;
    await few.send({ ...request('/'), shouldSkipVerification: true });
    const third = JSON.parse((await few.send(request('/'))).body) as Echo;
    assert.notEqual(third.connection, first.connection);
    few.close();
  });
});

describe('a request of the server fails in Go’s words', () => {
  test('when nobody listens', async () => {
    const unused = await listen(createEcho(undefined));
    await new Promise(resolve => servers.pop()!.close(resolve));
    const address = { host: '127.0.0.1', port: unused };
    assert.equal(
      await failure({ ...request('/'), address }),
      `dial tcp 127.0.0.1:${unused}: connect: connection refused`,
    );
  });

  test('when the name is nobody’s', async () => {
    const { address: _, ...rest } = request('/');
    assert.equal(
      await failure({ ...rest, url: 'https://nobody.invalid/' }),
      'dial tcp: lookup nobody.invalid: no such host',
    );
  });

  test('when the answer takes too long, be it only its end', async () => {
    assert.equal(await failure({ ...request('/hang'), timeoutMs: 50 }), 'context deadline exceeded');
    assert.equal(await failure({ ...request('/half'), timeoutMs: 50 }), 'context deadline exceeded');
  });

  test('when the server hangs up', async () => {
    assert.equal(await failure({ ...request('/hang-up'), shouldSkipVerification: true }), 'EOF');
  });

  test('when the authority is another one', async () => {
    const other = CertificateAuthority.create({ commonName: 'other' }, nowMs);
    const text = 'tls: failed to verify certificate: x509: certificate signed by unknown authority';
    assert.equal(await failure({ ...request('/'), certificateAuthority: other.certificate }), text);
    const { certificateAuthority: _, ...trusting } = request('/');
    assert.equal(await failure(trusting), text);
  });

  test('when the certificate is for another server', async () => {
    const start = 'tls: failed to verify certificate: x509: certificate';
    assert.equal(
      await failure({ ...request('/'), url: 'https://other.test.svc/' }),
      `${start} is valid for hooks.test.svc, not other.test.svc`,
    );
    assert.equal(
      await failure({ ...request('/'), address: { host: '127.0.0.1', port: nameless } }),
      `${start} relies on legacy Common Name field, use SANs instead`,
    );
    const { address: _, ...rest } = request('/');
    assert.equal(
      await failure({ ...rest, url: `https://127.0.0.1:${nameless}/` }),
      "tls: failed to verify certificate: x509: cannot validate certificate for 127.0.0.1 because it doesn't contain any IP SANs",
    );
  });

  test('when the server speaks no TLS', async () => {
    assert.equal(
      await failure({ ...request('/'), address: { host: '127.0.0.1', port: plain } }),
      'http: server gave HTTP response to HTTPS client',
    );
  });

  test('unless verification is skipped', async () => {
    const address = { host: '127.0.0.1', port: nameless };
    const { certificateAuthority: _, ...rest } = { ...request('/'), address, shouldSkipVerification: true };
    assert.equal(await failure(rest), 'answered 200');
  });
});
