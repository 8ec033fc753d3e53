import type { Container, Pod } from '../../api/generated/index.ts';
import { initContainersOf, shouldRestartAfterKill } from '../facts/index.ts';
import { findRuntimeContainer, hashContainer, type RuntimeContainer, type RuntimePod } from '../runtime-pods/index.ts';
import type { KillAction, ProbeOutcomes } from './pod-actions.ts';
import { hasInitFailed, shouldStart } from './should-start.ts';

export interface InitDecision {
  /** All have done their part: the pod's containers may start. */
  readonly hasInitialized: boolean;
  /** One has failed for good. */
  readonly killPod: boolean;
  readonly toStart: readonly Container[];
  readonly toKill: readonly KillAction[];
}

interface Progress {
  hasInitialized: boolean;
  /** A container behind the one at hand has been started once, so this one has done its part. */
  isPassed: boolean;
  readonly toStart: Set<number>;
  readonly toKill: KillAction[];
}

/**
 * Kubernetes: computeInitContainerActions. Goes from the last to the first, because those that have ended may have been
 * removed: the last one known tells how far the pod has come. Sidecars before it are kept running.
 */
export function decideInitContainers(pod: Pod, runtimePod: RuntimePod, probes: ProbeOutcomes): InitDecision {
  const containers = initContainersOf(pod);
  if (containers.length === 0) return { hasInitialized: true, killPod: false, toStart: [], toKill: [] };
  const hasStarted = hasMainContainerStarted(pod, runtimePod);
  const progress: Progress = { hasInitialized: hasStarted, isPassed: hasStarted, toStart: new Set(), toKill: [] };
  for (let index = containers.length - 1; index >= 0; index--) {
    const container = containers[index]!;
    const found = findRuntimeContainer(runtimePod, container.name);
    if (found === undefined) {
      if (progress.isPassed && isSidecar(container)) progress.toStart.add(index);
      continue;
    }
    if (progress.isPassed && !isSidecar(container)) continue;
    const isFinal = isSidecar(container)
      ? decideSidecar(pod, container, index, found, probes, progress)
      : decideInit(pod, container, index, found, runtimePod, progress);
    if (isFinal) return { hasInitialized: false, killPod: true, toStart: [], toKill: [] };
    progress.isPassed = true;
  }
  if (!progress.isPassed) progress.toStart.add(0);
  return {
    hasInitialized: progress.hasInitialized,
    killPod: false,
    toStart: [...progress.toStart].sort((left, right) => left - right).map(index => containers[index]!),
    toKill: progress.toKill,
  };
}

function isSidecar(container: Container): boolean {
  return container.restartPolicy === 'Always';
}

function hasMainContainerStarted(pod: Pod, runtimePod: RuntimePod): boolean {
  return pod.spec.containers.some(container => {
    const state = findRuntimeContainer(runtimePod, container.name)?.state;
    return state === 'created' || state === 'running';
  });
}

/** The container is through: the next one follows, or the pod is initialized. */
function passOn(pod: Pod, index: number, progress: Progress): void {
  if (index === initContainersOf(pod).length - 1) progress.hasInitialized = true;
  else if (!progress.isPassed) progress.toStart.add(index + 1);
}

/** Returns whether the pod has failed for good. */
function decideInit(
  pod: Pod,
  container: Container,
  index: number,
  found: RuntimeContainer,
  runtimePod: RuntimePod,
  progress: Progress,
): boolean {
  if (found.state === 'running') return false;
  if (found.state === 'created') {
    // Created and started in one step: one that stayed there could not be started.
    progress.toStart.add(index);
    return false;
  }
  if (!hasInitFailed(found.exitCode, found.state)) {
    passOn(pod, index, progress);
    return false;
  }
  const mayRestart =
    found.state === 'unknown' ? shouldRestartAfterKill(container, pod) : shouldStart(container, pod, runtimePod);
  if (!mayRestart) return true;
  if (found.state === 'unknown') progress.toKill.push(killUnknown(container, found));
  progress.toStart.add(index);
  return false;
}

function decideSidecar(
  pod: Pod,
  container: Container,
  index: number,
  found: RuntimeContainer,
  probes: ProbeOutcomes,
  progress: Progress,
): false {
  if (found.state === 'running') {
    decideRunningSidecar(pod, container, index, found, probes, progress);
  } else {
    if (found.state === 'unknown') progress.toKill.push(killUnknown(container, found));
    progress.toStart.add(index);
  }
  return false;
}

function decideRunningSidecar(
  pod: Pod,
  container: Container,
  index: number,
  found: RuntimeContainer,
  probes: ProbeOutcomes,
  progress: Progress,
): void {
  const restart = (message: string, reason: KillAction['reason']): void => {
    progress.toKill.push({ containerId: found.id, container, message: `Init container ${message}`, reason });
    progress.toStart.add(index);
  };
  const startup = container.startupProbe === undefined ? 'success' : probes.startup(found.id);
  if (startup === 'failure') restart(`${container.name} failed startup probe`, 'startupProbe');
  if (startup !== 'success') return;
  passOn(pod, index, progress);
  if (found.hash !== undefined && found.hash !== hashContainer(container)) {
    restart(`${container.name} definition changed`, 'unknown');
  } else if (container.livenessProbe !== undefined && probes.liveness(found.id) === 'failure') {
    restart(`${container.name} failed liveness probe`, 'livenessProbe');
  }
}

function killUnknown(container: Container, found: RuntimeContainer): KillAction {
  const message = `Init container is in "unknown" state, try killing it before restart`;
  return { containerId: found.id, container, message, reason: 'unknown' };
}
