import {
  checkDns1123Subdomain,
  checkPortNumber,
  checkQualifiedName,
  type FieldError,
  fieldError,
  invalidEach,
  parseIp,
  validateLabels,
  validateLegacyCidr,
  validateLegacyIp,
} from '../../machinery/index.ts';
import type { Service, ServicePort, ServiceSpec } from '../generated/index.ts';
import { checkNamedPort, validateEndpointIp } from './endpoint-checks.ts';
import { checkChoice, checkPort, type Errors } from './pod-validation/index.ts';

const topologyHints = 'service.kubernetes.io/topology-aware-hints';
const topologyMode = 'service.kubernetes.io/topology-mode';
const sourceRanges = 'service.beta.kubernetes.io/load-balancer-source-ranges';
const types = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const ipFamilies = ['IPv4', 'IPv6'];

export function isHeadless(spec: ServiceSpec): boolean {
  return spec.clusterIPs?.length === 1 && spec.clusterIPs[0] === 'None';
}

/** Reachable from outside the cluster. Kubernetes: `ExternallyAccessible`. */
export function isExternal(spec: ServiceSpec): boolean {
  const { type } = spec;
  return (
    type === 'LoadBalancer' || type === 'NodePort' || (type === 'ClusterIP' && (spec.externalIPs ?? []).length > 0)
  );
}

/** Kubernetes: `NeedsHealthCheck`. */
export function needsHealthCheck(spec: ServiceSpec): boolean {
  return spec.type === 'LoadBalancer' && spec.externalTrafficPolicy === 'Local';
}

/** Kubernetes: `validateService`; `old` lends addresses that were valid when they were written. */
export function validateService(service: Service, old: Service | undefined): readonly FieldError[] {
  const { spec } = service;
  const errors: Errors = [];
  checkTopologyAnnotations(errors, service);
  checkType(errors, spec);
  checkPorts(errors, spec);
  errors.push(...validateLabels(spec.selector, 'spec.selector'));
  checkAffinity(errors, spec);
  if (spec.type !== 'ExternalName') checkClusterIps(errors, spec, old?.spec);
  for (const [index, ip] of (spec.externalIPs ?? []).entries()) {
    const field = `spec.externalIPs[${index}]`;
    const problems = validateLegacyIp(field, ip, old?.spec.externalIPs);
    errors.push(...(problems.length > 0 ? problems : validateEndpointIp(ip, field)));
  }
  checkNodePorts(errors, spec);
  checkSourceRanges(errors, service, old);
  checkBalancerFields(errors, spec);
  checkTrafficPolicies(errors, spec);
  return errors;
}

function checkTopologyAnnotations(errors: Errors, { metadata }: Service): void {
  const mode = metadata.annotations?.[topologyMode];
  const hints = metadata.annotations?.[topologyHints];
  if (mode === undefined || hints === undefined || mode === hints) return;
  const detail = `must match annotations[${topologyHints}] when both are specified`;
  errors.push(fieldError.invalid(`metadata.annotations[${topologyMode}]`, mode, detail));
}

function checkType(errors: Errors, spec: ServiceSpec): void {
  const { type } = spec;
  if ((spec.ports ?? []).length === 0 && !isHeadless(spec) && type !== 'ExternalName') {
    errors.push(fieldError.required('spec.ports'));
  }
  if ((type === 'LoadBalancer' || type === 'NodePort') && isHeadless(spec)) {
    const detail = `may not be set to 'None' for ${type} services`;
    errors.push(fieldError.invalid('spec.clusterIPs[0]', 'None', detail));
  }
  if (type === 'ExternalName') checkExternalName(errors, spec);
  checkChoice(errors, 'spec.type', type, types);
}

