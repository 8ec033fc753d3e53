import { parseIp } from '../../machinery/index.ts';
import type { EndpointSliceView, EndpointView, ServiceView } from '../proxy/index.ts';

/** A port that SRV records may name; `name` and `protocol` in lower case. */
export interface NamedPort {
  readonly name: string;
  readonly protocol: string;
  readonly port: number;
}

/** An address behind a Service, and the label that it has below the Service's name. */
export interface ZoneEndpoint {
  readonly label: string;
  readonly ip: string;
  readonly ports: readonly NamedPort[];
}

/** What a Service means to DNS. */
export interface ZoneEntry {
  readonly namespace: string;
  readonly name: string;
  readonly kind: 'cluster-ip' | 'headless' | 'external';
  /** The name that an ExternalName Service stands for. */
  readonly target: string;
  readonly clusterIps: readonly string[];
  readonly ports: readonly NamedPort[];
  /** The ready endpoints by label; one label may have several addresses. */
  readonly endpoints: ReadonlyMap<string, readonly ZoneEndpoint[]>;
}

/** Undefined for a Service without address and name: one that was just created, or is not valid. */
export function makeZoneEntry(service: ServiceView, slices: readonly EndpointSliceView[]): ZoneEntry | undefined {
  const { type, clusterIP, clusterIPs, externalName, ports } = service.spec ?? {};
  const namespace = service.metadata?.namespace ?? '';
  const name = service.metadata?.name ?? '';
  const namedPorts = (ports ?? []).map(port => makePort(port.name, port.protocol, port.port));
  const base = { namespace, name, ports: namedPorts, target: '', clusterIps: [], endpoints: new Map() };
  if (type === 'ExternalName') {
    if (externalName === undefined || externalName === '') return undefined;
    return { ...base, kind: 'external', target: externalName.replace(/\.$/, '') };
  }
  const endpoints = collectEndpoints(slices);
  if (clusterIP === 'None') return { ...base, kind: 'headless', endpoints };
  const clusterIps = clusterIPs !== undefined && clusterIPs.length > 0 ? clusterIPs : clusterIP ? [clusterIP] : [];
  return clusterIps.length === 0 ? undefined : { ...base, kind: 'cluster-ip', clusterIps, endpoints };
}

function collectEndpoints(slices: readonly EndpointSliceView[]): Map<string, ZoneEndpoint[]> {
  const byLabel = new Map<string, ZoneEndpoint[]>();
  for (const slice of slices) {
    if (slice.addressType !== 'IPv4' && slice.addressType !== 'IPv6') continue;
    const ports = (slice.ports ?? []).map(port => makePort(port.name, port.protocol, port.port ?? 0));
    for (const endpoint of slice.endpoints ?? []) {
      // Kubernetes: an endpoint whose readiness nobody states is ready.
      if (!(endpoint.conditions?.ready ?? true)) continue;
      for (const ip of endpoint.addresses) {
        const label = labelOf(endpoint, ip);
        const known = byLabel.get(label);
        const entry = { label, ip, ports };
        if (known === undefined) byLabel.set(label, [entry]);
        else known.push(entry);
      }
    }
  }
  return byLabel;
}

function makePort(name: string | undefined, protocol: string | undefined, port: number): NamedPort {
  return { name: (name ?? '').toLowerCase(), protocol: (protocol ?? 'TCP').toLowerCase(), port };
}

/** Its hostname, or its address with dashes: `10-1-2-3`. */
function labelOf(endpoint: EndpointView, ip: string): string {
  if (endpoint.hostname !== undefined && endpoint.hostname !== '') return endpoint.hostname.toLowerCase();
  return dashedIp(ip);
}

/** A label cannot begin or end with a dash, as `::1` and `fd00::` would make it: a zero goes there. */
export function dashedIp(ip: string): string {
  return ip.replace(/[.:]/g, '-').replace(/^-/, '0-').replace(/-$/, '-0');
}

/** The address that `dashedIp` made the label from; undefined where it is no address. */
export function undashedIp(label: string): string | undefined {
  if (/^\d{1,3}(-\d{1,3}){3}$/.test(label)) {
    const ip = label.replaceAll('-', '.');
    return parseIp(ip) === undefined ? undefined : ip;
  }
  const ip = label.replaceAll('-', ':');
  return ip.includes(':') && parseIp(ip) !== undefined ? ip : undefined;
}
