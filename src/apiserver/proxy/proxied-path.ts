import { decodePercent } from '../http/query.ts';

/** Characters that a path may hold as they are and that percent-encoding would hide. Kubernetes: Go's `EscapedPath`. */
const plainInPath = /%(?:24|26|2B|2C|2F|3A|3B|3D|40)/g;

/**
 * The path behind a `proxy` subresource, decoded: empty where the request ends with `proxy`, `/` for `proxy/`. Dots and
 * doubled slashes are resolved, as upstream's `path.Join` does, so that nobody reaches above the root.
 */
export function joinRest(rest: readonly string[], hasTrailingSlash: boolean): string {
  if (rest.length === 0) return hasTrailingSlash ? '/' : '';
  const path = cleanPath(`/${rest.join('/')}`);
  return hasTrailingSlash && !path.endsWith('/') ? `${path}/` : path;
}

/** What stands in front of the backend's path in a request's own, which ends with so many parts of the backend's. */
export function prefixOf(requestPath: string, restLength: number): string {
  const parts = requestPath.replace(/^\/+|\/+$/g, '').split('/');
  return `/${parts
    .slice(0, parts.length - restLength)
    .map(decodePercent)
    .join('/')}`;
}

/** Resolves `.`, `..` and doubled slashes; a trailing slash goes. Kubernetes: Go's `path.Clean` of an absolute path. */
export function cleanPath(path: string): string {
  const kept: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') kept.pop();
    else if (part !== '' && part !== '.') kept.push(part);
  }
  return `/${kept.join('/')}`;
}

export function encodePath(path: string): string {
  return encodeURIComponent(path).replace(plainInPath, decodeURIComponent);
}
