import type { Pod } from '../../api/generated/index.ts';
import { type IpAddress, ipTraits, parseIp, StatusError, statusError } from '../../machinery/index.ts';
import type { ProxiedName } from './proxied-name.ts';
import type { Backend } from './reverse-proxy.ts';

/** Ports that Go's resolver knows by name. */
const knownPorts: Readonly<Record<string, number>> = { http: 80, https: 443 };

/** Kubernetes: `ResourceLocation` of a pod: its first address, and its first container port unless one is named. */
export function locatePod(pod: Pod, { scheme, port }: ProxiedName): Backend {
  const ip = pod.status?.podIPs?.[0]?.ip ?? '';
  if (!isProxyable(ip)) throw statusError.badRequest('address not allowed');
  // Whoever is reached through the proxy is reached by address: no certificate could be for that.
  return { scheme, host: ip, port: choosePort(pod, scheme, port), shouldSkipVerification: true };
}

function choosePort(pod: Pod, scheme: 'http' | 'https', port: string): number {
  if (port !== '') return readPort(port);
  for (const { ports } of pod.spec?.containers ?? []) {
    if (ports?.[0] !== undefined) return ports[0].containerPort;
  }
  return knownPorts[scheme]!;
}

/** A port as a number. Kubernetes: the ports of pods and nodes are passed to Go's dialer, names and all. */
export function readPort(text: string): number {
  const port = knownPorts[text] ?? Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65536) return port;
  const why = Number.isInteger(port) ? `address ${text}: invalid port` : `lookup tcp/${text}: unknown port`;
  throw unreachable(`dial tcp: ${why}`);
}

/** Kubernetes: what a proxied request fails with when nobody answers. */
export function unreachable(why: string): StatusError {
  return new StatusError('ServiceUnavailable', `error trying to reach service: ${why}`);
}

/** Kubernetes: nothing that the server reaches by itself alone, loopback above all, is reached through the proxy. */
export function isProxyable(address: string): boolean {
  const ip = parseIp(address);
  return ip !== undefined && isGlobalUnicast(ip);
}

/** Go's `IsGlobalUnicast`: private ranges count. */
function isGlobalUnicast(ip: IpAddress): boolean {
  const isBroadcast = ip.family === 4 && ip.bits === 0xffffffffn;
  return (
    !isBroadcast &&
    !ipTraits.isUnspecified(ip) &&
    !ipTraits.isLoopback(ip) &&
    !ipTraits.isMulticast(ip) &&
    !ipTraits.isLinkLocalUnicast(ip)
  );
}
