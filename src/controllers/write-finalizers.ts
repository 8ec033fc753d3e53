import type { Step } from '../client/index.ts';
import type { KubeObject, ResourceType } from '../machinery/index.ts';

/** Gives an object a finalizer in addition. */
export function addFinalizer(type: ResourceType, object: KubeObject, finalizer: string): Step {
  return writeFinalizers(type, object, [...(object.metadata.finalizers ?? []), finalizer]);
}

export function removeFinalizer(type: ResourceType, object: KubeObject, finalizer: string): Step {
  const others = (object.metadata.finalizers ?? []).filter(each => each !== finalizer);
  return writeFinalizers(type, object, others);
}

function writeFinalizers(type: ResourceType, object: KubeObject, finalizers: readonly string[]): Step {
  return { do: 'update', type, object: { ...object, metadata: { ...object.metadata, finalizers } } };
}
