import type { StatusError } from '../../machinery/index.ts';
import type { ResourceRegistry, ServedResource } from '../core-contract.ts';
import type { RequestInfo } from './request-info.ts';
import { methodNotAllowedError, notFoundError } from './status-response.ts';

/**
 * The 404 of a path that upstream has no route for, or the 405 of a method that its route does not take, where what the
 * verb says would hide it: `PUT /api/v1/watch/pods` names a watch and is none, and `DELETE /api/v1/pods` would be the
 * end of every pod of every namespace. Undefined for everything else.
 */
export function findRouteProblem(
  resources: ResourceRegistry,
  method: string,
  info: RequestInfo,
): StatusError | undefined {
  const served = resources.lookup(info.group, info.version, info.resource);
  if (served === undefined) return info.verb === '' || method === 'HEAD' ? notFoundError() : undefined;
  if (!hasRoute(served, info)) return notFoundError();
  return takesMethod(served, method, info) ? undefined : methodNotAllowedError();
}

function hasRoute({ version: { type, verbs } }: ServedResource, info: RequestInfo): boolean {
  const { namespace, name, subresource, isWatchPath, rest } = info;
  if (isWatchPath && rest.length > 0) return false;
  if (type.namespaced && namespace === '') return name === '' && verbs.includes('list');
  // The path of a namespace, or of what is below it, reads as if the namespace were in itself.
  const isNamespace = type.resource === 'namespaces' && type.group === '' && name === namespace;
  if (!type.namespaced && namespace !== '' && !isNamespace) return false;
  // Objects that are only computed, or done, have no path of their own.
  return name === '' || subresource !== '' || verbs.some(verb => verb !== 'create');
}

function takesMethod({ version: { type } }: ServedResource, method: string, info: RequestInfo): boolean {
  const { verb, namespace, isWatchPath } = info;
  if (verb === '' || method === 'HEAD') return false;
  if (isWatchPath) return method === 'GET';
  // What there is in all namespaces can be listed and watched, and nothing else.
  return !type.namespaced || namespace !== '' || verb === 'list' || verb === 'watch';
}
