import type {
  ContainerConfig,
  ContainerMount,
  ContainerSecurity,
  ContainerState,
  ContainerStatus,
  ContainerSummary,
  MountPropagation,
} from '../../node/runtime/index.ts';
import type { Decoded, Encodable } from '../grpc/index.ts';
import type { containerConfig, containerStatus, containerSummary, mount } from './container-messages.ts';
import {
  fromCriResources,
  groupsPolicies,
  millisecondsOf,
  toCriNamespaces,
  toCriProfile,
  toCriResources,
  wrapInteger,
} from './sandbox-conversion.ts';

/** Between the port's plain shapes and CRI's: containers. */

export const containerStates: readonly ContainerState[] = ['created', 'running', 'exited', 'unknown'];
const propagations: readonly MountPropagation[] = ['private', 'hostToContainer', 'bidirectional'];

// In the order of CRI's Signal enum, whose first value is "the runtime's default"; the real-time signals follow it.
const signals =
  ' SIGABRT SIGALRM SIGBUS SIGCHLD SIGCLD SIGCONT SIGFPE SIGHUP SIGILL SIGINT SIGIO SIGIOT SIGKILL SIGPIPE SIGPOLL SIGPROF SIGPWR SIGQUIT SIGSEGV SIGSTKFLT SIGSTOP SIGSYS SIGTERM SIGTRAP SIGTSTP SIGTTIN SIGTTOU SIGURG SIGUSR1 SIGUSR2 SIGVTALRM SIGWINCH SIGXCPU SIGXFSZ'.split(
    ' ',
  );

/** The number of a signal's name in CRI's enum; 0, the runtime's default, for a name it does not have. */
export function criSignal(name: string): number {
  const fixed = signals.indexOf(name);
  if (fixed >= 0) return fixed;
  const realTime = /^SIGRT(MIN|MAX)(?:(PLUS|MINUS)(\d+))?$/.exec(name);
  if (realTime === null) return 0;
  const distance = Number(realTime[3] ?? 0);
  return realTime[1] === 'MIN' ? 35 + distance : 65 - distance;
}

export function toCriContainerConfig(config: ContainerConfig): Encodable<typeof containerConfig> {
  return {
    metadata: { name: config.name, attempt: config.attempt },
    image: { image: config.image, userSpecifiedImage: config.userSpecifiedImage },
    command: config.command,
    args: config.args,
    workingDir: config.workingDir,
    envs: config.env?.map(({ name, value }) => ({ key: name, value })),
    mounts: config.mounts?.map(toCriMount),
    devices: config.devices,
    cdiDevices: config.cdiDevices?.map(name => ({ name })),
    labels: config.labels,
    annotations: config.annotations,
    logPath: config.logPath,
    stdin: config.stdin,
    stdinOnce: config.stdinOnce,
    tty: config.tty,
    stopSignal: config.stopSignal === undefined ? undefined : criSignal(config.stopSignal),
    linux: {
      resources: config.resources && toCriResources(config.resources),
      securityContext: config.security && toCriSecurity(config.security),
    },
  };
}

function toCriSecurity(security: ContainerSecurity) {
  return {
    capabilities: {
      addCapabilities: security.addCapabilities,
      dropCapabilities: security.dropCapabilities,
    },
    privileged: security.privileged,
    namespaceOptions: toCriNamespaces(security.namespaces),
    selinuxOptions: security.selinux,
    runAsUser: wrapInteger(security.runAsUser),
    runAsGroup: wrapInteger(security.runAsGroup),
    runAsUsername: security.runAsUsername,
    readonlyRootfs: security.readonlyRootfs,
    supplementalGroups: security.supplementalGroups,
    supplementalGroupsPolicy: groupsPolicies.indexOf(security.supplementalGroupsPolicy ?? 'Merge'),
    noNewPrivs: security.noNewPrivileges,
    maskedPaths: security.maskedPaths,
    readonlyPaths: security.readonlyPaths,
    seccomp: security.seccomp && toCriProfile(security.seccomp),
    apparmor: security.apparmor && toCriProfile(security.apparmor),
  };
}

function toCriMount(from: ContainerMount): Encodable<typeof mount> {
  return {
    containerPath: from.containerPath,
    hostPath: from.hostPath,
    readonly: from.readonly,
    recursiveReadOnly: from.recursiveReadOnly,
    selinuxRelabel: from.selinuxRelabel,
    propagation: propagations.indexOf(from.propagation ?? 'private'),
    uidMappings: from.uidMappings,
    gidMappings: from.gidMappings,
    image: from.image === undefined ? undefined : { image: from.image },
    imageSubPath: from.imageSubPath,
  };
}

function fromCriMount(from: Decoded<typeof mount>): ContainerMount {
  return {
    containerPath: from.containerPath,
    ...(from.image === undefined ? { hostPath: from.hostPath } : { image: from.image.image }),
    readonly: from.readonly,
    recursiveReadOnly: from.recursiveReadOnly,
    selinuxRelabel: from.selinuxRelabel,
    propagation: propagations[from.propagation] ?? 'private',
  };
}

export function fromCriContainer(container: Decoded<typeof containerSummary>): ContainerSummary {
  return {
    id: container.id,
    sandboxId: container.podSandboxId,
    name: container.metadata?.name ?? '',
    attempt: container.metadata?.attempt ?? 0,
    image: container.image?.image ?? '',
    imageRef: container.imageRef,
    imageId: container.imageId === '' ? container.imageRef : container.imageId,
    state: containerStates[container.state] ?? 'unknown',
    createdAt: millisecondsOf(container.createdAt),
    labels: container.labels,
    annotations: container.annotations,
  };
}

export function fromCriContainerStatus(status: Decoded<typeof containerStatus>): ContainerStatus {
  const resources = status.resources?.linux;
  const user = status.user?.linux;
  return {
    id: status.id,
    name: status.metadata?.name ?? '',
    attempt: status.metadata?.attempt ?? 0,
    image: status.image?.image ?? '',
    imageRef: status.imageRef,
    imageId: status.imageId === '' ? status.imageRef : status.imageId,
    state: containerStates[status.state] ?? 'unknown',
    createdAt: millisecondsOf(status.createdAt),
    ...(status.startedAt > 0 ? { startedAt: millisecondsOf(status.startedAt) } : {}),
    ...(status.finishedAt > 0 ? { finishedAt: millisecondsOf(status.finishedAt) } : {}),
    exitCode: status.exitCode,
    reason: status.reason,
    message: status.message,
    labels: status.labels,
    annotations: status.annotations,
    mounts: status.mounts.map(fromCriMount),
    logPath: status.logPath,
    ...(resources === undefined ? {} : { resources: fromCriResources(resources) }),
    ...(user === undefined ? {} : { user }),
  };
}
