import {
  type EndpointAddress,
  type EndpointPort,
  type EndpointSubset,
  type Endpoints,
  endpoints,
  type Pod,
  type Service,
  services,
} from '../../api/generated/index.ts';
import type { Controller, View } from '../../client/index.ts';
import { isDeepEqual } from '../../machinery/index.ts';
import { isPodReady } from '../pod-facts.ts';
import { portsKey, portsOfPod } from './endpoint-ports.ts';
import { addressesOf, hasSelector, hostnameOf, podsOfService, servicesOfPod } from './service-pods.ts';

const headlessLabel = 'service.kubernetes.io/headless';
const managedByLabel = 'endpoints.kubernetes.io/managed-by';
const overCapacityAnnotation = 'endpoints.kubernetes.io/over-capacity';

/** Kubernetes: what one Endpoints object holds at most; EndpointSlices have no such limit. */
const maxAddresses = 1000;

/** Keeps the (deprecated, still read) Endpoints of Services that select pods. */
export const endpointsController: Controller<Service> = {
  name: 'endpoint-controller',
  primary: services,
  secondaries: [
    servicesOfPod,
    { type: endpoints, keysOf: each => [`${each.metadata.namespace}/${each.metadata.name}`] },
  ],
  reconcile(service, { view }) {
    if (service === undefined || service.metadata.deletionTimestamp !== undefined || !hasSelector(service)) return [];
    const { name = '', namespace } = service.metadata;
    const current = view.get(endpoints, namespace, name);
    const wanted = buildEndpoints(service, current, view);
    if (current === undefined) return [{ do: 'create', type: endpoints, object: wanted, ifAbsent: true }];
    const isSame =
      isDeepEqual(wanted.subsets ?? [], current.subsets ?? []) &&
      isDeepEqual(wanted.metadata.labels, current.metadata.labels) &&
      isDeepEqual(wanted.metadata.annotations ?? {}, current.metadata.annotations ?? {});
    return isSame ? [] : [{ do: 'update', type: endpoints, object: wanted }];
  },
};

function buildEndpoints(service: Service, current: Endpoints | undefined, view: View): Endpoints {
  const { name, namespace } = service.metadata;
  const { subsets, isTruncated } = buildSubsets(service, view);
  const labels: Record<string, string> = { ...service.metadata.labels, [managedByLabel]: 'endpoint-controller' };
  delete labels[headlessLabel];
  if (service.spec?.clusterIP === 'None') labels[headlessLabel] = '';
  const annotations: Record<string, string> = { ...current?.metadata.annotations };
  delete annotations[overCapacityAnnotation];
  if (isTruncated) annotations[overCapacityAnnotation] = 'truncated';
  return {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: { ...current?.metadata, name, namespace, labels, annotations },
    subsets,
  };
}

interface Subset {
  readonly ports: readonly EndpointPort[];
  readonly ready: EndpointAddress[];
  readonly notReady: EndpointAddress[];
}

/** Addresses with the same ports share a subset; pods on their way out are left out. */
function buildSubsets(
  service: Service,
  view: View,
): { readonly subsets: readonly EndpointSubset[]; readonly isTruncated: boolean } {
  const groups = new Map<string, Subset>();
  const publishesAll = service.spec?.publishNotReadyAddresses === true;
  let count = 0;
  let isTruncated = false;
  for (const pod of podsOfService(service, view)) {
    if (pod.metadata.deletionTimestamp !== undefined && !publishesAll) continue;
    const address = buildAddress(service, pod);
    if (address === undefined) continue;
    if (count === maxAddresses) {
      isTruncated = true;
      break;
    }
    count++;
    const ports = portsOfPod(service, pod);
    const key = portsKey(ports);
    let subset = groups.get(key);
    if (subset === undefined) {
      subset = { ports, ready: [], notReady: [] };
      groups.set(key, subset);
    }
    (publishesAll || isPodReady(pod) ? subset.ready : subset.notReady).push(address);
  }
  const subsets = [...groups.keys()].sort().map(key => formatSubset(groups.get(key)!));
  return { subsets, isTruncated };
}

function formatSubset({ ports, ready, notReady }: Subset): EndpointSubset {
  return {
    addresses: ready.length === 0 ? undefined : ready.sort(compareAddresses),
    notReadyAddresses: notReady.length === 0 ? undefined : notReady.sort(compareAddresses),
    ports: ports.length === 0 ? undefined : ports.map(port => (port.name === '' ? { ...port, name: undefined } : port)),
  };
}

function compareAddresses(a: EndpointAddress, b: EndpointAddress): number {
  return a.ip < b.ip ? -1 : a.ip > b.ip ? 1 : 0;
}

function buildAddress(service: Service, pod: Pod): EndpointAddress | undefined {
  const [ip] = addressesOf(pod, service.spec?.ipFamilies?.[0] === 'IPv6');
  if (ip === undefined) return undefined;
  return {
    ip,
    hostname: hostnameOf(pod, service),
    nodeName: pod.spec?.nodeName,
    targetRef: { kind: 'Pod', namespace: pod.metadata.namespace, name: pod.metadata.name, uid: pod.metadata.uid },
  };
}
