import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { PolicyRule } from '../../../api/generated/index.ts';
import { RbacAuthorizer } from '../rbac/rbac-authorizer.ts';
import { RbacPolicy } from '../rbac/rbac-policy.ts';
import { type ImpersonatedRequest, impersonate } from './impersonate.ts';

const group = 'authentication.k8s.io';

function authorizerOf(...rules: readonly PolicyRule[]): RbacAuthorizer {
  const policy = new RbacPolicy();
  policy.setClusterRole('r', { metadata: { name: 'r' }, rules });
  const roleRef = { apiGroup: '', kind: 'ClusterRole', name: 'r' };
  const subjects = [
    { kind: 'User', name: 'ann' },
    { kind: 'ServiceAccount', name: 'agent', namespace: 'kube-system' },
  ];
  policy.setClusterRoleBinding('b', { metadata: { name: 'b' }, roleRef, subjects });
  return new RbacAuthorizer(policy);
}

const ann = { username: 'ann', groups: [] };

const listing: ImpersonatedRequest = {
  isResourceRequest: true,
  verb: 'list',
  path: '',
  group: '',
  version: 'v1',
  resource: 'pods',
  subresource: '',
  namespace: 'default',
  name: '',
};

describe('somebody who may act as a user for some requests', () => {
  const authorizer = authorizerOf(
    { verbs: ['impersonate:user-info'], apiGroups: [group], resources: ['users'], resourceNames: ['bob'] },
    { verbs: ['impersonate:user-info'], apiGroups: [group], resources: ['groups'], resourceNames: ['devs'] },
    { verbs: ['impersonate:user-info'], apiGroups: [group], resources: ['userextras/example.com/x'] },
    { verbs: ['impersonate-on:user-info:list'], apiGroups: [''], resources: ['pods'] },
  );

  test('does so for these', () => {
    const headers = {
      'impersonate-user': 'bob',
      'impersonate-group': 'devs',
      'impersonate-extra-example.com%2fx': 'y',
    };
    assert.deepEqual(impersonate(ann, headers, authorizer, listing), {
      user: { username: 'bob', groups: ['devs', 'system:authenticated'], extra: { 'example.com/x': ['y'] } },
      constraint: 'impersonate:user-info',
    });
  });

  test('and for no others', () => {
    const refusals: readonly (readonly [object, ImpersonatedRequest, string])[] = [
      [
        { 'impersonate-user': 'bob' },
        { ...listing, verb: 'get', name: 'p' },
        'pods "p" is forbidden: User "ann" cannot impersonate-on:user-info:get resource "pods" in API group "" in the namespace "default"',
      ],
      [
        { 'impersonate-user': 'eve' },
        listing,
        'users.authentication.k8s.io "eve" is forbidden: User "ann" cannot impersonate:user-info resource "users" in API group "authentication.k8s.io" at the cluster scope',
      ],
      [
        { 'impersonate-user': 'bob', 'impersonate-group': 'system:masters' },
        listing,
        'groups.authentication.k8s.io "system:masters" is forbidden: User "ann" cannot impersonate:user-info resource "groups" in API group "authentication.k8s.io" at the cluster scope: impersonating the system:masters group is not allowed',
      ],
      [
        { 'impersonate-user': 'bob' },
        { ...listing, isResourceRequest: false, verb: 'get', path: '/metrics' },
        'forbidden: User "ann" cannot impersonate-on:user-info:get path "/metrics"',
      ],
    ];
    for (const [headers, request, message] of refusals) {
      assert.throws(() => impersonate(ann, { ...headers }, authorizer, request), { message });
    }
  });
});

test('an agent acts as the node that it runs on, whichever that is', () => {
  const authorizer = authorizerOf(
    { verbs: ['impersonate:associated-node'], apiGroups: [group], resources: ['nodes'] },
    { verbs: ['impersonate-on:associated-node:list'], apiGroups: [''], resources: ['pods'] },
  );
  const agent = {
    username: 'system:serviceaccount:kube-system:agent',
    groups: [],
    extra: { 'authentication.kubernetes.io/node-name': ['n1'] },
  };
  assert.deepEqual(impersonate(agent, { 'impersonate-user': 'system:node:n1' }, authorizer, listing).user, {
    username: 'system:node:n1',
    groups: ['system:nodes', 'system:authenticated'],
  });
  assert.throws(() => impersonate(agent, { 'impersonate-user': 'system:node:n2' }, authorizer, listing), {
    message:
      'pods is forbidden: User "system:serviceaccount:kube-system:agent" cannot impersonate-on:arbitrary-node:list resource "pods" in API group "" in the namespace "default"',
  });
});

test('accounts and nodes are no plain users', () => {
  const rules = ['user-info', 'serviceaccount'].flatMap((mode): readonly PolicyRule[] => [
    { verbs: [`impersonate:${mode}`], apiGroups: [group], resources: ['*'] },
    { verbs: [`impersonate-on:${mode}:list`], apiGroups: [''], resources: ['pods'] },
  ]);
  const authorizer = authorizerOf(...rules);
  const account = { 'impersonate-user': 'system:serviceaccount:n:s' };
  assert.deepEqual(impersonate(ann, account, authorizer, listing).user.groups, [
    'system:serviceaccounts',
    'system:serviceaccounts:n',
    'system:authenticated',
  ]);
  assert.throws(
    () => impersonate(ann, { 'impersonate-user': 'system:node:n1' }, authorizer, listing),
    /arbitrary-node/,
  );
});
