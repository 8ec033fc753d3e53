import {
  type EndpointSlice,
  endpointSlices,
  type Service,
  type ServicePort,
  services,
} from '../../api/generated/index.ts';
import { StatusError, statusError } from '../../machinery/index.ts';
import type { Random } from '../../world/index.ts';
import type { ObjectView } from '../object-view.ts';

/** A port of a Service, as webhooks and APIServices refer to it. */
export interface ServiceReference {
  readonly namespace: string;
  readonly name: string;
  readonly port: number;
}

const serviceNameLabel = 'kubernetes.io/service-name';

/**
 * Where to connect to reach a Service: one of its ready endpoints by chance, or an ExternalName's host. Throws upstream's
 * error where there is none.
 *
 * Kubernetes: `ResolveEndpoint`, the resolver of `--enable-aggregator-routing`. Why not the virtual address:
 * `docs/decisions/services-are-reached-by-endpoint.md`.
 */
export function resolveService(
  view: ObjectView,
  random: Random,
  { namespace, name, port }: ServiceReference,
): { readonly host: string; readonly port: number } {
  const service: Service | undefined = view.get(services, namespace, name);
  if (service === undefined) throw statusError.notFound({ group: '', resource: 'service' }, name);
  const { type = 'ClusterIP', externalName = '' } = service.spec;
  if (type === 'ExternalName') return { host: externalName, port };
  const servicePort = findServicePort(service, port);
  for (const { ports, endpoints } of shuffleSlices(service, listSlices(view, namespace, name), random)) {
    const target = ports?.find(each => (each.name ?? '') === (servicePort.name ?? ''))?.port;
    const ready = (endpoints ?? []).filter(({ conditions }) => conditions?.ready !== false);
    if (target === undefined || ready.length === 0) continue;
    return { host: ready[random.integer(ready.length)]!.addresses[0]!, port: target };
  }
  throw new StatusError('ServiceUnavailable', `no endpoints available for service "${name}"`);
}

/** The slices of a Service's endpoints. */
export function listSlices(view: ObjectView, namespace: string, service: string): readonly EndpointSlice[] {
  return view.list(endpointSlices, namespace).filter(({ metadata }) => metadata.labels?.[serviceNameLabel] === service);
}

function findServicePort({ metadata, spec }: Service, port: number): ServicePort {
  const found = spec.ports?.find(each => each.port === port);
  if (found !== undefined) return found;
  throw new StatusError('ServiceUnavailable', `no service port ${port} found for service "${metadata.name}"`);
}

/** By chance, but those of the Service's first family before others. */
function shuffleSlices(service: Service, slices: readonly EndpointSlice[], random: Random): readonly EndpointSlice[] {
  if (slices.length < 2) return slices;
  const preferred = service.spec.ipFamilies?.[0];
  const drawn = slices.map(slice => ({ slice, rank: random.float() + (slice.addressType === preferred ? 0 : 1) }));
  return drawn.toSorted((a, b) => a.rank - b.rank).map(({ slice }) => slice);
}
