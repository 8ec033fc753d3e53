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
import { type Controller, type Step, splitKey, type View } from '../../client/index.ts';
import { isDeepEqual, type StatusError } from '../../machinery/index.ts';
import { isPodReady } from '../pod-facts.ts';
import { portsKey, portsOfPod } from './endpoint-ports.ts';
import { addressesOf, hasSelector, headlessLabel, hostnameOf, podsOfService, servicesOfPod } from './service-pods.ts';
import { truncateSubsets } from './truncate-subsets.ts';

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
    {
      type: endpoints,
      // Endpoints may be made by hand before their Service; only the Service's own deletion takes them along.
      keysOf: ({ metadata: { namespace, name = '' } }, view) =>
        view.get(services, namespace, name) === undefined ? [] : [`${namespace}/${name}`],
    },
  ],
  reconcile(service, { view, key }) {
    if (service === undefined) return removeEndpoints(key, view);
    if (!hasSelector(service)) return [];
    const { name = '', namespace } = service.metadata;
    const current = view.get(endpoints, namespace, name);
    const wanted = buildEndpoints(service, current, view);
    if (current === undefined) {
      const onError = sayFailure('FailedToCreateEndpoint', 'create endpoint for service', wanted);
      return [{ do: 'create', type: endpoints, object: wanted, onError }];
    }
    const isSame =
      isDeepEqual(wanted.subsets ?? [], current.subsets ?? []) &&
      isDeepEqual(wanted.metadata.labels, current.metadata.labels) &&
      isDeepEqual(wanted.metadata.annotations ?? {}, current.metadata.annotations ?? {});
    if (isSame) return [];
    const onError = sayFailure('FailedToUpdateEndpoint', 'update endpoint', wanted);
    return [{ do: 'update', type: endpoints, object: wanted, onError }];
  },
};

/** Endpoints have no owner reference, so nobody else would delete them. */
function removeEndpoints(key: string, view: View): readonly Step[] {
  const { namespace, name } = splitKey(key);
  if (view.get(endpoints, namespace, name) === undefined) return [];
  return [{ do: 'delete', type: endpoints, ref: { namespace, name } }];
}

function sayFailure(reason: string, action: string, regarding: Endpoints): (error: StatusError) => readonly Step[] {
  const { namespace, name } = regarding.metadata;
  return error => [
    {
      do: 'event',
      regarding,
      type: 'Warning',
      reason,
      message: `Failed to ${action} ${namespace}/${name}: ${error.message}`,
    },
  ];
}

function buildEndpoints(service: Service, current: Endpoints | undefined, view: View): Endpoints {
  const { name, namespace } = service.metadata;
  const subsets = buildSubsets(service, view);
  const truncated = truncateSubsets(subsets, maxAddresses);
  const labels: Record<string, string> = { ...service.metadata.labels, [managedByLabel]: 'endpoint-controller' };
  delete labels[headlessLabel];
  if (service.spec?.clusterIP === 'None') labels[headlessLabel] = '';
  const annotations: Record<string, string> = { ...current?.metadata.annotations };
  delete annotations[overCapacityAnnotation];
  if (truncated !== subsets) annotations[overCapacityAnnotation] = 'truncated';
  return {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: { ...current?.metadata, name, namespace, labels, annotations },
    subsets: truncated,
  };
}

interface Subset {
  readonly ports: readonly EndpointPort[];
  readonly ready: EndpointAddress[];
  readonly notReady: EndpointAddress[];
}

/** Addresses with the same ports share a subset; pods on their way out are left out. */
function buildSubsets(service: Service, view: View): readonly EndpointSubset[] {
  const groups = new Map<string, Subset>();
  const publishesAll = service.spec?.publishNotReadyAddresses === true;
  const hasPorts = (service.spec?.ports ?? []).length > 0;
  for (const pod of podsOfService(service, view)) {
    if (pod.metadata.deletionTimestamp !== undefined && !publishesAll) continue;
    const address = buildAddress(service, pod);
    const ports = portsOfPod(service, pod);
    if (address === undefined || (hasPorts && ports.length === 0)) continue;
    const key = portsKey(ports);
    let subset = groups.get(key);
    if (subset === undefined) {
      subset = { ports, ready: [], notReady: [] };
      groups.set(key, subset);
    }
    (publishesAll || isPodReady(pod) ? subset.ready : subset.notReady).push(address);
  }
  return [...groups.keys()].sort().map(key => formatSubset(groups.get(key)!));
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
