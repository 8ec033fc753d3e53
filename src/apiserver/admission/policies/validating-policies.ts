import {
  type ValidatingAdmissionPolicy,
  type ValidatingAdmissionPolicyBinding,
  validatingAdmissionPolicies,
  validatingAdmissionPolicyBindings,
} from '../../../api/generated/index.ts';
import type { PolicyExpressions } from '../../../machinery/cel/index.ts';
import { StatusError, type StatusReason, statusCodes } from '../../../machinery/index.ts';
import type { AdmissionPlugin, AdmissionRequest, ResourceRegistry } from '../../core-contract.ts';
import type { ObjectView } from '../../object-view.ts';
import { forbid } from '../admission-error.ts';
import { type PolicySurroundings, planEvaluations } from './bound-policy.ts';
import { evaluatePolicy, type Objection } from './evaluate-policy.ts';

/** An objection with whose it is. */
interface Finding extends Objection {
  readonly policy: string;
  readonly binding: string;
  readonly actions: readonly string[];
}

/**
 * Refuses, or warns of, what the cluster's ValidatingAdmissionPolicies object to.
 *
 * Absent: audit annotations, the authorizer, cost limits, and type checking in a policy's status.
 */
export function createValidatingPolicies(
  view: ObjectView,
  resources: () => ResourceRegistry,
  loadExpressions: () => Promise<PolicyExpressions>,
): AdmissionPlugin {
  let loaded: PolicyExpressions | undefined;
  const validate = (request: AdmissionRequest, expressions: PolicyExpressions): void => {
    const findings = view
      .list(validatingAdmissionPolicyBindings)
      .flatMap(binding => findObjections(binding, request, { view, resources: resources(), expressions }));
    settle(request, findings);
  };
  return {
    name: 'ValidatingAdmissionPolicy',
    // Kubernetes: nobody can lock themselves out of mending a policy.
    handles: ({ version: { type } }) => type.group !== 'admissionregistration.k8s.io',
    validate(request) {
      if (!view.hasAny(validatingAdmissionPolicyBindings)) return;
      if (loaded !== undefined) return validate(request, loaded);
      return loadExpressions().then(expressions => {
        loaded = expressions;
        validate(request, expressions);
      });
    },
  };
}

function findObjections(
  { metadata, spec: bound }: ValidatingAdmissionPolicyBinding,
  request: AdmissionRequest,
  surroundings: PolicySurroundings,
): readonly Finding[] {
  const policy: ValidatingAdmissionPolicy | undefined = surroundings.view.get(
    validatingAdmissionPolicies,
    undefined,
    bound.policyName ?? '',
  );
  if (policy === undefined) return [];
  const { spec } = policy;
  const find = (objection: Objection): Finding => ({
    ...objection,
    policy: policy.metadata.name!,
    binding: metadata.name!,
    actions: bound.validationActions ?? [],
  });
  const { evaluations, problem } = planEvaluations(spec, bound, request, surroundings);
  if (evaluations === undefined) {
    const denial = { ...find({ message: problem, reason: 'Invalid' }), actions: ['Deny'] };
    return spec.failurePolicy === 'Ignore' ? [] : [denial];
  }
  return evaluations.flatMap(({ variables }) => evaluatePolicy(surroundings.expressions, spec, variables).map(find));
}

/** Throws for the first objection that denies; tells of those that warn. */
function settle(request: AdmissionRequest, findings: readonly Finding[]): void {
  for (const { policy, binding, message, actions } of findings) {
    if (!actions.includes('Warn')) continue;
    request.call.warn(
      `Validation failed for ValidatingAdmissionPolicy '${policy}' with binding '${binding}': ${message}`,
    );
  }
  const denied = findings.find(({ actions }) => actions.includes('Deny'));
  if (denied === undefined) return;
  const text = `ValidatingAdmissionPolicy '${denied.policy}' with binding '${denied.binding}' denied request: ${denied.message}`;
  const { message, details } = forbid(request, text);
  const reason = denied.reason in statusCodes ? (denied.reason as StatusReason) : 'Invalid';
  throw new StatusError(reason, message, { ...details, causes: [{ message: text }] });
}
