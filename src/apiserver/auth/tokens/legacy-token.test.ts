import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { TestServer } from '../../../../test/fixtures/test-server.ts';
import { type Secret, secrets, serviceAccounts } from '../../../api/generated/index.ts';
import type { LegacyTokenClaims, TokenSigner } from './token-signer.ts';
import { TokenValidator } from './token-validator.ts';

const issuer = 'https://issuer';
const ref = { namespace: 'default', name: 'robot' };

/** Signs by writing the claims down: whether a signature counts is the driver's affair. */
const signer: TokenSigner = {
  algorithm: 'none',
  sign: async claims => JSON.stringify(claims),
  verify: async () => undefined,
  signLegacy: async claims => JSON.stringify(claims),
  verifyLegacy: async token => (token.startsWith('{') ? (JSON.parse(token) as LegacyTokenClaims) : undefined),
  keySet: async () => '{}',
};

/** A ServiceAccount and a Secret that holds its token. */
async function setUp(api: TestServer) {
  const account = await api.client.create(serviceAccounts, { metadata: { ...ref } });
  const claims: LegacyTokenClaims = {
    iss: 'kubernetes/serviceaccount',
    sub: 'system:serviceaccount:default:robot',
    'kubernetes.io/serviceaccount/namespace': 'default',
    'kubernetes.io/serviceaccount/secret.name': 'robot-token',
    'kubernetes.io/serviceaccount/service-account.name': 'robot',
    'kubernetes.io/serviceaccount/service-account.uid': account.metadata.uid!,
  };
  const token = JSON.stringify(claims);
  await api.client.create(secrets, {
    type: 'kubernetes.io/service-account-token',
    metadata: {
      namespace: 'default',
      name: 'robot-token',
      annotations: {
        'kubernetes.io/service-account.name': 'robot',
        'kubernetes.io/service-account.uid': account.metadata.uid!,
      },
    },
    stringData: { token },
  } as Secret);
  const uses: string[] = [];
  const noteUse = (secret: Secret, label: Readonly<Record<string, string>>): void =>
    void uses.push(`${secret.metadata.name} ${label['kubernetes.io/legacy-token-last-used']}`);
  const settings = { signer, issuer, audiences: [issuer] };
  const validator = new TokenValidator(settings, api.server.view, api.world.clock, noteUse);
  const problemOf = async (text = token): Promise<string | undefined> => (await validator.authenticate(text))?.problem;
  return { claims, token, uses, validator, problemOf };
}

async function labelSecret(api: TestServer, labels: Record<string, string>): Promise<void> {
  await api.client.patch(secrets, { namespace: 'default', name: 'robot-token' }, 'merge', { metadata: { labels } });
}

describe('a token out of a Secret', () => {
  test('names its account, for the API server and nobody else', async () => {
    using api = await TestServer.start();
    const { token, claims, validator } = await setUp(api);
    const user = (await validator.authenticate(token))?.user;
    assert.deepEqual(user, {
      username: 'system:serviceaccount:default:robot',
      uid: claims['kubernetes.io/serviceaccount/service-account.uid'],
      groups: ['system:serviceaccounts', 'system:serviceaccounts:default', 'system:authenticated'],
    });
    assert.equal((await validator.authenticate(token))?.user, user, 'one instance');
    assert.match(
      (await validator.authenticate(token, ['vault']))?.problem ?? '',
      /is invalid for the target audiences/,
    );
  });

  test('is one that the Secret holds, and was made for this account', async () => {
    using api = await TestServer.start();
    const { claims, problemOf } = await setUp(api);
    const other = { ...claims, 'kubernetes.io/serviceaccount/service-account.uid': 'other' };
    assert.equal(await problemOf(JSON.stringify(other)), "Token does not match server's copy");
    const renamed = { ...claims, sub: 'system:serviceaccount:default:admin' };
    assert.equal(await problemOf(JSON.stringify(renamed)), 'sub claim is invalid');
    assert.equal(await problemOf('x'), undefined);
  });

  test('dies with its Secret and with its account', async () => {
    using api = await TestServer.start();
    const { problemOf } = await setUp(api);
    assert.equal(await problemOf(), undefined);
    await api.client.delete(serviceAccounts, ref);
    assert.equal(await problemOf(), 'serviceaccounts "robot" not found');
    await api.client.create(serviceAccounts, { metadata: { ...ref } });
    assert.match((await problemOf()) ?? '', /^ServiceAccount UID \(.*\) does not match claim \(.*\)$/);
    await api.client.delete(secrets, { namespace: 'default', name: 'robot-token' });
    assert.equal(await problemOf(), 'Token has been invalidated');
  });

  test('is noted as used, once a day', async () => {
    using api = await TestServer.start();
    const { uses, problemOf } = await setUp(api);
    await problemOf();
    assert.deepEqual(uses, ['robot-token 2026-01-01']);
    await labelSecret(api, { 'kubernetes.io/legacy-token-last-used': '2026-01-01' });
    await problemOf();
    assert.equal(uses.length, 1);
    await api.world.advance(24 * 60 * 60 * 1000);
    await problemOf();
    assert.equal(uses[1], 'robot-token 2026-01-02');
  });

  test('is refused once it has been marked invalid, and still noted', async () => {
    using api = await TestServer.start();
    const { uses, problemOf } = await setUp(api);
    await labelSecret(api, { 'kubernetes.io/legacy-token-invalid-since': '2025-12-01' });
    assert.match((await problemOf()) ?? '', /^the token in secret default\/robot-token .* has been marked invalid\./);
    assert.equal(uses.length, 1);
  });
});
