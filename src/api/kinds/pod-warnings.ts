import { canonicalizeQuantity, checkDns1123Label, checkLabelValue, parseQuantity } from '../../machinery/index.ts';
import type {
  Container,
  ContainerPort,
  NodeSelectorTerm,
  PodSpec,
  PodTemplateSpec,
  Volume,
} from '../generated/index.ts';
import { warnOfIp } from './address-warnings.ts';

/** What a pod may say but hardly means. Kubernetes: `pkg/api/pod/warnings.go`. */

const deprecatedLabels: Readonly<Record<string, string>> = {
  'beta.kubernetes.io/arch': 'deprecated since v1.14; use "kubernetes.io/arch" instead',
  'beta.kubernetes.io/os': 'deprecated since v1.14; use "kubernetes.io/os" instead',
  'failure-domain.beta.kubernetes.io/region': 'deprecated since v1.17; use "topology.kubernetes.io/region" instead',
  'failure-domain.beta.kubernetes.io/zone': 'deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
  'beta.kubernetes.io/instance-type': 'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead',
  'app.kubernetes.io/created-by': 'deprecated since v1.9',
  'scheduler.alpha.kubernetes.io/preferAvoidPods': 'deprecated since v1.22; use Taints and Tolerations instead',
  'node-role.kubernetes.io/master': 'use "node-role.kubernetes.io/control-plane" instead',
};

const deprecatedAnnotations: Readonly<Record<string, string>> = {
  'scheduler.alpha.kubernetes.io/critical-pod': 'non-functional in v1.16+; use the "priorityClassName" field instead',
  'security.alpha.kubernetes.io/sysctls': 'non-functional in v1.11+; use the "sysctls" field instead',
  'security.alpha.kubernetes.io/unsafe-sysctls': 'non-functional in v1.11+; use the "sysctls" field instead',
};

const deprecatedVolumes: readonly (readonly [keyof Volume, string, string])[] = [
  ['photonPersistentDisk', 'photonPersistentDisk', 'deprecated in v1.11, non-functional in v1.16+'],
  ['gitRepo', 'gitRepo', 'deprecated in v1.11, and disabled by default in v1.33+'],
  ['scaleIO', 'scaleIO', 'deprecated in v1.16, non-functional in v1.22+'],
  ['flocker', 'flocker', 'deprecated in v1.22, non-functional in v1.25+'],
  ['storageos', 'storageOS', 'deprecated in v1.22, non-functional in v1.25+'],
  ['quobyte', 'quobyte', 'deprecated in v1.22, non-functional in v1.25+'],
  ['glusterfs', 'glusterfs', 'deprecated in v1.25, non-functional in v1.26+'],
  ['cephfs', 'cephfs', 'deprecated in v1.28, non-functional in v1.31+'],
  ['rbd', 'rbd', 'deprecated in v1.28, non-functional in v1.31+'],
];

/** A name that pods' host names are made from. */
export function warnOfName(name: string | undefined, use: string): readonly string[] {
  const problems = checkDns1123Label(name ?? '');
  if (problems.length === 0) return [];
  return [
    `metadata.name: this is used in ${use}, which can result in surprising behavior; a DNS label is recommended: [${problems.join(' ')}]`,
  ];
}

/** `prefix` is empty for a pod, `spec.template.` for a template. */
export function warnOfPod(pod: PodTemplateSpec | undefined, prefix: string): readonly string[] {
  if (pod?.spec === undefined) return [];
  const warnings: string[] = [];
  const at = `${prefix}spec`;
  warnOfPlacement(warnings, pod.spec, at);
  const { annotations = {} } = pod.metadata ?? {};
  for (const [key, message] of Object.entries(deprecatedAnnotations)) {
    if (annotations[key] !== undefined) warnings.push(`${prefix}metadata.annotations[${key}]: ${message}`);
  }
  warnOfVolumes(warnings, pod.spec, at);
  warnOfLists(warnings, pod.spec, at);
  const containers = containersOf(pod.spec, at);
  for (const [field, container] of containers) warnOfContainer(warnings, container, field);
  warnOfPorts(warnings, containers);
  if ((pod.spec.terminationGracePeriodSeconds ?? 0) < 0) {
    const field = `${at}.terminationGracePeriodSeconds`;
    warnings.push(`${field}: must be >= 0; negative values are invalid and will be treated as 1`);
  }
  warnOfAffinity(warnings, pod.spec, at);
  for (const [index, server] of (pod.spec.dnsConfig?.nameservers ?? []).entries()) {
    warnings.push(...warnOfIp(`${at}.dnsConfig.nameservers[${index}]`, server));
  }
  for (const [index, alias] of (pod.spec.hostAliases ?? []).entries()) {
    warnings.push(...warnOfIp(`${at}.hostAliases[${index}].ip`, alias.ip));
  }
  return warnings;
}

