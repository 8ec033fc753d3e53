import type { Pod } from '../api/generated/index.ts';
import { hashText } from '../world/index.ts';

/**
 * Where the node keeps what, below its root. Kubernetes: as in /var/lib/kubelet and /var/log/pods, but for secrets and
 * tokens: all pods' lie on one tmpfs, so that starting a pod needs no mount of its own.
 */
export class NodePaths {
  readonly root: string;
  readonly logs: string;
  /** Volumes and files of pods. */
  readonly pods: string;
  /** A tmpfs for what must never reach a disk. */
  readonly memory: string;
  /** Stands for the root where a path would not do: in labels. */
  readonly owner: string;

  constructor(root: string, logs = `${root}/pod-logs`) {
    this.root = root;
    this.logs = logs;
    this.pods = `${root}/pods`;
    this.memory = `${root}/memory`;
    this.owner = hashText(root).toString(16);
  }

  pod(uid: string): string {
    return `${this.pods}/${uid}`;
  }

  podMemory(uid: string): string {
    return `${this.memory}/${uid}`;
  }

  /** All of one plugin. */
  volumes(uid: string, plugin: string): string {
    return `${this.pod(uid)}/volumes/kubernetes.io~${plugin}`;
  }

  volume(uid: string, plugin: string, name: string): string {
    return `${this.volumes(uid, plugin)}/${name}`;
  }

  memoryVolume(uid: string, plugin: string, name: string): string {
    return `${this.podMemory(uid)}/kubernetes.io~${plugin}/${name}`;
  }

  hostsFile(uid: string): string {
    return `${this.pod(uid)}/etc-hosts`;
  }

  container(uid: string, name: string): string {
    return `${this.pod(uid)}/containers/${name}`;
  }

  podLogs(pod: Pod): string {
    const { namespace, name, uid } = pod.metadata;
    return `${this.logs}/${namespace}_${name}_${uid}`;
  }
}
