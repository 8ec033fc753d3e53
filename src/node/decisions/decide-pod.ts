import type { Container, Pod } from '../../api/generated/index.ts';
import { ephemeralContainersOf, initContainersOf, shouldRestartAfterKill } from '../facts/index.ts';
import { findRuntimeContainer, hashContainer, type RuntimeContainer, type RuntimePod } from '../runtime-pods/index.ts';
import { decideInitContainers } from './decide-init-containers.ts';
import { decideSandbox, type SandboxDecision } from './decide-sandbox.ts';
import type { KillAction, PodActions, ProbeOutcomes } from './pod-actions.ts';
import { shouldStart } from './should-start.ts';

/**
 * Kubernetes: computePodActions. What must be done so that the runtime has what the pod asks for. Pure: the same pod,
 * runtime state and probe results give the same actions.
 */
export function decidePod(pod: Pod, runtimePod: RuntimePod, probes: ProbeOutcomes): PodActions {
  const sandbox = decideSandbox(pod, runtimePod);
  return sandbox.mustCreate
    ? decideNewSandbox(pod, runtimePod, sandbox)
    : decideContainers(pod, runtimePod, probes, sandbox);
}

const nothing = {
  containersToKill: [],
  ephemeralContainersToStart: [],
  initContainersToStart: [],
  containersToStart: [],
} as const;

/** With a new sandbox everything begins anew, init containers too; unless there is nothing left that should run. */
function decideNewSandbox(pod: Pod, runtimePod: RuntimePod, sandbox: SandboxDecision): PodActions {
  const base = { ...nothing, killPod: true, attempt: sandbox.attempt, sandboxId: sandbox.sandboxId };
  const hasRunBefore = sandbox.attempt !== 0 && runtimePod.containers.length > 0;
  if (pod.spec.restartPolicy === 'Never' && hasRunBefore) return { ...base, createSandbox: false };
  const toStart = pod.spec.containers.filter(container => !isDone(container, pod, runtimePod));
  if (toStart.length === 0 && hasAnyMainContainer(pod, runtimePod)) return { ...base, createSandbox: false };
  const [first] = initContainersOf(pod);
  if (first !== undefined) return { ...base, createSandbox: true, initContainersToStart: [first] };
  return { ...base, createSandbox: true, containersToStart: toStart };
}

function isDone(container: Container, pod: Pod, runtimePod: RuntimePod): boolean {
  if ((container.restartPolicy ?? pod.spec.restartPolicy) !== 'OnFailure') return false;
  const found = findRuntimeContainer(runtimePod, container.name);
  return found?.state === 'exited' && found.exitCode === 0;
}

export function hasAnyMainContainer(pod: Pod, runtimePod: RuntimePod): boolean {
  return pod.spec.containers.some(container => findRuntimeContainer(runtimePod, container.name) !== undefined);
}

function decideContainers(
  pod: Pod,
  runtimePod: RuntimePod,
  probes: ProbeOutcomes,
  sandbox: SandboxDecision,
): PodActions {
  const init = decideInitContainers(pod, runtimePod, probes);
  const base = {
    ...nothing,
    killPod: init.killPod,
    createSandbox: false,
    attempt: sandbox.attempt,
    sandboxId: sandbox.sandboxId,
    // They may start before initialization is complete, and are never started again.
    ephemeralContainersToStart: ephemeralContainersOf(pod).filter(
      container => findRuntimeContainer(runtimePod, container.name) === undefined,
    ),
    initContainersToStart: init.toStart,
    containersToKill: init.toKill,
  };
  if (init.killPod || !init.hasInitialized) return base;
  const main = decideMainContainers(pod, runtimePod, probes);
  const isOver = main.keptCount === 0 && main.toStart.length === 0;
  return {
    ...base,
    killPod: isOver,
    // Sidecars must not keep a pod alive whose containers have ended.
    initContainersToStart: isOver ? [] : init.toStart,
    containersToStart: main.toStart,
    containersToKill: [...init.toKill, ...main.toKill],
  };
}

function decideMainContainers(pod: Pod, runtimePod: RuntimePod, probes: ProbeOutcomes) {
  const toStart: Container[] = [];
  const toKill: KillAction[] = [];
  let keptCount = 0;
  for (const container of pod.spec.containers) {
    const found = findRuntimeContainer(runtimePod, container.name);
    if (found === undefined || found.state !== 'running') {
      if (!shouldStart(container, pod, runtimePod)) continue;
      toStart.push(container);
      if (found?.state === 'unknown') toKill.push(killUnknown(container, found));
      continue;
    }
    const kill = decideRunning(pod, container, found, probes);
    if (kill === undefined) {
      keptCount++;
      continue;
    }
    toKill.push(kill.action);
    if (kill.willRestart) toStart.push(container);
  }
  return { toStart, toKill, keptCount };
}

/** Why a running container must go; undefined when it may stay. */
function decideRunning(pod: Pod, container: Container, found: RuntimeContainer, probes: ProbeOutcomes) {
  const why = findFault(container, found, probes);
  if (why === undefined) return undefined;
  // A changed definition calls for a new container whatever the policy.
  const willRestart = why.isChange || shouldRestartAfterKill(container, pod);
  const text = `Container ${container.name} ${why.text}`;
  const message = willRestart ? `${text}, will be restarted` : text;
  const action: KillAction = { containerId: found.id, container, message, reason: why.reason };
  return { action, willRestart };
}

function findFault(container: Container, found: RuntimeContainer, probes: ProbeOutcomes) {
  if (found.hash !== undefined && found.hash !== hashContainer(container)) {
    return { text: 'definition changed', reason: 'unknown', isChange: true } as const;
  }
  if (probes.liveness(found.id) === 'failure') {
    return { text: 'failed liveness probe', reason: 'livenessProbe', isChange: false } as const;
  }
  if (probes.startup(found.id) === 'failure') {
    return { text: 'failed startup probe', reason: 'startupProbe', isChange: false } as const;
  }
  return undefined;
}

function killUnknown(container: Container, found: RuntimeContainer): KillAction {
  const message = `Container is in "unknown" state, try killing it before restart`;
  return { containerId: found.id, container, message, reason: 'unknown' };
}
