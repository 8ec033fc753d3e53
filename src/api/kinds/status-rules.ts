import type { FieldError, KubeObject } from '../../machinery/index.ts';
import type { SubresourceRules } from '../kind-definition.ts';

/** An object with a status. */
export type WithStatus = KubeObject & { readonly status?: unknown };

export interface StatusRulesOptions<T> {
  /** What of metadata a write to status may change; upstream differs by kind. Default: all of it. */
  readonly keeps?: 'labels' | 'metadata' | undefined;
  readonly validateUpdate?: ((object: T, old: T) => readonly FieldError[]) | undefined;
}

/** The status subresource of most kinds: takes the status, and what belongs to every write of metadata. */
export function statusRules<T extends WithStatus>(options: StatusRulesOptions<T> = {}): SubresourceRules<T> {
  const { validateUpdate } = options;
  return {
    prepareForUpdate: (object, old) => ({
      ...old,
      metadata: keepMetadata(object.metadata, old.metadata, options.keeps),
      status: object.status,
    }),
    ...(validateUpdate === undefined ? {} : { validateUpdate }),
  };
}

function keepMetadata(
  metadata: KubeObject['metadata'],
  old: KubeObject['metadata'],
  keeps: 'labels' | 'metadata' | undefined,
): KubeObject['metadata'] {
  if (keeps === undefined || metadata === old) return metadata;
  if (keeps === 'labels') return { ...metadata, labels: old.labels };
  const { resourceVersion, managedFields } = metadata;
  return { ...old, resourceVersion, managedFields };
}
