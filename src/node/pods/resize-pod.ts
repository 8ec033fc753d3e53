import type { Container, ContainerStatus, Pod, PodStatus, ResourceRequirements } from '../../api/generated/index.ts';
import { isSemanticallyEqual } from '../../machinery/index.ts';
import type { AbortSignalLike } from '../../world/index.ts';
import { containerResources } from '../containers/index.ts';
import { amountOf, findContainer, podRequests } from '../facts/index.ts';
import type { ContainerResources } from '../runtime/index.ts';
import { idOf, type ResizeView } from '../status/index.ts';
import { checkResources } from './admit-pod.ts';
import type { PodMeans } from './pod-means.ts';
import { stopContainer } from './stop-containers.ts';

interface Resize {
  readonly container: Container;
  readonly containerId: string;
  readonly before: ResourceRequirements;
}

/**
 * Kubernetes: in-place resize. Brings running containers to the resources that the pod asks for by now; one whose policy
 * wants that is stopped, and comes back with them. What does not fit waits, and says so.
 */
export async function resizePod(
  means: PodMeans,
  pod: Pod,
  status: PodStatus,
  view: ResizeView,
  others: readonly Pod[],
  signal: AbortSignalLike,
): Promise<ResizeView> {
  const resizes = findResizes(pod, status);
  if (resizes.length === 0) return view.pending === undefined ? view : { actuated: view.actuated };
  const pending = findObstacle(means, pod, others);
  if (pending !== undefined) return { actuated: view.actuated, pending };
  const actuated = new Map(view.actuated);
  // A group must never have less than what is in it.
  const shrinks = resizes.some(isShrinking);
  if (!shrinks) await means.cgroups.ensure(pod);
  for (const resize of resizes) {
    if (mustRestart(resize)) {
      await restart(means, pod, resize, status, signal);
      continue;
    }
    const resources = containerResources(pod, resize.container, means.facts.memoryCapacityBytes);
    await means.runtime.updateContainerResources(resize.containerId, liftingLimits(resources));
    actuated.set(resize.containerId, resize.container.resources ?? {});
  }
  if (shrinks) await means.cgroups.ensure(pod);
  return { actuated };
}

function findResizes(pod: Pod, status: PodStatus): readonly Resize[] {
  const all: readonly ContainerStatus[] = [
    ...(status.initContainerStatuses ?? []),
    ...(status.containerStatuses ?? []),
  ];
  return all.flatMap(found => {
    const container = findContainer(pod, found.name);
    if (container === undefined || found.state?.running === undefined) return [];
    const before = found.resources ?? {};
    return isSemanticallyEqual(before, container.resources ?? {})
      ? []
      : [{ container, containerId: idOf(found), before }];
  });
}

/** Kubernetes: infeasible is what the node could not hold even if it were empty. */
function findObstacle({ facts }: PodMeans, pod: Pod, others: readonly Pod[]): ResizeView['pending'] {
  if (facts.node === undefined) return undefined;
  for (const [resource, requested] of podRequests(pod)) {
    const capacity = amountOf(facts.allocatable, resource);
    if (facts.allocatable[resource] === undefined || requested <= capacity) continue;
    const numbers = `requested: ${requested}, capacity: ${capacity}`;
    return { reason: 'Infeasible', message: `Node didn't have enough capacity: ${resource}, ${numbers}` };
  }
  const shortage = checkResources(pod, facts.node, others);
  return shortage === undefined ? undefined : { reason: 'Deferred', message: shortage.message };
}

const kinds = ['requests', 'limits'] as const;

function changesOf({ container, before }: Resize, resource: string): readonly number[] {
  return kinds.map(kind => amountOf(container.resources?.[kind], resource) - amountOf(before[kind], resource));
}

function isShrinking(resize: Resize): boolean {
  return ['cpu', 'memory'].some(resource => changesOf(resize, resource).some(change => change < 0));
}

function mustRestart(resize: Resize): boolean {
  return (resize.container.resizePolicy ?? []).some(
    ({ resourceName, restartPolicy }) =>
      restartPolicy === 'RestartContainer' && changesOf(resize, resourceName).some(change => change !== 0),
  );
}

async function restart(
  means: PodMeans,
  pod: Pod,
  { container, containerId }: Resize,
  status: PodStatus,
  signal: AbortSignalLike,
): Promise<void> {
  const { world, runtime, host, events } = means;
  const message = `Container ${container.name} resize requires restart`;
  const podIP = status.podIP ?? '';
  const order = { pod, container, containerId, podIP, message, reason: 'unknown' } as const;
  await stopContainer({ world, runtime, probes: host.probes, events }, order, signal);
}

/** On update what is absent stays as it is: a limit that is gone must be said. Kubernetes: containers do not swap. */
function liftingLimits({ oomScoreAdj: _, ...resources }: ContainerResources): ContainerResources {
  const { memoryLimitBytes } = resources;
  const swap = memoryLimitBytes === undefined ? {} : { memorySwapLimitBytes: memoryLimitBytes };
  return { cpuQuotaUs: -1, ...resources, ...swap };
}
