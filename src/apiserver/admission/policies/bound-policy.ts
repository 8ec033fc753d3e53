import type { MatchCondition, MatchResources, ParamKind, ParamRef, Variable } from '../../../api/generated/index.ts';
import type { ServedVersion } from '../../../api/index.ts';
import type { PolicyExpressions, PolicyVariables } from '../../../machinery/cel/index.ts';
import type { AdmissionRequest, ResourceRegistry } from '../../core-contract.ts';
import type { ObjectView } from '../../object-view.ts';
import { matchRequest, namespaceOf } from './match-request.ts';
import { findParams } from './policy-params.ts';
import { describeRequest, withVariables } from './policy-variables.ts';
import { runExpression } from './run-expression.ts';

/** What policies of both sorts have in common. */
export interface PolicyFrame {
  readonly failurePolicy?: string | undefined;
  readonly matchConditions?: readonly MatchCondition[] | undefined;
  readonly matchConstraints?: MatchResources | undefined;
  readonly paramKind?: ParamKind | undefined;
  readonly variables?: readonly Variable[] | undefined;
}

export interface BindingFrame {
  readonly matchResources?: MatchResources | undefined;
  readonly paramRef?: ParamRef | undefined;
}

export interface PolicySurroundings {
  readonly view: ObjectView;
  readonly resources: ResourceRegistry;
  readonly expressions: PolicyExpressions;
}

/** What a policy is to be evaluated with: once for each parameter object. */
export interface Evaluation {
  /** The version by which the policy matched, in which its expressions see objects. */
  readonly matched: ServedVersion;
  readonly variables: PolicyVariables;
}

export type Evaluations =
  | { readonly evaluations: readonly Evaluation[]; readonly problem?: undefined }
  /** Why the policy cannot be evaluated; a failure as its `failurePolicy` says. */
  | { readonly problem: string; readonly evaluations?: undefined };

const notConcerned: Evaluations = { evaluations: [] };

/** The evaluations that a bound policy asks for; none where it is not about the request. */
export function planEvaluations(
  policy: PolicyFrame,
  binding: BindingFrame,
  request: AdmissionRequest,
  { view, resources, expressions }: PolicySurroundings,
): Evaluations {
  const matched = matchRequest(policy.matchConstraints, request, view);
  if (matched === undefined || matchRequest(binding.matchResources, request, view) === undefined) return notConcerned;
  const { objects, problem } = findParams(policy.paramKind, binding.paramRef, request, resources, view);
  if (objects === undefined) return { problem: `failed to configure binding: ${problem}` };
  const described = describeRequest(expressions, request, matched, namespaceOf(request, view));
  const evaluations: Evaluation[] = [];
  for (const params of objects) {
    const base = { ...described, params: params === undefined ? null : expressions.toValue(params) };
    const variables = withVariables(expressions, base, policy.variables ?? []);
    const { isWanted, problem: failure } = checkConditions(expressions, policy, variables);
    if (failure !== undefined) return { problem: failure };
    if (isWanted) evaluations.push({ matched, variables });
  }
  return { evaluations };
}

function checkConditions(
  expressions: PolicyExpressions,
  { matchConditions = [] }: PolicyFrame,
  variables: PolicyVariables,
): { readonly isWanted: boolean; readonly problem?: string } {
  for (const { expression } of matchConditions) {
    const { value, problem } = runExpression(expressions, expression, variables);
    if (problem !== undefined) return { isWanted: false, problem };
    if (value !== true) return { isWanted: false };
  }
  return { isWanted: true };
}
