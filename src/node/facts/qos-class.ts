import type { Container, Pod } from '../../api/generated/index.ts';
import { initContainersOf } from './pod-containers.ts';
import { containerAmount } from './pod-resources.ts';

export type QosClass = 'Guaranteed' | 'Burstable' | 'BestEffort';

/** The class that the API server has computed; computed here only where a pod has none yet. */
export function qosClassOf(pod: Pod): QosClass {
  return (pod.status?.qosClass as QosClass | undefined) ?? computeQosClass(pod);
}

/** Kubernetes: GetPodQOS over cpu and memory; a request that is missing equals its limit. */
export function computeQosClass(pod: Pod): QosClass {
  const holders = pod.spec.resources === undefined ? [...pod.spec.containers, ...initContainersOf(pod)] : [pod.spec];
  const all = holders as readonly Pick<Container, 'resources'>[];
  const asks = (kind: 'requests' | 'limits', resource: string): boolean =>
    all.some(holder => containerAmount(holder as Container, kind, resource) > 0);
  if (!(['cpu', 'memory'] as const).some(resource => asks('requests', resource) || asks('limits', resource))) {
    return 'BestEffort';
  }
  return all.every(isGuaranteed) ? 'Guaranteed' : 'Burstable';
}

function isGuaranteed(holder: Pick<Container, 'resources'>): boolean {
  return ['cpu', 'memory'].every(resource => {
    const limit = containerAmount(holder as Container, 'limits', resource);
    const request = containerAmount(holder as Container, 'requests', resource);
    return limit > 0 && (request === 0 || request === limit);
  });
}