/** Kubernetes: templates are looked at when they are new, and when something around them has changed. */
export function warnOfTemplate<T extends { readonly spec: { readonly template?: PodTemplateSpec | undefined } }>(
  object: T,
  old: T | undefined,
): readonly string[] {
  return old !== undefined && old.spec === object.spec ? [] : warnOfPod(object.spec?.template, 'spec.template.');
}

function warnOfPlacement(warnings: string[], spec: PodSpec, at: string): void {
  for (const key in spec.nodeSelector) {
    if (deprecatedLabels[key] !== undefined) warnings.push(`${at}.nodeSelector[${key}]: ${deprecatedLabels[key]}`);
  }
  const {
    requiredDuringSchedulingIgnoredDuringExecution: required,
    preferredDuringSchedulingIgnoredDuringExecution: preferred,
  } = spec.affinity?.nodeAffinity ?? {};
  const field = `${at}.affinity.nodeAffinity`;
  for (const [index, term] of (required?.nodeSelectorTerms ?? []).entries()) {
    const path = `${field}.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[${index}]`;
    warnOfTerm(warnings, term, path, false);
  }
  for (const [index, { preference }] of (preferred ?? []).entries()) {
    const path = `${field}.preferredDuringSchedulingIgnoredDuringExecution[${index}].preference`;
    warnOfTerm(warnings, preference, path, true);
  }
  for (const [index, { topologyKey, labelSelector }] of (spec.topologySpreadConstraints ?? []).entries()) {
    const path = `${at}.topologySpreadConstraints[${index}]`;
    const message = deprecatedLabels[topologyKey];
    if (message !== undefined) warnings.push(`${path}.topologyKey: ${topologyKey} is ${message}`);
    if (labelSelector === undefined) {
      warnings.push(`${path}.labelSelector: a null labelSelector results in matching no pod`);
    }
  }
}

function warnOfTerm(
  warnings: string[],
  term: NodeSelectorTerm | undefined,
  field: string,
  areValuesChecked: boolean,
): void {
  for (const [index, { key, values = [] }] of (term?.matchExpressions ?? []).entries()) {
    const path = `${field}.matchExpressions[${index}]`;
    const message = deprecatedLabels[key];
    if (message !== undefined) warnings.push(`${path}.key: ${key} is ${message}`);
    if (!areValuesChecked) continue;
    for (const [at, value] of values.entries()) {
      for (const problem of checkLabelValue(value))
        warnings.push(`${path}.values[${at}]: ${value} is invalid, ${problem}`);
    }
  }
}

function warnOfVolumes(warnings: string[], spec: PodSpec, at: string): void {
  for (const [index, volume] of (spec.volumes ?? []).entries()) {
    for (const [name, field, message] of deprecatedVolumes) {
      if (volume[name] !== undefined) warnings.push(`${at}.volumes[${index}].${field}: ${message}`);
    }
    const hasEmptySource = volume.projected?.sources?.some(source => Object.keys(source).length === 0) === true;
    if (hasEmptySource) warnings.push(`volume "${volume.name}" (Projected) has no sources provided`);
    const claim = volume.ephemeral?.volumeClaimTemplate?.spec;
    if (claim !== undefined) {
      warnings.push(...warnOfClaim(claim.resources, `${at}.volumes[${index}].ephemeral.volumeClaimTemplate.spec`));
    }
  }
}

type Amounts = Readonly<Record<string, string>>;

interface AmountLists {
  readonly limits?: Amounts | undefined;
  readonly requests?: Amounts | undefined;
}

/** Bytes cannot be split. Kubernetes: `GetWarningsForPersistentVolumeClaimSpec`. */
export function warnOfClaim(resources: AmountLists | undefined, field: string): readonly string[] {
  const warnings: string[] = [];
  warnOfFraction(warnings, resources?.requests, 'storage', `${field}.resources.requests`);
  warnOfFraction(warnings, resources?.limits, 'storage', `${field}.resources.limits`);
  return warnings;
}

function warnOfFraction(warnings: string[], amounts: Amounts | undefined, name: string, field: string): void {
  const value = amounts?.[name];
  if (value === undefined || (parseQuantity(value)?.nanos ?? 0n) % 1_000_000_000n === 0n) return;
  const shown = canonicalizeQuantity(value);
  warnings.push(`${field}[${name}]: fractional byte value "${shown}" is invalid, must be an integer`);
}

