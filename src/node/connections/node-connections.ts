import type { Node, Pod } from '../../api/generated/index.ts';
import { quoteGo, StatusError, statusError } from '../../machinery/index.ts';
import { parseTime, type World } from '../../world/index.ts';
import { findContainer, uidOf } from '../facts/index.ts';
import { readLog } from '../logs/index.ts';
import { describeRuntimeError, type PodWorker, type PodWorkers } from '../pods/index.ts';
import type { ByteDuplex, ByteSource, ContainerRuntime, ExecSession, Host } from '../runtime/index.ts';
import { findRuntimeContainer, readySandbox } from '../runtime-pods/index.ts';
import { findLogContainer } from './find-log-container.ts';

/** The options of `pods/log`, named as in its query. */
export interface LogRequest {
  readonly container: string;
  readonly follow: boolean;
  readonly previous: boolean;
  readonly timestamps: boolean;
  readonly sinceSeconds?: number | undefined;
  readonly sinceTime?: string | undefined;
  readonly tailLines?: number | undefined;
  readonly limitBytes?: number | undefined;
}

/** A request to the kubelet's HTTP API; the shape is the API server's. */
export interface KubeletRequest {
  readonly method: string;
  /** Decoded, from the root. */
  readonly path: string;
  readonly query: string;
}

export interface KubeletResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | { readonly kind: 'bytes'; readonly source: ByteSource };
}

export interface StreamRequest {
  readonly container: string;
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
}

/**
 * How the API server reaches into this node's pods: the shape is the API server's `NodeConnections`. Each method rejects
 * with a `StatusError` before any byte has flowed.
 */
export class NodeConnections {
  readonly #world: World;
  readonly #runtime: ContainerRuntime;
  readonly #host: Host;
  readonly #workers: PodWorkers;
  readonly #kubelet: ((node: Node, request: KubeletRequest) => Promise<KubeletResponse | undefined>) | undefined;

  /** `kubelet`: what answers the kubelet's HTTP API. */
  constructor(
    world: World,
    runtime: ContainerRuntime,
    host: Host,
    workers: PodWorkers,
    kubelet?: (node: Node, request: KubeletRequest) => Promise<KubeletResponse | undefined>,
  ) {
    this.#world = world;
    this.#runtime = runtime;
    this.#host = host;
    this.#workers = workers;
    this.#kubelet = kubelet;
  }

  /** Resolves to undefined for a node that is not this one. */
  async kubelet(node: Node, request: KubeletRequest): Promise<KubeletResponse | undefined> {
    return this.#kubelet?.(node, request);
  }

  async logs(pod: Pod, request: LogRequest): Promise<ByteSource> {
    const worker = this.#workers.get(uidOf(pod));
    const name = pod.metadata.name ?? '';
    const id = findLogContainer(name, worker?.status ?? pod.status, request.container, request.previous);
    const path = await this.#logPathOf(id);
    const { timestamps, tailLines, limitBytes } = request;
    const isComplete = request.follow ? (): boolean => !isRunning(worker, id) : undefined;
    const sinceMs = this.#sinceOf(request);
    return readLog(this.#host.files, path, { timestamps, tailLines, limitBytes, sinceMs, isComplete });
  }

  async exec(pod: Pod, request: StreamRequest & { readonly command: readonly string[] }): Promise<ExecSession> {
    const id = this.#findRunning(pod, request.container);
    const { command, stdin, stdout, tty } = request;
    const stderr = request.stderr && !tty;
    return this.#open(() => this.#runtime.exec(id, { command, stdin, stdout, stderr, tty }));
  }

  async attach(pod: Pod, request: StreamRequest): Promise<ExecSession> {
    const id = this.#findRunning(pod, request.container);
    // Kubernetes: a terminal is what the container has, not what the caller would like.
    const tty = findContainer(pod, request.container)?.tty === true;
    const { stdin, stdout } = request;
    const stderr = request.stderr && !tty;
    return this.#open(() => this.#runtime.attach(id, { stdin, stdout, stderr, tty }));
  }

  async portForward(pod: Pod, port: number): Promise<ByteDuplex & { readonly failure: Promise<string | undefined> }> {
    const runtimePod = this.#workers.get(uidOf(pod))?.runtimePod;
    const sandbox = runtimePod && readySandbox(runtimePod);
    if (sandbox === undefined) {
      const { namespace, name } = pod.metadata;
      throw statusError.internal(
        `failed to find sandbox of pod ${quoteGo(`${name}_${namespace}`)}: pod is not running`,
      );
    }
    return this.#open(() => this.#runtime.portForward(sandbox.id, port));
  }

  async #open<T>(connect: () => Promise<T>): Promise<T> {
    try {
      return await connect();
    } catch (error) {
      throw new StatusError('InternalError', describeRuntimeError(error));
    }
  }

  #findRunning(pod: Pod, container: string): string {
    const runtimePod = this.#workers.get(uidOf(pod))?.runtimePod;
    const found = runtimePod && findRuntimeContainer(runtimePod, container);
    if (found?.state === 'running') return found.id;
    throw new StatusError('InternalError', `container not found (${quoteGo(container)})`);
  }

  async #logPathOf(id: string): Promise<string> {
    try {
      const { logPath } = await this.#runtime.containerStatus(id);
      if ((await this.#host.files.stat(logPath)) !== undefined) return logPath;
    } catch (error) {
      throw statusError.badRequest(
        `unable to retrieve container logs for containerd://${id}: ${describeRuntimeError(error)}`,
      );
    }
    throw statusError.badRequest(`unable to retrieve container logs for containerd://${id}`);
  }

  #sinceOf({ sinceSeconds, sinceTime }: LogRequest): number | undefined {
    if (sinceSeconds !== undefined) return this.#world.clock.now() - sinceSeconds * 1000;
    return sinceTime === undefined ? undefined : parseTime(sinceTime);
  }
}

function isRunning(worker: PodWorker | undefined, id: string): boolean {
  return worker?.runtimePod?.containers.find(container => container.id === id)?.state === 'running';
}
