import { type EndpointAddress, type Endpoints, endpoints, pods, type Service } from '../../api/generated/index.ts';
import { StatusError, statusError } from '../../machinery/index.ts';
import type { Random } from '../../world/index.ts';
import type { ObjectView } from '../object-view.ts';
import type { ProxiedName } from './proxied-name.ts';
import type { Backend } from './reverse-proxy.ts';

/** A backend, and the node that it is on, where it is on one. */
export interface LocatedBackend {
  readonly backend: Backend;
  readonly nodeName?: string | undefined;
}

export interface ServiceToLocate {
  readonly namespace: string;
  /** Absent where there are only Endpoints of that name. */
  readonly service: Service | undefined;
  readonly asked: ProxiedName;
  /** As the request names it, for messages. */
  readonly id: string;
}

/**
 * Kubernetes: `ResourceLocation` of a Service: one of its ready pods by chance, looked for in its Endpoints. A port is
 * named as the Service names it, by number or by name.
 */
export function locateService(view: ObjectView, random: Random, wanted: ServiceToLocate): LocatedBackend {
  const { namespace, service, asked, id } = wanted;
  const portName = nameOfPort(service, asked);
  const found: Endpoints | undefined = view.get(endpoints, namespace, asked.name);
  // Kubernetes names what was asked for, though it is the Endpoints that are missing.
  if (found === undefined) throw statusError.notFound({ group: '', resource: 'services' }, asked.name);
  const subsets = rotate(found.subsets ?? [], random);
  if (subsets.length === 0) throw unavailable(`no endpoints available for service "${asked.name}"`);
  for (const { addresses = [], ports = [] } of subsets) {
    const port = addresses.length === 0 ? undefined : ports.find(({ name = '' }) => name === portName);
    if (port === undefined) continue;
    const address = rotate(addresses, random).find(each => isOfPod(view, namespace, each));
    if (address === undefined) continue;
    const backend: Backend = { scheme: asked.scheme, host: address.ip, port: port.port, shouldSkipVerification: true };
    return { backend, nodeName: address.nodeName };
  }
  throw unavailable(`no endpoints available for service "${id}"`);
}

/** Numbers are the Service's ports, and lead to their names. */
function nameOfPort(service: Service | undefined, { name, port }: ProxiedName): string {
  if (!/^\d+$/.test(port)) return port;
  if (service === undefined) throw statusError.notFound({ group: '', resource: 'services' }, name);
  const found = service.spec.ports?.find(each => each.port === Number(port));
  if (found === undefined) throw unavailable(`no service port ${Number(port)} found for service "${name}"`);
  return found.name ?? '';
}

/** Kubernetes: only what really is a pod of this namespace is proxied to, or Endpoints would open the whole network. */
function isOfPod(view: ObjectView, namespace: string, { ip, targetRef }: EndpointAddress): boolean {
  if (targetRef === undefined || (targetRef.namespace ?? '') !== namespace) return false;
  const pod = view.get(pods, namespace, targetRef.name ?? '');
  return pod?.status?.podIPs?.some(address => address.ip === ip) === true;
}

/** The same list from a place of chance on. */
function rotate<T>(list: readonly T[], random: Random): readonly T[] {
  if (list.length < 2) return list;
  const start = random.integer(list.length);
  return [...list.slice(start), ...list.slice(0, start)];
}

function unavailable(message: string): StatusError {
  return new StatusError('ServiceUnavailable', message);
}
