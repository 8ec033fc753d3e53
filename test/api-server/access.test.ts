import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  type ClusterRole,
  clusterRoleBindings,
  clusterRoles,
  configMaps,
  localSubjectAccessReviews,
  roleBindings,
  roles,
  selfSubjectRulesReviews,
  serviceAccounts,
  subjectAccessReviews,
  type TokenReview,
  tokenReviews,
} from '../../src/api/generated/index.ts';
import { createLocalTransport, type UserInfo } from '../../src/apiserver/index.ts';
import { Client } from '../../src/client/index.ts';
import type { KubeObject } from '../../src/machinery/index.ts';
import { type RunningApiServer, startApiServer } from './start-api-server.ts';

const group = 'rbac.authorization.k8s.io';
const editorUser: UserInfo = { username: 'eve', groups: ['writers', 'system:authenticated'] };
let running: RunningApiServer;
let admin: Client;
let eve: Client;

before(async () => {
  running = await startApiServer();
  admin = running.client;
  eve = new Client(createLocalTransport(running.server, editorUser));
  const roleRef = { apiGroup: group, kind: 'ClusterRole', name: 'admin' };
  const subjects = [{ kind: 'User', name: 'eve', apiGroup: group }];
  await admin.create(roleBindings, { metadata: { name: 'eve', namespace: 'default' }, roleRef, subjects });
});
after(() => running[Symbol.asyncDispose]());

const role = (name: string, ...rules: readonly object[]) =>
  ({ metadata: { name, namespace: 'default' }, rules }) as never;

describe('who administers a namespace', () => {
  test('writes in it, and nowhere else', async () => {
    await eve.create(configMaps, { metadata: { name: 'a', namespace: 'default' } });
    await assert.rejects(eve.create(configMaps, { metadata: { name: 'a', namespace: 'kube-system' } }), {
      code: 403,
      message:
        'configmaps is forbidden: User "eve" cannot create resource "configmaps" in API group "" in the namespace "kube-system"',
    });
  });

  test('gives what is held, and no more', async () => {
    await eve.create(roles, role('held', { apiGroups: [''], resources: ['pods'], verbs: ['get'] }));
    const more = role('more', { apiGroups: ['', 'apps'], resources: ['nodes', 'secrets'], verbs: ['get', 'list'] });
    await assert.rejects(eve.create(roles, more), {
      code: 403,
      message: [
        'roles.rbac.authorization.k8s.io "more" is forbidden: user "eve" (groups=["writers" "system:authenticated"]) is attempting to grant RBAC permissions not currently held:',
        '{APIGroups:[""], Resources:["nodes"], Verbs:["get" "list"]}',
        '{APIGroups:["apps"], Resources:["nodes"], Verbs:["get" "list"]}',
        '{APIGroups:["apps"], Resources:["secrets"], Verbs:["get" "list"]}',
      ].join('\n'),
    });
    const bind = (name: string, to: string) => ({
      metadata: { name, namespace: 'default' },
      roleRef: { apiGroup: group, kind: 'ClusterRole', name: to },
      subjects: [{ kind: 'User', name: 'bob', apiGroup: group }],
    });
    await eve.create(roleBindings, bind('view', 'view'));
    await assert.rejects(
      eve.create(roleBindings, bind('all', 'cluster-admin')),
      /attempting to grant RBAC permissions/,
    );
    await assert.rejects(eve.create(roleBindings, bind('none', 'nothing')), /"nothing" not found/);
  });

  test('may bind a role without holding it when told so', async () => {
    await admin.create(clusterRoles, {
      metadata: { name: 'binder' },
      rules: [
        { apiGroups: [group], resources: ['clusterroles'], verbs: ['bind'], resourceNames: ['cluster-admin'] },
        { apiGroups: [group], resources: ['clusterrolebindings'], verbs: ['create'] },
      ],
    });
    const roleRef = { apiGroup: group, kind: 'ClusterRole', name: 'binder' };
    const subjects = [{ kind: 'Group', name: 'writers', apiGroup: group }];
    await admin.create(clusterRoleBindings, { metadata: { name: 'binder' }, roleRef, subjects });
    const all = {
      metadata: { name: 'all' },
      roleRef: { ...roleRef, name: 'cluster-admin' },
      subjects: [{ kind: 'User', name: 'bob', apiGroup: group }],
    };
    await eve.create(clusterRoleBindings, all);
    const bob = new Client(createLocalTransport(running.server, { username: 'bob', groups: [] }));
    await bob
      .get(configMaps, { name: 'kube-root-ca.crt', namespace: 'kube-system' })
      .catch(error => assert.equal(error.code, 404));
    await admin.delete(clusterRoleBindings, { name: 'all' });
    await assert.rejects(bob.list(configMaps), { code: 403 });
  });
});

