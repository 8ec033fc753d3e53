import { checkPortName, checkPortNumber, fieldError, invalidEach } from '../../../machinery/index.ts';
import type { Container, ContainerPort, EphemeralContainer, PodSpec, VolumeMount } from '../../generated/index.ts';
import { checkChoice, checkDescendingPath, checkLabelField, type Errors } from './field-checks.ts';
import { checkEnv, checkEnvFrom } from './validate-env.ts';
import { checkLifecycle, checkProbe } from './validate-probes.ts';
import { checkContainerResources } from './validate-resources.ts';
import { checkSecurityContext } from './validate-security-context.ts';
import type { VolumesByName } from './validate-volumes.ts';

/** What checking a container must know of its pod. */
export interface ContainerSurroundings {
  readonly spec: PodSpec;
  readonly volumes: VolumesByName;
  readonly claimNames: ReadonlySet<string>;
}

const protocols = ['SCTP', 'TCP', 'UDP'];

function checkPorts(errors: Errors, field: string, ports: readonly ContainerPort[] | undefined): void {
  const names = new Set<string>();
  for (const [index, port] of (ports ?? []).entries()) {
    const at = `${field}[${index}]`;
    if ((port.name ?? '') !== '') {
      const problems = checkPortName(port.name!);
      if (problems.length > 0) errors.push(...invalidEach(`${at}.name`, port.name, problems));
      else if (names.has(port.name!)) errors.push(fieldError.duplicate(`${at}.name`, port.name));
      else names.add(port.name!);
    }
    if (!port.containerPort) errors.push(fieldError.required(`${at}.containerPort`));
    else errors.push(...invalidEach(`${at}.containerPort`, port.containerPort, checkPortNumber(port.containerPort)));
    if (port.hostPort) errors.push(...invalidEach(`${at}.hostPort`, port.hostPort, checkPortNumber(port.hostPort)));
    checkChoice(errors, `${at}.protocol`, port.protocol, protocols);
  }
}

/** Kubernetes: `validateContainerCommon`. */
function checkCommon(errors: Errors, field: string, container: Container, pod: ContainerSurroundings): void {
  checkLabelField(errors, `${field}.name`, container.name);
  if ((container.image ?? '') === '') errors.push(fieldError.required(`${field}.image`));
  checkChoice(errors, `${field}.terminationMessagePolicy`, container.terminationMessagePolicy, [
    'File',
    'FallbackToLogsOnError',
  ]);
  checkPorts(errors, `${field}.ports`, container.ports);
  checkEnv(errors, `${field}.env`, container.env);
  checkEnvFrom(errors, `${field}.envFrom`, container.envFrom);
  checkMounts(errors, `${field}.volumeMounts`, container, pod.volumes);
  checkDevices(errors, `${field}.volumeDevices`, container, pod.volumes);
  checkChoice(errors, `${field}.imagePullPolicy`, container.imagePullPolicy, ['Always', 'IfNotPresent', 'Never']);
  checkContainerResources(errors, `${field}.resources`, container.resources, pod.claimNames);
  checkResizePolicy(errors, `${field}.resizePolicy`, container, pod.spec.restartPolicy);
  checkSecurityContext(errors, `${field}.securityContext`, container.securityContext, pod.spec.hostUsers !== false);
}

function checkMounts(errors: Errors, field: string, container: Container, volumes: VolumesByName): void {
  const devices = container.volumeDevices ?? [];
  const paths = new Set<string>();
  for (const [index, mount] of (container.volumeMounts ?? []).entries()) {
    const at = `${field}[${index}]`;
    if ((mount.name ?? '') === '') errors.push(fieldError.required(`${at}.name`));
    if (!volumes.has(mount.name)) errors.push(fieldError.notFound(`${at}.name`, mount.name ?? ''));
    if ((mount.mountPath ?? '') === '') errors.push(fieldError.required(`${at}.mountPath`));
    if (paths.has(mount.mountPath))
      errors.push(fieldError.invalid(`${at}.mountPath`, mount.mountPath, 'must be unique'));
    paths.add(mount.mountPath);
    if (devices.some(device => device.name === mount.name)) {
      errors.push(fieldError.invalid(`${at}.name`, mount.name, 'must not already exist in volumeDevices'));
    }
    if (devices.some(device => device.devicePath === mount.mountPath)) {
      errors.push(
        fieldError.invalid(`${at}.mountPath`, mount.mountPath, 'must not already exist as a path in volumeDevices'),
      );
    }
    checkSubPaths(errors, field, at, mount);
    checkPropagation(errors, field, mount, container);
  }
}

