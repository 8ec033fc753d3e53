import {
  type ValidatingAdmissionPolicy,
  type ValidatingAdmissionPolicyBinding,
  validatingAdmissionPolicies,
  validatingAdmissionPolicyBindings,
} from '../../../api/generated/index.ts';
import { StatusError, type StatusReason, statusCodes } from '../../../machinery/index.ts';
import type { AdmissionPlugin, AdmissionRequest } from '../../core-contract.ts';
import { forbid } from '../admission-error.ts';
import { describeRequest } from '../expressions/index.ts';
import { findNamespace, VersionedObjects } from '../matching/index.ts';
import { isOwnRequest } from '../own-request.ts';
import { findBoundPolicies } from './bindings-of-policies.ts';
import { type PolicySurroundings, selectInvocations } from './bound-policy.ts';
import { evaluatePolicy, type Failure, type Objection } from './evaluate-policy.ts';
import { PolicyAnnotations } from './policy-annotations.ts';
import type { EnforcementAction, PolicyMetrics } from './policy-metrics.ts';
import type { PolicyPluginOptions } from './policy-plugin-options.ts';

/** Why a request is denied: by a policy, by its configuration or by what one of its bindings enforces. */
interface Denial {
  readonly policy: string;
  readonly binding: string | undefined;
  readonly message: string;
  readonly reason: string;
}

/** Refuses, warns of, or notes for the audit log, what the cluster's ValidatingAdmissionPolicies object to. */
export function createValidatingPolicies(
  { view, resources, authorizer, loadExpressions }: PolicyPluginOptions,
  metrics: PolicyMetrics,
): AdmissionPlugin {
  const validate = async (request: AdmissionRequest): Promise<void> => {
    const expressions = await loadExpressions();
    const surroundings = { view, resources: resources(), expressions, authorizer };
    const run = new ValidationRun(request, surroundings, metrics);
    const bound = findBoundPolicies(view, validatingAdmissionPolicies, validatingAdmissionPolicyBindings);
    for (const { policy, bindings } of bound) await run.evaluate(policy, bindings);
    run.settle();
  };
  return {
    name: 'ValidatingAdmissionPolicy',
    // Kubernetes: nobody can lock themselves out of mending a policy.
    handles: ({ version: { type } }) => type.group !== 'admissionregistration.k8s.io',
    validate: request =>
      view.hasAny(validatingAdmissionPolicyBindings) && !isOwnRequest(request) ? validate(request) : undefined,
  };
}

/** All policies against one request. */
class ValidationRun {
  readonly #request: AdmissionRequest;
  readonly #surroundings: PolicySurroundings;
  readonly #objects: VersionedObjects;
  readonly #metrics: PolicyMetrics;
  readonly #denials: Denial[] = [];

  constructor(request: AdmissionRequest, surroundings: PolicySurroundings, metrics: PolicyMetrics) {
    this.#request = request;
    this.#surroundings = surroundings;
    this.#objects = new VersionedObjects(request);
    this.#metrics = metrics;
  }

  async evaluate(
    policy: ValidatingAdmissionPolicy,
    bindings: readonly ValidatingAdmissionPolicyBinding[],
  ): Promise<void> {
    const { expressions, view, authorizer } = this.#surroundings;
    const request = this.#request;
    const annotations = new PolicyAnnotations(policy.metadata.name!);
    for (const selected of await selectInvocations(policy, bindings, request, this.#surroundings)) {
      if ('message' in selected) {
        const ignored = policy.spec.failurePolicy === 'Ignore';
        if (!ignored) this.#deny(policy, selected.binding, { message: selected.message, reason: 'Invalid' });
        continue;
      }
      const { binding, matched, params } = selected;
      const shown = await this.#objects.show(matched);
      const namespace = findNamespace(request, view);
      const variables = describeRequest(expressions, request, matched, shown, namespace, authorizer);
      const values = expressions.toValue(params);
      const outcome = evaluatePolicy(expressions, policy.spec, variables, values, () => this.#metrics.now());
      for (const objection of outcome.objections) this.#enforce(policy, binding, objection);
      for (const failure of outcome.annotationProblems) {
        this.#deny(policy, binding, { message: failure.message, reason: 'Invalid' });
        this.#count(binding, 'deny', failure);
      }
      for (const failure of outcome.ignored) this.#count(binding, 'allow', failure);
      for (const [key, value] of outcome.annotations) annotations.add(key, value);
    }
    annotations.publish(request.call);
  }

  /** Throws for the first denial. */
  settle(): void {
    const [first] = this.#denials;
    if (first === undefined) return;
    const by = first.binding === undefined ? '' : ` with binding '${first.binding}'`;
    const text = `ValidatingAdmissionPolicy '${first.policy}'${by} denied request: ${first.message}`;
    const { message, details } = forbid(this.#request, text);
    const reason = first.reason in statusCodes ? (first.reason as StatusReason) : 'Invalid';
    throw new StatusError(reason, message, { ...details, causes: [{ message: text }] });
  }

  #enforce(policy: ValidatingAdmissionPolicy, binding: ValidatingAdmissionPolicyBinding, objection: Objection): void {
    const { call } = this.#request;
    for (const action of binding.spec.validationActions ?? []) {
      this.#count(binding, action.toLowerCase() as EnforcementAction, objection);
      if (action === 'Deny') this.#deny(policy, binding, objection);
      else if (action === 'Warn') {
        const by = `ValidatingAdmissionPolicy '${policy.metadata.name}' with binding '${binding.metadata.name}'`;
        call.warn(`Validation failed for ${by}: ${objection.message}`);
      } else if (action === 'Audit') {
        call.annotate?.('validation.policy.admission.k8s.io/validation_failure', describeFailure(binding, objection));
      }
    }
  }

  #count(
    { metadata, spec }: ValidatingAdmissionPolicyBinding,
    action: EnforcementAction,
    { message, durationMs }: Failure,
  ): void {
    this.#metrics.note(spec.policyName ?? '', metadata.name!, action, message, durationMs);
  }

  #deny(
    policy: ValidatingAdmissionPolicy,
    binding: ValidatingAdmissionPolicyBinding | undefined,
    { message, reason }: Pick<Objection, 'message' | 'reason'>,
  ): void {
    this.#denials.push({ policy: policy.metadata.name!, binding: binding?.metadata.name, message, reason });
  }
}

/** Kubernetes: a list, in case there will be several. */
function describeFailure({ metadata, spec }: ValidatingAdmissionPolicyBinding, { message, index }: Objection): string {
  const { policyName: policy, validationActions } = spec;
  return JSON.stringify([{ message, policy, binding: metadata.name, expressionIndex: index, validationActions }]);
}
