import type { ReferencedResource } from '../../../api/references/index.ts';
import { parseFieldSelector } from '../../../machinery/index.ts';
import type { AuthorizationAttributes, AuthorizationDecision, Authorizer } from '../../core-contract.ts';
import { clusterRoleFacts } from '../bootstrap/cluster-role-facts.ts';
import { parseRule } from '../bootstrap/parse-facts.ts';
import { ruleAllows } from '../rbac/rule-match.ts';
import { nodeNameOf } from './node-identity.ts';
import type { NodeRelations } from './node-relations.ts';

const leaseNamespace = 'kube-node-lease';

/** Kubernetes keeps the node authorizer's fixed rules in the role `system:node`, which is bound to nobody. */
const nodeRules = clusterRoleFacts.find(role => role.name === 'system:node')!.rules.map(parseRule);

const allowed: AuthorizationDecision = { allowed: true, reason: '' };
const noOpinion: AuthorizationDecision = { allowed: false, reason: '' };
/** Holds for as long as the pods are where they are, and must be asked for again. */
const allowedForNow: AuthorizationDecision = { allowed: true, reason: '', isMomentary: true };

function deny(reason: string): AuthorizationDecision {
  return { allowed: false, reason };
}

type Decide = (attributes: AuthorizationAttributes, nodeName: string) => AuthorizationDecision;

/**
 * What nodes may do: fixed rules, and of what pods need only what the node's own pods name. What a request's body says
 * is not known here: the admission plugin NodeRestriction looks at that.
 */
export class NodeAuthorizer implements Authorizer {
  readonly generation = 0;
  readonly #relations: NodeRelations;
  readonly #decisions: ReadonlyMap<string, Decide>;

  constructor(relations: NodeRelations) {
    this.#relations = relations;
    this.#decisions = this.#decideByResource();
  }

  authorize(attributes: AuthorizationAttributes): AuthorizationDecision {
    const { user, nonResourcePath, group, resource } = attributes;
    const nodeName = nodeNameOf(user);
    if (nodeName === undefined) return noOpinion;
    if (nodeName === '') return deny(`unknown node for user ${JSON.stringify(user.username)}`);
    const decide = nonResourcePath === undefined ? this.#decisions.get(keyOf(group, resource)) : undefined;
    if (decide !== undefined) return decide(attributes, nodeName);
    return nodeRules.some(rule => ruleAllows(rule, attributes)) ? allowed : noOpinion;
  }

  #decideByResource(): ReadonlyMap<string, Decide> {
    const relations = this.#relations;
    const named =
      (resource: ReferencedResource): Decide =>
      ({ namespace, name }, nodeName) =>
        judge(name, nodeName, () => relations.hasNamed(nodeName, resource, namespace, name));
    const claim = named('persistentvolumeclaims');
    return new Map<string, Decide>([
      [
        'secrets',
        reading(({ namespace, name }, nodeName) =>
          judge(name, nodeName, () => relations.hasSecret(nodeName, namespace, name)),
        ),
      ],
      ['configmaps', reading(named('configmaps'))],
      ['persistentvolumeclaims', (a, node) => (a.subresource === 'status' ? updating(claim) : getting(claim))(a, node)],
      [
        'persistentvolumes',
        getting(({ name }, nodeName) => judge(name, nodeName, () => relations.hasVolume(nodeName, name))),
      ],
      ['resource.k8s.io/resourceclaims', getting(named('resourceclaims'))],
      [
        'storage.k8s.io/volumeattachments',
        getting(({ name }, nodeName) => judge(name, nodeName, () => relations.hasAttachment(nodeName, name))),
      ],
      ['serviceaccounts', decideAccount(named('serviceaccounts'))],
      ['coordination.k8s.io/leases', decideLease],
      ['storage.k8s.io/csinodes', decideCsiNode],
      [
        'resource.k8s.io/resourceslices',
        decideSlice(({ name }, nodeName) => judge(name, nodeName, () => relations.hasSlice(nodeName, name))),
      ],
      ['nodes', decideNode],
      [
        'pods',
        decidePod(({ namespace, name }, nodeName) =>
          judge(name, nodeName, () => relations.hasPod(nodeName, namespace, name)),
        ),
      ],
      // Kubernetes: the feature behind them is off by default.
      ['certificates.k8s.io/podcertificaterequests', () => noOpinion],
    ]);
  }
}

function keyOf(group: string, resource: string): string {
  return group === '' ? resource : `${group}/${resource}`;
}

function judge(name: string, nodeName: string, isRelated: () => boolean): AuthorizationDecision {
  if (name === '') return deny('No Object name found');
  if (isRelated()) return allowedForNow;
  return deny(`no relationship found between node '${nodeName}' and this object`);
}

function reading(decide: Decide): Decide {
  return (attributes, nodeName) => {
    const { verb, subresource, namespace } = attributes;
    if (verb !== 'get' && verb !== 'list' && verb !== 'watch') return deny('can only read resources of this type');
    if (subresource !== '') return deny('cannot read subresource');
    if (namespace === '') return deny('can only read namespaced object of this type');
    return decide(attributes, nodeName);
  };
}

