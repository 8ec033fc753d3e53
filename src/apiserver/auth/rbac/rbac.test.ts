import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { ClusterRole, PolicyRule, Subject } from '../../../api/generated/index.ts';
import type { AuthorizationAttributes, UserInfo } from '../../core-contract.ts';
import { clusterRoleFacts } from '../bootstrap/cluster-role-facts.ts';
import { toClusterRole } from '../bootstrap/parse-facts.ts';
import { reconcileBinding, reconcileRole } from '../bootstrap/reconcile-policy.ts';
import { forbiddenError } from '../forbidden.ts';
import { RbacAuthorizer } from './rbac-authorizer.ts';
import { RbacPolicy } from './rbac-policy.ts';
import { aggregateAll } from './role-aggregation.ts';
import { describeRules, findUncovered } from './rule-cover.ts';
import { ruleAllows } from './rule-match.ts';
import { UnionAuthorizer } from './union-authorizer.ts';

const ann: UserInfo = { username: 'ann', groups: ['devs', 'system:authenticated'] };

function ask(overrides: Partial<AuthorizationAttributes>): AuthorizationAttributes {
  return {
    user: ann,
    verb: 'get',
    group: '',
    version: 'v1',
    resource: 'pods',
    subresource: '',
    namespace: 'default',
    name: 'a',
    ...overrides,
  };
}

const podReader: PolicyRule = { verbs: ['get', 'list'], apiGroups: [''], resources: ['pods'] };

function setUp(rules: readonly PolicyRule[], subjects: readonly Subject[], namespace = ''): RbacPolicy {
  const policy = new RbacPolicy();
  policy.setClusterRole('r', { metadata: { name: 'r' }, rules });
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'r' };
  const binding = { metadata: { name: 'b', namespace }, roleRef, subjects };
  if (namespace === '') policy.setClusterRoleBinding('b', binding);
  else policy.setRoleBinding(namespace, 'b', binding);
  return policy;
}

describe('a rule', () => {
  test('matches verbs, groups, resources, subresources and names', () => {
    const rule = { verbs: ['get'], apiGroups: ['apps'], resources: ['deployments', '*/scale'], resourceNames: ['a'] };
    const about = (overrides: Partial<AuthorizationAttributes>) =>
      ruleAllows(rule, ask({ group: 'apps', resource: 'deployments', ...overrides }));
    assert.ok(about({}));
    assert.ok(about({ resource: 'replicasets', subresource: 'scale' }));
    assert.ok(!about({ verb: 'list' }));
    assert.ok(!about({ group: '' }));
    assert.ok(!about({ subresource: 'status' }));
    assert.ok(!about({ name: 'b' }));
    assert.ok(ruleAllows({ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }, ask({ subresource: 'log' })));
  });

  test('matches paths, whole or by their beginning', () => {
    const rule = { verbs: ['get'], nonResourceURLs: ['/healthz', '/api/*'] };
    const path = (nonResourcePath: string) => ruleAllows(rule, ask({ nonResourcePath }));
    assert.deepEqual(['/healthz', '/healthz/ping', '/api/v1', '/api'].map(path), [true, false, true, false]);
  });
});