function checkSubPaths(errors: Errors, field: string, at: string, mount: VolumeMount): void {
  if (mount.subPath) checkDescendingPath(errors, `${field}.subPath`, mount.subPath);
  if (!mount.subPathExpr) return;
  if (mount.subPath) {
    errors.push(
      fieldError.invalid(`${at}.subPathExpr`, mount.subPathExpr, 'subPathExpr and subPath are mutually exclusive'),
    );
  }
  checkDescendingPath(errors, `${field}.subPathExpr`, mount.subPathExpr);
}

const propagations = ['Bidirectional', 'HostToContainer', 'None'];

function checkPropagation(errors: Errors, field: string, mount: VolumeMount, container: Container): void {
  const { mountPropagation, recursiveReadOnly } = mount;
  const at = `${field}.mountPropagation`;
  if (mountPropagation !== undefined && !propagations.includes(mountPropagation)) {
    errors.push(fieldError.notSupported(at, mountPropagation, propagations));
  }
  if (mountPropagation === 'Bidirectional' && container.securityContext?.privileged !== true) {
    errors.push(fieldError.forbidden(at, 'Bidirectional mount propagation is available only to privileged containers'));
  }
  if (recursiveReadOnly === undefined || recursiveReadOnly === 'Disabled') return;
  const recursive = `${field}.recursiveReadOnly`;
  if (recursiveReadOnly !== 'Enabled' && recursiveReadOnly !== 'IfPossible') {
    errors.push(fieldError.notSupported(recursive, recursiveReadOnly, ['Disabled', 'Enabled', 'IfPossible']));
    return;
  }
  if (mount.readOnly !== true)
    errors.push(fieldError.forbidden(recursive, 'may only be specified when readOnly is true'));
  if (mountPropagation !== undefined && mountPropagation !== 'None') {
    errors.push(
      fieldError.forbidden(recursive, 'may only be specified when mountPropagation is None or not specified'),
    );
  }
}

function checkDevices(errors: Errors, field: string, container: Container, volumes: VolumesByName): void {
  const names = new Set<string>();
  const paths = new Set<string>();
  for (const [index, device] of (container.volumeDevices ?? []).entries()) {
    const at = `${field}[${index}]`;
    const volume = volumes.get(device.name);
    if ((device.name ?? '') === '') errors.push(fieldError.required(`${at}.name`));
    if (names.has(device.name)) errors.push(fieldError.invalid(`${at}.name`, device.name, 'must be unique'));
    if (volume === undefined) errors.push(fieldError.notFound(`${at}.name`, device.name));
    else if (volume.persistentVolumeClaim === undefined && volume.ephemeral === undefined) {
      const detail = 'can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode';
      errors.push(fieldError.invalid(`${at}.name`, device.name, detail));
    }
    if ((device.devicePath ?? '') === '') errors.push(fieldError.required(`${at}.devicePath`));
    if (paths.has(device.devicePath))
      errors.push(fieldError.invalid(`${at}.devicePath`, device.devicePath, 'must be unique'));
    if ((device.devicePath ?? '').split('/').includes('..')) {
      errors.push(fieldError.invalid(`${at}.devicePath`, device.devicePath, "can not contain backsteps ('..')"));
    } else paths.add(device.devicePath);
    for (const mount of container.volumeMounts ?? []) {
      if (mount.name === device.name)
        errors.push(fieldError.invalid(`${at}.name`, device.name, 'must not already exist in volumeMounts'));
      if (mount.mountPath === device.devicePath) {
        errors.push(
          fieldError.invalid(`${at}.devicePath`, device.devicePath, 'must not already exist as a path in volumeMounts'),
        );
      }
    }
    names.add(device.name);
  }
}

