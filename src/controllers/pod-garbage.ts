import { type Node, nodes, type Pod, type PodCondition, pods } from '../api/generated/index.ts';
import type { Controller, IndexDeclaration, Step, View } from '../client/index.ts';
import type { KubeObject } from '../machinery/index.ts';
import { formatTime } from '../world/index.ts';
import { isNodeReady, podsByNode } from './node-lifecycle/index.ts';
import { isPodFinished } from './pod-facts.ts';

/** Kubernetes: how long a node must be missing before its pods are taken for lost. */
const quarantineMs = 40_000;

/** Kubernetes: --terminated-pod-gc-threshold. */
const defaultFinishedMax = 12_500;

const outOfServiceTaint = 'node.kubernetes.io/out-of-service';

/** Keys that are no node's name. */
const unscheduledKey = '';
const finishedKey = ' finished';

const unscheduledTerminating: IndexDeclaration<Pod> = {
  type: pods,
  name: 'terminating without node',
  valuesOf: pod => (pod.metadata.deletionTimestamp !== undefined && pod.spec?.nodeName === undefined ? [''] : []),
};

const finishedPods: IndexDeclaration<Pod> = {
  type: pods,
  name: 'finished',
  valuesOf: pod => (isPodFinished(pod) ? [''] : []),
};

/**
 * Removes pods that nobody else will: those of nodes that are gone or out of service, those deleted before they got a
 * node, and the oldest of those that have ended, once there are more than `finishedMax`.
 */
export function podGarbageController(finishedMax = defaultFinishedMax): Controller<Node> {
  return {
    name: 'pod-garbage-collector',
    primary: nodes,
    secondaries: [{ type: pods, keysOf: keysOfPod }],
    indexes: [podsByNode, unscheduledTerminating, finishedPods],
    reconcile(node, { view, key, now }) {
      if (key === unscheduledKey) {
        return view
          .listIndexed(pods, unscheduledTerminating.name, '')
          .flatMap(pod => [...declareFailed(pod), removeStep(pod)]);
      }
      if (key === finishedKey) return removeOldest(view.listIndexed(pods, finishedPods.name, ''), finishedMax);
      if (node === undefined) return removeLost(view.listIndexed(pods, podsByNode.name, key), now);
      return isOutOfService(node) ? removeTerminating(view.listIndexed(pods, podsByNode.name, key)) : [];
    },
  };
}

function keysOfPod(object: KubeObject, view: View): readonly string[] {
  const pod = object as Pod;
  const nodeName = pod.spec?.nodeName;
  const keys: string[] = isPodFinished(pod) ? [finishedKey] : [];
  if (nodeName === undefined) return pod.metadata.deletionTimestamp === undefined ? keys : [...keys, unscheduledKey];
  const node = view.get(nodes, undefined, nodeName);
  return node === undefined || (pod.metadata.deletionTimestamp !== undefined && isOutOfService(node))
    ? [...keys, nodeName]
    : keys;
}

function removeLost(orphans: readonly Pod[], now: number): Step[] {
  return orphans.flatMap((pod): Step[] => {
    const delayMs = untilLostMs(pod, now);
    return delayMs > 0 ? [{ do: 'again', delayMs }] : [...declareFailed(pod, lostCondition(pod, now)), removeStep(pod)];
  });
}

/** Kubernetes: whoever sets the taint vouches that the node is off, so nothing of the pod can still run. */
function removeTerminating(all: readonly Pod[]): Step[] {
  return all
    .filter(pod => pod.metadata.deletionTimestamp !== undefined)
    .flatMap(pod => [...declareFailed(pod), removeStep(pod)]);
}

function isOutOfService(node: Node): boolean {
  return !isNodeReady(node) && node.spec?.taints?.some(taint => taint.key === outOfServiceTaint) === true;
}

/** Evicted pods go first, then the oldest. */
function removeOldest(finished: readonly Pod[], max: number): Step[] {
  if (finished.length <= max) return [];
  return [...finished]
    .sort(compareForRemoval)
    .slice(0, finished.length - max)
    .map(removeStep);
}

function compareForRemoval(a: Pod, b: Pod): number {
  const evicted = Number(isEvicted(b)) - Number(isEvicted(a));
  if (evicted !== 0) return evicted;
  const [left, right] = [a, b].map(pod => `${pod.metadata.creationTimestamp} ${pod.metadata.name}`);
  return left! < right! ? -1 : 1;
}

function isEvicted(pod: Pod): boolean {
  return pod.status?.phase === 'Failed' && pod.status.reason === 'Evicted';
}

/**
 * Differs from Kubernetes: the quarantine runs from the pod's latest change that the status shows, not from when the
 * controller first missed the node, so that it needs no memory.
 */
function untilLostMs(pod: Pod, now: number): number {
  const changes = [
    pod.metadata.creationTimestamp,
    ...(pod.status?.conditions ?? []).map(each => each.lastTransitionTime),
  ];
  const latest = Math.max(...changes.map(at => Date.parse(at ?? '') || 0));
  return Math.max(0, latest + quarantineMs - now);
}

function lostCondition(pod: Pod, now: number): PodCondition {
  return {
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'DeletionByPodGC',
    message: 'PodGC: node no longer exists',
    lastTransitionTime: formatTime(now),
    observedGeneration: pod.metadata.generation,
  };
}

/** Nobody is left who would say so: without it the pod would seem to run to the end. */
function declareFailed(pod: Pod, condition?: PodCondition): Step[] {
  if (isPodFinished(pod)) return [];
  const { namespace, name = '', uid } = pod.metadata;
  const status = condition === undefined ? { phase: 'Failed' } : { phase: 'Failed', conditions: [condition] };
  const patch = { metadata: { uid }, status };
  return [{ do: 'patch', type: pods, ref: { namespace, name }, subresource: 'status', patchType: 'strategic', patch }];
}

function removeStep(pod: Pod): Step {
  const { namespace, name = '', uid = '' } = pod.metadata;
  const options = { gracePeriodSeconds: 0, preconditions: { uid } };
  return { do: 'delete', type: pods, ref: { namespace, name }, options };
}
