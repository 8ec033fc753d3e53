import type { StatusError } from '../../machinery/index.ts';
import type { ResourceRegistry } from '../core-contract.ts';
import type { RequestInfo } from './request-info.ts';
import { methodNotAllowedError, notFoundError } from './status-response.ts';

/**
 * The 404 of a path that nobody serves or the 405 of a method that it does not take, where what the verb says would hide
 * it: `PUT /api/v1/watch/pods` names a watch and is none. Undefined for everything else.
 */
export function findRouteProblem(
  resources: ResourceRegistry,
  method: string,
  { group, version, resource, subresource, name, verb, isWatchPath, rest }: RequestInfo,
): StatusError | undefined {
  const served = resources.lookup(group, version, resource);
  // Kubernetes: objects that are only computed, or done, have no path of their own.
  const isNameless =
    name !== '' && subresource === '' && served?.version.verbs.every(each => each === 'create') === true;
  const isOdd =
    isNameless || verb === '' || method === 'HEAD' || (isWatchPath && (method !== 'GET' || rest.length > 0));
  if (!isOdd) return undefined;
  const isServed = served !== undefined && !(isWatchPath && rest.length > 0) && !isNameless;
  // Kubernetes: no route takes HEAD.
  return isServed ? methodNotAllowedError() : notFoundError();
}
