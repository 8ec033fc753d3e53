import {
  checkDns1123Label,
  checkDns1123Subdomain,
  checkDns1123SubdomainWithUnderscore,
  checkQualifiedName,
  checkRange,
  type FieldError,
  fieldError,
  invalidEach,
  utf8Length,
  validateLabels,
  validateLegacyIp,
} from '../../../machinery/index.ts';
import type { PodDNSConfig, PodSpec } from '../../generated/index.ts';
import { checkLabelField, checkSubdomainField, type Errors } from './field-checks.ts';
import { checkContainers, checkEphemeralContainers, checkInitContainers } from './validate-containers.ts';
import { checkQuantityValue } from './validate-resources.ts';
import { checkAffinity, checkSpreadConstraints, checkTolerations } from './validate-scheduling.ts';
import { checkPodSecurityContext } from './validate-security-context.ts';
import { checkVolumes } from './validate-volumes.ts';

/** Specs that have been looked at and are good, with the place they are good in. */
const knownGood = new WeakMap<PodSpec, string>();
const none: readonly FieldError[] = [];

export interface PodSpecPlace {
  /** `spec`, or `spec.template.spec`. */
  readonly field: string;
  /** Of the pod itself; absent for a template. */
  readonly podName?: string | undefined;
  /** A pod's, not a template's: host ports must then be stated. */
  readonly isPod: boolean;
}

/**
 * Kubernetes: `ValidatePodSpec`. A spec that has been looked at before is not looked at again: most writes of a pod leave
 * its spec as it is.
 */
export function validatePodSpec(spec: PodSpec, place: PodSpecPlace): readonly FieldError[] {
  const key = place.isPod ? (place.podName ?? '') : `template ${place.field}`;
  if (knownGood.get(spec) === key) return none;
  const errors: Errors = [];
  checkPodSpec(errors, spec, place);
  if (errors.length > 0) return errors;
  knownGood.set(spec, key);
  return none;
}

function checkPodSpec(errors: Errors, spec: PodSpec, place: PodSpecPlace): void {
  const { field } = place;
  if (spec.terminationGracePeriodSeconds === undefined)
    errors.push(fieldError.required(`${field}.terminationGracePeriodSeconds`));
  const volumes = checkVolumes(errors, `${field}.volumes`, spec.volumes, place.podName);
  const claimNames = new Set((spec.resourceClaims ?? []).map(claim => claim.name).filter(name => name !== ''));
  checkResourceClaims(errors, `${field}.resourceClaims`, spec.resourceClaims);
  const surroundings = { spec, volumes, claimNames };
  checkContainers(errors, `${field}.containers`, surroundings);
  checkInitContainers(errors, `${field}.initContainers`, surroundings);
  checkEphemeralContainers(errors, `${field}.ephemeralContainers`, surroundings);
  checkHostPorts(errors, field, spec, place.isPod);
  checkPolicies(errors, field, spec);
  errors.push(...validateLabels(spec.nodeSelector, `${field}.nodeSelector`));
  checkPodSecurityContext(errors, `${field}.securityContext`, spec.securityContext, spec);
  checkAffinity(errors, `${field}.affinity`, spec.affinity);
  checkDnsConfig(errors, `${field}.dnsConfig`, spec.dnsConfig, spec.dnsPolicy);
  checkGates(errors, field, spec);
  checkSpreadConstraints(errors, `${field}.topologySpreadConstraints`, spec.topologySpreadConstraints);
  checkHostUsers(errors, field, spec);
  checkNames(errors, field, spec);
  checkTolerations(errors, `${field}.tolerations`, spec.tolerations);
  checkHostAliases(errors, `${field}.hostAliases`, spec);
  checkOverhead(errors, `${field}.overhead`, spec.overhead);
  checkOs(errors, `${field}.os`, spec);
  checkFileKeyVolumes(errors, field, spec);
}

