import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { nodes, pods, serviceAccounts } from '../../api/generated/index.ts';
import type { KubeObject, ResourceType } from '../../machinery/index.ts';
import { VirtualWorld } from '../../world/index.ts';
import type { ObjectView } from '../object-view.ts';
import { impersonate } from './impersonation/index.ts';
import { RbacAuthorizer } from './rbac/rbac-authorizer.ts';
import { RbacPolicy } from './rbac/rbac-policy.ts';
import { RequestAuthenticator } from './request-authenticator.ts';
import { createTokenRequests } from './tokens/token-request.ts';
import type { TokenClaims } from './tokens/token-signer.ts';
import { TokenUnion } from './tokens/token-union.ts';
import { TokenValidator } from './tokens/token-validator.ts';
import { anonymousUser } from './well-known-users.ts';

/** Objects by hand: what the token code sees of a cluster. */
class Objects implements ObjectView {
  readonly #objects = new Map<string, KubeObject>();

  put<T extends KubeObject>(type: ResourceType<T>, object: T): T {
    this.#objects.set(`${type.resource}/${object.metadata.namespace ?? ''}/${object.metadata.name}`, object);
    return object;
  }

  remove(type: ResourceType, { metadata }: KubeObject): void {
    this.#objects.delete(`${type.resource}/${metadata.namespace ?? ''}/${metadata.name}`);
  }

  get<T extends KubeObject>(type: ResourceType<T>, namespace: string | undefined, name: string): T | undefined {
    return this.#objects.get(`${type.resource}/${namespace ?? ''}/${name}`) as T | undefined;
  }

  list(): readonly never[] {
    return [];
  }

  hasAny(type: ResourceType): boolean {
    return [...this.#objects.keys()].some(key => key.startsWith(`${type.resource}/`));
  }
}

const issuer = 'https://issuer';

function setUp() {
  const world = new VirtualWorld({ seed: 1, drainMicrotasks: () => new Promise(resolve => setImmediate(resolve)) });
  const objects = new Objects();
  // Signs by writing the claims down: whether a signature counts is the driver's affair.
  const signer = {
    algorithm: 'none',
    sign: async (claims: TokenClaims) => JSON.stringify(claims),
    verify: async (token: string) => (token.startsWith('{') ? (JSON.parse(token) as TokenClaims) : undefined),
    signLegacy: async () => '',
    verifyLegacy: async () => undefined,
    keySet: async () => '{}',
  };
  const settings = { signer, issuer, audiences: [issuer] };
  const account = objects.put(serviceAccounts, { metadata: { name: 's', namespace: 'n', uid: 'u1' } });
  const pod = objects.put(pods, {
    metadata: { name: 'p', namespace: 'n', uid: 'u2' },
    spec: { serviceAccountName: 's', nodeName: 'node', containers: [] },
  } as never) as KubeObject;
  objects.put(nodes, { metadata: { name: 'node', uid: 'u3' } } as never);
  const answer = createTokenRequests(settings, () => objects, world);
  const request = async (spec: object): Promise<{ token: string; expirationTimestamp: string }> => {
    const body = { kind: 'TokenRequest', apiVersion: 'authentication.k8s.io/v1', spec };
    const made = await answer({ verb: 'create', type: serviceAccounts, body }, {} as never, account);
    return (made as KubeObject & { status: { token: string; expirationTimestamp: string } }).status;
  };
  return { world, objects, account, pod, request, validator: new TokenValidator(settings, objects, world.clock) };
}

const boundToPod = { boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: 'p', uid: 'u2' } };

