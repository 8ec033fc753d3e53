import { type EndpointSlice, endpointSlices, type Service, services } from '../../api/generated/index.ts';
import { StatusError, statusError } from '../../machinery/index.ts';
import type { ObjectView } from '../object-view.ts';

/** A port of a Service, as webhooks and APIServices refer to it. */
export interface ServiceReference {
  readonly namespace: string;
  readonly name: string;
  readonly port: number;
}

export interface ServiceAddress {
  readonly host: string;
  readonly port: number;
}

/** Chooses one of so many: by chance, or in turn. */
export type Choose = (count: number) => number;

const serviceNameLabel = 'kubernetes.io/service-name';

/**
 * Where to connect to reach a Service: one of its ready endpoints, or an ExternalName's host. Throws upstream's error
 * where there is none.
 *
 * Kubernetes: `ResolveEndpoint`, the resolver of `--enable-aggregator-routing`. Why not the virtual address:
 * `docs/decisions/services-are-reached-by-endpoint.md`.
 */
export function resolveService(view: ObjectView, choose: Choose, reference: ServiceReference): ServiceAddress {
  const { namespace, name, port } = reference;
  const service: Service | undefined = view.get(services, namespace, name);
  if (service === undefined) throw statusError.notFound({ group: '', resource: 'service' }, name);
  const { type = 'ClusterIP', externalName = '', ports = [] } = service.spec;
  if (type === 'ExternalName') return { host: externalName, port };
  if (!ports.some(each => each.port === port)) {
    throw unavailable(`no service port ${port} found for service "${name}"`);
  }
  const found = findEndpoint(view, choose, service, port);
  if (found === undefined) throw unavailable(`no endpoints available for service "${name}"`);
  return found;
}

/** One of the ready endpoints behind a port of a Service. */
export function findEndpoint(
  view: ObjectView,
  choose: Choose,
  { metadata, spec }: Service,
  port: number,
): ServiceAddress | undefined {
  const portName = spec.ports?.find(each => each.port === port)?.name ?? '';
  const candidates = listSlices(view, metadata.namespace ?? '', metadata.name ?? '').flatMap(slice =>
    addressesOf(slice, portName),
  );
  const preferred = candidates.filter(({ family }) => family === spec.ipFamilies?.[0]);
  const among = preferred.length > 0 ? preferred : candidates;
  return among.length === 0 ? undefined : among[choose(among.length)];
}

/** The slices of a Service's endpoints. */
export function listSlices(view: ObjectView, namespace: string, service: string): readonly EndpointSlice[] {
  return view.list(endpointSlices, namespace).filter(({ metadata }) => metadata.labels?.[serviceNameLabel] === service);
}

function addressesOf(
  { addressType, endpoints, ports }: EndpointSlice,
  portName: string,
): readonly (ServiceAddress & { readonly family: string })[] {
  const port = ports?.find(({ name = '' }) => name === portName)?.port;
  if (port === undefined) return [];
  return (endpoints ?? [])
    .filter(({ conditions }) => conditions?.ready !== false)
    .map(({ addresses }) => ({ host: addresses[0]!, port, family: addressType }));
}

function unavailable(message: string): StatusError {
  return new StatusError('ServiceUnavailable', message);
}
