import { type Service, services } from '../../api/generated/index.ts';
import { StatusError, statusError } from '../../machinery/index.ts';
import type { ObjectView } from '../object-view.ts';
import { type Choose, findEndpoint, type ServiceAddress, type ServiceReference } from '../proxy/index.ts';

const forwarded: readonly string[] = ['ClusterIP', 'NodePort', 'LoadBalancer'];

/**
 * Where to connect to reach a Service. Kubernetes: `ResolveCluster`, the resolver of a server that may use the cluster's
 * virtual addresses, with its errors for a Service that is none or has no such port.
 *
 * Differs from Kubernetes: one of its endpoints is connected to where there is one, and its virtual address only where
 * there is none (`docs/decisions/services-are-reached-by-endpoint.md`).
 */
export function resolveService(
  view: ObjectView,
  choose: Choose,
  { namespace, name, port }: ServiceReference,
): ServiceAddress {
  const service: Service | undefined = view.get(services, namespace, name);
  if (service === undefined) throw statusError.notFound({ group: '', resource: 'service' }, name);
  const { type = 'ClusterIP', clusterIP = '', externalName = '', ports = [] } = service.spec;
  if (type === 'ClusterIP' && clusterIP === 'None') throw new Error('cannot route to service with ClusterIP "None"');
  if (type === 'ExternalName') return { host: externalName, port };
  if (!forwarded.includes(type)) throw new Error(`unsupported service type "${type}"`);
  if (!ports.some(each => each.port === port)) {
    throw new StatusError('ServiceUnavailable', `no service port ${port} found for service "${name}"`);
  }
  return findEndpoint(view, choose, service, port) ?? { host: clusterIP, port };
}
