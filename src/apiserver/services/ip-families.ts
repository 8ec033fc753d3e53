import type { Service } from '../../api/generated/index.ts';
import { type FieldError, fieldError, isDeepEqual, statusError } from '../../machinery/index.ts';
import { familyOf, type IpFamily } from './address-range.ts';

type Spec = NonNullable<Service['spec']>;

/**
 * Settles ipFamilyPolicy and ipFamilies from what is given and what the cluster has, which is one family.
 * Kubernetes: `initIPFamilyFields`.
 */
export function settleIpFamilies(service: Service, old: Service | undefined, family: IpFamily): Service {
  const spec = service.spec!;
  if (spec.type === 'ExternalName' || keepsPreference(spec, old?.spec)) return service;
  const policy = policyOf(spec, old?.spec);
  const reduced = reduce(spec, old?.spec, policy, service.metadata.name ?? '');
  const families = familiesOf(reduced, policy, family, service.metadata.name ?? '');
  return { ...service, spec: { ...reduced, ipFamilyPolicy: policy, ipFamilies: families } };
}

/** Kubernetes: a PreferDualStack Service stays as it is when the cluster's families have changed. */
function keepsPreference(spec: Spec, old: Spec | undefined): boolean {
  if (old === undefined || spec.type !== old.type) return false;
  if (spec.ipFamilyPolicy !== 'PreferDualStack' || old.ipFamilyPolicy !== 'PreferDualStack') return false;
  return isSameList(spec.clusterIPs, old.clusterIPs) && isSameList(spec.ipFamilies, old.ipFamilies);
}

function policyOf(spec: Spec, old: Spec | undefined): string {
  if (spec.ipFamilyPolicy !== undefined) return spec.ipFamilyPolicy;
  if (old?.ipFamilyPolicy !== undefined) return old.ipFamilyPolicy;
  return isHeadlessWithoutSelector(spec) ? 'RequireDualStack' : 'SingleStack';
}

function isHeadlessWithoutSelector(spec: Spec): boolean {
  return spec.clusterIP === 'None' && Object.keys(spec.selector ?? {}).length === 0;
}

/** Drops the second family when an update asks for one, and refuses what contradicts the policy. */
function reduce(spec: Spec, old: Spec | undefined, policy: string, name: string): Spec {
  let { clusterIPs, ipFamilies } = spec;
  const errors: FieldError[] = [];
  if (old !== undefined && policy === 'SingleStack') {
    if (isSameList(clusterIPs, old.clusterIPs)) clusterIPs = clusterIPs?.slice(0, 1);
    if (isSameList(ipFamilies, old.ipFamilies)) ipFamilies = ipFamilies?.slice(0, 1);
  } else if (old !== undefined) {
    const text = "must be 'SingleStack' to release the secondary";
    if (isShortened(clusterIPs, old.clusterIPs)) errors.push(policyError(policy, `${text} cluster IP`));
    if (isShortened(ipFamilies, old.ipFamilies)) errors.push(policyError(policy, `${text} IP family`));
  }
  if (policy === 'SingleStack') {
    const text = "must be 'RequireDualStack' or 'PreferDualStack' when multiple";
    if (clusterIPs?.length === 2) errors.push(policyError(policy, `${text} cluster IPs are specified`));
    if (ipFamilies?.length === 2) errors.push(policyError(policy, `${text} IP families are specified`));
  }
  refuse(errors, name);
  return clusterIPs === spec.clusterIPs && ipFamilies === spec.ipFamilies ? spec : { ...spec, clusterIPs, ipFamilies };
}

function familiesOf(spec: Spec, policy: string, family: IpFamily, name: string): readonly string[] {
  const families: string[] = [...(spec.ipFamilies ?? [])];
  const errors: FieldError[] = [];
  for (const [index, ip] of (spec.clusterIPs ?? []).entries()) {
    if (ip === 'None') break;
    if (ip === '' || index < families.length) continue;
    const given = familyOf(ip);
    if (given === family) families.push(given);
    else {
      const text = `${given} is not configured on this cluster`;
      errors.push(fieldError.invalid(`spec.clusterIPs[${index}]`, spec.clusterIPs, text));
    }
  }
  refuse(errors, name);
  if (isHeadlessWithoutSelector(spec)) return headlessFamilies(families, policy, family);
  checkFamilies(families, policy, family, name);
  return families.length === 0 ? [family] : families;
}

/** Kubernetes: a headless Service whose endpoints are not the cluster's may have both families. */
function headlessFamilies(families: readonly string[], policy: string, family: IpFamily): readonly string[] {
  const first = families[0] ?? family;
  if (families.length > 1 || policy === 'SingleStack') return families.length > 1 ? families : [first];
  return [first, first === 'IPv4' ? 'IPv6' : 'IPv4'];
}

function checkFamilies(families: readonly string[], policy: string, family: IpFamily, name: string): void {
  const errors: FieldError[] = [];
  if (policy === 'RequireDualStack') {
    errors.push(policyError(policy, 'this cluster is not configured for dual-stack services'));
  }
  for (const [index, given] of families.entries()) {
    if (given === family) continue;
    errors.push(fieldError.invalid(`spec.ipFamilies[${index}]`, given, 'not configured on this cluster'));
  }
  refuse(errors, name);
}

function policyError(policy: string, text: string): FieldError {
  return fieldError.invalid('spec.ipFamilyPolicy', policy, text);
}

function refuse(errors: readonly FieldError[], name: string): void {
  if (errors.length > 0) throw invalidService(name, errors);
}

export function invalidService(name: string, errors: readonly FieldError[]): Error {
  return statusError.invalid({ group: '', resource: 'services', kind: 'Service' }, name, errors);
}

function isSameList(left: readonly string[] | undefined, right: readonly string[] | undefined): boolean {
  return isDeepEqual(left ?? [], right ?? []);
}

function isShortened(now: readonly string[] | undefined, before: readonly string[] | undefined): boolean {
  return now !== undefined && now.length > 0 && now.length < (before?.length ?? 0);
}