function checkExternalName(errors: Errors, spec: ServiceSpec): void {
  const given = {
    clusterIPs: (spec.clusterIPs ?? []).length > 0,
    ipFamilies: (spec.ipFamilies ?? []).length > 0,
    ipFamilyPolicy: spec.ipFamilyPolicy !== undefined,
  };
  for (const [name, isGiven] of Object.entries(given)) {
    if (isGiven) errors.push(fieldError.forbidden(`spec.${name}`, 'may not be set for ExternalName services'));
  }
  const name = (spec.externalName ?? '').replace(/\.$/, '');
  if (name === '') errors.push(fieldError.required('spec.externalName'));
  else errors.push(...invalidEach('spec.externalName', name, checkDns1123Subdomain(name)));
}

function checkPorts(errors: Errors, { ports = [] }: ServiceSpec): void {
  const names = new Set<string>();
  const seen = new Set<string>();
  for (const [index, port] of ports.entries()) {
    const field = `spec.ports[${index}]`;
    checkNamedPort(errors, port, field, ports.length > 1);
    const { name = '' } = port;
    if (name !== '' && names.has(name)) errors.push(fieldError.duplicate(`${field}.name`, name));
    names.add(name);
    checkPort(errors, `${field}.targetPort`, port.targetPort);
    const key = `${port.protocol}/${port.port}`;
    if (seen.has(key)) errors.push(fieldError.duplicate(field, portKey(port)));
    seen.add(key);
  }
}

/** How upstream prints the port and protocol that are there twice. */
function portKey({ protocol, port }: ServicePort): object {
  return { Name: '', Protocol: protocol, AppProtocol: null, Port: port, TargetPort: 0, NodePort: 0 };
}

function checkNodePorts(errors: Errors, { type, ports = [] }: ServiceSpec): void {
  const seen = new Set<string>();
  for (const [index, { nodePort = 0, protocol }] of ports.entries()) {
    if (nodePort === 0) continue;
    const field = `spec.ports[${index}].nodePort`;
    if (type === 'ClusterIP') {
      errors.push(fieldError.forbidden(field, "may not be used when `type` is 'ClusterIP'"));
    }
    const key = `${protocol}/${nodePort}`;
    if (seen.has(key)) errors.push(fieldError.duplicate(field, nodePort));
    seen.add(key);
  }
}

function checkAffinity(errors: Errors, { sessionAffinity, sessionAffinityConfig }: ServiceSpec): void {
  checkChoice(errors, 'spec.sessionAffinity', sessionAffinity, ['ClientIP', 'None']);
  const field = 'spec.sessionAffinityConfig';
  if (sessionAffinity === 'None' && sessionAffinityConfig !== undefined) {
    errors.push(fieldError.forbidden(field, 'must not be set when session affinity is None'));
  }
  if (sessionAffinity !== 'ClientIP') return;
  const seconds = sessionAffinityConfig?.clientIP?.timeoutSeconds;
  if (seconds === undefined) {
    const path =
      sessionAffinityConfig === undefined
        ? ''
        : sessionAffinityConfig.clientIP === undefined
          ? '.clientIP'
          : '.clientIP.timeoutSeconds';
    errors.push(fieldError.required(`${field}${path}`, 'when session affinity type is ClientIP'));
  } else if (seconds <= 0 || seconds > 86_400) {
    const detail = 'must be greater than 0 and less than 86400';
    errors.push(fieldError.invalid(`${field}.clientIP.timeoutSeconds`, seconds, detail));
  }
}

