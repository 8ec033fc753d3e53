import { type Node, nodes, type Pod, pods } from '../api/generated/index.ts';
import type { Controller, IndexDeclaration, Step } from '../client/index.ts';
import { formatTime } from '../world/index.ts';
import { podsByNode } from './node-lifecycle/index.ts';
import { isPodFinished } from './pod-facts.ts';

/** Kubernetes: how long a node must be missing before its pods are taken for lost. */
const quarantineMs = 40_000;

const unscheduledTerminating: IndexDeclaration<Pod> = {
  type: pods,
  name: 'terminating without node',
  valuesOf: pod => (pod.metadata.deletionTimestamp !== undefined && pod.spec?.nodeName === undefined ? [''] : []),
};

/** Removes pods that nobody else will: those of nodes that are gone, and those deleted before they got a node. */
export const podGarbageController: Controller<Node> = {
  name: 'pod-garbage-collector',
  primary: nodes,
  secondaries: [
    {
      type: pods,
      // A pod of a node that is not there, or one that has no node and is to go: a key that is no node's name.
      keysOf: (object, view) => {
        const pod = object as Pod;
        const nodeName = pod.spec?.nodeName;
        if (nodeName === undefined) return pod.metadata.deletionTimestamp === undefined ? [] : [''];
        return view.get(nodes, undefined, nodeName) === undefined ? [nodeName] : [];
      },
    },
  ],
  indexes: [podsByNode, unscheduledTerminating],
  reconcile(node, { view, key, now }) {
    if (key === '') {
      return view.listIndexed(pods, unscheduledTerminating.name, '').map(pod => removeStep(pod));
    }
    if (node !== undefined) return [];
    const orphans = view.listIndexed(pods, podsByNode.name, key);
    if (orphans.length === 0) return [];
    const steps: Step[] = [];
    for (const pod of orphans) {
      const delayMs = untilLostMs(pod, now);
      if (delayMs > 0) steps.push({ do: 'again', delayMs });
      else steps.push(...declareLost(pod, now), removeStep(pod));
    }
    return steps;
  },
};

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

function declareLost(pod: Pod, now: number): Step[] {
  if (isPodFinished(pod)) return [];
  const { namespace, name = '', uid } = pod.metadata;
  const condition = {
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'DeletionByPodGC',
    message: 'PodGC: node no longer exists',
    lastTransitionTime: formatTime(now),
  };
  const patch = { metadata: { uid }, status: { phase: 'Failed', conditions: [condition] } };
  return [{ do: 'patch', type: pods, ref: { namespace, name }, subresource: 'status', patchType: 'strategic', patch }];
}

function removeStep(pod: Pod): Step {
  const { namespace, name = '', uid = '' } = pod.metadata;
  const options = { gracePeriodSeconds: 0, preconditions: { uid } };
  return { do: 'delete', type: pods, ref: { namespace, name }, options };
}
