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
  { group, version, resource, verb, isWatchPath, rest }: RequestInfo,
): StatusError | undefined {
  const isOdd = verb === '' || method === 'HEAD' || (isWatchPath && (method !== 'GET' || rest.length > 0));
  if (!isOdd) return undefined;
  const isServed = resources.lookup(group, version, resource) !== undefined && !(isWatchPath && rest.length > 0);
  // Kubernetes: no route takes HEAD.
  return isServed ? methodNotAllowedError() : notFoundError();
}
