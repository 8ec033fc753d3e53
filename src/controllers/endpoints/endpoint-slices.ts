import {
  type Endpoint,
  type EndpointPort,
  type EndpointSlice,
  type Node,
  nodes,
  type Pod,
  type Service,
  services,
} from '../../api/generated/index.ts';
import type { Controller, Step, View } from '../../client/index.ts';
import { isDeepEqual, type StatusError } from '../../machinery/index.ts';
import { controllerReference } from '../ownership.ts';
import { isPodReady } from '../pod-facts.ts';
import { portsKey, portsOfPod } from './endpoint-ports.ts';
import { addressesOf, hasSelector, headlessLabel, hostnameOf, podsOfService, servicesOfPod } from './service-pods.ts';
import {
  emptyPlan,
  generateSliceName,
  listManagedSlices,
  managedByLabel,
  performPlan,
  type SlicePlan,
  type SliceStep,
  serviceNameLabel,
  slicesByService,
  slicesManagedBy,
} from './slice-plan.ts';

const managedBy = 'endpointslice-controller.k8s.io';

/** Kubernetes: --max-endpoints-per-slice. */
const maxEndpoints = 100;

/** Keeps the EndpointSlices of Services that select pods. */
export const endpointSliceController: Controller<Service> = {
  name: 'endpoint-slice-controller',
  serviceAccount: 'endpointslice-controller',
  primary: services,
  secondaries: [
    servicesOfPod,
    slicesManagedBy(managedBy),
    // A pod's zone is its node's. Nodes rarely change theirs, and then the next change of a pod brings it.
    { type: nodes, keysOf: () => [] },
  ],
  indexes: [slicesByService],
  reconcile(service, { view, key }) {
    // A Service that is gone takes its slices along by their owner reference.
    if (service === undefined || !hasSelector(service)) return [];
    const existing = listManagedSlices(view, key, managedBy);
    const types = addressTypes(service);
    const plan = emptyPlan();
    for (const type of types) {
      const ofType = existing.filter(slice => slice.addressType === type);
      planSlices(plan, service, type, ofType, groupByPorts(service, type, view));
    }
    plan.delete.push(...existing.filter(slice => !types.includes(slice.addressType)));
    return performPlan(plan).map(step => withFailureEvent(step, service));
  },
};

function withFailureEvent(step: SliceStep, service: Service): SliceStep {
  return {
    ...step,
    onError: (error: StatusError): readonly Step[] => [
      {
        do: 'event',
        regarding: service,
        type: 'Warning',
        reason: 'FailedToUpdateEndpointSlices',
        message: `Error updating Endpoint Slices for Service ${service.metadata.namespace}/${service.metadata.name}: ${error.message}`,
      },
    ],
  };
}

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
  const zone = node?.metadata.labels?.['topology.kubernetes.io/zone'];
  return {
    addresses,
    conditions: { ready: isReady, serving: isServing, terminating: isTerminating },
    hostname: hostnameOf(pod, service),
    nodeName: pod.spec?.nodeName,
    zone: zone === '' ? undefined : zone,
    hints: isReady ? hintsFor(service, zone, pod.spec?.nodeName) : undefined,
    targetRef: { kind: 'Pod', namespace: pod.metadata.namespace, name: pod.metadata.name, uid: pod.metadata.uid },
  };
}

/** Kubernetes: trafficDistribution turns into hints for those who are near. */
function hintsFor(service: Service, zone: string | undefined, nodeName: string | undefined): Endpoint['hints'] {
  const { trafficDistribution = '' } = service.spec ?? {};
  if (!['PreferClose', 'PreferSameZone', 'PreferSameNode'].includes(trafficDistribution)) return undefined;
  const isForNodes = trafficDistribution === 'PreferSameNode' && nodeName !== undefined;
  if ((zone === undefined || zone === '') && !isForNodes) return undefined;
  return {
    forZones: zone === undefined || zone === '' ? undefined : [{ name: zone }],
    forNodes: isForNodes ? [{ name: nodeName }] : undefined,
  };
}

function planSlices(
  plan: SlicePlan,
  service: Service,
  addressType: string,
  existing: readonly EndpointSlice[],
  groups: ReadonlyMap<string, PortGroup>,
): void {
  const rest = new Set(existing);
  for (const [key, group] of groups) {
    const slices = existing.filter(slice => portsKey(slice.ports) === key);
    for (const slice of slices) rest.delete(slice);
    fillSlices(plan, service, addressType, slices, group);
  }
  plan.delete.push(...rest);
}

/** Endpoints stay in the slice that they are in; new ones go where there is room, then into new slices. */
function fillSlices(
  plan: SlicePlan,
  service: Service,
  addressType: string,
  slices: readonly EndpointSlice[],
  group: PortGroup,
): void {
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
  let hasSlice = false;
  for (const { slice, endpoints } of contents) {
    const isSpare = endpoints.length === 0 && (hasSlice || contents.some(other => other.endpoints.length > 0));
    if (isSpare) {
      plan.delete.push(slice);
      continue;
    }
    hasSlice = true;
    if (isDeepEqual(endpoints, slice.endpoints ?? []) && isDeepEqual(labels, slice.metadata.labels)) continue;
    plan.update.push({ ...slice, metadata: { ...slice.metadata, labels }, endpoints });
  }
  while (rest.length > 0 || !hasSlice) {
    plan.create.push(buildSlice(service, addressType, group.ports, rest.splice(0, maxEndpoints), labels));
    hasSlice = true;
  }
}

function buildSlice(
  service: Service,
  addressType: string,
  ports: readonly EndpointPort[],
  endpoints: readonly Endpoint[],
  labels: Readonly<Record<string, string>>,
): EndpointSlice {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      generateName: generateSliceName(service),
      namespace: service.metadata.namespace,
      labels,
      ownerReferences: [controllerReference(services, service)],
    },
    addressType,
    endpoints,
    ports,
  };
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
