import type { View } from '../client/index.ts';
import { keyOf } from '../client/index.ts';
import type { KubeObject, LabelMatcher, ResourceType } from '../machinery/index.ts';
import { controllerOf } from './ownership.ts';

/**
 * Leads from a pod (or other dependent) to its controller; from one without a controller to every owner in its
 * namespace whose selector matches, since that may want to adopt it.
 */
export function selectorKeys<T extends KubeObject>(
  ownerType: ResourceType<T>,
  selectorOf: (owner: T) => LabelMatcher,
): (dependent: KubeObject, view: View) => readonly string[] {
  return (dependent, view) => {
    const { namespace, labels } = dependent.metadata;
    const controller = controllerOf(dependent);
    if (controller !== undefined) {
      return controller.kind === ownerType.kind ? [`${namespace}/${controller.name}`] : [];
    }
    return view
      .list(ownerType, namespace)
      .filter(owner => selectorOf(owner).matches(labels))
      .map(keyOf);
  };
}
