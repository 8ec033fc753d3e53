import type { RequestOptions, ResourceRequest } from '../transport.ts';

/** Path and query of a resource request: `/apis/apps/v1/namespaces/default/deployments/a?dryRun=All`. */
export function formatUrl(request: ResourceRequest): string {
  const { type, namespace, name, subresource, verb } = request;
  const parts = type.group === '' ? ['api', type.version] : ['apis', type.group, type.version];
  if (namespace !== undefined && namespace !== '') parts.push('namespaces', namespace);
  parts.push(type.resource);
  if (name !== undefined) parts.push(name);
  if (subresource !== undefined && subresource !== '') parts.push(...subresource.split('/'));
  const query = formatQuery(request.options ?? {}, verb);
  return `/${parts.map(encodeURIComponent).join('/')}${query === '' ? '' : `?${query}`}`;
}

/** What is said in the query by its own name. */
export const plainOptions = [
  'labelSelector',
  'fieldSelector',
  'limit',
  'continue',
  'resourceVersion',
  'resourceVersionMatch',
  'timeoutSeconds',
  'allowWatchBookmarks',
  'sendInitialEvents',
  'fieldManager',
  'fieldValidation',
  'force',
] as const satisfies readonly (keyof RequestOptions)[];

function formatQuery(options: RequestOptions, verb: string): string {
  const pairs: string[] = [];
  const set = (name: string, value: unknown): void => void pairs.push(`${name}=${encodeURIComponent(String(value))}`);
  if (verb === 'watch') set('watch', true);
  for (const name of plainOptions) {
    if (options[name] !== undefined) set(name, options[name]);
  }
  // Deletions say it in their body.
  if (options.dryRun === true && verb !== 'delete' && verb !== 'deletecollection') set('dryRun', 'All');
  return pairs.join('&');
}
