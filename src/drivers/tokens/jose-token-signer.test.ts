import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compactVerify, createLocalJWKSet, decodeProtectedHeader } from 'jose';
import type { LegacyTokenClaims, TokenClaims } from '../../apiserver/auth/index.ts';
import { generateKeyPair } from '../tls/index.ts';
import { createJoseTokenSigner } from './index.ts';

const claims: TokenClaims = {
  iss: 'https://issuer',
  aud: ['https://issuer'],
  sub: 'system:serviceaccount:default:a',
  jti: 'id',
  iat: 1,
  nbf: 1,
  exp: 2,
  'kubernetes.io': { namespace: 'default', serviceaccount: { name: 'a', uid: 'u' } },
};

test('recognizes its own tokens, whatever their time', async () => {
  const signer = createJoseTokenSigner(generateKeyPair().privateKey);
  assert.deepEqual(await signer.verify(await signer.sign(claims)), claims);
});

test('recognizes tokens out of Secrets, and takes neither sort for the other', async () => {
  const signer = createJoseTokenSigner(generateKeyPair().privateKey);
  const legacy: LegacyTokenClaims = {
    iss: 'kubernetes/serviceaccount',
    sub: 'system:serviceaccount:default:a',
    'kubernetes.io/serviceaccount/namespace': 'default',
    'kubernetes.io/serviceaccount/secret.name': 's',
    'kubernetes.io/serviceaccount/service-account.name': 'a',
    'kubernetes.io/serviceaccount/service-account.uid': 'u',
  };
  const token = await signer.sign({ ...legacy, aud: [] } as unknown as TokenClaims);
  const { aud: _, ...read } = (await signer.verifyLegacy(token)) as LegacyTokenClaims & { aud: unknown };
  assert.deepEqual(read, legacy);
  assert.equal(await signer.verify(token), undefined);
  assert.equal(await signer.verifyLegacy(await signer.sign(claims)), undefined);
});

test('knows no tokens of another key, altered ones, or other text', async () => {
  const signer = createJoseTokenSigner(generateKeyPair().privateKey);
  const foreign = createJoseTokenSigner(generateKeyPair().privateKey);
  const token = await signer.sign(claims);
  const [head, , signature] = token.split('.');
  const payload = Buffer.from(JSON.stringify({ ...claims, sub: 'system:serviceaccount:default:b' })).toString(
    'base64url',
  );
  for (const text of [await foreign.sign(claims), `${head}.${payload}.${signature}`, 'x', 'a.b.c', '', `${token}x`]) {
    assert.equal(await signer.verify(text), undefined, text);
  }
});

test('publishes a key set that verifies its tokens', async () => {
  const signer = createJoseTokenSigner(generateKeyPair().privateKey);
  const token = await signer.sign(claims);
  const keySet = JSON.parse(await signer.keySet());
  assert.equal(keySet.keys[0].kid, decodeProtectedHeader(token).kid);
  assert.ok(!('d' in keySet.keys[0]));
  await compactVerify(token, createLocalJWKSet(keySet));
});
