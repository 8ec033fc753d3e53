import { type EndpointSlice, type Service, services } from '../../api/generated/index.ts';
import type { ObjectView } from '../object-view.ts';
import { listSlices, type ServiceReference } from '../proxy/index.ts';

/** What the condition `Available` of an APIService says. */
export interface Availability {
  readonly status: 'True' | 'False';
  readonly reason: string;
  readonly message: string;
}

export const locallyAvailable: Availability = {
  status: 'True',
  reason: 'Local',
  message: 'Local APIServices are always available',
};

export const passed: Availability = { status: 'True', reason: 'Passed', message: 'all checks passed' };

/** What stored objects alone tell against an aggregated server; undefined where it is worth asking. */
export function judgeService(view: ObjectView, { namespace, name, port }: ServiceReference): Availability | undefined {
  const service = view.get(services, namespace, name);
  const where = `service/${name} in "${namespace}"`;
  if (service === undefined) return unavailable('ServiceNotFound', `${where} is not present`);
  if ((service.spec.type ?? 'ClusterIP') !== 'ClusterIP') return undefined;
  const portName = nameOfPort(service, port);
  if (portName === undefined) return unavailable('ServicePortError', `${where} is not listening on port ${port}`);
  const slices = listSlices(view, namespace, name);
  if (slices.length === 0) return unavailable('EndpointsNotFound', `cannot find endpointslices for ${where}`);
  if (slices.some(slice => hasReadyEndpoint(slice, portName))) return undefined;
  return unavailable('MissingEndpoints', `endpointslices for ${where} have no addresses with port name "${portName}"`);
}

export function failedDiscovery(message: string): Availability {
  return unavailable('FailedDiscoveryCheck', message);
}

function unavailable(reason: string, message: string): Availability {
  return { status: 'False', reason, message };
}

function nameOfPort({ spec }: Service, port: number): string | undefined {
  const found = spec.ports?.find(each => each.port === port);
  return found && (found.name ?? '');
}

function hasReadyEndpoint({ endpoints, ports }: EndpointSlice, portName: string): boolean {
  return (
    endpoints?.some(({ conditions }) => conditions?.ready !== false) === true &&
    ports?.some(({ name = '', port }) => name === portName && port !== undefined) === true
  );
}
