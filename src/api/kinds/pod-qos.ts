import { quantityToNumber } from '../../machinery/index.ts';
import type { Container, PodSpec, ResourceRequirements } from '../generated/index.ts';

export type QosClass = 'Guaranteed' | 'Burstable' | 'BestEffort';

const counted = ['cpu', 'memory'] as const;

/** Kubernetes: `ComputePodQOS`: how a pod fares when its node runs short. */
export function computeQosClass(spec: PodSpec): QosClass {
  const parts: readonly { readonly resources?: ResourceRequirements | undefined }[] = hasResources(spec.resources)
    ? [spec]
    : [...(spec.containers ?? []), ...(spec.initContainers ?? [])];
  if (parts.every(part => !hasResources(part.resources))) return 'BestEffort';
  return parts.every(isGuaranteed) && areSumsEqual(parts) ? 'Guaranteed' : 'Burstable';
}

function hasResources(resources: ResourceRequirements | undefined): boolean {
  return counted.some(name => amount(resources?.requests, name) > 0 || amount(resources?.limits, name) > 0);
}

function amount(list: Readonly<Record<string, string>> | undefined, name: string): number {
  return quantityToNumber(list?.[name]);
}

/** Limits for both. */
function isGuaranteed(part: Pick<Container, 'resources'>): boolean {
  return counted.every(name => amount(part.resources?.limits, name) > 0);
}

function areSumsEqual(parts: readonly Pick<Container, 'resources'>[]): boolean {
  return counted.every(name => {
    const requested = parts.reduce((sum, part) => sum + amount(part.resources?.requests, name), 0);
    const limited = parts.reduce((sum, part) => sum + amount(part.resources?.limits, name), 0);
    return requested === 0 || Math.abs(requested - limited) < 1e-9 * limited;
  });
}
