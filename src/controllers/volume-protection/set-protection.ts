import type { Step } from '../../client/index.ts';
import type { KubeObject, ResourceType } from '../../machinery/index.ts';
import { addFinalizer, removeFinalizer } from '../write-finalizers.ts';

/**
 * Takes the finalizer from an object that is deleted and no longer used; gives it to one that lacks it: admission does,
 * but objects may be older than that.
 */
export function setProtection(
  type: ResourceType,
  object: KubeObject,
  finalizer: string,
  isUsed: () => boolean,
): readonly Step[] {
  const { finalizers = [], deletionTimestamp } = object.metadata;
  const isProtected = finalizers.includes(finalizer);
  if (deletionTimestamp === undefined) return isProtected ? [] : [addFinalizer(type, object, finalizer)];
  return isProtected && !isUsed() ? [removeFinalizer(type, object, finalizer)] : [];
}
