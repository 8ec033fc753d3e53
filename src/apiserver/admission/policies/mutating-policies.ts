import {
  type MutatingAdmissionPolicy,
  type MutatingAdmissionPolicyBinding,
  type Mutation,
  mutatingAdmissionPolicies,
  mutatingAdmissionPolicyBindings,
} from '../../../api/generated/index.ts';
import type { PolicyExpressions } from '../../../machinery/cel/index.ts';
import {
  applyJsonPatch,
  checkStructure,
  formatFieldError,
  isJsonObject,
  type KubeObject,
  mergeObjects,
  readJsonPatch,
} from '../../../machinery/index.ts';
import type { AdmissionPlugin, AdmissionRequest, ResourceRegistry, ServedResource } from '../../core-contract.ts';
import type { ObjectView } from '../../object-view.ts';
import { convertToServed, convertToStorage } from '../../served-version.ts';
import { forbid } from '../admission-error.ts';
import { type PolicySurroundings, planEvaluations } from './bound-policy.ts';
import { runExpression } from './run-expression.ts';

/**
 * Changes objects as the cluster's MutatingAdmissionPolicies say, each seeing what the one before has changed.
 *
 * Absent: reinvocation, and `jsonpatch.escapeKey`.
 */
export function createMutatingPolicies(
  view: ObjectView,
  resources: () => ResourceRegistry,
  loadExpressions: () => Promise<PolicyExpressions>,
): AdmissionPlugin {
  let loaded: PolicyExpressions | undefined;
  const mutate = (request: AdmissionRequest, expressions: PolicyExpressions): KubeObject => {
    const surroundings = { view, resources: resources(), expressions };
    return view
      .list(mutatingAdmissionPolicyBindings)
      .reduce((object, binding) => applyBound(binding, { ...request, object }, surroundings), request.object!);
  };
  return {
    name: 'MutatingAdmissionPolicy',
    handles: ({ version: { type } }, _subresource, operation) =>
      type.group !== 'admissionregistration.k8s.io' && (operation === 'CREATE' || operation === 'UPDATE'),
    mutate(request) {
      const { object } = request;
      if (!view.hasAny(mutatingAdmissionPolicyBindings)) return object!;
      if (loaded !== undefined) return mutate(request, loaded);
      return loadExpressions().then(expressions => {
        loaded = expressions;
        return mutate(request, expressions);
      });
    },
  };
}

function applyBound(
  { metadata, spec: bound }: MutatingAdmissionPolicyBinding,
  request: AdmissionRequest,
  surroundings: PolicySurroundings,
): KubeObject {
  const policy: MutatingAdmissionPolicy | undefined = surroundings.view.get(
    mutatingAdmissionPolicies,
    undefined,
    bound.policyName ?? '',
  );
  const object = request.object!;
  if (policy === undefined) return object;
  const { name } = policy.metadata;
  const fail = (problem: string): KubeObject => {
    if (policy.spec.failurePolicy === 'Ignore') return object;
    throw forbid(request, `policy '${name}' with binding '${metadata.name}' denied request: ${problem}`);
  };
  let current = object;
  // Every mutation sees what those before it have done, so what expressions see is made anew for each.
  for (const mutation of policy.spec.mutations ?? []) {
    const { evaluations, problem } = planEvaluations(policy.spec, bound, { ...request, object: current }, surroundings);
    if (evaluations === undefined) return fail(problem);
    for (const { matched, variables } of evaluations) {
      const expression = mutation.applyConfiguration?.expression ?? mutation.jsonPatch?.expression ?? '';
      const outcome = runExpression(surroundings.expressions, expression, variables);
      if (outcome.problem !== undefined) return fail(outcome.problem);
      const resource = { ...request.resource, version: matched };
      const change = surroundings.expressions.fromValue(outcome.value);
      const changed = applyMutation(mutation, convertToServed(current, resource), change, resource);
      if (typeof changed === 'string') return fail(changed);
      current = convertToStorage(changed, resource);
    }
  }
  return current;
}

/** The changed object, or what is wrong with the change. */
function applyMutation(
  { patchType }: Mutation,
  object: KubeObject,
  change: unknown,
  { version }: ServedResource,
): KubeObject | string {
  const schema = version.schema();
  if (patchType === 'JSONPatch') {
    const { value: operations, problem } = readJsonPatch(change);
    if (operations === undefined) return problem;
    const outcome = applyJsonPatch(object, operations);
    return outcome.problem ?? check(outcome.value, version);
  }
  if (!isJsonObject(change)) return 'the expression did not evaluate to an object';
  return check(mergeObjects(schema, object, change), version);
}

function check(value: unknown, version: ServedResource['version']): KubeObject | string {
  if (!isJsonObject(value)) return 'the outcome is not an object';
  const { errors, value: checked } = checkStructure(version.schema(), value);
  return errors.length === 0 ? (checked as unknown as KubeObject) : errors.map(formatFieldError).join(', ');
}
