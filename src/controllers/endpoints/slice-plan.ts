import { type EndpointSlice, endpointSlices } from '../../api/generated/index.ts';
import type { CreateStep, DeleteStep, IndexDeclaration, Secondary, UpdateStep, View } from '../../client/index.ts';
import type { KubeObject } from '../../machinery/index.ts';

export const serviceNameLabel = 'kubernetes.io/service-name';
export const managedByLabel = 'endpointslice.kubernetes.io/managed-by';

/** The longest generateName that leaves room for five characters in a DNS subdomain. */
const generateNameMax = 253 - 5;

export type SliceStep = CreateStep | UpdateStep | DeleteStep;

/** What is to become of a Service's slices. */
export interface SlicePlan {
  readonly create: EndpointSlice[];
  readonly update: EndpointSlice[];
  readonly delete: EndpointSlice[];
}

export function emptyPlan(): SlicePlan {
  return { create: [], update: [], delete: [] };
}

export const slicesByService: IndexDeclaration<EndpointSlice> = {
  type: endpointSlices,
  name: 'service',
  valuesOf: slice => [`${slice.metadata.namespace}/${slice.metadata.labels?.[serviceNameLabel] ?? ''}`],
};

/** Leads from a slice to the Service, or Endpoints, of the same name. */
export function slicesManagedBy(managedBy: string): Secondary<EndpointSlice> {
  return {
    type: endpointSlices,
    keysOf: ({ metadata: { namespace, labels } }) =>
      labels?.[managedByLabel] === managedBy ? [`${namespace}/${labels[serviceNameLabel]}`] : [],
  };
}

/** The slices of one controller under a Service's key; those on their way out do not count. */
export function listManagedSlices(view: View, key: string, managedBy: string): readonly EndpointSlice[] {
  return view
    .listIndexed(endpointSlices, slicesByService.name, key)
    .filter(
      ({ metadata }) => metadata.labels?.[managedByLabel] === managedBy && metadata.deletionTimestamp === undefined,
    );
}

export function generateSliceName(owner: KubeObject): string {
  return `${owner.metadata.name}-`.slice(0, generateNameMax);
}

/** Kubernetes: a slice that is to go is rather given the content of one that is to come. */
export function performPlan(plan: SlicePlan): readonly SliceStep[] {
  const spare = [...plan.delete];
  const recycled: EndpointSlice[] = [];
  const fresh: EndpointSlice[] = [];
  for (const wanted of plan.create) {
    const index = spare.findIndex(slice => slice.addressType === wanted.addressType);
    const [old] = index < 0 ? [] : spare.splice(index, 1);
    if (old === undefined) fresh.push(wanted);
    else recycled.push({ ...wanted, metadata: { ...old.metadata, ...wanted.metadata, generateName: undefined } });
  }
  return [
    ...fresh.map((object): CreateStep => ({ do: 'create', type: endpointSlices, object })),
    ...[...plan.update, ...recycled].map((object): UpdateStep => ({ do: 'update', type: endpointSlices, object })),
    ...spare.map(deleteStep),
  ];
}

function deleteStep({ metadata: { name = '', namespace } }: EndpointSlice): DeleteStep {
  return { do: 'delete', type: endpointSlices, ref: { name, namespace } };
}
