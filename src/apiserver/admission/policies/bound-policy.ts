import type { MatchCondition, MatchResources, ParamKind, ParamRef, Variable } from '../../../api/generated/index.ts';
import type { PolicyExpressions } from '../../../machinery/cel/index.ts';
import { type KubeObject, StatusError } from '../../../machinery/index.ts';
import type { AdmissionRequest, Authorizer, ResourceRegistry } from '../../core-contract.ts';
import type { ObjectView } from '../../object-view.ts';
import { isSelected, type MatchedResource, matchRequest } from '../matching/index.ts';
import { findParamKind, findParams } from './policy-params.ts';

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

export interface Policy {
  readonly metadata: { readonly name?: string | undefined };
  readonly spec: PolicyFrame;
}

export interface Binding {
  readonly metadata: { readonly name?: string | undefined };
  readonly spec: BindingFrame;
}

export interface PolicySurroundings {
  readonly view: ObjectView;
  readonly resources: ResourceRegistry;
  readonly expressions: PolicyExpressions;
  readonly authorizer: Authorizer;
}

/** A policy that is about a request, by one of its bindings and with one of its parameters. */
export interface Invocation<P extends Policy, B extends Binding> {
  readonly policy: P;
  readonly binding: B;
  readonly matched: MatchedResource;
  readonly params: KubeObject | undefined;
}

/** A policy that cannot be evaluated: a failure as its `failurePolicy` says. */
export interface ConfigurationProblem<P extends Policy, B extends Binding> {
  readonly policy: P;
  /** Absent where the policy itself is at fault. */
  readonly binding?: B | undefined;
  readonly message: string;
}

export type Selected<P extends Policy, B extends Binding> = Invocation<P, B> | ConfigurationProblem<P, B>;

/** What a policy with its bindings comes to for a request, in the bindings' order. */
export async function selectInvocations<P extends Policy, B extends Binding>(
  policy: P,
  bindings: readonly B[],
  request: AdmissionRequest,
  surroundings: PolicySurroundings,
): Promise<readonly Selected<P, B>[]> {
  const { resources } = surroundings;
  const matched = tryMatch(policy.spec.matchConstraints, request, surroundings);
  if (matched === undefined) return [];
  if (typeof matched === 'string') return [{ policy, message: `failed to configure policy: ${matched}` }];
  const { resource, problem } = findParamKind(policy.spec.paramKind, resources);
  if (problem !== undefined) return [{ policy, message: `failed to configure policy: ${problem}` }];
  const selected: Selected<P, B>[] = [];
  for (const binding of bindings) {
    const fail = (why: string): ConfigurationProblem<P, B> => ({
      policy,
      binding,
      message: `failed to configure binding: ${why}`,
    });
    const isMatch = tryMatch(binding.spec.matchResources, request, surroundings);
    if (typeof isMatch === 'string') selected.push(fail(isMatch));
    if (isMatch === undefined || typeof isMatch === 'string') continue;
    const { objects, problem: why } = await findParams(resource, binding.spec.paramRef, request, surroundings.view);
    if (objects === undefined) selected.push(fail(why));
    else selected.push(...objects.map(params => ({ policy, binding, matched, params })));
  }
  return selected;
}

/** The resource by which constraints match; a text says why that cannot be found out. */
function tryMatch(
  constraints: MatchResources | undefined,
  request: AdmissionRequest,
  { view, resources }: PolicySurroundings,
): MatchedResource | string | undefined {
  if (constraints === undefined) return request.resource;
  const { resourceRules: rules, excludeResourceRules: excludeRules, matchPolicy } = constraints;
  const matched = matchRequest({ rules, excludeRules, matchPolicy }, request, resources);
  if (matched === undefined) return undefined;
  try {
    return isSelected(constraints, request, view) ? matched : undefined;
  } catch (error) {
    if (error instanceof StatusError) return error.message;
    throw error;
  }
}
