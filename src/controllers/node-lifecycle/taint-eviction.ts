import { type Node, nodes, type Pod, pods, type Taint } from '../../api/generated/index.ts';
import type { Controller, Step } from '../../client/index.ts';
import { tolerates } from '../../scheduling/index.ts';
import { formatTime, parseTime } from '../../world/index.ts';
import { podsByNode } from './node-lifecycle.ts';

/** Deletes the pods of a node that do not tolerate its NoExecute taints, or no longer. */
export const taintEvictionController: Controller<Node> = {
  name: 'taint-eviction-controller',
  serviceAccount: 'node-controller',
  primary: nodes,
  secondaries: [
    {
      type: pods,
      keysOf: (pod, view) => {
        const nodeName = (pod as Pod).spec?.nodeName;
        const node = nodeName === undefined ? undefined : view.get(nodes, undefined, nodeName);
        return node !== undefined && noExecuteTaints(node).length > 0 ? [nodeName!] : [];
      },
    },
  ],
  indexes: [podsByNode],
  reconcile(node, { view, now }) {
    if (node === undefined) return [];
    const taints = noExecuteTaints(node);
    if (taints.length === 0) return [];
    const steps: Step[] = [];
    for (const pod of view.listIndexed(pods, podsByNode.name, node.metadata.name ?? '')) {
      if (pod.metadata.deletionTimestamp !== undefined) continue;
      const deadline = evictionTime(pod, taints, now);
      if (deadline === undefined) continue;
      if (deadline <= now) steps.push(...evict(pod, now));
      else steps.push({ do: 'again', delayMs: deadline - now });
    }
    return steps;
  },
};

function noExecuteTaints(node: Node): readonly Taint[] {
  return node.spec?.taints?.filter(taint => taint.effect === 'NoExecute') ?? [];
}

/** When the pod has to go, in milliseconds since the epoch; undefined when it tolerates all taints forever. */
export function evictionTime(pod: Pod, taints: readonly Taint[], now: number): number | undefined {
  let deadline: number | undefined;
  for (const taint of taints) {
    // Kubernetes: of several tolerations the first that matches counts.
    const toleration = pod.spec?.tolerations?.find(each => tolerates(each, taint));
    if (toleration === undefined) return now;
    const seconds = toleration.tolerationSeconds;
    if (seconds === undefined) continue;
    const since = parseTime(taint.timeAdded) || now;
    deadline = Math.min(deadline ?? Number.POSITIVE_INFINITY, since + Math.max(0, seconds) * 1000);
  }
  return deadline;
}

function evict(pod: Pod, now: number): Step[] {
  const { name = '', namespace, uid = '' } = pod.metadata;
  const condition = {
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'DeletionByTaintManager',
    message: 'Taint manager: deleting due to NoExecute taint',
    lastTransitionTime: formatTime(now),
    observedGeneration: pod.metadata.generation,
  };
  return [
    {
      do: 'event',
      regarding: pod,
      type: 'Normal',
      reason: 'TaintManagerEviction',
      message: `Marking for deletion Pod ${namespace}/${name}`,
    },
    {
      do: 'patch',
      type: pods,
      ref: { namespace, name },
      subresource: 'status',
      patchType: 'strategic',
      patch: { metadata: { uid }, status: { conditions: [condition] } },
    },
    { do: 'delete', type: pods, ref: { namespace, name }, options: { preconditions: { uid } } },
  ];
}