function checkResizePolicy(
  errors: Errors,
  field: string,
  container: Container,
  restartPolicy: string | undefined,
): void {
  const seen = new Set<string>();
  for (const [index, policy] of (container.resizePolicy ?? []).entries()) {
    if (seen.has(policy.resourceName)) errors.push(fieldError.duplicate(`${field}[${index}]`, policy.resourceName));
    seen.add(policy.resourceName);
    checkChoice(errors, field, policy.resourceName, ['cpu', 'memory']);
    checkChoice(errors, field, policy.restartPolicy, ['NotRequired', 'RestartContainer']);
    if (restartPolicy === 'Never' && policy.restartPolicy !== 'NotRequired') {
      const detail = "must be 'NotRequired' when pod `restartPolicy` is 'Never'";
      errors.push(fieldError.invalid(field, policy.restartPolicy, detail));
    }
  }
}

const restartPolicies = ['Always', 'Never', 'OnFailure'];

function checkRestartRules(errors: Errors, field: string, container: Container): void {
  const { restartPolicy, restartPolicyRules: rules = [] } = container;
  if (restartPolicy === undefined) {
    if (rules.length > 0) {
      errors.push(
        fieldError.required(`${field}.restartPolicy`, 'must specify restartPolicy when restart rules are used'),
      );
    }
  } else if (!restartPolicies.includes(restartPolicy)) {
    errors.push(fieldError.notSupported(`${field}.restartPolicy`, restartPolicy, restartPolicies));
  }
  if (rules.length > 20) errors.push(fieldError.tooMany(`${field}.restartPolicyRules`, rules.length, 20));
  for (const [index, rule] of rules.entries()) {
    const at = `${field}.restartPolicyRules[${index}]`;
    if (rule.action !== 'Restart' && rule.action !== 'RestartAllContainers') {
      errors.push(fieldError.notSupported(`${at}.action`, rule.action, ['Restart', 'RestartAllContainers']));
    }
    if (rule.exitCodes === undefined) errors.push(fieldError.required(`${at}.exitCodes`, 'must be specified'));
    else if (rule.exitCodes.operator !== 'In' && rule.exitCodes.operator !== 'NotIn') {
      errors.push(fieldError.notSupported(`${at}.exitCodes.operator`, rule.exitCodes.operator, ['In', 'NotIn']));
    }
  }
}

function checkProbes(errors: Errors, field: string, container: Container, spec: PodSpec): void {
  const grace = spec.terminationGracePeriodSeconds;
  checkLifecycle(errors, `${field}.lifecycle`, container.lifecycle, grace, spec.os?.name);
  checkProbe(errors, `${field}.livenessProbe`, container.livenessProbe, 'liveness', grace);
  checkProbe(errors, `${field}.readinessProbe`, container.readinessProbe, 'readiness', grace);
  checkProbe(errors, `${field}.startupProbe`, container.startupProbe, 'startup', grace);
}

function checkHostPorts(errors: Errors, field: string, containers: readonly Container[]): void {
  const seen = new Set<string>();
  for (const [index, container] of containers.entries()) {
    for (const [at, port] of (container.ports ?? []).entries()) {
      if (!port.hostPort) continue;
      const key = `${port.protocol ?? ''}/${port.hostIP ?? ''}/${port.hostPort}`;
      if (seen.has(key)) errors.push(fieldError.duplicate(`${field}[${index}].ports[${at}].hostPort`, key));
      seen.add(key);
    }
  }
}

/** Kubernetes: `validateContainers`. */
export function checkContainers(errors: Errors, field: string, pod: ContainerSurroundings): void {
  const containers = pod.spec.containers ?? [];
  if (containers.length === 0) {
    errors.push(fieldError.required(field));
    return;
  }
  const names = new Set<string>();
  for (const [index, container] of containers.entries()) {
    const at = `${field}[${index}]`;
    checkCommon(errors, at, container, pod);
    if (names.has(container.name)) errors.push(fieldError.duplicate(`${at}.name`, container.name));
    names.add(container.name);
    checkProbes(errors, at, container, pod.spec);
    checkRestartRules(errors, at, container);
  }
  checkHostPorts(errors, field, containers);
}

