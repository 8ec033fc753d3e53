import {
  type ClusterRole,
  clusterRoleBindings,
  clusterRoles,
  roleBindings,
  roles,
} from '../../../api/generated/index.ts';
import type { Client, ObjectRef } from '../../../client/index.ts';
import { type KubeObject, type ResourceType, StatusError } from '../../../machinery/index.ts';
import type { ObjectView } from '../../object-view.ts';
import { aggregateAll } from '../rbac/role-aggregation.ts';
import { clusterRoleBindingFacts } from './cluster-role-binding-facts.ts';
import { clusterRoleFacts } from './cluster-role-facts.ts';
import { controllerRoleFacts } from './controller-role-facts.ts';
import { namespaceRoleBindingFacts } from './namespace-role-binding-facts.ts';
import { namespaceRoleFacts } from './namespace-role-facts.ts';
import { toClusterRole, toClusterRoleBinding, toRole, toRoleBinding } from './parse-facts.ts';
import { reconcileBinding, reconcileRole } from './reconcile-policy.ts';

type Outcome<T> = { readonly update: T } | { readonly replace: T } | undefined;

/**
 * Makes Kubernetes' default roles and bindings be there. On a later start it reads what is stored and writes only what
 * is missing. The namespaces kube-system and kube-public must exist.
 */
export async function ensureDefaultPolicy(client: Client, view: ObjectView): Promise<void> {
  const updateRole = <T extends ClusterRole>(current: T, wanted: T): Outcome<T> => {
    const update = reconcileRole(current, wanted);
    return update === undefined ? undefined : { update };
  };
  // All at once, so that they share commits to disk.
  await Promise.all([
    ...listDefaultClusterRoles().map(wanted => ensure(client, view, clusterRoles, wanted, updateRole)),
    ...namespaceRoleFacts.map(facts => ensure(client, view, roles, toRole(facts), updateRole)),
    ...clusterRoleBindingFacts.map(facts =>
      ensure(client, view, clusterRoleBindings, toClusterRoleBinding(facts), reconcileBinding),
    ),
    ...namespaceRoleBindingFacts.map(facts =>
      ensure(client, view, roleBindings, toRoleBinding(facts), reconcileBinding),
    ),
  ]);
}

/** With the rules of aggregated roles collected already: one write each instead of two. */
function listDefaultClusterRoles(): readonly ClusterRole[] {
  let all: readonly ClusterRole[] = [...clusterRoleFacts, ...controllerRoleFacts].map(toClusterRole);
  // `admin` collects from `edit`, which collects from `view`: as many rounds as there are steps in that chain.
  for (let round = 0; round < 3; round++) all = aggregateAll(all);
  return all;
}

async function ensure<T extends KubeObject>(
  client: Client,
  view: ObjectView,
  type: ResourceType<T>,
  wanted: T,
  reconcile: (current: T, wanted: T) => Outcome<T>,
): Promise<void> {
  const ref: ObjectRef = { name: wanted.metadata.name!, namespace: wanted.metadata.namespace };
  const current = view.get(type, ref.namespace, ref.name);
  if (current === undefined) {
    await createIfAbsent(client, type, wanted);
    return;
  }
  const outcome = reconcile(current, wanted);
  if (outcome === undefined) return;
  if ('update' in outcome) {
    await client.update(type, outcome.update);
    return;
  }
  await client.delete(type, ref);
  await createIfAbsent(client, type, outcome.replace);
}

/** Another server of the same cluster may be doing the same. */
async function createIfAbsent<T extends KubeObject>(client: Client, type: ResourceType<T>, object: T): Promise<void> {
  try {
    await client.create(type, object);
  } catch (error) {
    if (!StatusError.is(error, 'AlreadyExists')) throw error;
  }
}
