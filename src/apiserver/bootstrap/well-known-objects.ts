import {
  type EndpointSlice,
  type Endpoints,
  type Namespace,
  namespaces,
  type PriorityClass,
  priorityClasses,
  type Service,
  type ServiceCIDR,
} from '../../api/generated/index.ts';
import type { KubeObject, ResourceType } from '../../machinery/index.ts';
import type { AdvertisedAddress } from './advertised-address.ts';

export interface WellKnownObject {
  readonly type: ResourceType;
  readonly object: KubeObject;
}

/** What every cluster has from its start on; none of it needs another to be there. */
export function wellKnownObjects(): readonly WellKnownObject[] {
  return [
    ...['default', 'kube-system', 'kube-public', 'kube-node-lease'].map(name => ({
      type: namespaces as ResourceType,
      object: { apiVersion: 'v1', kind: 'Namespace', metadata: { name }, spec: {} } satisfies Namespace,
    })),
    ...systemPriorityClasses.map(object => ({ type: priorityClasses as ResourceType, object })),
  ];
}

const systemCritical = 2_000_000_000;

const systemPriorityClasses: readonly PriorityClass[] = [
  {
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: { name: 'system-node-critical' },
    value: systemCritical + 1000,
    description: 'Used for system critical pods that must not be moved from their current node.',
  },
  {
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: { name: 'system-cluster-critical' },
    value: systemCritical,
    description:
      'Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.',
  },
];

/** The ranges from which Services get their addresses. */
export function kubernetesServiceCidr(cidr: string): ServiceCIDR {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'ServiceCIDR',
    metadata: { name: 'kubernetes' },
    spec: { cidrs: [cidr] },
  };
}

/** What a server whose configuration the object tells says of it. */
export function readyServiceCidr(object: ServiceCIDR, now: string): ServiceCIDR {
  const ready = {
    type: 'Ready',
    status: 'True',
    reason: '',
    message: 'Kubernetes default Service CIDR is ready',
    lastTransitionTime: now,
  };
  return { ...object, status: { conditions: [ready] } };
}

/** The Service under which pods find the API server. */
export function kubernetesService(clusterIP: string, port: number): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: 'kubernetes',
      namespace: 'default',
      labels: { provider: 'kubernetes', component: 'apiserver' },
    },
    spec: {
      clusterIP,
      type: 'ClusterIP',
      sessionAffinity: 'None',
      ports: [{ name: 'https', protocol: 'TCP', port: 443, targetPort: port }],
    },
  };
}

/** Where it leads to. Kept by the server itself, as there is no selector. */
export function kubernetesEndpoints(addresses: readonly AdvertisedAddress[]): Endpoints {
  const port = addresses[0]?.port ?? 6443;
  return {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: {
      name: 'kubernetes',
      namespace: 'default',
      labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' },
    },
    subsets: [{ addresses: addresses.map(({ ip }) => ({ ip })), ports: [{ name: 'https', port, protocol: 'TCP' }] }],
  };
}

export function kubernetesEndpointSlice(addresses: readonly AdvertisedAddress[]): EndpointSlice {
  const port = addresses[0]?.port ?? 6443;
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: 'kubernetes', namespace: 'default', labels: { 'kubernetes.io/service-name': 'kubernetes' } },
    addressType: addresses[0]?.ip.includes(':') === true ? 'IPv6' : 'IPv4',
    endpoints: addresses.map(({ ip }) => ({ addresses: [ip], conditions: { ready: true } })),
    ports: [{ name: 'https', port, protocol: 'TCP' }],
  };
}
