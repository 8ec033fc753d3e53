import {
  type AttachOptions,
  type ContainerConfig,
  type ContainerFilter,
  type ContainerResources,
  type ContainerRuntime,
  type ContainerStats,
  type ContainerStatus,
  type ContainerSummary,
  type ExecOptions,
  type ExecSession,
  type ExecSyncResult,
  type ImageFilesystem,
  type ImageSummary,
  isRuntimeError,
  type PullOptions,
  RuntimeError,
  type RuntimeStatus,
  type RuntimeVersion,
  type SandboxConfig,
  type SandboxFilter,
  type SandboxStats,
  type SandboxStatus,
  type SandboxSummary,
} from '../../node/runtime/index.ts';
import type { AbortSignalLike } from '../../world/index.ts';
import type { GrpcConnection, Method } from '../grpc/index.ts';
import {
  containerStates,
  fromCriContainer,
  fromCriContainerStatus,
  toCriContainerConfig,
} from './container-conversion.ts';
import { fromCriImage, fromCriImageFilesystem } from './image-conversion.ts';
import * as cri from './methods.ts';
import { ignoringNotFound, toRuntimeError } from './runtime-failure.ts';
import { fromCriSandbox, fromCriSandboxStatus, toCriResources, toCriSandboxConfig } from './sandbox-conversion.ts';
import { fromCriContainerStats, fromCriSandboxStats } from './stats-conversion.ts';
import { openExecSession, openPortForward, type PortForwardStream } from './streaming/index.ts';

// Kubernetes: kubelet's runtimeRequestTimeout; sandboxes get twice as long, because CNI may be slow.
const requestTimeoutMs = 120_000;
const sandboxTimeoutMs = 240_000;

type OwnOfEach = 'watchEvents' | 'importImages' | 'viewImage' | 'releaseImageView';

/** Everything of the port that CRI alone can do; events, imports and views of images are each runtime's own. */
export class CriClient implements Omit<ContainerRuntime, OwnOfEach> {
  protected readonly connection: GrpcConnection;

  constructor(connection: GrpcConnection) {
    this.connection = connection;
  }

  async version(): Promise<RuntimeVersion> {
    const answer = await this.call(cri.version, { version: 'v1' });
    return { name: answer.runtimeName, version: answer.runtimeVersion };
  }

  async status(): Promise<RuntimeStatus> {
    const answer = await this.call(cri.status, {});
    const conditions = answer.status?.conditions ?? [];
    const holds = (type: string): boolean => conditions.some(condition => condition.type === type && condition.status);
    return {
      isRuntimeReady: holds('RuntimeReady'),
      isNetworkReady: holds('NetworkReady'),
      conditions,
      handlers: answer.runtimeHandlers.map(handler => handler.name),
    };
  }

  async runPodSandbox(config: SandboxConfig, runtimeHandler = ''): Promise<string> {
    const request = { config: toCriSandboxConfig(config), runtimeHandler };
    return (await this.call(cri.runPodSandbox, request, sandboxTimeoutMs)).podSandboxId;
  }

  async stopPodSandbox(podSandboxId: string): Promise<void> {
    await ignoringNotFound(this.call(cri.stopPodSandbox, { podSandboxId }, sandboxTimeoutMs));
  }

  async removePodSandbox(podSandboxId: string): Promise<void> {
    await ignoringNotFound(this.call(cri.removePodSandbox, { podSandboxId }, sandboxTimeoutMs));
  }

  async podSandboxStatus(podSandboxId: string): Promise<SandboxStatus> {
    const { status } = await this.call(cri.podSandboxStatus, { podSandboxId });
    if (status === undefined) throw new RuntimeError('internal', `no status of sandbox ${podSandboxId}`);
    return fromCriSandboxStatus(status);
  }

  async listPodSandboxes(filter: SandboxFilter = {}): Promise<readonly SandboxSummary[]> {
    const state = filter.state && { state: filter.state === 'ready' ? 0 : 1 };
    const answer = await this.call(cri.listPodSandbox, {
      filter: { id: filter.id, state, labelSelector: filter.labels },
    });
    return answer.items.map(fromCriSandbox);
  }

  async createContainer(podSandboxId: string, config: ContainerConfig, sandbox: SandboxConfig): Promise<string> {
    const answer = await this.call(cri.createContainer, {
      podSandboxId,
      config: toCriContainerConfig(config),
      sandboxConfig: toCriSandboxConfig(sandbox),
    });
    return answer.containerId;
  }

  async startContainer(containerId: string): Promise<void> {
    await this.call(cri.startContainer, { containerId });
  }

  async stopContainer(containerId: string, graceMs: number): Promise<void> {
    const timeout = wholeSeconds(graceMs);
    const call = this.call(cri.stopContainer, { containerId, timeout }, timeout * 1000 + requestTimeoutMs);
    await ignoringNotFound(call);
  }

  async removeContainer(containerId: string): Promise<void> {
    await ignoringNotFound(this.call(cri.removeContainer, { containerId }));
  }

  async listContainers(filter: ContainerFilter = {}): Promise<readonly ContainerSummary[]> {
    const state = filter.state && { state: containerStates.indexOf(filter.state) };
    const answer = await this.call(cri.listContainers, {
      filter: { id: filter.id, state, podSandboxId: filter.sandboxId, labelSelector: filter.labels },
    });
    return answer.containers.map(fromCriContainer);
  }

