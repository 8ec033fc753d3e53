import type { Service } from '../generated/index.ts';
import { warnOfCidr, warnOfIp } from './address-warnings.ts';

/** Kubernetes: `GetWarningsForService`. */
export function warnOfService({ metadata, spec }: Service): readonly string[] {
  const { externalIPs = [], clusterIPs = [], loadBalancerIP = '', loadBalancerSourceRanges: ranges = [], type } = spec;
  const isHeadless = type === 'ClusterIP' && spec.clusterIP === 'None';
  const warnings: string[] = [];
  if (metadata.annotations?.['service.kubernetes.io/topology-aware-hints'] !== undefined) {
    warnings.push(
      'annotation service.kubernetes.io/topology-aware-hints is deprecated, please use service.kubernetes.io/topology-mode instead',
    );
  }
  if ((spec.clusterIP ?? '') !== '' && spec.clusterIP !== 'None') {
    for (const [index, ip] of clusterIPs.entries()) warnings.push(...warnOfIp(`spec.clusterIPs[${index}]`, ip));
  }
  if (isHeadless) {
    if (loadBalancerIP !== '') warnings.push('spec.loadBalancerIP is ignored for headless services');
    if (externalIPs.length > 0) warnings.push('spec.externalIPs is ignored for headless services');
    if (spec.sessionAffinity !== 'None') warnings.push('spec.SessionAffinity is ignored for headless services');
  }
  for (const [index, ip] of externalIPs.entries()) warnings.push(...warnOfIp(`spec.externalIPs[${index}]`, ip));
  if (externalIPs.length > 0 && !isHeadless && type !== 'ExternalName') {
    warnings.push('spec.externalIPs is deprecated and may no longer be implemented in some clusters');
  }
  if (loadBalancerIP !== '') warnings.push(...warnOfIp('spec.loadBalancerIP', loadBalancerIP));
  for (const [index, range] of ranges.entries()) {
    warnings.push(...warnOfCidr(`spec.loadBalancerSourceRanges[${index}]`, range));
  }
  if (type === 'ExternalName' && externalIPs.length > 0) {
    warnings.push('spec.externalIPs is ignored when spec.type is "ExternalName"');
  }
  if (type !== 'ExternalName' && (spec.externalName ?? '') !== '') {
    warnings.push('spec.externalName is ignored when spec.type is not "ExternalName"');
  }
  if (spec.trafficDistribution === 'PreferClose') {
    warnings.push('spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"');
  }
  return warnings;
}
