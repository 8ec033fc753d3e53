import type { NonResourceRule, ResourceRule, SelfSubjectRulesReview } from '../../../api/generated/index.ts';
import { statusError } from '../../../machinery/index.ts';
import type { VirtualResource } from '../../core-contract.ts';
import { nodeNameOf } from '../node/node-identity.ts';
import type { RbacPolicy } from '../rbac/index.ts';

/** SelfSubjectRulesReview: everything that the policy lets the sender do in a namespace (`kubectl auth can-i --list`). */
export function createRulesReview(policy: RbacPolicy): VirtualResource {
  return (request, call) => {
    const { spec } = request.body as SelfSubjectRulesReview;
    const namespace = spec.namespace ?? '';
    if (namespace === '') throw statusError.badRequest('no namespace on request');
    const resourceRules: ResourceRule[] = [];
    const nonResourceRules: NonResourceRule[] = [];
    const problems: string[] = [];
    for (const visited of policy.rulesFor(call.user, namespace)) {
      if ('problem' in visited) problems.push(visited.problem);
      else {
        const { verbs, apiGroups = [], resources = [], resourceNames, nonResourceURLs = [] } = visited.rule;
        if (resources.length > 0) resourceRules.push({ verbs, apiGroups, resources, resourceNames });
        if (nonResourceURLs.length > 0) nonResourceRules.push({ verbs, nonResourceURLs });
      }
    }
    const isNode = nodeNameOf(call.user) !== undefined;
    if (isNode) problems.push('node authorizer does not support user rule resolution');
    const review: SelfSubjectRulesReview = {
      kind: 'SelfSubjectRulesReview',
      apiVersion: 'authorization.k8s.io/v1',
      metadata: {},
      spec: {},
      status: {
        resourceRules,
        nonResourceRules,
        incomplete: isNode,
        evaluationError: problems.length === 0 ? undefined : problems.join(', '),
      },
    };
    return review;
  };
}