function checkResourceClaims(errors: Errors, field: string, claims: PodSpec['resourceClaims']): void {
  const names = new Set<string>();
  for (const [index, claim] of (claims ?? []).entries()) {
    const at = `${field}[${index}]`;
    if (claim.name && names.has(claim.name)) errors.push(fieldError.duplicate(`${at}.name`, claim.name));
    else checkLabelField(errors, `${at}.name`, claim.name);
    names.add(claim.name);
    const { resourceClaimName, resourceClaimTemplateName } = claim;
    if (resourceClaimName !== undefined && resourceClaimTemplateName !== undefined) {
      const detail = 'at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified';
      errors.push(fieldError.invalid(at, claim, detail));
    }
    if (resourceClaimName === undefined && resourceClaimTemplateName === undefined) {
      errors.push(
        fieldError.invalid(at, claim, 'must specify one of: `resourceClaimName`, `resourceClaimTemplateName`'),
      );
    }
    if (resourceClaimName !== undefined) checkSubdomainField(errors, `${at}.resourceClaimName`, resourceClaimName);
    if (resourceClaimTemplateName !== undefined) {
      checkSubdomainField(errors, `${at}.resourceClaimTemplateName`, resourceClaimTemplateName);
    }
  }
}

/** Kubernetes: `validatePodHostNetworkDeps`. */
function checkHostPorts(errors: Errors, field: string, spec: PodSpec, isPod: boolean): void {
  if (spec.hostNetwork !== true) return;
  for (const [index, container] of (spec.containers ?? []).entries()) {
    for (const [at, port] of (container.ports ?? []).entries()) {
      const hostPort = port.hostPort ?? 0;
      if ((!isPod && hostPort === 0) || hostPort === port.containerPort) continue;
      const detail = 'must match `containerPort` when `hostNetwork` is true';
      errors.push(fieldError.invalid(`${field}.containers[${index}].ports[${at}].hostPort`, hostPort, detail));
    }
  }
}

