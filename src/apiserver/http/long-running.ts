import type { RequestInfo } from './request-info.ts';

const streams: ReadonlySet<string> = new Set(['attach', 'exec', 'proxy', 'log', 'portforward']);

/** Kubernetes: `BasicLongRunningRequestCheck`: what may last as long as it likes, and holds no seat meanwhile. */
export function isLongRunning({ verb, subresource, isResourceRequest }: RequestInfo): boolean {
  if (!isResourceRequest) return false;
  return verb === 'watch' || verb === 'proxy' || (subresource !== '' && streams.has(subresource));
}
