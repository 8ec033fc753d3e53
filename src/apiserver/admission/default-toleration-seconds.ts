import type { Pod, Toleration } from '../../api/generated/index.ts';
import type { AdmissionPlugin } from '../core-contract.ts';
import { isResource } from './admitted-resource.ts';

const tolerationSeconds = 300;

const defaults: readonly Toleration[] = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'].map(key => ({
  key,
  operator: 'Exists',
  effect: 'NoExecute',
  tolerationSeconds,
}));

/** Pods stay five minutes on a node that is not ready or cannot be reached, unless they say otherwise. */
export function createDefaultTolerationSeconds(): AdmissionPlugin {
  return {
    name: 'DefaultTolerationSeconds',
    handles: (resource, subresource, operation) =>
      isResource(resource, '', 'pods') && subresource === '' && (operation === 'CREATE' || operation === 'UPDATE'),
    mutate(request) {
      const pod = request.object as Pod;
      const present = pod.spec.tolerations;
      if (present !== undefined && present === (request.old as Pod | undefined)?.spec.tolerations) return pod;
      const missing = defaults.filter(wanted => !present?.some(toleration => covers(toleration, wanted.key!)));
      if (missing.length === 0) return pod;
      return { ...pod, spec: { ...pod.spec, tolerations: [...(present ?? []), ...missing] } };
    },
  };
}

function covers(toleration: Toleration, key: string): boolean {
  return (toleration.key === key || !toleration.key) && (toleration.effect === 'NoExecute' || !toleration.effect);
}