  async containerStatus(containerId: string): Promise<ContainerStatus> {
    const { status } = await this.call(cri.containerStatusMethod, { containerId });
    if (status === undefined) throw new RuntimeError('internal', `no status of container ${containerId}`);
    return fromCriContainerStatus(status);
  }

  async updateContainerResources(containerId: string, resources: ContainerResources): Promise<void> {
    await this.call(cri.updateContainerResources, { containerId, linux: toCriResources(resources) });
  }

  async reopenContainerLog(containerId: string): Promise<void> {
    await this.call(cri.reopenContainerLog, { containerId });
  }

  async execSync(containerId: string, command: readonly string[], timeoutMs = 0): Promise<ExecSyncResult> {
    const timeout = wholeSeconds(timeoutMs);
    const limitMs = timeout === 0 ? undefined : timeout * 1000 + requestTimeoutMs;
    try {
      const answer = await this.call(cri.execSync, { containerId, cmd: command, timeout }, limitMs);
      return {
        outcome: 'exited',
        exitCode: answer.exitCode,
        stdout: answer.stdout.toString('utf8'),
        stderr: answer.stderr.toString('utf8'),
      };
    } catch (error) {
      if (timeout > 0 && isExecTimeout(error)) return { outcome: 'timedOut', message: error.message };
      throw error;
    }
  }

  async exec(containerId: string, options: ExecOptions): Promise<ExecSession> {
    const { command, ...streams } = options;
    const { url } = await this.call(cri.exec, { containerId, cmd: command, ...streams });
    return openExecSession(url, streams);
  }

  async attach(containerId: string, options: AttachOptions): Promise<ExecSession> {
    const { url } = await this.call(cri.attach, { containerId, ...options });
    return openExecSession(url, options);
  }

  async portForward(podSandboxId: string, port: number): Promise<PortForwardStream> {
    const { url } = await this.call(cri.portForward, { podSandboxId, port: [port] });
    return openPortForward(url, port);
  }

  async containerStats(containerId: string): Promise<ContainerStats> {
    const { stats } = await this.call(cri.containerStatsMethod, { containerId });
    if (stats === undefined) throw new RuntimeError('internal', `no statistics of container ${containerId}`);
    return fromCriContainerStats(stats);
  }

  async listContainerStats(filter: ContainerFilter = {}): Promise<readonly ContainerStats[]> {
    const answer = await this.call(cri.listContainerStats, {
      filter: { id: filter.id, podSandboxId: filter.sandboxId, labelSelector: filter.labels },
    });
    return answer.stats.map(fromCriContainerStats);
  }

  async podSandboxStats(podSandboxId: string): Promise<SandboxStats> {
    const { stats } = await this.call(cri.podSandboxStats, { podSandboxId });
    if (stats === undefined) throw new RuntimeError('internal', `no statistics of sandbox ${podSandboxId}`);
    return fromCriSandboxStats(stats);
  }

  async listPodSandboxStats(filter: SandboxFilter = {}): Promise<readonly SandboxStats[]> {
    const answer = await this.call(cri.listPodSandboxStats, {
      filter: { id: filter.id, labelSelector: filter.labels },
    });
    return answer.stats.map(fromCriSandboxStats);
  }

  async pullImage(image: string, options: PullOptions = {}, signal?: AbortSignalLike): Promise<string> {
    const request = { image: { image }, auth: options.auth };
    // No limit: large images take their time, and the caller may abort.
    const call = this.connection.call(cri.pullImage, request, signal === undefined ? {} : { signal });
    return (await rejectingAsRuntimeError(call)).imageRef;
  }

  async imageStatus(image: string): Promise<ImageSummary | undefined> {
    const answer = await this.call(cri.imageStatus, { image: { image } });
    return answer.image && fromCriImage(answer.image);
  }

  async listImages(): Promise<readonly ImageSummary[]> {
    return (await this.call(cri.listImages, {})).images.map(fromCriImage);
  }

  async removeImage(image: string): Promise<void> {
    await ignoringNotFound(this.call(cri.removeImage, { image: { image } }));
  }

  async imageFilesystems(): Promise<readonly ImageFilesystem[]> {
    return (await this.call(cri.imageFsInfo, {})).imageFilesystems.map(fromCriImageFilesystem);
  }

  close(): void {
    this.connection.close();
  }

  protected call<In, Out>(method: Method<In, Out>, request: In, timeoutMs?: number): Promise<Out> {
    return rejectingAsRuntimeError(this.connection.call(method, request, { timeoutMs: timeoutMs ?? requestTimeoutMs }));
  }
}

function rejectingAsRuntimeError<T>(call: Promise<T>): Promise<T> {
  return call.catch((error: unknown) => {
    throw toRuntimeError(error);
  });
}

/** containerd kills the command and says so only in its text, under varying codes. */
function isExecTimeout(error: unknown): error is RuntimeError {
  return (
    isRuntimeError(error, 'deadlineExceeded') || (isRuntimeError(error) && /timeout .* exceeded/.test(error.message))
  );
}

function wholeSeconds(durationMs: number): number {
  return Math.ceil(durationMs / 1000);
}