describe('a ServiceAccount token', () => {
  test('names the account, its groups, and what it is bound to', async () => {
    const { request, validator } = setUp();
    const { token } = await request(boundToPod);
    const user = (await validator.authenticate(token))?.user;
    assert.equal(user?.username, 'system:serviceaccount:n:s');
    assert.deepEqual(user?.groups, ['system:serviceaccounts', 'system:serviceaccounts:n', 'system:authenticated']);
    assert.deepEqual(user?.extra?.['authentication.kubernetes.io/pod-name'], ['p']);
    assert.deepEqual(user?.extra?.['authentication.kubernetes.io/node-name'], ['node']);
    assert.equal((await validator.authenticate(token))?.user, user);
  });

  test('expires, and says so', async () => {
    const { world, request, validator } = setUp();
    const { token, expirationTimestamp } = await request({ expirationSeconds: 600 });
    assert.equal(expirationTimestamp, '2026-01-01T00:10:00Z');
    await world.advance(660_000);
    assert.ok((await validator.authenticate(token))?.user);
    await world.advance(2_000);
    assert.deepEqual(await validator.authenticate(token), { problem: 'service account token has expired' });
  });

  test('dies with its account, its pod, and a successor of the same name', async () => {
    const { objects, account, pod, request, validator } = setUp();
    const { token } = await request(boundToPod);
    objects.remove(pods, pod);
    assert.deepEqual(await validator.authenticate(token), { problem: 'service account token has been invalidated' });
    objects.put(pods, pod as never);
    assert.ok((await validator.authenticate(token))?.user);
    objects.put(serviceAccounts, { metadata: { ...account.metadata, uid: 'other' } });
    assert.match(
      (await validator.authenticate(token))?.problem ?? '',
      /service account UID \(other\) does not match claim/,
    );
    objects.remove(serviceAccounts, account);
    assert.match((await validator.authenticate(token))?.problem ?? '', /not found/);
  });

  test('counts for its audiences only', async () => {
    const { request, validator } = setUp();
    const { token } = await request({ audiences: ['vault'] });
    assert.match((await validator.authenticate(token))?.problem ?? '', /audiences/);
    assert.deepEqual((await validator.authenticate(token, ['vault', 'x']))?.user?.uid, 'u1');
  });

  test('for a pod really lives a year when it is asked for in the usual way', async () => {
    const { world, request, validator } = setUp();
    const { token } = await request({ ...boundToPod, expirationSeconds: 3607 });
    await world.advance(300 * 86_400_000);
    assert.ok((await validator.authenticate(token))?.user);
  });

  test('is refused for a wrong pod, a short life, or an unknown object', async () => {
    const { objects, request } = setUp();
    await assert.rejects(request({ expirationSeconds: 5 }), /may not specify a duration less than 10 minutes/);
    await assert.rejects(
      request({ boundObjectRef: { ...boundToPod.boundObjectRef, uid: 'old' } }),
      /does not match the UID in record/,
    );
    await assert.rejects(
      request({ boundObjectRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' } }),
      /cannot bind token to object of type apps\/v1, Kind=Deployment/,
    );
    objects.put(pods, {
      metadata: { name: 'q', namespace: 'n', uid: 'q' },
      spec: { serviceAccountName: 't', containers: [] },
    } as never);
    await assert.rejects(
      request({ boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: 'q' } }),
      /different serviceaccount name/,
    );
    await assert.rejects(
      request({ boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: 'z' } }),
      /pods "z" not found/,
    );
  });
});

describe('credentials', () => {
  const authenticator = new RequestAuthenticator(new TokenUnion([]));

  test('a certificate names its user once for a connection', () => {
    const clientCertificate = { commonName: 'ann', organizations: ['devs'] };
    const first = authenticator.authenticate({ clientCertificate, authorization: undefined });
    assert.deepEqual(first, { username: 'ann', groups: ['devs', 'system:authenticated'] });
    assert.equal(authenticator.authenticate({ clientCertificate, authorization: undefined }), first);
  });

  test('none make nobody, wrong ones make a refusal', () => {
    const none = { clientCertificate: undefined, authorization: undefined };
    assert.equal(authenticator.authenticate(none), anonymousUser);
    assert.equal(authenticator.authenticate({ ...none, authorization: 'Basic x' }), anonymousUser);
    assert.equal(authenticator.authenticate({ ...none, authorization: 'Bearer x' }), undefined);
    assert.equal(authenticator.authenticate({ ...none, clientCertificate: 'untrusted' }), undefined);
  });
});

describe('impersonation', () => {
  const policy = new RbacPolicy();
  policy.setClusterRole('r', {
    metadata: { name: 'r' },
    rules: [
      { verbs: ['impersonate'], apiGroups: [''], resources: ['users'], resourceNames: ['bob'] },
      { verbs: ['impersonate'], apiGroups: [''], resources: ['groups'], resourceNames: ['devs'] },
      { verbs: ['impersonate'], apiGroups: [''], resources: ['serviceaccounts'] },
    ],
  });
  const roleRef = { apiGroup: '', kind: 'ClusterRole', name: 'r' };
  policy.setClusterRoleBinding('b', { metadata: { name: 'b' }, roleRef, subjects: [{ kind: 'User', name: 'ann' }] });
  const authorizer = new RbacAuthorizer(policy);
  const ann = { username: 'ann', groups: [] };

  test('takes the place of who may be impersonated', () => {
    const { user: bob } = impersonate(ann, { 'impersonate-user': 'bob', 'impersonate-group': 'devs' }, authorizer);
    assert.deepEqual(bob, { username: 'bob', groups: ['devs', 'system:authenticated'] });
    const { user: robot } = impersonate(ann, { 'impersonate-user': 'system:serviceaccount:n:s' }, authorizer);
    assert.deepEqual(robot.groups, ['system:serviceaccounts', 'system:serviceaccounts:n', 'system:authenticated']);
    assert.equal(impersonate(ann, {}, authorizer).user, ann);
  });

  test('refuses everybody and everything else', () => {
    assert.throws(
      () => impersonate(ann, { 'impersonate-user': 'eve' }, authorizer),
      /users "eve" is forbidden: User "ann" cannot impersonate resource "users" in API group "" at the cluster scope/,
    );
    assert.throws(
      () => impersonate(ann, { 'impersonate-user': 'bob', 'impersonate-group': 'system:masters' }, authorizer),
      /groups "system:masters" is forbidden/,
    );
    assert.throws(
      () => impersonate(ann, { 'impersonate-user': 'bob', 'impersonate-extra-scopes': 'x' }, authorizer),
      /userextras.authentication.k8s.io "x" is forbidden/,
    );
    assert.throws(() => impersonate(ann, { 'impersonate-group': 'devs' }, authorizer), {
      reason: 'BadRequest',
      message:
        'requested &user.DefaultInfo{Name:"", UID:"", Groups:[]string{"devs"}, Extra:map[string][]string(nil)} without impersonating a user name',
    });
  });
});
