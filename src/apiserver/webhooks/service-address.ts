import { type Service, services } from '../../api/generated/index.ts';
import { StatusError, statusError } from '../../machinery/index.ts';
import type { ObjectView } from '../object-view.ts';

/** A port of a Service, as webhooks and APIServices refer to it. */
export interface ServicePort {
  readonly namespace: string;
  readonly name: string;
  readonly port: number;
}

const forwarded: readonly string[] = ['ClusterIP', 'NodePort', 'LoadBalancer'];

/**
 * Where to connect to reach a Service. Kubernetes: `ResolveCluster`, the resolver of a server that may use the cluster's
 * virtual addresses. Throws upstream's error for a Service that is none or has no such port.
 */
export function resolveService(
  view: ObjectView,
  { namespace, name, port }: ServicePort,
): { host: string; port: number } {
  const service: Service | undefined = view.get(services, namespace, name);
  if (service === undefined) throw statusError.notFound({ group: '', resource: 'service' }, name);
  const { type = 'ClusterIP', clusterIP = '', externalName = '', ports = [] } = service.spec;
  if (type === 'ClusterIP' && clusterIP === 'None') throw new Error('cannot route to service with ClusterIP "None"');
  if (type === 'ExternalName') return { host: externalName, port };
  if (!forwarded.includes(type)) throw new Error(`unsupported service type "${type}"`);
  if (!ports.some(each => each.port === port)) {
    throw new StatusError('ServiceUnavailable', `no service port ${port} found for service "${name}"`);
  }
  return { host: clusterIP, port };
}