function getting(decide: Decide): Decide {
  return (attributes, nodeName) => {
    if (attributes.verb !== 'get') return deny('can only get individual resources of this type');
    if (attributes.subresource !== '') return deny('cannot get subresource');
    return decide(attributes, nodeName);
  };
}

/** Of a status. */
function updating(decide: Decide): Decide {
  return (attributes, nodeName) =>
    attributes.verb === 'update' || attributes.verb === 'patch'
      ? decide(attributes, nodeName)
      : deny('can only get/update/patch this type');
}

function decideAccount(decide: Decide): Decide {
  const read = reading(decide);
  return (attributes, nodeName) => {
    const { verb, subresource, name } = attributes;
    if (verb === 'get' && subresource === '') return read(attributes, nodeName);
    if (verb !== 'create' || name === '') return deny('can only create tokens for individual service accounts');
    if (subresource !== 'token') return deny('can only create token subresource of serviceaccount');
    return decide(attributes, nodeName);
  };
}

const ownObjectVerbs: ReadonlySet<string> = new Set(['get', 'create', 'update', 'patch', 'delete']);

function decideLease(attributes: AuthorizationAttributes, nodeName: string): AuthorizationDecision {
  const { verb, namespace, name } = attributes;
  if (!ownObjectVerbs.has(verb)) return deny('can only get, create, update, patch, or delete a node lease');
  if (namespace !== leaseNamespace) {
    return deny(`can only access leases in the ${JSON.stringify(leaseNamespace)} system namespace`);
  }
  // A create names its object in the body only: admission looks at it there.
  if (verb === 'create' || name === nodeName) return allowed;
  return deny('can only access node lease with the same name as the requesting node');
}

function decideCsiNode(attributes: AuthorizationAttributes, nodeName: string): AuthorizationDecision {
  const { verb, subresource, name } = attributes;
  if (!ownObjectVerbs.has(verb)) return deny('can only get, create, update, patch, or delete a CSINode');
  if (subresource !== '') return deny('cannot authorize CSINode subresources');
  if (verb === 'create' || name === nodeName) return allowed;
  return deny('can only access CSINode with the same name as the requesting node');
}

function decideSlice(decide: Decide): Decide {
  return (attributes, nodeName) => {
    const { verb, subresource } = attributes;
    if (subresource !== '') return deny('cannot authorize ResourceSlice subresources');
    if (verb === 'create') return allowed;
    if (verb === 'get' || verb === 'update' || verb === 'patch' || verb === 'delete') {
      return decide(attributes, nodeName);
    }
    if (verb !== 'watch' && verb !== 'list' && verb !== 'deletecollection') {
      return deny(
        'only the following verbs are allowed for a ResourceSlice: get, watch, list, create, update, patch, delete, deletecollection',
      );
    }
    if (isLimitedTo(attributes, 'spec.nodeName', nodeName)) return allowedForNow;
    return deny('can only list/watch/deletecollection resourceslices with nodeName field selector');
  };
}

function decideNode(attributes: AuthorizationAttributes, nodeName: string): AuthorizationDecision {
  const { verb, subresource, name } = attributes;
  const isWrite = verb === 'update' || verb === 'patch';
  if (subresource === 'status') return isWrite ? allowed : noOpinion;
  if (subresource !== '') return noOpinion;
  // Whose object is written is for admission to see.
  if (isWrite || verb === 'create') return allowed;
  if (verb !== 'get' && verb !== 'list' && verb !== 'watch') return noOpinion;
  if (name === nodeName) return allowed;
  return deny(
    name === ''
      ? `node '${nodeName}' cannot read all nodes, only its own Node object`
      : `node '${nodeName}' cannot read '${name}', only its own Node object`,
  );
}

function decidePod(decide: Decide): Decide {
  return (attributes, nodeName) => {
    const { verb, subresource, name } = attributes;
    if (subresource === 'status') return verb === 'update' || verb === 'patch' ? allowed : noOpinion;
    if (subresource === 'eviction') return verb === 'create' ? allowed : noOpinion;
    if (subresource !== '') return noOpinion;
    // Mirror pods only, and those bound to the node: admission sees to that.
    if (verb === 'create' || verb === 'delete') return allowed;
    if (verb === 'get') return decide(attributes, nodeName);
    if (verb !== 'list' && verb !== 'watch') return noOpinion;
    if (isLimitedTo(attributes, 'spec.nodeName', nodeName)) return allowedForNow;
    return name === ''
      ? deny('can only list/watch pods with spec.nodeName field selector')
      : decide(attributes, nodeName);
  };
}

function isLimitedTo({ fieldSelector }: AuthorizationAttributes, field: string, value: string): boolean {
  if (fieldSelector === undefined) return false;
  const requirements = parseFieldSelector(fieldSelector).value?.requirements ?? [];
  return requirements.some(
    required => required.field === field && required.operator === '=' && required.value === value,
  );
}