function checkPolicies(errors: Errors, field: string, spec: PodSpec): void {
  const choose = (name: string, value: string | undefined, supported: readonly string[]): void => {
    if ((value ?? '') === '') errors.push(fieldError.required(`${field}.${name}`));
    else if (!supported.includes(value!)) errors.push(fieldError.notSupported(`${field}.${name}`, value, supported));
  };
  choose('restartPolicy', spec.restartPolicy, ['Always', 'OnFailure', 'Never']);
  choose('dnsPolicy', spec.dnsPolicy, ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None']);
  if (spec.preemptionPolicy !== undefined) {
    choose('preemptionPolicy', spec.preemptionPolicy, ['PreemptLowerPriority', 'Never']);
  }
}

/** Kubernetes: `validatePodDNSConfig`. */
function checkDnsConfig(
  errors: Errors,
  field: string,
  config: PodDNSConfig | undefined,
  policy: string | undefined,
): void {
  if (policy === 'None') {
    if (config === undefined) {
      errors.push(fieldError.required(field, 'must provide `dnsConfig` when `dnsPolicy` is None'));
      return;
    }
    if ((config.nameservers ?? []).length === 0) {
      const detail = 'must provide at least one DNS nameserver when `dnsPolicy` is None';
      errors.push(fieldError.required(`${field}.nameservers`, detail));
      return;
    }
  }
  if (config === undefined) return;
  const { nameservers = [], searches = [], options = [] } = config;
  if (nameservers.length > 3) {
    errors.push(fieldError.invalid(`${field}.nameservers`, nameservers, 'must not have more than 3 nameservers'));
  }
  for (const [index, server] of nameservers.entries())
    errors.push(...validateLegacyIp(`${field}.nameservers[${index}]`, server));
  if (searches.length > 32)
    errors.push(fieldError.invalid(`${field}.searches`, searches, 'must not have more than 32 search paths'));
  if (utf8Length(searches.join(' ')) > 2048) {
    const detail = 'must not have more than 2048 characters (including spaces) in the search list';
    errors.push(fieldError.invalid(`${field}.searches`, searches, detail));
  }
  for (const [index, search] of searches.entries()) {
    if (search === '.') continue;
    const name = search.endsWith('.') ? search.slice(0, -1) : search;
    errors.push(...invalidEach(`${field}.searches[${index}]`, name, checkDns1123SubdomainWithUnderscore(name)));
  }
  for (const [index, option] of options.entries()) {
    if ((option.name ?? '') === '') errors.push(fieldError.required(`${field}.options[${index}]`, 'must not be empty'));
  }
}

function checkGates(errors: Errors, field: string, spec: PodSpec): void {
  for (const [index, gate] of (spec.readinessGates ?? []).entries()) {
    errors.push(
      ...invalidEach(
        `${field}.readinessGates[${index}].conditionType`,
        gate.conditionType,
        checkQualifiedName(gate.conditionType),
      ),
    );
  }
  const seen = new Set<string>();
  for (const [index, gate] of (spec.schedulingGates ?? []).entries()) {
    const at = `${field}.schedulingGates[${index}]`;
    errors.push(...invalidEach(at, gate.name, checkQualifiedName(gate.name)));
    if (seen.has(gate.name)) errors.push(fieldError.duplicate(at, gate.name));
    seen.add(gate.name);
  }
}

function checkHostUsers(errors: Errors, field: string, spec: PodSpec): void {
  if (spec.hostUsers !== false) return;
  if (spec.hostNetwork === true) errors.push(fieldError.forbidden(`${field}.hostNetwork`, 'when `hostUsers` is false'));
  if (spec.hostPID === true) errors.push(fieldError.forbidden(`${field}.HostPID`, 'when `hostUsers` is false'));
  if (spec.hostIPC === true) errors.push(fieldError.forbidden(`${field}.HostIPC`, 'when `hostUsers` is false'));
}

function checkNames(errors: Errors, field: string, spec: PodSpec): void {
  const subdomain = (name: string, value: string | undefined): void => {
    if ((value ?? '') !== '') errors.push(...invalidEach(`${field}.${name}`, value, checkDns1123Subdomain(value!)));
  };
  checkHostnameOverride(errors, field, spec);
  subdomain('serviceAccountName', spec.serviceAccountName);
  subdomain('nodeName', spec.nodeName);
  const deadline = spec.activeDeadlineSeconds;
  if (deadline !== undefined)
    errors.push(...invalidEach(`${field}.activeDeadlineSeconds`, deadline, checkRange(deadline, 1, 2147483647)));
  for (const name of ['hostname', 'subdomain'] as const) {
    const value = spec[name] ?? '';
    if (value !== '') errors.push(...invalidEach(`${field}.${name}`, value, checkDns1123Label(value)));
  }
  subdomain('priorityClassName', spec.priorityClassName);
  if (spec.runtimeClassName !== undefined)
    checkSubdomainField(errors, `${field}.runtimeClassName`, spec.runtimeClassName);
}

function checkHostnameOverride(errors: Errors, field: string, spec: PodSpec): void {
  const name = spec.hostnameOverride;
  if (name === undefined) return;
  const at = `${field}.hostnameOverride`;
  if (spec.setHostnameAsFQDN === true)
    errors.push(fieldError.forbidden(at, 'may not be specified when setHostnameAsFQDN is true'));
  if (spec.hostNetwork === true) errors.push(fieldError.forbidden(at, 'may not be specified when hostNetwork is true'));
  if (utf8Length(name) > 64) errors.push(fieldError.tooLong(at, 64));
  checkSubdomainField(errors, at, name);
}

function checkHostAliases(errors: Errors, field: string, spec: PodSpec): void {
  for (const [index, alias] of (spec.hostAliases ?? []).entries()) {
    errors.push(...validateLegacyIp(`${field}[${index}].ip`, alias.ip));
    for (const [at, hostname] of (alias.hostnames ?? []).entries()) {
      checkSubdomainField(errors, `${field}[${index}].hostnames[${at}]`, hostname);
    }
  }
}

function checkOverhead(errors: Errors, field: string, overhead: PodSpec['overhead']): void {
  for (const name in overhead) checkQuantityValue(errors, `${field}.limits[${name}]`, name, overhead[name]!);
}

function checkOs(errors: Errors, field: string, spec: PodSpec): void {
  if (spec.os === undefined) return;
  const { name } = spec.os;
  if ((name ?? '') === '') errors.push(fieldError.required(`${field}.name`));
  else if (name !== 'linux' && name !== 'windows')
    errors.push(fieldError.notSupported(field, name, ['linux', 'windows']));
}

/** Kubernetes: `validateFileKeyRefVolumes`. */
function checkFileKeyVolumes(errors: Errors, field: string, spec: PodSpec): void {
  for (const part of ['initContainers', 'containers'] as const) {
    for (const [index, container] of (spec[part] ?? []).entries()) {
      for (const [at, variable] of (container.env ?? []).entries()) {
        const ref = variable.valueFrom?.fileKeyRef;
        if (ref === undefined) continue;
        const path = `${field}.${part}[${index}].env[${at}].valueFrom.fileKeyRef.volumeName`;
        const volume = spec.volumes?.find(candidate => candidate.name === ref.volumeName);
        if (volume === undefined) errors.push(fieldError.notFound(path, ref.volumeName));
        else if (volume.emptyDir === undefined) {
          errors.push(fieldError.invalid(path, ref.volumeName, 'referenced volume must be of type emptyDir'));
        }
      }
    }
  }
}
