import type { NonResourceRule, ResourceRule, SelfSubjectRulesReview } from '../../../api/generated/index.ts';
import { statusError } from '../../../machinery/index.ts';
import type { VirtualResource } from '../../core-contract.ts';
import { nodeNameOf } from '../node/node-identity.ts';
import type { RbacPolicy } from '../rbac/index.ts';

/**
 * SelfSubjectRulesReview: everything that the policy lets the sender do in a namespace (`kubectl auth can-i --list`).
 * `hasWebhook` says that somebody else may allow more, who can only be asked about one thing at a time.
 */
export function createRulesReview(policy: RbacPolicy, hasWebhook: boolean): VirtualResource {
  return (request, call) => {
    const { spec } = request.body as SelfSubjectRulesReview;
    const namespace = spec.namespace ?? '';
    if (namespace === '') throw statusError.badRequest('no namespace on request');
    const resourceRules: ResourceRule[] = [];
    const nonResourceRules: NonResourceRule[] = [];
    const isNode = nodeNameOf(call.user) !== undefined;
    const problems: string[] = isNode ? ['node authorizer does not support user rule resolution'] : [];
    for (const visited of policy.rulesFor(call.user, namespace)) {
      if ('problem' in visited) problems.push(visited.problem);
      else {
        const { verbs, apiGroups = [], resources = [], resourceNames, nonResourceURLs = [] } = visited.rule;
        if (resources.length > 0) resourceRules.push({ verbs, apiGroups, resources, resourceNames });
        if (nonResourceURLs.length > 0) nonResourceRules.push({ verbs, nonResourceURLs });
      }
    }
    if (hasWebhook) problems.push('webhook authorizer does not support user rule resolution');
    const review: SelfSubjectRulesReview = {
      kind: 'SelfSubjectRulesReview',
      apiVersion: 'authorization.k8s.io/v1',
      metadata: {},
      spec: {},
      status: {
        resourceRules,
        nonResourceRules,
        incomplete: isNode || hasWebhook,
        ...(problems.length === 0 ? {} : { evaluationError: formatProblems(problems) }),
      },
    };
    return review;
  };
}

/** Kubernetes: `Aggregate.Error`. */
function formatProblems(problems: readonly string[]): string {
  const [first, ...more] = new Set(problems);
  return more.length === 0 ? first! : `[${[first, ...more].join(', ')}]`;
}
