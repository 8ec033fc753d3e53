import assert from 'node:assert/strict';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { SignJWT } from 'jose';
import { type TokenReview, tokenReviews } from '../../src/api/generated/index.ts';
import { openAuthentication } from '../../src/drivers/authentication/index.ts';
import { CertificateAuthority, formatKubeconfig } from '../../src/drivers/tls/index.ts';
import { type RunningApiServer, type StartOptions, startApiServer } from './start-api-server.ts';
import { whoHas } from './token-sender.ts';

const directory = mkdtempSync(join(tmpdir(), 'sampan-issuers-'));
const authority = CertificateAuthority.create({ commonName: 'outside' }, Date.now());
const file = (name: string, text: string): string => {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
};
const authorityFile = file('ca.crt', authority.certificate);

interface Key {
  readonly id: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

const makeKey = (id: string): Key => ({ id, ...generateKeyPairSync('rsa', { modulusLength: 2048 }) });

/** An OpenID Connect issuer and a webhook for tokens in one, on a port of this machine. */
class Outside {
  keys: readonly Key[] = [makeKey('first')];
  isUp = true;
  readonly reviews: TokenReview[] = [];
  readonly #server: Server;

  constructor() {
    const { certificate, privateKey } = authority.issue({
      subject: { commonName: 'localhost' },
      usage: 'server',
      alternativeNames: ['localhost', '127.0.0.1'],
      nowMs: Date.now(),
    });
    this.#server = createServer({ cert: certificate, key: privateKey }, async (request, response) => {
      let text = '';
      for await (const chunk of request) text += chunk;
      if (!this.isUp) response.writeHead(503).end();
      else response.setHeader('content-type', 'application/json').end(JSON.stringify(this.#answer(request.url!, text)));
    });
  }

