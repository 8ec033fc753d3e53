import type { KubeObject } from '../../machinery/index.ts';
import type { ApiResult } from '../core-contract.ts';
import { convertToServed } from '../served-version.ts';

/** A result as one object, for who cannot do with its parts. */
export function completeObject(result: ApiResult): KubeObject {
  if (result.kind === 'other') return result.object;
  if (result.kind === 'object') return convertToServed(result.object, result.resource);
  const { kind, group, version } = result.resource.version.type;
  return {
    apiVersion: group === '' ? version : `${group}/${version}`,
    kind: `${kind}List`,
    metadata: result.metadata,
    items: result.items.map(stored => convertToServed(stored.object, result.resource)),
  } as KubeObject;
}
