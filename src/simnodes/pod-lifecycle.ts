import type { ContainerState, ContainerStatus, Pod, PodCondition, PodStatus } from '../api/generated/index.ts';
import { formatTime, hashText, parseTime } from '../world/index.ts';

/** How a pod tells a simulated node what its containers would do. */
export const podAnnotations = {
  /** Seconds that the containers run before they exit; by default forever, or 10 where `restartPolicy` is not Always. */
  runSeconds: 'simulated.sampan.dev/run-seconds',
  /** The code that they exit with. Default 0. */
  exitCode: 'simulated.sampan.dev/exit-code',
} as const;

/** What the node contributes to a pod's status. */
export interface PodPlace {
  readonly podIP: string;
  readonly hostIP: string;
}

/** What should happen to a pod now: a new status, its final deletion, or nothing until later. */
export interface PodDecision {
  readonly status?: PodStatus | undefined;
  readonly isGone?: boolean | undefined;
  /** When to decide again, in milliseconds from now. */
  readonly againMs?: number | undefined;
}

/** Milliseconds from binding to running: sandbox and image, spread so that pods do not move in lockstep. */
const startMinMs = 500;
const startSpreadMs = 1500;
const stopMs = 1000;
const defaultRunSeconds = 10;

/** Decides what a pod on a simulated node does at `now`: pure, so the same pod at the same time does the same. */
export function decidePod(pod: Pod, place: PodPlace, now: number): PodDecision {
  if (pod.metadata.deletionTimestamp !== undefined) return decideStop(pod, now);
  const phase = pod.status?.phase;
  if (phase === 'Succeeded' || phase === 'Failed') return {};
  return observed(pod, phase === 'Running' ? decideRunning(pod, now) : decideStart(pod, place, now));
}

/** Whatever a node reports, it reports of the pod as it is now; a change alone is worth a report. */
function observed(pod: Pod, decision: PodDecision): PodDecision {
  const { generation } = pod.metadata;
  if (decision.status === undefined) {
    const isKnown = pod.status?.phase !== 'Running' || pod.status.observedGeneration === generation;
    return isKnown ? decision : { ...decision, status: { ...pod.status, observedGeneration: generation } };
  }
  return { ...decision, status: { ...decision.status, observedGeneration: generation } };
}

function decideStop(pod: Pod, now: number): PodDecision {
  const deadline = parseTime(pod.metadata.deletionTimestamp);
  const graceMs = (pod.metadata.deletionGracePeriodSeconds ?? 0) * 1000;
  const stoppedAt = deadline - graceMs + Math.min(graceMs, stopMs);
  return now >= stoppedAt ? { isGone: true } : { againMs: stoppedAt - now };
}

function decideStart(pod: Pod, place: PodPlace, now: number): PodDecision {
  const boundAt = parseTime(pod.status?.conditions?.find(c => c.type === 'PodScheduled')?.lastTransitionTime);
  const since = Number.isNaN(boundAt) ? parseTime(pod.metadata.creationTimestamp) : boundAt;
  const startsAt = since + startMinMs + (hashText(pod.metadata.uid ?? '') % startSpreadMs);
  if (now < startsAt) return { againMs: startsAt - now };
  const isReady = readyDelayMs(pod) === 0;
  return { status: buildRunning(pod, place, now, isReady), againMs: 0 };
}

function decideRunning(pod: Pod, now: number): PodDecision {
  const startedAt = parseTime(pod.status?.startTime);
  const endsAt = startedAt + runMs(pod);
  if (now >= endsAt) return { status: buildFinished(pod, now) };
  const isReady = pod.status?.conditions?.some(c => c.type === 'Ready' && c.status === 'True') ?? false;
  const readyAt = startedAt + readyDelayMs(pod);
  if (!isReady && now >= readyAt) return { status: withReadiness(pod, now), againMs: endsAt - now };
  const next = isReady ? endsAt : Math.min(readyAt, endsAt);
  return next === Number.POSITIVE_INFINITY ? {} : { againMs: next - now };
}

function runMs(pod: Pod): number {
  const asked = pod.metadata.annotations?.[podAnnotations.runSeconds];
  if (asked !== undefined && Number(asked) >= 0) return Number(asked) * 1000;
  return pod.spec?.restartPolicy === 'Always' ? Number.POSITIVE_INFINITY : defaultRunSeconds * 1000;
}

