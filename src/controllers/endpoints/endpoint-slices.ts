import {
  type Endpoint,
  type EndpointPort,
  type EndpointSlice,
  endpointSlices,
  type Node,
  nodes,
  type Pod,
  type Service,
  services,
} from '../../api/generated/index.ts';
import type { Controller, Step, View } from '../../client/index.ts';
import { isDeepEqual } from '../../machinery/index.ts';
import { controllerReference } from '../ownership.ts';
import { isPodReady } from '../pod-facts.ts';
import { portsKey, portsOfPod } from './endpoint-ports.ts';
import { addressesOf, hasSelector, hostnameOf, podsOfService, servicesOfPod } from './service-pods.ts';

const serviceNameLabel = 'kubernetes.io/service-name';
const managedByLabel = 'endpointslice.kubernetes.io/managed-by';
const managedBy = 'endpointslice-controller.k8s.io';
const headlessLabel = 'service.kubernetes.io/headless';

/** Kubernetes: --max-endpoints-per-slice. */
const maxEndpoints = 100;

/** Keeps the EndpointSlices of Services that select pods. */
export const endpointSliceController: Controller<Service> = {
  name: 'endpoint-slice-controller',
  serviceAccount: 'endpointslice-controller',
  primary: services,
  secondaries: [
    servicesOfPod,
    {
      type: endpointSlices,
      keysOf: slice =>
        slice.metadata.labels?.[managedByLabel] === managedBy
          ? [`${slice.metadata.namespace}/${slice.metadata.labels[serviceNameLabel]}`]
          : [],
    },
    // A pod's zone is its node's. Nodes rarely change theirs, and then the next change of a pod brings it.
    { type: nodes, keysOf: () => [] },
  ],
  indexes: [
    {
      type: endpointSlices,
      name: 'service',
      valuesOf: slice => [`${slice.metadata.namespace}/${slice.metadata.labels?.[serviceNameLabel] ?? ''}`],
    },
  ],
  reconcile(service, { view, key }) {
    const existing = view
      .listIndexed(endpointSlices, 'service', key)
      .filter(slice => slice.metadata.labels?.[managedByLabel] === managedBy);
    // A Service that is gone takes its slices along by their owner reference.
    if (service === undefined || service.metadata.deletionTimestamp !== undefined) return [];
    if (!hasSelector(service)) return [];
    return addressTypes(service).flatMap(type =>
      reconcileSlices(
        service,
        type,
        existing.filter(slice => slice.addressType === type),
        groupByPorts(service, type, view),
      ),
    );
  },
};

function addressTypes(service: Service): readonly string[] {
  return service.spec?.ipFamilies ?? ['IPv4'];
}

interface PortGroup {
  readonly ports: readonly EndpointPort[];
  readonly endpoints: Map<string, Endpoint>;
}

/** The endpoints that should be, by the ports that they serve and then by address. */
function groupByPorts(service: Service, addressType: string, view: View): Map<string, PortGroup> {
  const groups = new Map<string, PortGroup>();
  for (const pod of podsOfService(service, view)) {
    const addresses = addressesOf(pod, addressType === 'IPv6');
    if (addresses.length === 0) continue;
    const ports = portsOfPod(service, pod);
    const key = portsKey(ports);
    let group = groups.get(key);
    if (group === undefined) {
      group = { ports, endpoints: new Map() };
      groups.set(key, group);
    }
    const node = pod.spec?.nodeName === undefined ? undefined : view.get(nodes, undefined, pod.spec.nodeName);
    group.endpoints.set(pod.metadata.uid ?? '', buildEndpoint(service, pod, addresses, node));
  }
  // Kubernetes: a Service that selects nothing still has one, empty, slice.
  if (groups.size === 0) groups.set('', { ports: [], endpoints: new Map() });
  return groups;
}

