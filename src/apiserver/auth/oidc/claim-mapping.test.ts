import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { formatFieldError } from '../../../machinery/index.ts';
import { mapClaims } from './claim-mapping.ts';
import { checkExpressions, compileExpressions } from './compile-expressions.ts';
import type { ClaimMappings, JwtIssuer } from './jwt-issuer.ts';
import { validateIssuers } from './validate-issuer.ts';

function issuer(claimMappings: ClaimMappings, more: Partial<JwtIssuer> = {}): JwtIssuer {
  return { issuer: { url: 'https://issuer.example', audiences: ['me'] }, claimMappings, ...more };
}

async function map(configured: JwtIssuer, claims: Record<string, unknown>) {
  return mapClaims(configured, claims as never, await compileExpressions(configured)());
}

const bySubject: ClaimMappings = { username: { claim: 'sub', prefix: 'x:' } };

describe('claims', () => {
  test('make a name and groups, each with its prefix', async () => {
    const configured = issuer({ ...bySubject, groups: { claim: 'roles', prefix: 'g:' }, uid: { claim: 'oid' } });
    assert.deepEqual(await map(configured, { sub: 'jane', roles: ['a', 'b'], oid: '7', jti: 'j' }), {
      username: 'x:jane',
      uid: '7',
      groups: ['g:a', 'g:b', 'system:authenticated'],
      extra: { 'authentication.kubernetes.io/credential-id': ['JTI=j'] },
    });
    assert.deepEqual((await map(configured, { sub: 'jane', roles: 'a', oid: '7' })).groups, [
      'g:a',
      'system:authenticated',
    ]);
    await assert.rejects(map(configured, { sub: 'jane', roles: [1], oid: '7' }), /oidc: parse groups claim "roles"/);
    await assert.rejects(map(configured, { roles: [] }), {
      message: 'oidc: parse username claims "sub": claim not present',
    });
  });

  test('of an address count when somebody has verified it', async () => {
    const configured = issuer({ username: { claim: 'email', prefix: '' } });
    const email = 'jane@example.com';
    assert.equal((await map(configured, { email })).username, email);
    assert.equal((await map(configured, { email, email_verified: true })).username, email);
    await assert.rejects(map(configured, { email, email_verified: false }), { message: 'oidc: email not verified' });
    await assert.rejects(map(configured, { email, email_verified: 'yes' }), /parse 'email_verified' claim/);
  });

  test('must be there and say what is wanted of them', async () => {
    const configured = issuer(bySubject, { claimValidationRules: [{ claim: 'hd', requiredValue: 'example.com' }] });
    await map(configured, { sub: 'jane', hd: 'example.com' });
    await assert.rejects(map(configured, { sub: 'jane' }), {
      message: 'oidc: required claim hd not present in ID token',
    });
    await assert.rejects(map(configured, { sub: 'jane', hd: 'x' }), {
      message: 'oidc: required claim hd value does not match. Got = x, want = example.com',
    });
  });

  test('are what expressions make of them', async () => {
    const configured = issuer(
      {
        username: { expression: 'claims.sub + "@" + claims.realm' },
        groups: { expression: 'claims.roles.split(",")' },
        extra: [{ key: 'example.com/tenant', valueExpression: 'claims.tenant' }],
      },
      {
        claimValidationRules: [{ expression: 'claims.age >= 18', message: 'too young' }],
        userValidationRules: [{ expression: "!user.username.startsWith('system:')", message: 'reserved' }],
      },
    );
    const claims = { sub: 'jane', realm: 'r', roles: 'a,b', tenant: 't', age: 20 };
    assert.deepEqual(await checkExpressions([configured]), []);
    assert.deepEqual(await map(configured, claims), {
      username: 'jane@r',
      groups: ['a', 'b', 'system:authenticated'],
      extra: { 'example.com/tenant': ['t'] },
    });
    await assert.rejects(map(configured, { ...claims, age: 17 }), {
      message:
        "oidc: error evaluating claim validation expression: validation expression 'claims.age >= 18' failed: too young",
    });
    await assert.rejects(map(configured, { ...claims, sub: 'system:x' }), {
      message: `oidc: error evaluating user info validation rule: validation expression '!user.username.startsWith('system:')' failed: reserved`,
    });
    await assert.rejects(map(configured, { sub: 'jane' }), /^Error: oidc: error evaluating username claim expression/);
  });
});

