import { plainOptions } from '../../client/http/index.ts';
import type { ResourceRequest } from '../../client/index.ts';

/** Path and query that a request would have had, had it come by HTTP. */
export function requestUriOf({ type, namespace, name, subresource, verb, options = {} }: ResourceRequest): {
  readonly path: string;
  readonly uri: string;
} {
  const parts = type.group === '' ? ['api', type.version] : ['apis', type.group, type.version];
  if (namespace) parts.push('namespaces', namespace);
  parts.push(type.resource);
  if (name) parts.push(name);
  if (subresource) parts.push(subresource);
  const path = `/${parts.join('/')}`;
  const query: string[] = verb === 'watch' ? ['watch=true'] : [];
  for (const option of plainOptions) {
    const value = options[option];
    if (value !== undefined) query.push(`${option}=${encodeURIComponent(String(value))}`);
  }
  if (options.dryRun === true) query.push('dryRun=All');
  return { path, uri: query.length === 0 ? path : `${path}?${query.join('&')}` };
}
