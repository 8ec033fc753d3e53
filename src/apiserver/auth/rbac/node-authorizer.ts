import type { AuthorizationAttributes, AuthorizationDecision, Authorizer, UserInfo } from '../../core-contract.ts';
import { clusterRoleFacts } from '../bootstrap/cluster-role-facts.ts';
import { parseRule } from '../bootstrap/parse-facts.ts';
import { groups } from '../well-known-users.ts';
import { ruleAllows } from './rule-match.ts';

const userPrefix = 'system:node:';
const leaseNamespace = 'kube-node-lease';

/** Kubernetes keeps the node authorizer's fixed rules in the role `system:node`, which is bound to nobody. */
const nodeRules = clusterRoleFacts.find(role => role.name === 'system:node')!.rules.map(parseRule);

/** `a` for `system:node:a` of the group `system:nodes`; undefined for everybody else. */
export function nodeNameOf(user: UserInfo): string | undefined {
  if (!user.username.startsWith(userPrefix) || !user.groups.includes(groups.nodes)) return undefined;
  return user.username.slice(userPrefix.length);
}

const allowed: AuthorizationDecision = { allowed: true, reason: '' };

/**
 * What nodes may do: fixed rules, narrowed to the node's own Lease and CSINode.
 *
 * Differs from Kubernetes: there is no graph of which pods run where, so a node may read any Secret, ConfigMap and
 * volume object by name (upstream: only what its pods refer to) and ask for tokens of any ServiceAccount.
 */
export class NodeAuthorizer implements Authorizer {
  readonly generation = 0;

  authorize(attributes: AuthorizationAttributes): AuthorizationDecision {
    const nodeName = nodeNameOf(attributes.user);
    if (nodeName === undefined) return { allowed: false, reason: '' };
    const problem = attributes.nonResourcePath === undefined ? narrow(attributes, nodeName) : undefined;
    if (problem !== undefined) return { allowed: false, reason: problem };
    return nodeRules.some(rule => ruleAllows(rule, attributes)) ? allowed : { allowed: false, reason: '' };
  }
}

const ownObjectVerbs: ReadonlySet<string> = new Set(['get', 'create', 'update', 'patch', 'delete']);

/** Why the request reaches beyond the node's own objects; undefined when it does not. */
function narrow(
  { group, resource, subresource, verb, namespace, name }: AuthorizationAttributes,
  nodeName: string,
): string | undefined {
  if (group === 'coordination.k8s.io' && resource === 'leases') {
    if (!ownObjectVerbs.has(verb)) return 'can only get, create, update, patch, or delete a node lease';
    if (namespace !== leaseNamespace)
      return `can only access leases in the ${JSON.stringify(leaseNamespace)} system namespace`;
    // A create names its object in the body only: admission looks at it there.
    if (verb !== 'create' && name !== nodeName)
      return 'can only access node lease with the same name as the requesting node';
  }
  if (group === 'storage.k8s.io' && resource === 'csinodes') {
    if (!ownObjectVerbs.has(verb)) return 'can only get, create, update, patch, or delete a CSINode';
    if (verb !== 'create' && name !== nodeName)
      return 'can only access CSINode with the same name as the requesting node';
  }
  if (group !== '') return undefined;
  if (resource === 'secrets' || resource === 'configmaps') {
    if (subresource !== '') return 'cannot read subresource';
    if (verb !== 'get' && verb !== 'list' && verb !== 'watch') return 'can only read resources of this type';
    return name === '' ? 'No Object name found' : undefined;
  }
  if (resource === 'nodes' && name !== '' && name !== nodeName && verb !== 'create') {
    return `node ${JSON.stringify(nodeName)} cannot read ${JSON.stringify(name)}, only its own Node object`;
  }
  return undefined;
}
