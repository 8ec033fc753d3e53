import type { Pod } from '../../api/generated/index.ts';
import type { RuntimePod } from '../runtime-pods/index.ts';

export interface SandboxDecision {
  readonly mustCreate: boolean;
  readonly attempt: number;
  readonly sandboxId: string | undefined;
}

/** Kubernetes: PodSandboxChanged. A pod keeps its newest sandbox while that alone runs and has its network. */
export function decideSandbox(pod: Pod, runtimePod: RuntimePod): SandboxDecision {
  const newest = runtimePod.sandboxes[0];
  if (newest === undefined) return { mustCreate: true, attempt: 0, sandboxId: undefined };
  const { attempt } = newest.metadata;
  const readyCount = runtimePod.sandboxes.filter(sandbox => sandbox.state === 'ready').length;
  const isHostNetwork = pod.spec.hostNetwork === true;
  if (readyCount > 1 || newest.state !== 'ready') {
    return { mustCreate: true, attempt: attempt + 1, sandboxId: newest.id };
  }
  if ((newest.namespaces.network === 'node') !== isHostNetwork) {
    return { mustCreate: true, attempt: attempt + 1, sandboxId: undefined };
  }
  if (!isHostNetwork && newest.ips.length === 0) {
    return { mustCreate: true, attempt: attempt + 1, sandboxId: newest.id };
  }
  return { mustCreate: false, attempt, sandboxId: newest.id };
}
