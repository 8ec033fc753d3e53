import { formatLabels } from '../metrics/index.ts';
import type { RequestInfo } from './request-info.ts';

const methods: Readonly<Record<string, string>> = {
  get: 'GET',
  head: 'GET',
  list: 'LIST',
  watch: 'WATCH',
  create: 'POST',
  post: 'POST',
  update: 'PUT',
  put: 'PUT',
  patch: 'PATCH',
  delete: 'DELETE',
  deletecollection: 'DELETE',
};

const connections: ReadonlySet<string> = new Set(['log', 'exec', 'portforward', 'attach', 'proxy']);

/** Kubernetes: `CleanVerb`: what metrics call the request's method. */
export function methodOf({ verb, subresource }: RequestInfo, isApply: boolean): string {
  if (subresource !== '' && connections.has(subresource)) return 'CONNECT';
  return isApply ? 'APPLY' : (methods[verb] ?? 'other');
}

/** Kubernetes: `CleanScope`: about one object, a namespace, or the cluster. */
export function scopeOf(info: RequestInfo): string {
  if (info.name !== '' || info.verb === 'create') return 'resource';
  if (info.namespace !== '') return 'namespace';
  return info.isResourceRequest ? 'cluster' : '';
}

/** In the order of the labels' names; `dryRun` undefined for metrics without it. */
export function formatSeriesLabels(info: RequestInfo, method: string, dryRun: string | undefined): string {
  const { isResourceRequest, group, version, resource, subresource } = info;
  return formatLabels({
    component: isResourceRequest ? 'apiserver' : '',
    ...(dryRun === undefined ? {} : { dry_run: dryRun }),
    group,
    resource,
    scope: scopeOf(info),
    subresource: isResourceRequest ? subresource : pathLabel(info.path),
    verb: method,
    version,
  });
}

/** Kubernetes: health goes by its path, OpenAPI by its version. */
function pathLabel(path: string): string {
  const [, first = '', second = ''] = path.split('/');
  return first === 'openapi' ? `openapi/${second}` : `/${first}`;
}