/** Kubernetes: `ValidateServiceClusterIPsRelatedFields`. */
function checkClusterIps(errors: Errors, spec: ServiceSpec, old: ServiceSpec | undefined): void {
  const { clusterIPs = [], ipFamilies: families = [], ipFamilyPolicy } = spec;
  const field = 'spec.clusterIPs';
  checkPrimaryIp(errors, spec);
  for (const [index, family] of families.entries()) {
    const at = `spec.ipFamilies[${index}]`;
    if (!ipFamilies.includes(family)) errors.push(fieldError.notSupported(at, family, ipFamilies));
    if (families.indexOf(family) < index) errors.push(fieldError.duplicate(at, family));
  }
  if (ipFamilyPolicy !== undefined && !isFamilyPolicy(ipFamilyPolicy)) {
    errors.push(fieldError.notSupported('spec.ipFamilyPolicy', ipFamilyPolicy, familyPolicies));
  }
  const problems = clusterIPs.flatMap((ip, index) =>
    index === 0 && ip === 'None'
      ? clusterIPs.length > 1
        ? [fieldError.invalid(field, clusterIPs, "'None' must be the first and only value")]
        : []
      : validateLegacyIp(`${field}[${index}]`, ip, old?.clusterIPs),
  );
  errors.push(...problems);
  if (clusterIPs.length > 2) errors.push(fieldError.invalid(field, clusterIPs, 'may only hold up to 2 values'));
  if (problems.length > 0) return;
  const found = clusterIPs.map(ip => parseIp(ip)?.family);
  if (clusterIPs.length > 1 && new Set(found).size < 2) {
    errors.push(fieldError.invalid(field, clusterIPs, 'may specify no more than one IP for each IP family'));
  }
  if (isHeadless(spec)) return;
  for (const [index, ip] of clusterIPs.entries()) {
    const family = families[index];
    const isExpected = family === 'IPv4' ? found[index] !== 6 : family !== 'IPv6' || found[index] === 6;
    if (isExpected) continue;
    const detail = `expected an ${family} value as indicated by \`ipFamilies[${index}]\``;
    errors.push(fieldError.invalid(`${field}[${index}]`, ip, detail));
  }
}

const familyPolicies = ['PreferDualStack', 'RequireDualStack', 'SingleStack'];

function isFamilyPolicy(policy: string): boolean {
  return familyPolicies.includes(policy);
}

function checkPrimaryIp(errors: Errors, { clusterIP = '', clusterIPs = [] }: ServiceSpec): void {
  const field = 'spec.clusterIPs';
  if (clusterIP === '') {
    if (clusterIPs.length > 0)
      errors.push(fieldError.invalid(field, clusterIPs, 'must be empty when `clusterIP` is not specified'));
  } else if (clusterIPs.length === 0) {
    errors.push(fieldError.required(field));
  } else if (clusterIPs[0] !== clusterIP) {
    errors.push(fieldError.invalid(field, clusterIPs, 'first value must match `clusterIP`'));
  }
}

function checkSourceRanges(errors: Errors, service: Service, old: Service | undefined): void {
  const { loadBalancerSourceRanges: ranges = [], type } = service.spec;
  const text = service.metadata.annotations?.[sourceRanges];
  if (ranges.length === 0 && text === undefined) return;
  const field = ranges.length > 0 ? 'spec.LoadBalancerSourceRanges' : `metadata.annotations[${sourceRanges}]`;
  if (type !== 'LoadBalancer')
    errors.push(fieldError.forbidden(field, "may only be used when `type` is 'LoadBalancer'"));
  if (ranges.length > 0) {
    const known = old?.spec.loadBalancerSourceRanges?.map(range => range.trim());
    for (const [index, range] of ranges.entries()) {
      errors.push(...validateLegacyCidr(`${field}[${index}]`, range.trim(), known));
    }
    return;
  }
  if (text === old?.metadata.annotations?.[sourceRanges] || text!.trim() === '') return;
  for (const range of text!.trim().split(',')) errors.push(...validateLegacyCidr(field, range.trim()));
}

function checkBalancerFields(errors: Errors, spec: ServiceSpec): void {
  const { loadBalancerClass, allocateLoadBalancerNodePorts } = spec;
  const only = "may only be used when `type` is 'LoadBalancer'";
  if (spec.type !== 'LoadBalancer') {
    if (allocateLoadBalancerNodePorts !== undefined)
      errors.push(fieldError.forbidden('spec.allocateLoadBalancerNodePorts', only));
    if (loadBalancerClass !== undefined) errors.push(fieldError.forbidden('spec.loadBalancerClass', only));
    return;
  }
  if (allocateLoadBalancerNodePorts === undefined) errors.push(fieldError.required('allocateLoadBalancerNodePorts'));
  if (loadBalancerClass !== undefined) {
    errors.push(...invalidEach('spec.loadBalancerClass', loadBalancerClass, checkQualifiedName(loadBalancerClass)));
  }
}

