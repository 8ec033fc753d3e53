import { StatusError, statusError } from '../../machinery/index.ts';
import type { AuthorizationAttributes } from '../core-contract.ts';

/** Kubernetes: the 403 of `responsewriters.Forbidden`, with the authorizer's reason behind it where there is one. */
export function forbiddenError(attributes: AuthorizationAttributes, reason: string): StatusError {
  const why = describeForbidden(attributes) + (reason === '' ? '' : `: ${reason}`);
  if (attributes.nonResourcePath !== undefined) return new StatusError('Forbidden', `forbidden: ${why}`, {});
  return statusError.forbidden({ group: attributes.group, resource: attributes.resource }, attributes.name, why);
}

function describeForbidden(attributes: AuthorizationAttributes): string {
  const { user, verb, namespace, subresource, nonResourcePath } = attributes;
  const head = `User ${JSON.stringify(user.username)} cannot ${verb}`;
  if (nonResourcePath !== undefined) return `${head} path ${JSON.stringify(nonResourcePath)}`;
  const resource = subresource === '' ? attributes.resource : `${attributes.resource}/${subresource}`;
  const what = `resource ${JSON.stringify(resource)} in API group ${JSON.stringify(attributes.group)}`;
  const where = namespace === '' ? 'at the cluster scope' : `in the namespace ${JSON.stringify(namespace)}`;
  return `${head} ${what} ${where}`;
}
