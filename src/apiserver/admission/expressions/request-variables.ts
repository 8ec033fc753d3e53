import type { Namespace, Variable } from '../../../api/generated/index.ts';
import type { CostBudget, PolicyExpressions, PolicyVariables } from '../../../machinery/cel/index.ts';
import type { AdmissionRequest, Authorizer } from '../../core-contract.ts';
import { type MatchedResource, readRequestFacts, type ShownObjects } from '../matching/index.ts';
import { authorizerFor } from './authorizer-port.ts';
import { explainFailure, OutOfBudget } from './run-expression.ts';

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
    authorizer: expressions.toAuthorizer(authorizerFor(authorizer, request.call.user), about),
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
  const values: Record<string, unknown> = {};
  const all: PolicyVariables = { ...base, variables: values };
  const compute = (name: string, expression: string): unknown => {
    const program = expressions.compile(expression);
    if (program.run === undefined) {
      throw new Error(`composited variable "${name}" fails to compile: ${program.problem}`);
    }
    const { value, error, cost } = program.run(all);
    if (!budget.spend(cost) || error instanceof OutOfBudget) throw new OutOfBudget();
    if (error !== undefined)
      throw new Error(`composited variable "${name}" fails to evaluate: ${explainFailure(error)}`);
    Object.defineProperty(values, name, { value, enumerable: true });
    return value;
  };
  for (const { name, expression } of variables) {
    Object.defineProperty(values, name, { enumerable: true, configurable: true, get: () => compute(name, expression) });
  }
  return all;
}