function checkTrafficPolicies(errors: Errors, spec: ServiceSpec): void {
  const { externalTrafficPolicy: external = '', internalTrafficPolicy: internal, trafficDistribution } = spec;
  if (isExternal(spec)) {
    checkChoice(errors, 'spec.externalTrafficPolicy', external, ['Cluster', 'Local']);
  } else if (external !== '') {
    const detail = 'may only be set for externally-accessible services';
    errors.push(fieldError.invalid('spec.externalTrafficPolicy', external, detail));
  }
  checkHealthCheckPort(errors, spec);
  if (internal === undefined) {
    if (spec.type !== 'ExternalName' && types.includes(spec.type ?? ''))
      errors.push(fieldError.required('spec.internalTrafficPolicy'));
  } else if (internal !== 'Cluster' && internal !== 'Local') {
    errors.push(fieldError.notSupported('spec.internalTrafficPolicy', internal, ['Cluster', 'Local']));
  }
  const distributions = ['PreferClose', 'PreferSameZone', 'PreferSameNode'];
  if (trafficDistribution !== undefined && !distributions.includes(trafficDistribution)) {
    errors.push(fieldError.notSupported('spec.trafficDistribution', trafficDistribution, distributions));
  }
}

function checkHealthCheckPort(errors: Errors, spec: ServiceSpec): void {
  const { healthCheckNodePort: port = 0 } = spec;
  const field = 'spec.healthCheckNodePort';
  if (!needsHealthCheck(spec)) {
    const detail = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
    if (port !== 0) errors.push(fieldError.invalid(field, port, detail));
  } else if (port === 0) {
    errors.push(fieldError.required(field));
  } else {
    errors.push(...invalidEach(field, port, checkPortNumber(port)));
  }
}

/** Kubernetes: `ValidateServiceUpdate`. */
export function validateServiceUpdate(service: Service, old: Service): readonly FieldError[] {
  const { spec } = service;
  const before = old.spec;
  const errors: Errors = [];
  if (spec.type !== 'ExternalName' && before.type !== 'ExternalName') {
    if (!isHeadless(spec) || !isHeadless(before)) checkIpsUpdate(errors, spec, before);
    if (!isHeadless(spec) && !isHeadless(before)) checkFamiliesUpdate(errors, spec, before);
  }
  if (
    spec.type === 'LoadBalancer' &&
    before.type === 'LoadBalancer' &&
    spec.loadBalancerClass !== before.loadBalancerClass
  ) {
    errors.push(
      fieldError.invalid('spec.loadBalancerClass', spec.loadBalancerClass ?? null, 'may not change once set'),
    );
  }
  if (
    needsHealthCheck(before) &&
    needsHealthCheck(spec) &&
    (spec.healthCheckNodePort ?? 0) !== (before.healthCheckNodePort ?? 0)
  ) {
    errors.push(fieldError.forbidden('spec.healthCheckNodePort', 'field is immutable'));
  }
  return [...errors, ...validateService(service, old)];
}