test('an aggregated role follows the roles that carry its label', async () => {
  const rule = { apiGroups: ['example.org'], resources: ['widgets'], verbs: ['get'] };
  const labels = { 'rbac.authorization.k8s.io/aggregate-to-view': 'true' };
  await admin.create(clusterRoles, { metadata: { name: 'widgets', labels }, rules: [rule] });
  const has = ({ rules }: ClusterRole): boolean => rules?.some(one => one.resources?.includes('widgets')) === true;
  // `edit` collects from `view`, and `admin` from `edit`.
  await until(async () => has(await admin.get(clusterRoles, { name: 'admin' })));
  await admin.delete(clusterRoles, { name: 'widgets' });
  await until(async () => !has(await admin.get(clusterRoles, { name: 'admin' })));
});

describe('reviews', () => {
  const ask = async (user: string, attributes: object): Promise<object | undefined> => {
    const review = { metadata: {}, spec: { user, resourceAttributes: attributes } };
    return ((await admin.create(subjectAccessReviews, review as never)) as KubeObject & { status?: object }).status;
  };

  test('say whether somebody may do something, and why', async () => {
    const allowed = { namespace: 'default', verb: 'get', resource: 'pods' };
    const reason = 'RBAC: allowed by RoleBinding "eve/default" of ClusterRole "admin" to User "eve"';
    assert.deepEqual(await ask('eve', allowed), { allowed: true, reason });
    assert.equal(((await ask('eve', { ...allowed, namespace: 'other' })) as { allowed: boolean }).allowed, false);
    await assert.rejects(admin.create(subjectAccessReviews, { metadata: {}, spec: { user: 'x' } } as never), {
      code: 422,
      message: /exactly one of nonResourceAttributes or resourceAttributes must be specified/,
    });
    const local = {
      metadata: { namespace: 'default' },
      spec: { user: 'eve', resourceAttributes: { ...allowed, namespace: 'other' } },
    };
    await assert.rejects(admin.create(localSubjectAccessReviews, local as never), /must match metadata.namespace/);
  });

  test('list what the sender may do', async () => {
    const review = await eve.create(selfSubjectRulesReviews, { metadata: {}, spec: { namespace: 'default' } } as never);
    const { status } = review as {
      status?: { incomplete: boolean; resourceRules: readonly { resources?: readonly string[] }[] };
    };
    assert.equal(status?.incomplete, false);
    assert.ok(status?.resourceRules.some(rule => rule.resources?.includes('configmaps')));
  });

  test('tell whose a token is', async () => {
    const metadata = { name: 'robot', namespace: 'default' };
    await admin.create(serviceAccounts, { metadata });
    const made = await admin.createSubresource(serviceAccounts, 'token', metadata, { spec: { audiences: ['vault'] } });
    const { token } = (made as KubeObject & { status: { token: string } }).status;
    const review = async (spec: object) =>
      ((await admin.create(tokenReviews, { metadata: {}, spec } as never)) as TokenReview).status!;
    const known = await review({ token, audiences: ['vault'] });
    assert.deepEqual(
      [known.authenticated, known.user?.username, known.audiences],
      [true, 'system:serviceaccount:default:robot', ['vault']],
    );
    assert.equal((await review({ token })).authenticated, undefined);
    assert.match((await review({ token: 'x' })).error ?? '', /invalid bearer token/);
  });
});

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 200; i++) {
    if (await holds()) return;
    await new Promise(resolve => setTimeout(resolve, 10));
  }
  assert.fail('it did not come to hold');
}
