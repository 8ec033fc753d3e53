import { type Binding, nodes, type Pod } from '../../api/generated/index.ts';
import type { KubeObject } from '../../machinery/index.ts';
import type { AdmissionPlugin } from '../core-contract.ts';
import type { ObjectView } from '../object-view.ts';
import { isResource } from './admitted-resource.ts';

const topologyLabels = ['topology.kubernetes.io/zone', 'topology.kubernetes.io/region'] as const;

/** A pod learns the zone and region of the node it is bound to. */
export function createPodTopologyLabels(view: ObjectView): AdmissionPlugin {
  return {
    name: 'PodTopologyLabels',
    handles: (resource, subresource, operation) =>
      operation === 'CREATE' &&
      ((isResource(resource, '', 'pods') && (subresource === '' || subresource === 'binding')) ||
        isResource(resource, '', 'bindings')),
    mutate(request) {
      const object = request.object!;
      const node = nodeOf(object);
      const labels = node === '' ? undefined : labelsOf(view, node);
      if (labels === undefined) return object;
      return { ...object, metadata: { ...object.metadata, labels: { ...object.metadata.labels, ...labels } } };
    },
  };
}

function nodeOf(object: KubeObject): string {
  const { target } = object as Binding;
  if (target !== undefined) return target.kind === 'Node' ? (target.name ?? '') : '';
  return (object as Pod).spec?.nodeName ?? '';
}

function labelsOf(view: ObjectView, name: string): Record<string, string> | undefined {
  const present = view.get(nodes, undefined, name)?.metadata.labels;
  if (present === undefined) return undefined;
  const found: Record<string, string> = {};
  for (const key of topologyLabels) if (present[key] !== undefined) found[key] = present[key];
  return Object.keys(found).length === 0 ? undefined : found;
}