/** Kubernetes: `validateInitContainers`. */
export function checkInitContainers(errors: Errors, field: string, pod: ContainerSurroundings): void {
  const names = new Set((pod.spec.containers ?? []).map(container => container.name));
  for (const [index, container] of (pod.spec.initContainers ?? []).entries()) {
    const at = `${field}[${index}]`;
    checkCommon(errors, at, container, pod);
    checkRestartRules(errors, at, container);
    if (names.has(container.name)) errors.push(fieldError.duplicate(`${at}.name`, container.name));
    else if (container.name) names.add(container.name);
    checkHostPorts(errors, field, [container]);
    if (container.restartPolicy === 'Always') checkProbes(errors, at, container, pod.spec);
    else checkOneShot(errors, at, container);
  }
}

/** An init container that runs once cannot be probed. */
function checkOneShot(errors: Errors, field: string, container: Container): void {
  for (const name of ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const) {
    if (container[name] === undefined) continue;
    errors.push(
      fieldError.forbidden(`${field}.${name}`, 'may not be set for init containers without restartPolicy=Always'),
    );
  }
  for (const [index, policy] of (container.resizePolicy ?? []).entries()) {
    if (policy.restartPolicy !== 'RestartContainer') continue;
    const detail = "must not be set to 'RestartContainer' for non-sidecar initContainers";
    errors.push(fieldError.invalid(`${field}.resizePolicy[${index}].restartPolicy`, policy.restartPolicy, detail));
  }
}

const forbiddenInEphemeral = [
  'ports',
  'resources',
  'restartPolicy',
  'restartPolicyRules',
  'resizePolicy',
  'livenessProbe',
  'readinessProbe',
  'startupProbe',
  'lifecycle',
] as const;

/** Kubernetes: `validateEphemeralContainers`. */
export function checkEphemeralContainers(errors: Errors, field: string, pod: ContainerSurroundings): void {
  const others = new Set(
    [...(pod.spec.containers ?? []), ...(pod.spec.initContainers ?? [])].map(container => container.name),
  );
  const names = new Set(others);
  for (const [index, container] of (pod.spec.ephemeralContainers ?? []).entries()) {
    const at = `${field}[${index}]`;
    checkCommon(errors, at, container, pod);
    checkImageSpace(errors, at, container);
    if (names.has(container.name)) errors.push(fieldError.duplicate(`${at}.name`, container.name));
    names.add(container.name);
    const target = container.targetContainerName ?? '';
    if (target !== '' && !others.has(target)) errors.push(fieldError.notFound(`${at}.targetContainerName`, target));
    checkEphemeralFields(errors, at, container);
  }
}

function checkEphemeralFields(errors: Errors, field: string, container: EphemeralContainer): void {
  for (const name of forbiddenInEphemeral) {
    const value: unknown = container[name];
    const isEmpty = value === undefined || (typeof value === 'object' && Object.keys(value as object).length === 0);
    if (!isEmpty) errors.push(fieldError.forbidden(`${field}.${name}`, 'cannot be set for an Ephemeral Container'));
  }
  for (const [index, mount] of (container.volumeMounts ?? []).entries()) {
    for (const name of ['subPath', 'subPathExpr'] as const) {
      if (!mount[name]) continue;
      errors.push(
        fieldError.forbidden(`${field}.volumeMounts[${index}].${name}`, 'cannot be set for an Ephemeral Container'),
      );
    }
  }
}

/** Kubernetes: `validateContainerOnlyForPod`: templates may still hold what a pod may not. */
export function checkImageSpace(errors: Errors, field: string, container: Pick<Container, 'image'>): void {
  const image = container.image ?? '';
  if (image.trim() === image) return;
  errors.push(fieldError.invalid(`${field}.image`, image, 'must not have leading or trailing whitespace'));
}
