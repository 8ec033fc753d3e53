import { capitalize, type Naming } from './naming.ts';
import type { Operation, PathItem } from './operation.ts';
import type { QueryParameter } from './operation-parameters.ts';
import type { GroupVersionKind } from './published-resource.ts';

/** Exec, attach, port-forward and proxy; a proxy also has a path of its own for what lies behind it. */
export function connectPaths(
  path: string,
  pathParameters: readonly string[],
  suffix: string,
  query: readonly QueryParameter[],
  kind: GroupVersionKind,
  naming: Naming,
): readonly PathItem[] {
  const isProxy = suffix === 'Proxy';
  const methods = isProxy
    ? (['delete', 'get', 'head', 'options', 'patch', 'post', 'put'] as const)
    : (['get', 'post'] as const);
  const operationsFor = (ending: string): readonly Operation[] =>
    methods.map(method => ({
      method,
      id: naming.id('connect', `${suffix}${ending}`, capitalize(method)),
      description: `connect ${method.toUpperCase()} requests to ${suffix.toLowerCase()} of ${naming.kind.kind}`,
      tag: naming.tag,
      action: 'connect',
      kind,
      query,
      response: { kind: 'text' },
      contentTypes: ['*/*'],
      isCustom: naming.isCustom,
      codes: [200],
    }));
  const own: PathItem = { path, pathParameters, operations: operationsFor('') };
  if (!isProxy) return [own];
  const behind = {
    path: `${path}/{path}`,
    pathParameters: [...pathParameters, 'path'],
    operations: operationsFor('WithPath'),
  };
  return [own, behind];
}