  async listen(): Promise<void> {
    await new Promise<void>(resolve => this.#server.listen(0, '127.0.0.1', resolve));
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  get url(): string {
    return `https://localhost:${(this.#server.address() as AddressInfo).port}`;
  }

  sign(claims: object, more: { key?: Key; lifetimeSeconds?: number } = {}): Promise<string> {
    const { key = this.keys[0]!, lifetimeSeconds = 600 } = more;
    const now = Math.floor(Date.now() / 1000);
    return new SignJWT({ iss: this.url, aud: 'kubernetes', iat: now, exp: now + lifetimeSeconds, ...claims })
      .setProtectedHeader({ alg: 'RS256', kid: key.id })
      .sign(key.privateKey);
  }

  #answer(path: string, body: string): object {
    if (path === '/.well-known/openid-configuration') return { issuer: this.url, jwks_uri: `${this.url}/keys` };
    if (path === '/keys') {
      return { keys: this.keys.map(key => ({ ...key.publicKey.export({ format: 'jwk' }), kid: key.id, use: 'sig' })) };
    }
    const review = JSON.parse(body) as TokenReview;
    this.reviews.push(review);
    const isKnown = review.spec.token === 'opaque';
    const user = { username: 'ann', uid: '7', groups: ['ops'], extra: { 'example.com/x': ['y'] } };
    return {
      ...review,
      status: isKnown ? { authenticated: true, user } : { authenticated: false, error: 'who is that?' },
    };
  }
}

const outside = new Outside();
before(() => outside.listen());
after(() => {
  outside.close();
  rmSync(directory, { recursive: true });
});

async function start(authentication: StartOptions['authentication'] & object): Promise<RunningApiServer> {
  return startApiServer({ authentication });
}

function ask(running: RunningApiServer, token: string | undefined) {
  return whoHas({ port: running.port, authority: running.pki.authority.certificate }, token);
}

async function errorOf(running: RunningApiServer, token: string): Promise<string | undefined> {
  const review = await running.client.create(tokenReviews, { metadata: {}, spec: { token } });
  return review.status?.error;
}

async function untilLetIn(running: RunningApiServer, token: string) {
  for (let i = 0; i < 100; i++) {
    const { user } = await ask(running, token);
    if (user !== undefined) return user;
    await new Promise(resolve => setTimeout(resolve, 20));
  }
  throw new Error(`not let in: ${await errorOf(running, token)}`);
}

describe('an issuer named by flags', () => {
  let running: RunningApiServer;
  before(async () => {
    running = await start({
      oidc: {
        issuerUrl: outside.url,
        clientId: 'kubernetes',
        certificateAuthorityFile: authorityFile,
        groupsClaim: 'groups',
        groupsPrefix: 'oidc:',
        requiredClaims: { hd: 'example.com' },
      },
    });
  });
  after(() => running[Symbol.asyncDispose]());

  test('lets its users in', async () => {
    const user = await untilLetIn(running, await outside.sign({ sub: 'jane', groups: ['devs'], hd: 'example.com' }));
    assert.deepEqual(user, { username: `${outside.url}#jane`, groups: ['oidc:devs', 'system:authenticated'] });
  });

  test('refuses everybody else, and says why', async () => {
    const claims = { sub: 'jane', hd: 'example.com' };
    const refused: readonly (readonly [Promise<string>, RegExp])[] = [
      [outside.sign(claims, { lifetimeSeconds: -60 }), /oidc: verify token: oidc: token is expired \(Token Expiry: /],
      [outside.sign({ ...claims, aud: 'other' }), /expected audience "kubernetes" got \["other"\]/],
      [outside.sign({ sub: 'jane' }), /oidc: required claim hd not present in ID token/],
      [outside.sign(claims, { key: makeKey('first') }), /failed to verify signature/],
      [outside.sign({ ...claims, iss: 'https://elsewhere' }), /^invalid bearer token$/],
    ];
    for (const [signing, expected] of refused) {
      const token = await signing;
      assert.equal((await ask(running, token)).code, 401);
      assert.match((await errorOf(running, token)) ?? '', expected);
    }
  });

  test('may change its keys', async () => {
    await new Promise(resolve => setTimeout(resolve, 1_000));
    outside.keys = [makeKey('second')];
    const user = await untilLetIn(running, await outside.sign({ sub: 'bob', hd: 'example.com' }));
    assert.equal(user.username, `${outside.url}#bob`);
  });
});

test('issuers of a configuration make users by expressions, and strangers see some paths only', async () => {
  const configFile = file(
    'authentication.yaml',
    JSON.stringify({
      kind: 'AuthenticationConfiguration',
      apiVersion: 'apiserver.config.k8s.io/v1',
      jwt: [
        {
          issuer: { url: outside.url, certificateAuthority: authority.certificate, audiences: ['kubernetes'] },
          claimMappings: {
            username: { expression: '"user-" + claims.sub' },
            groups: { expression: 'claims.?roles.orValue([])' },
            uid: { claim: 'oid' },
          },
          userValidationRules: [{ expression: "user.username != 'user-eve'", message: 'not eve' }],
        },
      ],
      anonymous: { enabled: true, conditions: [{ path: '/livez' }] },
    }),
  );
  await using running = await start({ configFile });
  const user = await untilLetIn(running, await outside.sign({ sub: 'jane', oid: '1', roles: ['a'] }));
  assert.deepEqual(user, { username: 'user-jane', uid: '1', groups: ['a', 'system:authenticated'] });
  const eve = await outside.sign({ sub: 'eve', oid: '2' });
  assert.match((await errorOf(running, eve)) ?? '', /failed: not eve\]$/);
  assert.equal((await ask(running, undefined)).code, 401);
});

test('a webhook tells whose a token is, and is not asked twice', async () => {
  const configFile = file(
    'webhook.kubeconfig',
    formatKubeconfig({ server: `${outside.url}/review`, certificateAuthority: authority.certificate, token: 'secret' }),
  );
  await using running = await start({ webhook: { configFile, version: 'v1beta1', cacheMs: 60_000 } });
  for (let i = 0; i < 2; i++) {
    assert.deepEqual((await ask(running, 'opaque')).user, {
      username: 'ann',
      uid: '7',
      groups: ['ops', 'system:authenticated'],
      extra: { 'example.com/x': ['y'] },
    });
  }
  assert.equal(outside.reviews.length, 1);
  const { apiVersion, spec } = outside.reviews[0]!;
  assert.equal(apiVersion, 'authentication.k8s.io/v1beta1');
  assert.deepEqual(spec, { token: 'opaque', audiences: ['https://kubernetes.default.svc.cluster.local'] });
  assert.equal(await errorOf(running, 'stranger'), '[invalid bearer token, who is that?]');
});

test('settings that make no sense stop the start', async () => {
  const oidc = { issuerUrl: 'http://x', clientId: 'y' };
  await assert.rejects(openAuthentication({ oidc }), {
    name: 'AuthenticationSettingsError',
    message:
      'invalid authentication configuration: jwt[0].issuer.url: Invalid value: "http://x": URL scheme must be https',
  });
  await assert.rejects(openAuthentication({ oidc: { ...oidc, signingAlgorithms: ['HS256'] } }), {
    message: 'oidc: unsupported signing alg: "HS256"',
  });
  const unknown = {
    kind: 'AuthenticationConfiguration',
    apiVersion: 'apiserver.config.k8s.io/v1',
    jwt: [{ isuer: 1 }],
  };
  await assert.rejects(openAuthentication({ configFile: file('unknown.yaml', JSON.stringify(unknown)) }), {
    message: /strict decoding error: unknown field "jwt\[0\]\.isuer"$/,
  });
  await assert.rejects(openAuthentication({ configFile: join(directory, 'none') }), /no such file or directory/);
});
