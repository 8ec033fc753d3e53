import type {
  ContainerResources,
  NamespaceMode,
  PortProtocol,
  SandboxConfig,
  SandboxNamespaces,
  SandboxStatus,
  SandboxSummary,
  SecurityProfile,
} from '../../node/runtime/index.ts';
import type { Decoded, Encodable } from '../grpc/index.ts';
import type {
  linuxResources,
  namespaceOption,
  sandboxConfig,
  sandboxStatus,
  sandboxSummary,
  securityProfile,
} from './sandbox-messages.ts';

/** Between the port's plain shapes and CRI's: sandboxes, and what containers share with them. */

const modes: readonly NamespaceMode[] = ['pod', 'container', 'node', 'target'];
const protocols: readonly PortProtocol[] = ['TCP', 'UDP', 'SCTP'];

export const groupsPolicies = ['Merge', 'Strict'] as const;

export function millisecondsOf(nanoseconds: number): number {
  return Math.floor(nanoseconds / 1e6);
}

export function toCriSandboxConfig(config: SandboxConfig): Encodable<typeof sandboxConfig> {
  const { security } = config;
  return {
    metadata: config.metadata,
    hostname: config.hostname,
    logDirectory: config.logDirectory,
    dnsConfig: config.dns,
    portMappings: config.portMappings?.map(mapping => ({
      protocol: protocols.indexOf(mapping.protocol),
      containerPort: mapping.containerPort,
      hostPort: mapping.hostPort,
      hostIp: mapping.hostIp,
    })),
    labels: config.labels,
    annotations: config.annotations,
    linux: {
      cgroupParent: config.cgroupParent,
      sysctls: config.sysctls,
      overhead: config.overhead && toCriResources(config.overhead),
      resources: config.resources && toCriResources(config.resources),
      securityContext: security && {
        namespaceOptions: toCriNamespaces(security.namespaces),
        runAsUser: wrapInteger(security.runAsUser),
        runAsGroup: wrapInteger(security.runAsGroup),
        readonlyRootfs: security.readonlyRootfs,
        supplementalGroups: security.supplementalGroups,
        supplementalGroupsPolicy: groupsPolicies.indexOf(security.supplementalGroupsPolicy ?? 'Merge'),
        privileged: security.privileged,
        seccomp: security.seccomp && toCriProfile(security.seccomp),
        apparmor: security.apparmor && toCriProfile(security.apparmor),
      },
    },
  };
}

export function toCriNamespaces(namespaces: SandboxNamespaces = {}): Encodable<typeof namespaceOption> {
  return {
    network: modes.indexOf(namespaces.network ?? 'pod'),
    pid: modes.indexOf(namespaces.pid ?? 'pod'),
    ipc: modes.indexOf(namespaces.ipc ?? 'pod'),
    targetId: namespaces.targetId,
    usernsOptions: namespaces.userMappings && { mode: 0, ...namespaces.userMappings },
  };
}

export function toCriResources(resources: ContainerResources): Encodable<typeof linuxResources> {
  return {
    cpuPeriod: resources.cpuPeriodUs,
    cpuQuota: resources.cpuQuotaUs,
    cpuShares: resources.cpuShares,
    memoryLimitInBytes: resources.memoryLimitBytes,
    memorySwapLimitInBytes: resources.memorySwapLimitBytes,
    oomScoreAdj: resources.oomScoreAdj,
    cpusetCpus: resources.cpusetCpus,
    cpusetMems: resources.cpusetMems,
    hugepageLimits: resources.hugepageLimits?.map(limit => ({ pageSize: limit.pageSize, limit: limit.limitBytes })),
    unified: resources.unified,
  };
}

export function fromCriResources(resources: Decoded<typeof linuxResources>): ContainerResources {
  return {
    cpuPeriodUs: resources.cpuPeriod,
    cpuQuotaUs: resources.cpuQuota,
    cpuShares: resources.cpuShares,
    memoryLimitBytes: resources.memoryLimitInBytes,
    memorySwapLimitBytes: resources.memorySwapLimitInBytes,
    oomScoreAdj: resources.oomScoreAdj,
    cpusetCpus: resources.cpusetCpus,
    cpusetMems: resources.cpusetMems,
    hugepageLimits: resources.hugepageLimits.map(limit => ({ pageSize: limit.pageSize, limitBytes: limit.limit })),
    unified: resources.unified,
  };
}

export function toCriProfile(profile: SecurityProfile): Encodable<typeof securityProfile> {
  if (profile.kind === 'localhost') return { profileType: 2, localhostRef: profile.ref };
  return { profileType: profile.kind === 'unconfined' ? 1 : 0 };
}

export function wrapInteger(value: number | undefined): { readonly value: number } | undefined {
  return value === undefined ? undefined : { value };
}

export function fromCriSandbox(sandbox: Decoded<typeof sandboxSummary>): SandboxSummary {
  return {
    id: sandbox.id,
    metadata: sandbox.metadata ?? { name: '', namespace: '', uid: '', attempt: 0 },
    state: sandbox.state === 0 ? 'ready' : 'notReady',
    createdAt: millisecondsOf(sandbox.createdAt),
    labels: sandbox.labels,
    annotations: sandbox.annotations,
    runtimeHandler: sandbox.runtimeHandler,
  };
}

export function fromCriSandboxStatus(status: Decoded<typeof sandboxStatus>): SandboxStatus {
  const network = status.network;
  const ips = network === undefined ? [] : [network.ip, ...network.additionalIps.map(additional => additional.ip)];
  const options = status.linux?.namespaces?.options;
  return {
    ...fromCriSandbox(status),
    ips: ips.filter(ip => ip !== ''),
    namespaces: options === undefined ? {} : fromCriNamespaces(options),
  };
}

function fromCriNamespaces(options: Decoded<typeof namespaceOption>): SandboxNamespaces {
  return {
    network: modes[options.network] ?? 'pod',
    pid: modes[options.pid] ?? 'pod',
    ipc: modes[options.ipc] ?? 'pod',
    ...(options.targetId === '' ? {} : { targetId: options.targetId }),
  };
}