function buildEndpoint(service: Service, pod: Pod, addresses: readonly string[], node: Node | undefined): Endpoint {
  const isTerminating = pod.metadata.deletionTimestamp !== undefined;
  const isServing = isPodReady(pod);
  const isReady = service.spec?.publishNotReadyAddresses === true || (isServing && !isTerminating);
  return {
    addresses,
    conditions: { ready: isReady, serving: isServing, terminating: isTerminating },
    hostname: hostnameOf(pod, service),
    nodeName: pod.spec?.nodeName,
    zone: node?.metadata.labels?.['topology.kubernetes.io/zone'],
    targetRef: { kind: 'Pod', namespace: pod.metadata.namespace, name: pod.metadata.name, uid: pod.metadata.uid },
  };
}

function reconcileSlices(
  service: Service,
  addressType: string,
  existing: readonly EndpointSlice[],
  groups: ReadonlyMap<string, PortGroup>,
): Step[] {
  const steps: Step[] = [];
  const kept = new Set<EndpointSlice>();
  for (const [key, group] of groups) {
    const slices = existing.filter(
      slice => portsKey(slice.ports) === key && slice.metadata.deletionTimestamp === undefined,
    );
    for (const slice of slices) kept.add(slice);
    steps.push(...fillSlices(service, addressType, slices, group));
  }
  for (const slice of existing) if (!kept.has(slice)) steps.push(deleteSlice(slice));
  return steps;
}

/** Endpoints stay in the slice that they are in; new ones go where there is room, then into new slices. */
function fillSlices(service: Service, addressType: string, slices: readonly EndpointSlice[], group: PortGroup): Step[] {
  const missing = new Map(group.endpoints);
  const contents = slices.map(slice => {
    const endpoints: Endpoint[] = [];
    for (const endpoint of slice.endpoints ?? []) {
      const uid = endpoint.targetRef?.uid ?? '';
      const wanted = missing.get(uid);
      if (wanted === undefined) continue;
      endpoints.push(isDeepEqual(wanted, endpoint) ? endpoint : wanted);
      missing.delete(uid);
    }
    return { slice, endpoints };
  });
  const rest = [...missing.values()];
  for (const content of contents) content.endpoints.push(...rest.splice(0, maxEndpoints - content.endpoints.length));
  const labels = buildLabels(service);
  const steps: Step[] = [];
  let hasSlice = false;
  for (const { slice, endpoints } of contents) {
    const isSpare = endpoints.length === 0 && (hasSlice || contents.some(other => other.endpoints.length > 0));
    if (isSpare) {
      steps.push(deleteSlice(slice));
      continue;
    }
    hasSlice = true;
    if (isDeepEqual(endpoints, slice.endpoints ?? []) && isDeepEqual(labels, slice.metadata.labels)) continue;
    const object: EndpointSlice = { ...slice, metadata: { ...slice.metadata, labels }, endpoints };
    steps.push({ do: 'update', type: endpointSlices, object });
  }
  while (rest.length > 0 || !hasSlice) {
    steps.push(createSlice(service, addressType, group.ports, rest.splice(0, maxEndpoints), labels));
    hasSlice = true;
  }
  return steps;
}

function createSlice(
  service: Service,
  addressType: string,
  ports: readonly EndpointPort[],
  endpoints: readonly Endpoint[],
  labels: Readonly<Record<string, string>>,
): Step {
  const object: EndpointSlice = {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      generateName: `${service.metadata.name}-`,
      namespace: service.metadata.namespace,
      labels,
      ownerReferences: [controllerReference(services, service)],
    },
    addressType,
    endpoints,
    ports,
  };
  return { do: 'create', type: endpointSlices, object };
}

function deleteSlice(slice: EndpointSlice): Step {
  const { name = '', namespace } = slice.metadata;
  return { do: 'delete', type: endpointSlices, ref: { name, namespace } };
}

/** The Service's own labels, and what tells whose slice it is. */
function buildLabels(service: Service): Record<string, string> {
  const labels: Record<string, string> = { ...service.metadata.labels };
  delete labels[headlessLabel];
  if (service.spec?.clusterIP === 'None') labels[headlessLabel] = '';
  labels[serviceNameLabel] = service.metadata.name ?? '';
  labels[managedByLabel] = managedBy;
  return labels;
}
