import type { ContainerState, SandboxStatus } from '../runtime/index.ts';

/** A container as the runtime has it, with what the node noted on it when it was made. */
export interface RuntimeContainer {
  readonly id: string;
  readonly sandboxId: string;
  readonly name: string;
  readonly state: ContainerState;
  readonly image: string;
  readonly imageId: string;
  /** Milliseconds since the epoch, as all times here. */
  readonly createdAt: number;
  readonly startedAt?: number | undefined;
  readonly finishedAt?: number | undefined;
  readonly exitCode: number;
  readonly reason: string;
  /** The runtime's and the container's own (termination message) words. */
  readonly message: string;
  readonly restartCount: number;
  /** Of the spec that it was made from; absent for what is not ours. */
  readonly hash?: string | undefined;
  readonly logPath: string;
  readonly user?:
    | { readonly uid: number; readonly gid: number; readonly supplementalGroups: readonly number[] }
    | undefined;
}

/** All that the runtime has of one pod. */
export interface RuntimePod {
  readonly uid: string;
  readonly name: string;
  readonly namespace: string;
  /** Newest first. */
  readonly sandboxes: readonly SandboxStatus[];
  /** Newest first, over all sandboxes. */
  readonly containers: readonly RuntimeContainer[];
}

export function emptyRuntimePod(uid: string, name: string, namespace: string): RuntimePod {
  return { uid, name, namespace, sandboxes: [], containers: [] };
}

/** The newest container of a name: the one that counts. */
export function findRuntimeContainer(pod: RuntimePod, name: string): RuntimeContainer | undefined {
  return pod.containers.find(container => container.name === name);
}

/** The newest sandbox, if it runs. */
export function readySandbox(pod: RuntimePod): SandboxStatus | undefined {
  const newest = pod.sandboxes[0];
  return newest?.state === 'ready' ? newest : undefined;
}

/** Addresses of the running sandbox; empty on the host's network. */
export function sandboxIPs(pod: RuntimePod): readonly string[] {
  return readySandbox(pod)?.ips ?? [];
}

export function hasRunningContainers(pod: RuntimePod): boolean {
  return pod.containers.some(container => container.state === 'running' || container.state === 'unknown');
}