describe('a configuration', () => {
  const errorsOf = (...issuers: readonly JwtIssuer[]) =>
    validateIssuers(issuers, ['https://own.example']).map(formatFieldError);

  test('names an issuer by HTTPS, and for whom its tokens are', () => {
    assert.deepEqual(errorsOf(issuer(bySubject)), []);
    const broken = { url: 'http://user@issuer.example/?q#f', audiences: [] };
    assert.deepEqual(errorsOf(issuer(bySubject, { issuer: broken })), [
      `jwt[0].issuer.url: Invalid value: "${broken.url}": URL scheme must be https`,
      `jwt[0].issuer.url: Invalid value: "${broken.url}": URL must not contain a username or password`,
      `jwt[0].issuer.url: Invalid value: "${broken.url}": URL must not contain a query`,
      `jwt[0].issuer.url: Invalid value: "${broken.url}": URL must not contain a fragment`,
      'jwt[0].issuer.audiences: Required value: at least one jwt[0].issuer.audiences is required',
    ]);
    const own = issuer(bySubject, { issuer: { url: 'https://own.example', audiences: ['a', 'b'] } });
    assert.deepEqual(errorsOf(own, own), [
      'jwt[0].issuer.url: Invalid value: "https://own.example": URL must not overlap with disallowed issuers: [https://own.example]',
      'jwt[0].issuer.audienceMatchPolicy: Invalid value: "": audienceMatchPolicy must be MatchAny for multiple audiences',
      'jwt[1].issuer.url: Invalid value: "https://own.example": URL must not overlap with disallowed issuers: [https://own.example]',
      'jwt[1].issuer.audienceMatchPolicy: Invalid value: "": audienceMatchPolicy must be MatchAny for multiple audiences',
      'jwt[1].issuer.url: Duplicate value: "https://own.example"',
    ]);
  });

  test('says once where each part of a user comes from', () => {
    const mappings: ClaimMappings = {
      username: { claim: 'sub' },
      groups: { expression: 'claims.roles', prefix: '' },
      uid: { claim: 'a', expression: 'claims.b' },
      extra: [{ key: 'kubernetes.io/X', valueExpression: '' }],
    };
    assert.deepEqual(errorsOf(issuer(mappings)), [
      'jwt[0].claimMappings.username.prefix: Required value: prefix is required when claim is set. It can be set to an empty string to disable prefixing',
      'jwt[0].claimMappings.groups.prefix: Invalid value: "": may not be specified when expression is set',
      `jwt[0].claimMappings.uid: Invalid value: "": claim and expression can't both be set`,
      'jwt[0].claimMappings.extra[0].key: Invalid value: "kubernetes.io/X": must be lowercase',
      'jwt[0].claimMappings.extra[0].key: Invalid value: "kubernetes.io/X": k8s.io, kubernetes.io and their subdomains are reserved for Kubernetes use',
      'jwt[0].claimMappings.extra[0].valueExpression: Required value',
    ]);
    assert.deepEqual(errorsOf(issuer({ username: {} })), [
      'jwt[0].claimMappings.username: Required value: claim or expression is required',
    ]);
  });

  test('holds expressions that are some, and trusts no address that nobody has verified', async () => {
    const problems = async (claimMappings: ClaimMappings) =>
      (await checkExpressions([issuer(claimMappings)])).map(({ field }) => field);
    assert.deepEqual(await problems({ username: { expression: 'claims.sub +' } }), [
      'jwt[0].claimMappings.username.expression',
    ]);
    assert.deepEqual(await problems({ username: { expression: '1 == 1' } }), [
      'jwt[0].claimMappings.username.expression',
    ]);
    assert.deepEqual(await problems({ username: { expression: 'claims.email' } }), [
      'jwt[0].claimMappings.username.expression',
    ]);
    const verified = 'claims.email_verified ? claims.email : ""';
    assert.deepEqual(await problems({ username: { expression: verified } }), []);
  });
});
