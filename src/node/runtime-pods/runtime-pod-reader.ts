import type {
  ContainerRuntime,
  ContainerStatus,
  ContainerSummary,
  HostFiles,
  SandboxStatus,
  SandboxSummary,
} from '../runtime/index.ts';
import { isRuntimeError } from '../runtime/index.ts';
import { containerNameLabel, podUidLabel, readContainerNotes } from './container-labels.ts';
import type { RuntimeContainer, RuntimePod } from './runtime-pod.ts';
import { readTerminationMessage } from './termination-message.ts';

/**
 * Reads a pod from the runtime. What can no longer change (a container that has ended, a sandbox's addresses) is asked
 * for once only.
 */
export class RuntimePodReader {
  readonly #runtime: ContainerRuntime;
  readonly #files: HostFiles;
  readonly #ended = new Map<string, RuntimeContainer>();
  readonly #sandboxes = new Map<string, SandboxStatus>();

  constructor(runtime: ContainerRuntime, files: HostFiles) {
    this.#runtime = runtime;
    this.#files = files;
  }

  async read(uid: string, name: string, namespace: string): Promise<RuntimePod> {
    const labels = { [podUidLabel]: uid };
    const [sandboxes, containers] = await Promise.all([
      this.#runtime.listPodSandboxes({ labels }),
      this.#runtime.listContainers({ labels }),
    ]);
    const [readSandboxes, readContainers] = await Promise.all([
      Promise.all(sandboxes.map(sandbox => this.#readSandbox(sandbox))),
      Promise.all(containers.map(container => this.#readContainer(container))),
    ]);
    return {
      uid,
      name,
      namespace,
      sandboxes: readSandboxes.filter(isPresent).sort(newestSandboxFirst),
      containers: readContainers.filter(isPresent).sort(newestContainerFirst),
    };
  }

  /** Forgets what is remembered of a pod that is gone. */
  forget(pod: RuntimePod): void {
    for (const { id } of pod.containers) this.#ended.delete(id);
    for (const { id } of pod.sandboxes) this.#sandboxes.delete(id);
  }

  /** A sandbox that has just been made. */
  async readSandbox(id: string): Promise<SandboxStatus> {
    const status = await this.#runtime.podSandboxStatus(id);
    if (status.state === 'ready') this.#sandboxes.set(id, status);
    return status;
  }

  async #readSandbox(summary: SandboxSummary): Promise<SandboxStatus | undefined> {
    const known = this.#sandboxes.get(summary.id);
    if (known !== undefined && known.state === summary.state) return known;
    if (known !== undefined && summary.state === 'notReady') return { ...known, state: 'notReady' };
    return unlessGone(this.readSandbox(summary.id));
  }

  async #readContainer(summary: ContainerSummary): Promise<RuntimeContainer | undefined> {
    const known = this.#ended.get(summary.id);
    if (known !== undefined) return known;
    const status = await unlessGone(this.#runtime.containerStatus(summary.id));
    if (status === undefined) return undefined;
    if (status.state !== 'exited') return describe(summary, status, status.message);
    const ended = describe(summary, status, await readTerminationMessage(this.#files, status));
    this.#ended.set(ended.id, ended);
    return ended;
  }
}

function describe(summary: ContainerSummary, status: ContainerStatus, message: string): RuntimeContainer {
  const notes = readContainerNotes(status.annotations);
  return {
    id: status.id,
    sandboxId: summary.sandboxId,
    name: status.labels[containerNameLabel] ?? status.name,
    state: status.state,
    image: status.image,
    imageId: status.imageRef === '' ? status.imageId : status.imageRef,
    createdAt: status.createdAt,
    startedAt: status.startedAt,
    finishedAt: status.finishedAt,
    exitCode: status.exitCode,
    reason: status.reason,
    message,
    restartCount: notes.restartCount,
    hash: notes.hash,
    logPath: status.logPath,
    user: status.user,
  };
}

/** Between a list and a look somebody may have removed it, and that is normal. */
async function unlessGone<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (isRuntimeError(error, 'notFound')) return undefined;
    throw error;
  }
}

function isPresent<T>(value: T | undefined): value is T {
  return value !== undefined;
}

function newestSandboxFirst(left: SandboxStatus, right: SandboxStatus): number {
  return right.metadata.attempt - left.metadata.attempt || right.createdAt - left.createdAt;
}

/** Within one millisecond the restart count tells. */
function newestContainerFirst(left: RuntimeContainer, right: RuntimeContainer): number {
  return right.createdAt - left.createdAt || right.restartCount - left.restartCount;
}
