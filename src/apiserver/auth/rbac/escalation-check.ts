import type { ClusterRole, ClusterRoleBinding, PolicyRule, Role, RoleBinding } from '../../../api/generated/index.ts';
import { isSemanticallyEqual, type KubeObject, type StatusError, statusError } from '../../../machinery/index.ts';
import type { AdmissionPlugin, AdmissionRequest, Authorizer, UserInfo } from '../../core-contract.ts';
import { groups } from '../well-known-users.ts';
import type { RbacPolicy } from './rbac-policy.ts';
import { describeRules, findUncovered } from './rule-cover.ts';

const group = 'rbac.authorization.k8s.io';
const guarded: ReadonlySet<string> = new Set(['roles', 'clusterroles', 'rolebindings', 'clusterrolebindings']);

const fullAuthority: readonly PolicyRule[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
  { verbs: ['*'], nonResourceURLs: ['*'] },
];

/**
 * Nobody grants what they do not hold: who writes a role must hold all its rules or the verb `escalate` on it; who binds
 * one must hold its rules or the verb `bind`. Kubernetes: the `policybased` storages of pkg/registry/rbac.
 */
export function createEscalationCheck(policy: RbacPolicy, authorizer: Authorizer): AdmissionPlugin {
  return {
    name: 'RBACEscalationCheck',
    handles: ({ version }, subresource, operation) =>
      version.type.group === group &&
      guarded.has(version.type.resource) &&
      subresource === '' &&
      (operation === 'CREATE' || operation === 'UPDATE'),
    validate(request) {
      const { user } = request.call;
      if (user.groups.includes(groups.masters) || isOnlyForCollection(request)) return;
      const { resource } = request.resource.version.type;
      if (resource === 'roles' || resource === 'clusterroles') checkRole(request, policy, authorizer);
      else checkBinding(request, policy, authorizer);
    },
  };
}

/** Kubernetes: whoever only changes what the garbage collector needs (owners, finalizers) grants nothing. */
function isOnlyForCollection({ object, old }: AdmissionRequest): boolean {
  return old !== undefined && object !== undefined && isSemanticallyEqual(strip(object), strip(old));
}

function strip(object: KubeObject): unknown {
  const { ownerReferences: _owners, finalizers: _finalizers, managedFields: _fields, ...metadata } = object.metadata;
  return { ...object, metadata: { ...metadata, resourceVersion: undefined, generation: undefined } };
}

function checkRole(request: AdmissionRequest, policy: RbacPolicy, authorizer: Authorizer): void {
  const { resource, namespace, name } = targetOf(request);
  if (isAllowed(authorizer, request.call.user, 'escalate', resource, namespace, name)) return;
  const role = request.object as Role | ClusterRole;
  demandHeld(request, policy, role.rules ?? []);
  if (!hasAggregation(request.object) && !hasAggregation(request.old)) return;
  const held = heldRules(policy, request.call.user, '');
  if (findUncovered(held, fullAuthority).length === 0) return;
  throw refuse(request, 'must have cluster-admin privileges to use the aggregationRule');
}

function checkBinding(request: AdmissionRequest, policy: RbacPolicy, authorizer: Authorizer): void {
  const { roleRef } = request.object as RoleBinding | ClusterRoleBinding;
  const { namespace } = targetOf(request);
  const resource = roleRef.kind === 'ClusterRole' ? 'clusterroles' : 'roles';
  if (isAllowed(authorizer, request.call.user, 'bind', resource, namespace, roleRef.name)) return;
  const rules = policy.resolve(roleRef, namespace);
  if (rules === undefined) {
    // Kubernetes: by the resource that the request is about, not by the role's.
    throw statusError.notFound({ group, resource: targetOf(request).resource }, roleRef.name);
  }
  demandHeld(request, policy, rules);
}

function demandHeld(request: AdmissionRequest, policy: RbacPolicy, wanted: readonly PolicyRule[]): void {
  const { user } = request.call;
  const missing = findUncovered(heldRules(policy, user, request.namespace), wanted);
  if (missing.length === 0) return;
  const userGroups = user.groups.map(name => JSON.stringify(name)).join(' ');
  throw refuse(
    request,
    `user ${JSON.stringify(user.username)} (groups=[${userGroups}]) is attempting to grant RBAC permissions not currently held:\n${describeRules(missing)}`,
  );
}

function heldRules(policy: RbacPolicy, user: UserInfo, namespace: string): readonly PolicyRule[] {
  return [...policy.rulesFor(user, namespace)].flatMap(visited => ('rule' in visited ? [visited.rule] : []));
}

function hasAggregation(object: KubeObject | undefined): boolean {
  return ((object as ClusterRole | undefined)?.aggregationRule?.clusterRoleSelectors ?? []).length > 0;
}

function targetOf(request: AdmissionRequest): { resource: string; namespace: string; name: string } {
  return {
    resource: request.resource.version.type.resource,
    namespace: request.namespace,
    // Kubernetes: a create has no name yet when it is authorized.
    name: request.operation === 'CREATE' ? '' : request.name,
  };
}

function isAllowed(
  authorizer: Authorizer,
  user: UserInfo,
  verb: string,
  resource: string,
  namespace: string,
  name: string,
): boolean {
  const attributes = { user, verb, group, version: '*', resource, subresource: '', namespace, name };
  return authorizer.authorize(attributes).allowed;
}

function refuse(request: AdmissionRequest, why: string): StatusError {
  const { resource } = request.resource.version.type;
  return statusError.forbidden({ group, resource }, request.object?.metadata.name ?? request.name, why);
}