describe('a policy', () => {
  test('lets in by user, by group and by service account, and says by what', () => {
    for (const [subject, user, text] of [
      [{ kind: 'User', name: 'ann' }, ann, 'User "ann"'],
      [{ kind: 'Group', name: 'devs' }, ann, 'Group "devs"'],
      [
        { kind: 'ServiceAccount', name: 's', namespace: 'n' },
        { username: 'system:serviceaccount:n:s', groups: [] },
        'ServiceAccount "s/n"',
      ],
    ] as const) {
      const decision = new RbacAuthorizer(setUp([podReader], [subject])).authorize(ask({ user }));
      const reason = `RBAC: allowed by ClusterRoleBinding "b" of ClusterRole "r" to ${text}`;
      assert.deepEqual(decision, { allowed: true, reason });
    }
  });

  test('a RoleBinding counts in its namespace only', () => {
    const authorizer = new RbacAuthorizer(setUp([podReader], [{ kind: 'User', name: 'ann' }], 'default'));
    assert.ok(authorizer.authorize(ask({})).allowed);
    assert.ok(!authorizer.authorize(ask({ namespace: 'other' })).allowed);
    assert.ok(!authorizer.authorize(ask({ namespace: '' })).allowed);
  });

  test('what is taken away counts at once, whatever was decided before', () => {
    const policy = setUp([podReader], [{ kind: 'User', name: 'ann' }]);
    const authorizer = new RbacAuthorizer(policy);
    const before = authorizer.generation;
    assert.ok(authorizer.authorize(ask({})).allowed);
    policy.setClusterRoleBinding('b', undefined);
    assert.ok(!authorizer.authorize(ask({})).allowed);
    assert.ok(authorizer.generation > before);
  });

  test('names a role that is bound in vain', () => {
    const policy = setUp([podReader], [{ kind: 'User', name: 'ann' }]);
    policy.setClusterRole('r', undefined);
    const { allowed, reason } = new RbacAuthorizer(policy).authorize(ask({}));
    assert.ok(!allowed);
    assert.equal(reason, 'RBAC: clusterrole.rbac.authorization.k8s.io "r" not found');
  });

  test('decides the same from memory as by looking at every rule', () => {
    const word = fc.constantFrom('a', 'b', '*');
    const words = fc.array(word, { minLength: 1, maxLength: 2 });
    const rule = fc.record({
      verbs: words,
      apiGroups: words,
      resources: words,
      resourceNames: fc.array(word, { maxLength: 2 }),
    });
    const request = fc.record({
      verb: word,
      group: word,
      resource: word,
      name: word,
      namespace: fc.constantFrom('', 'n'),
    });
    fc.assert(
      fc.property(
        fc.array(rule, { maxLength: 4 }),
        fc.array(request, { minLength: 1, maxLength: 8 }),
        (rules, requests) => {
          const authorizer = new RbacAuthorizer(setUp(rules, [{ kind: 'User', name: 'ann' }]));
          for (const one of [...requests, ...requests]) {
            const attributes = ask(one);
            const wanted = rules.some(candidate => ruleAllows(candidate, attributes));
            assert.equal(authorizer.authorize(attributes).allowed, wanted);
          }
        },
      ),
    );
  });
});

describe('the union', () => {
  const union = new UnionAuthorizer([new RbacAuthorizer(new RbacPolicy())]);

  test('lets masters do anything', () => {
    const user = { username: 'x', groups: ['system:masters'] };
    assert.ok(union.authorize(ask({ user, verb: 'anything', nonResourcePath: '/x' })).allowed);
  });
});

describe('what nobody may give', () => {
  test('is what they do not hold', () => {
    const held: readonly PolicyRule[] = [
      { verbs: ['*'], apiGroups: [''], resources: ['pods', '*/log'] },
      { verbs: ['get'], nonResourceURLs: ['/api/*'] },
    ];
    assert.deepEqual(findUncovered(held, [{ verbs: ['get'], apiGroups: [''], resources: ['pods', 'nodes/log'] }]), []);
    assert.deepEqual(findUncovered(held, [{ verbs: ['get'], nonResourceURLs: ['/api/v1'] }]), []);
    const missing = findUncovered(held, [
      { verbs: ['get', 'list'], apiGroups: ['', 'apps'], resources: ['pods', 'secrets'] },
    ]);
    assert.equal(
      describeRules(missing),
      [
        '{APIGroups:[""], Resources:["secrets"], Verbs:["get" "list"]}',
        '{APIGroups:["apps"], Resources:["pods"], Verbs:["get" "list"]}',
        '{APIGroups:["apps"], Resources:["secrets"], Verbs:["get" "list"]}',
      ].join('\n'),
    );
  });

  test('holding a rule covers that rule, always', () => {
    const words = fc.array(fc.constantFrom('a', 'b', 'c/d', '*'), { minLength: 1, maxLength: 3 });
    const rule = fc.record({ verbs: words, apiGroups: words, resources: words });
    fc.assert(fc.property(rule, one => assert.deepEqual(findUncovered([one], [one]), [])));
  });
});

