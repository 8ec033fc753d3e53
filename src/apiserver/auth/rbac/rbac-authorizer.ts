import type { PolicyRule } from '../../../api/generated/index.ts';
import { formatAggregate } from '../../../machinery/index.ts';
import type { AuthorizationAttributes, AuthorizationDecision, Authorizer, UserInfo } from '../../core-contract.ts';
import { describeBinding, type RbacPolicy } from './rbac-policy.ts';
import { namesObject, ruleConcerns } from './rule-match.ts';

/** What was found for everything about a request but the object's name. */
interface Finding {
  /** Allowed or denied whatever the name; undefined when it depends on the name. */
  readonly decision: AuthorizationDecision | undefined;
  /** Rules that allow the named objects only. */
  readonly named: readonly { readonly rule: PolicyRule; readonly decision: AuthorizationDecision }[];
  readonly otherwise: AuthorizationDecision;
}

/** A user that asks for ever new things (paths, namespaces) must not fill the memory. */
const findingsPerUserMax = 1024;

/**
 * RBAC. A decision costs one lookup once the same user has asked for the same verb, resource and namespace; what is
 * remembered lives as long as the `UserInfo` and the policy's generation.
 */
export class RbacAuthorizer implements Authorizer {
  readonly #policy: RbacPolicy;
  #findings = new WeakMap<UserInfo, Map<string, Finding>>();
  #findingsGeneration = -1;

  constructor(policy: RbacPolicy) {
    this.#policy = policy;
  }

  get generation(): number {
    return this.#policy.generation;
  }

  authorize(attributes: AuthorizationAttributes): AuthorizationDecision {
    const finding = this.#find(attributes);
    if (finding.decision !== undefined) return finding.decision;
    for (const { rule, decision } of finding.named) if (namesObject(rule, attributes.name)) return decision;
    return finding.otherwise;
  }

  #find(attributes: AuthorizationAttributes): Finding {
    if (this.#findingsGeneration !== this.#policy.generation) {
      this.#findings = new WeakMap();
      this.#findingsGeneration = this.#policy.generation;
    }
    let findings = this.#findings.get(attributes.user);
    if (findings === undefined) {
      findings = new Map();
      this.#findings.set(attributes.user, findings);
    }
    const key = formatKey(attributes);
    let finding = findings.get(key);
    if (finding === undefined) {
      finding = this.#decide(attributes);
      if (findings.size >= findingsPerUserMax) findings.clear();
      findings.set(key, finding);
    }
    return finding;
  }

  #decide(attributes: AuthorizationAttributes): Finding {
    const problems: string[] = [];
    const named: { rule: PolicyRule; decision: AuthorizationDecision }[] = [];
    for (const visited of this.#policy.rulesFor(attributes.user, attributes.namespace)) {
      if ('problem' in visited) {
        problems.push(visited.problem);
        continue;
      }
      const { rule, applied } = visited;
      if (!ruleConcerns(rule, attributes)) continue;
      const decision = { allowed: true, reason: `RBAC: allowed by ${describeBinding(applied)}` };
      if (attributes.nonResourcePath !== undefined || (rule.resourceNames ?? []).length === 0) {
        return { decision, named, otherwise: decision };
      }
      named.push({ rule, decision });
    }
    const otherwise = { allowed: false, reason: describeProblems(problems) };
    return { decision: named.length === 0 ? otherwise : undefined, named, otherwise };
  }
}

function formatKey(attributes: AuthorizationAttributes): string {
  const { verb, nonResourcePath } = attributes;
  if (nonResourcePath !== undefined) return `${verb} ${nonResourcePath}`;
  return `${verb} ${attributes.group}/${attributes.resource}/${attributes.subresource} ${attributes.namespace}`;
}

function describeProblems(problems: readonly string[]): string {
  return problems.length === 0 ? '' : `RBAC: ${formatAggregate(problems)}`;
}
