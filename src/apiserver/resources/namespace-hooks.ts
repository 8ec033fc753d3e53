import type { Namespace } from '../../api/generated/index.ts';
import type { DeletionMark, ResourceHooks } from './resource-hooks.ts';

const orphan = 'orphan';
const foreground = 'foregroundDeletion';

/**
 * Namespaces go in two steps: first they are terminating, and are held until what finalizes their content has let go of
 * `spec.finalizers`. Kubernetes: the namespace registry's `Delete`.
 */
export const namespaceHooks: ResourceHooks = {
  markDeleting(object, options) {
    const namespace = object as Namespace;
    if (namespace.metadata.deletionTimestamp !== undefined) return undefined;
    return {
      ...namespace,
      metadata: {
        ...namespace.metadata,
        deletionTimestamp: options.now,
        finalizers: finalizersOf(namespace.metadata.finalizers ?? [], options),
      },
      status: { ...namespace.status, phase: 'Terminating' },
    } as Namespace;
  },
  isHeld: object => ((object as Namespace).spec?.finalizers?.length ?? 0) > 0,
  canRemove: object => ((object as Namespace).spec?.finalizers?.length ?? 0) === 0,
};

function finalizersOf(present: readonly string[], options: DeletionMark): readonly string[] | undefined {
  const { orphanDependents, propagationPolicy } = options;
  let wanted = present.filter(name => name !== orphan && name !== foreground);
  if (orphanDependents !== undefined) wanted = [...wanted, orphanDependents ? orphan : foreground];
  else if (propagationPolicy === 'Orphan') wanted = [...wanted, orphan];
  else if (propagationPolicy === 'Foreground') wanted = [...wanted, foreground];
  else if (propagationPolicy === undefined) wanted = [...present];
  return wanted.length === 0 ? undefined : wanted;
}