function warnOfLists(warnings: string[], spec: PodSpec, at: string): void {
  const ips = new Set<string>();
  for (const [index, { ip }] of (spec.hostAliases ?? []).entries()) {
    if (ips.has(ip)) warnings.push(`${at}.hostAliases[${index}].ip: duplicate ip "${ip}"`);
    ips.add(ip);
  }
  const secrets = new Set<string>();
  for (const [index, { name = '' }] of (spec.imagePullSecrets ?? []).entries()) {
    const field = `${at}.imagePullSecrets[${index}].name`;
    if (secrets.has(name)) warnings.push(`${field}: duplicate name "${name}"`);
    if (name === '') warnings.push(`${field}: invalid empty name ""`);
    secrets.add(name);
  }
  for (const name of ['memory', 'ephemeral-storage']) warnOfFraction(warnings, spec.overhead, name, `${at}.overhead`);
}

type AnyContainer = Pick<Container, 'env' | 'ports' | 'resources'>;

function containersOf(spec: PodSpec, at: string): readonly (readonly [string, AnyContainer])[] {
  return (['initContainers', 'containers', 'ephemeralContainers'] as const).flatMap(part => {
    const list: readonly AnyContainer[] = spec[part] ?? [];
    return list.map((container, index) => [`${at}.${part}[${index}]`, container] as const);
  });
}

function warnOfContainer(warnings: string[], { env = [], resources }: AnyContainer, field: string): void {
  for (const name of ['memory', 'ephemeral-storage']) {
    warnOfFraction(warnings, resources?.limits, name, `${field}.resources.limits`);
    warnOfFraction(warnings, resources?.requests, name, `${field}.resources.requests`);
  }
  const names = new Set<string>();
  for (const [index, { name, value = '', valueFrom }] of env.entries()) {
    // A value that builds on the earlier one is meant.
    const reference = `$(${name})`;
    const isMeant = valueFrom === undefined && value !== reference && value.includes(reference);
    if (names.has(name) && !isMeant) {
      const text = `hides previous definition of "${name}", which may be dropped when using apply`;
      warnings.push(`${field}.env[${index}]: ${text}`);
    }
    names.add(name);
  }
}

function warnOfPorts(warnings: string[], containers: readonly (readonly [string, AnyContainer])[]): void {
  const seen = new Map<string, { readonly field: string; readonly port: ContainerPort }[]>();
  const names = new Map<string, string>();
  const ports = containers.flatMap(([field, container]) =>
    (container.ports ?? []).map((port, index) => ({ field: `${field}.ports[${index}]`, port })),
  );
  for (const block of ports) {
    const key = `${block.port.containerPort}/${block.port.protocol}`;
    const others = seen.get(key) ?? [];
    for (const other of others) {
      const relation = relatePorts(block.port, other.port);
      if (relation !== undefined) warnings.push(`${block.field}: ${relation} port definition with ${other.field}`);
    }
    seen.set(key, [...others, block]);
  }
  for (const { field, port } of ports) {
    const { name = '' } = port;
    const first = names.get(name);
    if (name === '') continue;
    if (first === undefined) names.set(name, field);
    else {
      const text = `services and probes that select ports by name will use ${first}`;
      warnings.push(`${field}: duplicate port name "${name}" with ${first}, ${text}`);
    }
  }
}

function relatePorts(one: ContainerPort, other: ContainerPort): string | undefined {
  const { hostIP = '', hostPort = 0 } = one;
  const { hostIP: otherIp = '', hostPort: otherPort = 0 } = other;
  if (hostIP === otherIp && hostPort === otherPort) return 'duplicate';
  if (hostPort === 0 || otherPort === 0) return 'overlapping';
  return hostPort === otherPort && (hostIP === '') !== (otherIp === '') ? 'dangerously ambiguous' : undefined;
}

function warnOfAffinity(warnings: string[], spec: PodSpec, at: string): void {
  const text = 'a null labelSelector results in matching no pod';
  for (const kind of ['podAffinity', 'podAntiAffinity'] as const) {
    const affinity = spec.affinity?.[kind];
    const field = `${at}.affinity.${kind}`;
    for (const [index, term] of (affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []).entries()) {
      const path = `${field}.requiredDuringSchedulingIgnoredDuringExecution[${index}].labelSelector`;
      if (term.labelSelector === undefined) warnings.push(`${path}: ${text}`);
    }
    for (const [index, term] of (affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).entries()) {
      const path = `${field}.preferredDuringSchedulingIgnoredDuringExecution[${index}].podAffinityTerm.labelSelector`;
      if (term.podAffinityTerm?.labelSelector === undefined) warnings.push(`${path}: ${text}`);
    }
  }
}
