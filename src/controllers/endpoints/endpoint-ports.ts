import type { Container, EndpointPort, Pod, Service, ServicePort } from '../../api/generated/index.ts';

/**
 * The ports under which one pod serves a Service. A named target port means whatever port of that name the pod has, so
 * two pods may differ; a pod without it serves fewer ports.
 */
export function portsOfPod(service: Service, pod: Pod): readonly EndpointPort[] {
  const ports: EndpointPort[] = [];
  for (const servicePort of service.spec?.ports ?? []) {
    const port = findPort(pod, servicePort);
    if (port === undefined) continue;
    ports.push({
      name: servicePort.name ?? '',
      port,
      protocol: servicePort.protocol ?? 'TCP',
      ...(servicePort.appProtocol === undefined ? {} : { appProtocol: servicePort.appProtocol }),
    } as EndpointPort);
  }
  return ports;
}

function findPort(pod: Pod, servicePort: ServicePort): number | undefined {
  const target = servicePort.targetPort ?? servicePort.port;
  if (typeof target === 'number') return target === 0 ? servicePort.port : target;
  const protocol = servicePort.protocol ?? 'TCP';
  for (const container of servingContainers(pod)) {
    for (const port of container.ports ?? []) {
      if (port.name === target && (port.protocol ?? 'TCP') === protocol) return port.containerPort;
    }
  }
  return undefined;
}

/** Kubernetes: sidecars may serve, other init containers are over by then. */
function servingContainers(pod: Pod): readonly Container[] {
  const sidecars = pod.spec?.initContainers?.filter(container => container.restartPolicy === 'Always') ?? [];
  return [...(pod.spec?.containers ?? []), ...sidecars];
}

/** What the ports of Endpoints and of EndpointSlices have in common. */
type PortFacts = { readonly [Field in keyof EndpointPort]?: EndpointPort[Field] | undefined };

/** Ports as a key: pods with the same one share slices. */
export function portsKey(ports: readonly PortFacts[] | undefined): string {
  return (ports ?? [])
    .map(({ name, port, protocol, appProtocol }) => `${name ?? ''}/${port}/${protocol ?? 'TCP'}/${appProtocol ?? ''}`)
    .sort()
    .join(',');
}
