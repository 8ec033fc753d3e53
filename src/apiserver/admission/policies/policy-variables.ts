import type { Variable } from '../../../api/generated/index.ts';
import type { ServedVersion } from '../../../api/index.ts';
import type { PolicyExpressions, PolicyVariables } from '../../../machinery/cel/index.ts';
import type { KubeObject } from '../../../machinery/index.ts';
import type { AdmissionRequest } from '../../core-contract.ts';
import { convertToServed } from '../../served-version.ts';

/** What a policy's expressions see of a request, objects in the version by which the policy matched. */
export function describeRequest(
  expressions: PolicyExpressions,
  request: AdmissionRequest,
  matched: ServedVersion,
  namespace: KubeObject | undefined,
): Omit<PolicyVariables, 'params' | 'variables'> {
  const show = (object: KubeObject | undefined): unknown =>
    object === undefined ? null : expressions.toValue(showIn(object, request, matched));
  return {
    object: show(request.object),
    oldObject: show(request.old),
    namespaceObject: namespace === undefined ? null : expressions.toValue(namespace),
    request: expressions.toValue(formatRequest(request, matched)),
  };
}

/** Objects of subresources such as a Scale are of a kind of their own. */
function showIn(object: KubeObject, { resource }: AdmissionRequest, matched: ServedVersion): KubeObject {
  return object.kind === matched.type.kind ? convertToServed(object, { ...resource, version: matched }) : object;
}

/** Kubernetes: `admission.k8s.io/v1` AdmissionRequest, without the objects. */
function formatRequest(request: AdmissionRequest, { type }: ServedVersion): object {
  const { user } = request.call;
  const own = request.resource.version.type;
  return {
    kind: { group: type.group, version: type.version, kind: type.kind },
    resource: { group: type.group, version: type.version, resource: type.resource },
    subResource: request.subresource,
    requestKind: { group: own.group, version: own.version, kind: own.kind },
    requestResource: { group: own.group, version: own.version, resource: own.resource },
    requestSubResource: request.subresource,
    name: request.name,
    namespace: request.namespace,
    operation: request.operation,
    userInfo: { username: user.username, uid: user.uid ?? '', groups: user.groups, extra: user.extra ?? {} },
    dryRun: request.isDryRun,
  };
}

/** Kubernetes: a variable is evaluated when it is first used, and can use those before it. */
export function withVariables(
  expressions: PolicyExpressions,
  base: Omit<PolicyVariables, 'variables'>,
  variables: readonly Variable[],
): PolicyVariables {
  const values: Record<string, unknown> = {};
  const all: PolicyVariables = { ...base, variables: values };
  for (const { name, expression } of variables) {
    Object.defineProperty(values, name, { enumerable: true, configurable: true, get: () => compute(name, expression) });
  }
  const compute = (name: string, expression: string): unknown => {
    const program = expressions.compile(expression);
    if (program.run === undefined) throw new Error(program.problem);
    const value = program.run(all);
    Object.defineProperty(values, name, { value, enumerable: true });
    return value;
  };
  return all;
}
