import type { RequestOptions, ResourceRequest } from '../../client/index.ts';

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

const plainOptions = [
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
  const query = new URLSearchParams();
  if (verb === 'watch') query.set('watch', 'true');
  for (const name of plainOptions) {
    const value = options[name];
    if (value !== undefined) query.set(name, String(value));
  }
  // Deletions say it in their body.
  if (options.dryRun === true && verb !== 'delete' && verb !== 'deletecollection') query.set('dryRun', 'All');
  return query.toString();
}
