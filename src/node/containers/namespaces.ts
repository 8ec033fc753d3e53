import type { Pod } from '../../api/generated/index.ts';
import type { NamespaceMode, SandboxNamespaces } from '../runtime/index.ts';

/** Kubernetes: which namespaces a pod's containers share with each other and with the host. */
export function namespacesOf(pod: Pod): SandboxNamespaces {
  return {
    network: pod.spec.hostNetwork === true ? 'node' : 'pod',
    ipc: pod.spec.hostIPC === true ? 'node' : 'pod',
    pid: pidNamespaceOf(pod),
  };
}

function pidNamespaceOf(pod: Pod): NamespaceMode {
  if (pod.spec.hostPID === true) return 'node';
  return pod.spec.shareProcessNamespace === true ? 'pod' : 'container';
}