/** Kubernetes: `validateUpgradeDowngradeClusterIPs`: the first address stays; a second may come and go. */
function checkIpsUpdate(errors: Errors, spec: ServiceSpec, old: ServiceSpec): void {
  const next = spec.clusterIPs ?? [];
  const before = old.clusterIPs ?? [];
  const changed = (index: number): void => {
    errors.push(fieldError.invalid(`spec.clusterIPs[${index}]`, next, 'may not change once set'));
  };
  if (before.length === next.length) {
    for (const [index, ip] of before.entries()) if (ip !== next[index]) changed(index);
    return;
  }
  if (before.length > next.length && next.length === 0) {
    errors.push(
      fieldError.invalid('spec.clusterIPs[0]', spec.clusterIPs ?? null, 'primary clusterIP can not be unset'),
    );
  }
  if (before.length > 0 && next.length > 0 && next[0] !== before[0]) changed(0);
  if (before.length > next.length && next.length === 1) checkReleased(errors, spec, 'secondary clusterIP');
}

/** Kubernetes: `validateUpgradeDowngradeIPFamilies`. */
function checkFamiliesUpdate(errors: Errors, spec: ServiceSpec, old: ServiceSpec): void {
  const next = spec.ipFamilies ?? [];
  const before = old.ipFamilies ?? [];
  const field = 'spec.ipFamilies[0]';
  if (before.length === next.length) {
    for (const [index, family] of before.entries()) {
      if (family !== next[index]) errors.push(fieldError.invalid(field, next, 'may not change once set'));
    }
    return;
  }
  if (before.length > next.length && (spec.clusterIPs ?? []).length === 0) {
    errors.push(fieldError.invalid(field, spec.ipFamilies ?? null, 'primary ipFamily can not be unset'));
  }
  if (before.length > 0 && next.length > 0 && next[0] !== before[0]) {
    errors.push(fieldError.invalid(field, spec.clusterIPs ?? null, 'may not change once set'));
  }
  if (before.length > next.length && next.length === 1) checkReleased(errors, spec, 'secondary ipFamily');
}

function checkReleased(errors: Errors, { ipFamilyPolicy }: ServiceSpec, what: string): void {
  if (ipFamilyPolicy === 'SingleStack') return;
  const detail = `must be set to 'SingleStack' when releasing the ${what}`;
  errors.push(fieldError.invalid('spec.ipFamilyPolicy', ipFamilyPolicy ?? null, detail));
}

/** Kubernetes: `ValidateLoadBalancerStatus`. */
export function validateServiceStatus(service: Service, old: Service): readonly FieldError[] {
  const ingress = service.status?.loadBalancer?.ingress ?? [];
  const field = 'status.loadBalancer.ingress';
  if (service.spec.type !== 'LoadBalancer' && ingress.length > 0) {
    return [fieldError.forbidden(field, "may only be used when `spec.type` is 'LoadBalancer'")];
  }
  const known = (old.status?.loadBalancer?.ingress ?? []).map(point => point.ip ?? '').filter(ip => ip !== '');
  return ingress.flatMap((point, index) => validateIngressPoint(point, `${field}[${index}]`, known));
}

function validateIngressPoint(
  {
    ip = '',
    ipMode,
    hostname = '',
  }: { readonly ip?: string | undefined; readonly ipMode?: string | undefined; readonly hostname?: string | undefined },
  field: string,
  known: readonly string[],
): readonly FieldError[] {
  const errors: FieldError[] = ip === '' ? [] : [...validateLegacyIp(`${field}.ip`, ip, known)];
  if (ipMode === undefined) {
    if (ip !== '') errors.push(fieldError.required(`${field}.ipMode`, 'must be specified when `ip` is set'));
  } else if (ip === '') {
    errors.push(fieldError.forbidden(`${field}.ipMode`, 'may not be specified when `ip` is not set'));
  } else if (ipMode !== 'VIP' && ipMode !== 'Proxy') {
    errors.push(fieldError.notSupported(`${field}.ipMode`, ipMode, ['Proxy', 'VIP']));
  }
  if (hostname === '') return errors;
  errors.push(...invalidEach(`${field}.hostname`, hostname, checkDns1123Subdomain(hostname)));
  if (parseIp(hostname) !== undefined) {
    errors.push(fieldError.invalid(`${field}.hostname`, hostname, 'must be a DNS name, not an IP address'));
  }
  return errors;
}
