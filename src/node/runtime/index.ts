/**
 * What a node needs of the machine beneath it, as interfaces: `ContainerRuntime` (pods and images, shaped after CRI v1)
 * and `Host` (files, mounts, cgroups, probes, figures). No code here does I/O: `drivers/containerd` and `drivers/host`
 * implement both for Linux, and a test may implement them in memory.
 *
 * Owns the shapes and their promises; what a pod becomes on a machine is decided by the node agent one folder above.
 *
 * Start reading at `container-runtime.ts`, then `host.ts`.
 */
export type { ByteDuplex, ByteSink, ByteSource } from './byte-streams.ts';
export type {
  ContainerConfig,
  ContainerDevice,
  ContainerFilter,
  ContainerMount,
  ContainerResources,
  ContainerSecurity,
  ContainerState,
  ContainerStatus,
  ContainerSummary,
  IdMapping,
  MountPropagation,
  SecurityProfile,
} from './container.ts';
export type { ContainerRuntime, RuntimeCondition, RuntimeStatus, RuntimeVersion } from './container-runtime.ts';
export type { AttachOptions, ExecOptions, ExecResult, ExecSession, ExecSyncResult, TerminalSize } from './exec.ts';
export type { Host } from './host.ts';
export type { CgroupLimits, CgroupUsage, HostCgroups } from './host-cgroups.ts';
export type {
  Filesystem,
  HostAddress,
  HostFacts,
  HostFigures,
  HugepagePool,
  MemoryFigures,
  ProcessFigures,
} from './host-figures.ts';
export type {
  DiskUsage,
  FileStat,
  FollowOptions,
  HostFiles,
  ProjectedFile,
  WriteOptions,
} from './host-files.ts';
export type { BindOptions, HostMount, HostMounts, TmpfsOptions } from './host-mounts.ts';
export type {
  GrpcProbe,
  HostProbes,
  HttpProbe,
  HttpProbeResult,
  HttpResponse,
  ProbeFailure,
  ProbeResult,
} from './host-probes.ts';
export type { ImageAuth, ImageFilesystem, ImageSummary, PullOptions, PullProgress } from './image.ts';
export { isRuntimeError, RuntimeError, type RuntimeErrorCode } from './runtime-error.ts';
export type { RuntimeEvent, RuntimeEventListener, Subscription } from './runtime-event.ts';
export type {
  DnsConfig,
  NamespaceMode,
  PortMapping,
  PortProtocol,
  SandboxConfig,
  SandboxFilter,
  SandboxMetadata,
  SandboxNamespaces,
  SandboxSecurity,
  SandboxState,
  SandboxStatus,
  SandboxSummary,
} from './sandbox.ts';
export type { ContainerStats, CpuStats, InterfaceStats, MemoryStats, SandboxStats } from './stats.ts';
