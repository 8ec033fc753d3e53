import type { Container, Pod } from '../../api/generated/index.ts';
import { amountOf, containerAmount, qosClassOf, sidecarsOf } from '../facts/index.ts';
import type { ContainerResources } from '../runtime/index.ts';
import { withoutAbsent } from '../without-absent.ts';

const sharesPerCore = 1024;
const sharesMin = 2;
const sharesMax = 262_144;
export const quotaPeriodUs = 100_000;
const quotaMinUs = 1000;

export function sharesOf(milliCores: number): number {
  return Math.min(sharesMax, Math.max(sharesMin, Math.floor((milliCores * sharesPerCore) / 1000)));
}

/** Microseconds per period; undefined for no limit. */
export function quotaOf(milliCores: number): number | undefined {
  if (milliCores === 0) return undefined;
  return Math.max(quotaMinUs, Math.floor((milliCores * quotaPeriodUs) / 1000));
}

/** Kubernetes: generateLinuxContainerResources. What a container may use, as the kernel is told. */
export function containerResources(pod: Pod, container: Container, memoryCapacityBytes: number): ContainerResources {
  const cpuLimit = limitOf(pod, container, 'cpu');
  const memoryLimit = limitOf(pod, container, 'memory');
  const hasCpuRequest = container.resources?.requests?.['cpu'] !== undefined;
  const cpuRequest = containerAmount(container, 'requests', 'cpu');
  const quota = quotaOf(cpuLimit);
  return withoutAbsent<ContainerResources>({
    cpuShares: sharesOf(hasCpuRequest ? cpuRequest : cpuLimit),
    cpuPeriodUs: quotaPeriodUs,
    cpuQuotaUs: quota,
    memoryLimitBytes: memoryLimit === 0 ? undefined : memoryLimit,
    oomScoreAdj: oomScoreAdj(pod, container, memoryCapacityBytes),
  });
}

/** A container without a limit of its own has the pod's. */
function limitOf(pod: Pod, container: Container, resource: string): number {
  return containerAmount(container, 'limits', resource) || amountOf(pod.spec.resources?.limits, resource);
}

const criticalPriority = 2_000_001_000;

/**
 * Kubernetes: GetContainerOOMScoreAdjust. What the kernel adds to a container's score when it looks for something to
 * kill. A machine without CAP_SYS_RESOURCE lets the runtime raise a score only: -997 becomes its own score there.
 */
export function oomScoreAdj(pod: Pod, container: Container, memoryCapacityBytes: number): number {
  const isCritical = (pod.spec.priority ?? 0) >= criticalPriority;
  const qos = qosClassOf(pod);
  if (isCritical || qos === 'Guaranteed') return -997;
  if (qos === 'BestEffort') return 1000;
  const scoreOf = (requestBytes: number): number =>
    1000 - Math.floor((1000 * (requestBytes + remainderOf(pod))) / memoryCapacityBytes);
  let score = scoreOf(containerAmount(container, 'requests', 'memory'));
  if (sidecarsOf(pod).includes(container)) score = Math.min(score, scoreOf(smallestRequest(pod)));
  // A guaranteed pod must always be the better choice to keep, and a best-effort pod the worse.
  return Math.min(999, Math.max(3, score));
}

/** What the pod as a whole asks for beyond its containers, in equal shares. */
function remainderOf(pod: Pod): number {
  const ofPod = amountOf(pod.spec.resources?.requests, 'memory');
  if (ofPod === 0) return 0;
  const all = [...pod.spec.containers, ...sidecarsOf(pod)];
  const asked = all.reduce((sum, container) => sum + containerAmount(container, 'requests', 'memory'), 0);
  return Math.max(0, Math.floor((ofPod - asked) / all.length));
}

function smallestRequest(pod: Pod): number {
  return Math.min(...pod.spec.containers.map(container => containerAmount(container, 'requests', 'memory')));
}
