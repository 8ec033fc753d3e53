import { leases, type Node, nodes, type Pod, type PodCondition, pods } from '../../api/generated/index.ts';
import { type Controller, type IndexDeclaration, keyOf, type ReconcileContext, type Step } from '../../client/index.ts';
import { formatTime } from '../../world/index.ts';
import { isPodReady } from '../pod-facts.ts';
import { isNodeReady, markUnknown, silentFrom } from './node-health.ts';
import { findNoExecute, reconcileTaints, wantedNoExecute } from './node-taints.ts';
import { isEverythingDown, untilEvictionMs } from './zone-eviction.ts';

export const podsByNode: IndexDeclaration<Pod> = {
  type: pods,
  name: 'spec.nodeName',
  valuesOf: pod => (pod.spec?.nodeName === undefined ? [] : [pod.spec.nodeName]),
};

/** Nodes that are not well, by name: a set so small that asking it for a node costs nothing. */
const unreadyByName: IndexDeclaration<Node> = {
  type: nodes,
  name: 'unready by name',
  valuesOf: node => (isNodeReady(node) ? none : [node.metadata.name ?? '']),
};

const none: readonly never[] = [];

/** Notices nodes that have gone silent, says so in their conditions, taints them, and marks their pods unready. */
export const nodeLifecycleController: Controller<Node> = {
  name: 'node-controller',
  primary: nodes,
  secondaries: [
    {
      type: leases,
      // A renewal only matters to a node that is not well; a healthy one is looked at again when its Lease would run out.
      keysOf: (lease, view) => {
        const { namespace, name = '' } = lease.metadata;
        if (namespace !== 'kube-node-lease') return none;
        return view.listIndexed(nodes, unreadyByName.name, name).length === 0 ? none : [name];
      },
    },
    { type: pods, keysOf: () => none },
    // Once the last node has gone, the others lose the taints by which their pods would be evicted; the first that is
    // back brings them back.
    {
      type: nodes,
      keysOf: (_node, view) => {
        const unready = view.list(nodes).filter(node => !isNodeReady(node));
        return unready.map(keyOf);
      },
      isRelevant: (node, previous) => isNodeReady(node as Node) !== isNodeReady(previous as Node),
    },
  ],
  indexes: [podsByNode, unreadyByName],
  reconcile(node, context) {
    if (node === undefined || node.metadata.deletionTimestamp !== undefined) return none;
    const silentAt = silentFrom(node, context.view.get(leases, 'kube-node-lease', node.metadata.name ?? ''));
    const unknown = context.now >= silentAt ? markUnknown(node, context.now) : undefined;
    if (unknown !== undefined) return reportSilence(node, { ...node, status: { ...node.status, conditions: unknown } });
    const steps: Step[] = taint(node, context);
    if (!isNodeReady(node)) steps.push(...markPodsNotReady(node, context));
    if (context.now < silentAt) steps.push({ do: 'again', delayMs: silentAt - context.now });
    return steps;
  },
};

function reportSilence(before: Node, object: Node): Step[] {
  const steps: Step[] = [{ do: 'update', type: nodes, subresource: 'status', object }];
  if (isNodeReady(before)) {
    const message = `Node ${before.metadata.name} status is now: NodeNotReady`;
    steps.push({ do: 'event', regarding: before, type: 'Normal', reason: 'NodeNotReady', message });
  }
  return steps;
}

function taint(node: Node, context: ReconcileContext): Step[] {
  const wanted = wantedNoExecute(node);
  const present = findNoExecute(node);
  const isNew = wanted !== undefined && present === undefined;
  const all = wanted === undefined ? [] : context.view.list(nodes);
  const isOutage = wanted !== undefined && isEverythingDown(all);
  const delayMs = isOutage ? undefined : isNew ? untilEvictionMs(node, all, context.now) : 0;
  // Until it is this node's turn it stays as it is.
  const noExecute = delayMs === 0 ? wanted : undefined;
  const taints = reconcileTaints(node, noExecute, formatTime(context.now));
  const steps: Step[] = [];
  if (taints !== undefined) {
    const { name = '', resourceVersion } = node.metadata;
    steps.push({
      do: 'patch',
      type: nodes,
      ref: { name },
      patchType: 'merge',
      patch: { metadata: { resourceVersion }, spec: { taints: taints.length === 0 ? null : taints } },
    });
  }
  if (delayMs !== 0 && !isOutage) steps.push({ do: 'again', delayMs: delayMs ?? 5000 });
  return steps;
}

/** Kubernetes: pods of a node that nobody hears of leave their Services at once, whenever they may be evicted. */
function markPodsNotReady(node: Node, context: ReconcileContext): Step[] {
  const at = formatTime(context.now);
  return context.view.listIndexed(pods, podsByNode.name, node.metadata.name ?? '').flatMap((pod): Step[] => {
    if (!isPodReady(pod)) return [];
    const conditions = pod.status?.conditions?.map(
      (condition): PodCondition =>
        condition.type === 'Ready' ? { ...condition, status: 'False', lastTransitionTime: at } : condition,
    );
    return [
      {
        do: 'update',
        type: pods,
        subresource: 'status',
        object: { ...pod, status: { ...pod.status, conditions } } as Pod,
      },
      { do: 'event', regarding: pod, type: 'Warning', reason: 'NodeNotReady', message: 'Node is not ready' },
    ];
  });
}
