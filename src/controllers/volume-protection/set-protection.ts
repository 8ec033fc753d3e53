import type { Step } from '../../client/index.ts';
import type { KubeObject, ResourceType } from '../../machinery/index.ts';

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
  if (deletionTimestamp === undefined) {
    return isProtected ? [] : [writeFinalizers(type, object, [...finalizers, finalizer])];
  }
  if (!isProtected || isUsed()) return [];
  return [
    writeFinalizers(
      type,
      object,
      finalizers.filter(each => each !== finalizer),
    ),
  ];
}

function writeFinalizers(type: ResourceType, object: KubeObject, finalizers: readonly string[]): Step {
  return { do: 'update', type, object: { ...object, metadata: { ...object.metadata, finalizers } } };
}