describe('default roles', () => {
  const roles = clusterRoleFacts.map(toClusterRole);
  const find = (name: string) => roles.find(role => role.metadata.name === name)!;

  test('roles that collect from each other come to rest', () => {
    const collector = (name: string, verb: string): ClusterRole => ({
      metadata: { name, labels: { all: 'yes' } },
      aggregationRule: { clusterRoleSelectors: [{ matchLabels: { all: 'yes' } }] },
      rules: [{ verbs: [verb], apiGroups: [''], resources: ['pods'] }],
    });
    let roles: readonly ClusterRole[] = [collector('a', 'get'), collector('b', 'list'), collector('c', 'watch')];
    for (let round = 0; round < 5; round++) roles = aggregateAll(roles);
    assert.ok(
      aggregateAll(roles).every((role, i) => role === roles[i]),
      'each stays the same instance',
    );
    assert.deepEqual(roles[0]!.rules?.map(({ verbs }) => verbs[0]).sort(), ['get', 'list', 'watch']);
  });

  test('admin collects from the roles that carry its label', () => {
    const collected = aggregateAll(roles);
    const admin = collected.find(role => role.metadata.name === 'admin')!;
    assert.ok(admin.rules?.some(rule => rule.resources?.includes('rolebindings')));
    const changed = collected.filter((role, i) => role !== roles[i]).map(role => role.metadata.name);
    assert.deepEqual(changed, ['admin', 'edit', 'view']);
  });

  test('keep what others added, get what is missing, and stay when told to', () => {
    const wanted = find('system:basic-user');
    const added = { verbs: ['get'], apiGroups: ['x'], resources: ['y'] };
    const current: ClusterRole = { ...wanted, rules: [added, ...wanted.rules!.slice(1)] };
    const next = reconcileRole(current, wanted)!;
    assert.ok(next.rules!.includes(added));
    assert.deepEqual(findUncovered(next.rules!, wanted.rules!), []);
    assert.equal(reconcileRole(next, wanted), undefined);
    const annotations = { 'rbac.authorization.kubernetes.io/autoupdate': 'false' };
    assert.equal(reconcileRole({ ...current, metadata: { ...current.metadata, annotations } }, wanted), undefined);
  });

  test('a binding to another role is replaced', () => {
    const metadata = { name: 'b', annotations: { 'rbac.authorization.kubernetes.io/autoupdate': 'true' } };
    const ref = (name: string) => ({ apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name });
    const wanted = { metadata, roleRef: ref('a'), subjects: [{ kind: 'User', name: 'x' }] };
    assert.deepEqual(reconcileBinding({ ...wanted, roleRef: ref('z') }, wanted), { replace: wanted });
    const outcome = reconcileBinding({ ...wanted, subjects: [{ kind: 'User', name: 'y' }] }, wanted)!;
    assert.ok('update' in outcome && outcome.update.subjects?.length === 2);
  });
});

test('a refusal says who, what and where, in upstream’s words', () => {
  const text = (overrides: Partial<AuthorizationAttributes>, reason = '') =>
    forbiddenError(ask(overrides), reason).message;
  assert.equal(
    text({ verb: 'list', name: '' }),
    'pods is forbidden: User "ann" cannot list resource "pods" in API group "" in the namespace "default"',
  );
  assert.equal(
    text({ group: 'apps', resource: 'deployments', subresource: 'scale', namespace: '' }, 'because'),
    'deployments.apps "a" is forbidden: User "ann" cannot get resource "deployments/scale" in API group "apps" at the cluster scope: because',
  );
  assert.equal(text({ nonResourcePath: '/metrics' }), 'forbidden: User "ann" cannot get path "/metrics"');
});
