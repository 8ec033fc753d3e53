import { isDeepEqual } from '../../machinery/index.ts';
import type { Service, ServiceSpec } from '../generated/index.ts';
import { isExternal, needsHealthCheck } from './service-validation.ts';

/**
 * Fields that the new type has no use for go, unless the update changed them as well. Kubernetes:
 * `dropTypeDependentFields`.
 */
export function dropUnusedFields(service: Service, old: Service): Service {
  const before = old.spec;
  let { spec } = service;
  const drop = (...names: (keyof ServiceSpec)[]): void => {
    for (const name of names) if (spec[name] !== undefined) spec = { ...spec, [name]: undefined };
  };
  const isSame = (...names: (keyof ServiceSpec)[]): boolean =>
    names.every(name => isDeepEqual(spec[name] ?? null, before[name] ?? null));
  if (before.type !== 'ExternalName' && spec.type === 'ExternalName') {
    if (isSame('clusterIP', 'clusterIPs')) drop('clusterIP', 'clusterIPs');
    if (isSame('ipFamilies')) drop('ipFamilies');
    if (isSame('ipFamilyPolicy')) drop('ipFamilyPolicy');
  }
  if (needsNodePort(before) && !needsNodePort(spec)) spec = dropNodePorts(spec, before);
  if (needsHealthCheck(before) && !needsHealthCheck(spec) && isSame('healthCheckNodePort')) drop('healthCheckNodePort');
  if (before.type === 'LoadBalancer' && spec.type !== 'LoadBalancer') {
    for (const name of ['allocateLoadBalancerNodePorts', 'loadBalancerClass'] as const) if (isSame(name)) drop(name);
  }
  if (isExternal(before) && !isExternal(spec) && isSame('externalTrafficPolicy')) drop('externalTrafficPolicy');
  const hasStatus = (service.status?.loadBalancer?.ingress ?? []).length > 0;
  const status = hasStatus && spec.type !== 'LoadBalancer' ? { ...service.status, loadBalancer: {} } : service.status;
  return spec === service.spec && status === service.status ? service : { ...service, spec, status };
}

function needsNodePort(spec: ServiceSpec): boolean {
  return spec.type === 'NodePort' || spec.type === 'LoadBalancer';
}

function dropNodePorts(spec: ServiceSpec, old: ServiceSpec): ServiceSpec {
  const known = new Set((old.ports ?? []).map(port => port.nodePort));
  const { ports = [] } = spec;
  if (!ports.some(port => port.nodePort) || ports.some(port => port.nodePort && !known.has(port.nodePort))) return spec;
  return { ...spec, ports: ports.map(port => ({ ...port, nodePort: undefined })) };
}
