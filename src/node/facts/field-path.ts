import type { Pod } from '../../api/generated/index.ts';
import { compareText, quoteGo } from '../../machinery/index.ts';

/** What the API does not hold yet when a container starts, or only the node knows. */
export interface PodAddresses {
  readonly podIPs: readonly string[];
  readonly hostIPs: readonly string[];
}

/** Kubernetes: the downward API's fields. Throws with upstream's text for a path that it does not have. */
export function readPodField(pod: Pod, path: string, addresses: PodAddresses): string {
  switch (path) {
    case 'spec.nodeName':
      return pod.spec.nodeName ?? '';
    case 'spec.serviceAccountName':
      return pod.spec.serviceAccountName ?? '';
    case 'status.hostIP':
      return addresses.hostIPs[0] ?? '';
    case 'status.hostIPs':
      return addresses.hostIPs.join(',');
    case 'status.podIP':
      return addresses.podIPs[0] ?? '';
    case 'status.podIPs':
      return addresses.podIPs.join(',');
    default:
      return readMetadata(pod, path);
  }
}

function readMetadata(pod: Pod, path: string): string {
  const subscript = /^(.+)\['(.*)'\]$/.exec(path);
  if (subscript !== null) return readSubscript(pod, path, subscript[1]!, subscript[2]!);
  switch (path) {
    case 'metadata.annotations':
      return formatMap(pod.metadata.annotations);
    case 'metadata.labels':
      return formatMap(pod.metadata.labels);
    case 'metadata.name':
      return pod.metadata.name ?? '';
    case 'metadata.namespace':
      return pod.metadata.namespace ?? '';
    case 'metadata.uid':
      return pod.metadata.uid ?? '';
    default:
      throw new Error(`unsupported fieldPath: ${path}`);
  }
}

function readSubscript(pod: Pod, path: string, map: string, key: string): string {
  if (map === 'metadata.annotations') return pod.metadata.annotations?.[key] ?? '';
  if (map === 'metadata.labels') return pod.metadata.labels?.[key] ?? '';
  throw new Error(`fieldPath ${quoteGo(path)} does not support subscript`);
}

/** Kubernetes: FormatMap, a line `key="value"` each, by key. */
function formatMap(map: Readonly<Record<string, string>> = {}): string {
  return Object.keys(map)
    .sort(compareText)
    .map(key => `${key}=${quoteGo(map[key]!)}`)
    .join('\n');
}
