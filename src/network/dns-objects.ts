import type { EndpointSlice, Endpoints, Service } from '../api/generated/index.ts';

export const dnsNamespace = 'kube-system';
export const dnsServiceName = 'kube-dns';

export interface DnsEndpoint {
  readonly address: string;
  readonly port: number;
  readonly nodeName: string;
}

// Kubernetes: kubeadm's labels, by which dashboards and tests find the Service.
const labels = {
  'k8s-app': 'kube-dns',
  'kubernetes.io/cluster-service': 'true',
  'kubernetes.io/name': 'CoreDNS',
};

const protocols = [
  { name: 'dns', protocol: 'UDP' },
  { name: 'dns-tcp', protocol: 'TCP' },
];

/**
 * The Service that pods find in their resolv.conf.
 *
 * Differs from Kubernetes: no selector and no pods behind it, and so no metrics port: the server runs in Sampan's own
 * process, and its address is an endpoint that we write ourselves.
 */
export function dnsService(clusterIp: string, port: number): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: dnsServiceName, namespace: dnsNamespace, labels },
    spec: {
      type: 'ClusterIP',
      clusterIP: clusterIp,
      clusterIPs: [clusterIp],
      ports: protocols.map(({ name, protocol }) => ({ name, protocol, port: 53, targetPort: port })),
    },
  };
}

export function dnsEndpointSlice({ address, port, nodeName }: DnsEndpoint): EndpointSlice {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: dnsServiceName,
      namespace: dnsNamespace,
      labels: {
        ...labels,
        'kubernetes.io/service-name': dnsServiceName,
        'endpointslice.kubernetes.io/managed-by': 'cluster-dns.sampan',
      },
    },
    addressType: address.includes(':') ? 'IPv6' : 'IPv4',
    endpoints: [{ addresses: [address], conditions: { ready: true, serving: true, terminating: false }, nodeName }],
    ports: protocols.map(({ name, protocol }) => ({ name, protocol, port })),
  };
}

/** For `kubectl get endpoints`; not to be mirrored into a second slice. */
export function dnsEndpoints({ address, port, nodeName }: DnsEndpoint): Endpoints {
  return {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: {
      name: dnsServiceName,
      namespace: dnsNamespace,
      labels: { ...labels, 'endpointslice.kubernetes.io/skip-mirror': 'true' },
    },
    subsets: [
      {
        addresses: [{ ip: address, nodeName }],
        ports: protocols.map(({ name, protocol }) => ({ name, protocol, port })),
      },
    ],
  };
}
