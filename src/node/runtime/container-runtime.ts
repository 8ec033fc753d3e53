import type { AbortSignalLike } from '../../world/index.ts';
import type { ByteDuplex, ByteSource } from './byte-streams.ts';
import type {
  ContainerConfig,
  ContainerFilter,
  ContainerResources,
  ContainerStatus,
  ContainerSummary,
} from './container.ts';
import type { AttachOptions, ExecOptions, ExecSession, ExecSyncResult } from './exec.ts';
import type { HostMount } from './host-mounts.ts';
import type { ImageFilesystem, ImageSummary, PullOptions } from './image.ts';
import type { RuntimeEventListener, Subscription } from './runtime-event.ts';
import type { SandboxConfig, SandboxFilter, SandboxStatus, SandboxSummary } from './sandbox.ts';
import type { ContainerStats, SandboxStats } from './stats.ts';

export interface RuntimeVersion {
  /** `containerd`. */
  readonly name: string;
  /** `1.6.20~ds1`. */
  readonly version: string;
}

export interface RuntimeCondition {
  readonly type: string;
  readonly status: boolean;
  readonly reason: string;
  readonly message: string;
}

export interface RuntimeStatus {
  /** Kubernetes: the conditions RuntimeReady and NetworkReady; `conditions` has their reasons. */
  readonly isRuntimeReady: boolean;
  readonly isNetworkReady: boolean;
  readonly conditions: readonly RuntimeCondition[];
  /** Names that a RuntimeClass may ask for; the default is `''` or `runc`. */
  readonly handlers: readonly string[];
}

/**
 * Pods, containers and images on one machine: CRI v1 in plain shapes. Every call rejects with `RuntimeError`. Times are
 * milliseconds since the epoch. Stop and remove calls are idempotent: what is gone already is success.
 */
export interface ContainerRuntime {
  version(): Promise<RuntimeVersion>;
  status(): Promise<RuntimeStatus>;

  /** Creates and starts a sandbox with its network; resolves with its id. */
  runPodSandbox(config: SandboxConfig, runtimeHandler?: string): Promise<string>;
  /** Stops the sandbox with all its containers at once (SIGKILL) and gives its network back. */
  stopPodSandbox(sandboxId: string): Promise<void>;
  /** Removes the sandbox with all its containers; stops what still runs. Leaves the cgroup parent to the caller. */
  removePodSandbox(sandboxId: string): Promise<void>;
  podSandboxStatus(sandboxId: string): Promise<SandboxStatus>;
  listPodSandboxes(filter?: SandboxFilter): Promise<readonly SandboxSummary[]>;

  /** Resolves with the container's id. `sandboxConfig` is what the sandbox was run with. */
  createContainer(sandboxId: string, config: ContainerConfig, sandboxConfig: SandboxConfig): Promise<string>;
  startContainer(containerId: string): Promise<void>;
  /** Stop signal, then SIGKILL after `graceMs` (rounded up to seconds; 0 kills at once). Resolves when it has ended. */
  stopContainer(containerId: string, graceMs: number): Promise<void>;
  removeContainer(containerId: string): Promise<void>;
  listContainers(filter?: ContainerFilter): Promise<readonly ContainerSummary[]>;
  containerStatus(containerId: string): Promise<ContainerStatus>;
  updateContainerResources(containerId: string, resources: ContainerResources): Promise<void>;
  /** Makes the runtime open the log file anew after it has been renamed. */
  reopenContainerLog(containerId: string): Promise<void>;

  /** Runs `command` to its end. `timeoutMs` is rounded up to seconds; 0 or absent means no limit. */
  execSync(containerId: string, command: readonly string[], timeoutMs?: number): Promise<ExecSyncResult>;
  exec(containerId: string, options: ExecOptions): Promise<ExecSession>;
  attach(containerId: string, options: AttachOptions): Promise<ExecSession>;
  /** A connection to `port` on the pod's localhost. `failure` tells why it broke, if it did; it never rejects. */
  portForward(sandboxId: string, port: number): Promise<ByteDuplex & { readonly failure: Promise<string | undefined> }>;

  containerStats(containerId: string): Promise<ContainerStats>;
  listContainerStats(filter?: ContainerFilter): Promise<readonly ContainerStats[]>;
  podSandboxStats(sandboxId: string): Promise<SandboxStats>;
  listPodSandboxStats(filter?: SandboxFilter): Promise<readonly SandboxStats[]>;

  /** Starts with a `resync` once the stream stands, reconnects by itself until closed. Delay: about 10 ms. */
  watchEvents(listener: RuntimeEventListener): Subscription;

  /** Resolves with the reference to create containers from. Aborting stops the wait and the pull. */
  pullImage(image: string, options?: PullOptions, signal?: AbortSignalLike): Promise<string>;
  /** undefined when the runtime does not have it. */
  imageStatus(image: string): Promise<ImageSummary | undefined>;
  listImages(): Promise<readonly ImageSummary[]>;
  /** Removes the image with all its names. What is gone already is success. */
  removeImage(image: string): Promise<void>;
  /** Takes in a docker-archive or OCI archive (tar, also gzipped); resolves with the images' names. */
  importImages(archive: ByteSource): Promise<readonly string[]>;
  /**
   * What to mount on this host to see an image's files, read-only. The same key gives the same view until it is released;
   * until then the image's files stay, whatever becomes of the image.
   */
  viewImage(image: string, key: string): Promise<readonly HostMount[]>;
  /** What is gone already is success. */
  releaseImageView(key: string): Promise<void>;
  imageFilesystems(): Promise<readonly ImageFilesystem[]>;
}