/** A container with a readiness probe is ready after its initial delay. */
function readyDelayMs(pod: Pod): number {
  let delayMs = 0;
  for (const container of pod.spec?.containers ?? []) {
    if (container.readinessProbe === undefined) continue;
    delayMs = Math.max(delayMs, (container.readinessProbe.initialDelaySeconds ?? 0) * 1000 + 1000);
  }
  return delayMs;
}

function buildRunning(pod: Pod, place: PodPlace, now: number, isReady: boolean): PodStatus {
  const at = formatTime(now);
  const state: ContainerState = { running: { startedAt: at } };
  return {
    ...pod.status,
    phase: 'Running',
    hostIP: place.hostIP,
    hostIPs: [{ ip: place.hostIP }],
    podIP: pod.spec?.hostNetwork ? place.hostIP : place.podIP,
    podIPs: [{ ip: pod.spec?.hostNetwork ? place.hostIP : place.podIP }],
    startTime: pod.status?.startTime ?? at,
    conditions: buildConditions(pod, now, isReady),
    initContainerStatuses: pod.spec?.initContainers?.map(({ name, image }) =>
      buildContainer(pod, name, image, terminated(0, 'Completed', at), true),
    ),
    containerStatuses: pod.spec?.containers.map(({ name, image }) => buildContainer(pod, name, image, state, isReady)),
  };
}

function withReadiness(pod: Pod, now: number): PodStatus {
  return {
    ...pod.status,
    conditions: buildConditions(pod, now, true),
    containerStatuses: pod.status?.containerStatuses?.map(status => ({ ...status, ready: true })),
  };
}

function buildFinished(pod: Pod, now: number): PodStatus {
  const at = formatTime(now);
  const exitCode = Number(pod.metadata.annotations?.[podAnnotations.exitCode] ?? 0);
  const reason = exitCode === 0 ? 'Completed' : 'Error';
  const mustRestart =
    pod.spec?.restartPolicy === 'Always' || (pod.spec?.restartPolicy === 'OnFailure' && exitCode !== 0);
  const ended = terminated(exitCode, reason, at, pod.status?.startTime);
  if (mustRestart) {
    return {
      ...pod.status,
      startTime: at,
      containerStatuses: pod.status?.containerStatuses?.map(status => ({
        ...status,
        restartCount: status.restartCount + 1,
        state: { running: { startedAt: at } },
        lastState: ended,
      })),
    };
  }
  return {
    ...pod.status,
    phase: exitCode === 0 ? 'Succeeded' : 'Failed',
    conditions: buildConditions(pod, now, false, 'PodCompleted'),
    containerStatuses: pod.status?.containerStatuses?.map(status => ({
      ...status,
      ready: false,
      started: false,
      state: ended,
    })),
  };
}

function terminated(exitCode: number, reason: string, at: string, startedAt = at): ContainerState {
  return { terminated: { exitCode, reason, startedAt, finishedAt: at } };
}

function buildContainer(
  pod: Pod,
  name: string,
  image: string | undefined,
  state: ContainerState,
  isReady: boolean,
): ContainerStatus {
  return {
    name,
    image: image ?? '',
    imageID: `simulated://${image ?? ''}`,
    containerID: `simulated://${pod.metadata.uid}/${name}`,
    ready: isReady,
    started: state.running !== undefined,
    restartCount: 0,
    state,
    lastState: {},
  };
}

function buildConditions(pod: Pod, now: number, isReady: boolean, reason?: string): PodCondition[] {
  const wanted: readonly (readonly [string, boolean])[] = [
    ['PodReadyToStartContainers', reason === undefined],
    ['Initialized', true],
    ['Ready', isReady],
    ['ContainersReady', isReady],
    ['PodScheduled', true],
  ];
  return wanted.map(([type, isTrue]) => {
    const status = isTrue ? 'True' : 'False';
    const before = pod.status?.conditions?.find(condition => condition.type === type);
    if (before?.status === status) return before;
    const why = isTrue ? undefined : (reason ?? 'ContainersNotReady');
    return { type, status, lastProbeTime: undefined, lastTransitionTime: formatTime(now), reason: why };
  });
}
