import { decodePercent, type Query } from './query.ts';

/** What a request's method and path say. Kubernetes: `RequestInfoFactory` of `apiserver/pkg/endpoints/request`. */
export interface RequestInfo {
  readonly isResourceRequest: boolean;
  /** `get`, `list`, …; for requests outside the resource API the method in lower case. */
  readonly verb: string;
  readonly path: string;
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  /** `''` where the path names no object. */
  readonly name: string;
  /** What follows the subresource: the path that a proxy passes on. Of a `/watch/` path what follows the name. */
  readonly rest: readonly string[];
  /** The deprecated `/watch/` paths: whatever the query says, this is a watch. */
  readonly isWatchPath: boolean;
}

const verbOfMethod: Readonly<Record<string, string>> = {
  GET: 'get',
  HEAD: 'get',
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};

const namespaceSubresources: ReadonlySet<string> = new Set(['status', 'finalize']);

/** Undefined for a path such as `/api/v1/watch` that begins like a resource's but names none. */
export function readRequestInfo(method: string, path: string, query: Query): RequestInfo | undefined {
  const parts = splitPath(path);
  const isCore = parts[0] === 'api';
  if ((!isCore && parts[0] !== 'apis') || parts.length < (isCore ? 3 : 4)) return readNonResource(method, path);
  const group = isCore ? '' : parts[1]!;
  const version = parts[isCore ? 1 : 2]!;
  let at = isCore ? 2 : 3;
  let verb = verbOfMethod[method] ?? '';
  const isProxyPath = parts[at] === 'proxy';
  const isWatchPath = parts[at] === 'watch';
  if (isProxyPath || isWatchPath) {
    verb = parts[at]!;
    at += 1;
    if (at >= parts.length) return undefined;
  }
  let namespace = '';
  if (parts[at] === 'namespaces' && at + 1 < parts.length) {
    namespace = parts[at + 1]!;
    // Without the exception `namespaces/x/finalize` would read as the resource `finalize` in the namespace x.
    if (at + 2 < parts.length && !namespaceSubresources.has(parts[at + 2]!)) at += 2;
  }
  const name = parts[at + 1] ?? '';
  const subresource = isProxyPath || isWatchPath ? '' : (parts[at + 2] ?? '');
  if (name === '' && verb === 'get') verb = isTruthy(query.get('watch')) ? 'watch' : 'list';
  if (name === '' && verb === 'delete') verb = 'deletecollection';
  return {
    isResourceRequest: true,
    verb,
    path,
    group,
    version,
    resource: parts[at]!,
    subresource,
    namespace,
    name,
    rest: parts.slice(isWatchPath ? at + 2 : at + 3),
    isWatchPath,
  };
}

function readNonResource(method: string, path: string): RequestInfo {
  return {
    isResourceRequest: false,
    verb: method.toLowerCase(),
    path: decodePercent(path),
    group: '',
    version: '',
    resource: '',
    subresource: '',
    namespace: '',
    name: '',
    rest: [],
    isWatchPath: false,
  };
}

function splitPath(path: string): readonly string[] {
  let start = 0;
  let end = path.length;
  while (start < end && path.charCodeAt(start) === 47) start++;
  while (end > start && path.charCodeAt(end - 1) === 47) end--;
  if (start === end) return [];
  const parts = path.slice(start, end).split('/');
  if (path.includes('%')) return parts.map(decodePercent);
  return parts;
}

/** Kubernetes: a boolean parameter is true unless it says `false` or `0`; present and empty is true. */
export function isTruthy(value: string | undefined): boolean {
  if (value === undefined) return false;
  const text = value.toLowerCase();
  return text !== 'false' && text !== '0';
}
