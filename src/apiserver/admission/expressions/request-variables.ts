import type { Namespace, Variable } from '../../../api/generated/index.ts';
import type { Computed, CostBudget, PolicyExpressions, PolicyVariables } from '../../../machinery/cel/index.ts';
import type { AdmissionRequest, Authorizer } from '../../core-contract.ts';
import { type MatchedResource, readRequestFacts, type ShownObjects } from '../matching/index.ts';
import { authorizerFor } from './authorizer-port.ts';
import { OutOfBudget } from './run-expression.ts';

export type RequestVariables = Omit<PolicyVariables, 'params' | 'variables'>;

/** What expressions see of a request, objects in the version by which it was matched. */
export function describeRequest(
  expressions: PolicyExpressions,
  request: AdmissionRequest,
  matched: MatchedResource,
  { object, old }: ShownObjects,
  namespace: Namespace | undefined,
  authorizer: Authorizer,
): RequestVariables {
  const { type } = matched.version;
  const about = {
    group: type.group,
    resource: type.resource,
    subresource: request.subresource,
    namespace: request.namespace,
    name: request.name,
  };
  const { options, ...facts } = readRequestFacts(request, matched);
  return {
    object: expressions.toValue(object),
    oldObject: expressions.toValue(old),
    namespaceObject: expressions.toValue(namespace === undefined ? undefined : withoutBookkeeping(namespace)),
    request: expressions.toValue(options === null ? facts : { ...facts, options }),
    ...expressions.toAuthorizer(authorizerFor(authorizer, request.call.user), about),
  };
}

/** Kubernetes: `CreateNamespaceObject`. */
function withoutBookkeeping({ metadata, spec, status }: Namespace): object {
  const { managedFields: _fields, ownerReferences: _owners, selfLink: _link, ...shown } = metadata;
  return { metadata: shown, spec, status };
}

/** Kubernetes: a variable is evaluated when it is first used, and can use those before it. */
export function withVariables(
  expressions: PolicyExpressions,
  base: Omit<PolicyVariables, 'variables'>,
  variables: readonly Variable[],
  budget: CostBudget,
): PolicyVariables {
  const sources = new Map(variables.map(({ name, expression }) => [name, expression] as const));
  const all: PolicyVariables = { ...base, variables: expressions.toVariables([...sources.keys()], compute) };
  function compute(name: string): Computed {
    const program = expressions.compile(sources.get(name) ?? '');
    if (program.run === undefined) {
      return { problem: `composited variable "${name}" fails to compile: ${program.problem}` };
    }
    const { value, problem, cost } = program.run(all);
    if (!budget.spend(cost)) throw new OutOfBudget();
    return problem === undefined
      ? { value }
      : { problem: `composited variable "${name}" fails to evaluate: ${problem}` };
  }
  return all;
}
