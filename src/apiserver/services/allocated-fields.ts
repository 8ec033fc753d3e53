import type { Service } from '../../api/generated/index.ts';
import { isDeepEqual } from '../../machinery/index.ts';

type Spec = NonNullable<Service['spec']>;

/** Keeps clusterIP and clusterIPs in step, whichever of them a client knows. Kubernetes: `normalizeClusterIPs`. */
export function normalizeClusterIps(service: Service, old: Service | undefined): Service {
  const spec = service.spec!;
  const before = old?.spec;
  const given = spec.clusterIPs ?? [];
  if (before === undefined) {
    return spec.clusterIP && given.length === 0 ? withIps(service, [spec.clusterIP]) : service;
  }
  const standing = before.clusterIPs ?? [];
  let ips: readonly string[] = given;
  if (standing.length > 0 && given.length === 0 && (before.clusterIP ?? '') === (spec.clusterIP ?? '')) ips = standing;
  if ((before.clusterIP ?? '') !== (spec.clusterIP ?? '') && isDeepEqual(standing, ips)) {
    ips = before.clusterIP && !spec.clusterIP ? [] : [spec.clusterIP ?? ''];
  }
  return isDeepEqual(ips, given) ? service : withIps(service, ips);
}

function withIps(service: Service, ips: readonly string[]): Service {
  return { ...service, spec: { ...service.spec, clusterIPs: ips.length === 0 ? undefined : ips } };
}

/** An update that leaves out what was allocated keeps it. Kubernetes: `patchAllocatedValues`. */
export function carryOverAllocated(service: Service, old: Service): Service {
  let spec = service.spec!;
  const before = old.spec!;
  if (before.type !== 'ExternalName' && spec.type !== 'ExternalName') spec = carryIps(spec, before);
  if (hasNodePorts(old) && hasNodePorts(service)) spec = carryPorts(spec, before);
  if (needsHealthCheckPort(old) && needsHealthCheckPort(service) && !spec.healthCheckNodePort) {
    spec = { ...spec, healthCheckNodePort: before.healthCheckNodePort };
  }
  return spec === service.spec ? service : { ...service, spec };
}

function carryIps(spec: Spec, before: Spec): Spec {
  const clusterIP = spec.clusterIP || before.clusterIP;
  const clusterIPs = (spec.clusterIPs?.length ?? 0) === 0 ? before.clusterIPs : spec.clusterIPs;
  return clusterIP === spec.clusterIP && clusterIPs === spec.clusterIPs ? spec : { ...spec, clusterIP, clusterIPs };
}

/** By port name, unless the update gives the old number to another port. */
function carryPorts(spec: Spec, before: Spec): Spec {
  const oldPorts = new Set((before.ports ?? []).map(port => port.nodePort ?? 0));
  const kept = new Set(
    (spec.ports ?? []).map(port => port.nodePort ?? 0).filter(port => port !== 0 && oldPorts.has(port)),
  );
  const byName = new Map((before.ports ?? []).map(port => [port.name ?? '', port.nodePort ?? 0]));
  let isChanged = false;
  const ports = (spec.ports ?? []).map(port => {
    const nodePort = byName.get(port.name ?? '') ?? 0;
    if (port.nodePort || nodePort === 0 || kept.has(nodePort)) return port;
    isChanged = true;
    return { ...port, nodePort };
  });
  return isChanged ? { ...spec, ports } : spec;
}

export function hasNodePorts(service: Service): boolean {
  const { type, allocateLoadBalancerNodePorts } = service.spec!;
  return type === 'NodePort' || (type === 'LoadBalancer' && allocateLoadBalancerNodePorts !== false);
}

export function needsHealthCheckPort(service: Service): boolean {
  return service.spec!.type === 'LoadBalancer' && service.spec!.externalTrafficPolicy === 'Local';
}
