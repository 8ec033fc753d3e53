import { type Namespace, type Node, namespaces, nodes, type Pod, pods } from '../api/generated/index.ts';
import type { Informers } from '../client/index.ts';
import { isDeepEqual } from '../machinery/index.ts';
import { type ClusterColumns, createPodEntry } from '../scheduling/index.ts';

export interface ClusterFeedListener {
  /** Something happened that may let pods fit that did not. */
  onRoom(): void;
  /** A pod that has no node yet is new or has changed. */
  onPending(pod: Pod): void;
  /** A pod no longer wants a node: it has one, has ended, or is gone. */
  onSettled(pod: Pod): void;
}

/** Keeps the columns as the informers see the cluster, and tells the scheduler what matters to it. */
export function feedCluster(informers: Informers, cluster: ClusterColumns, listener: ClusterFeedListener): void {
  informers.of(nodes).onChange((node, previous) => takeNode(cluster, listener, node, previous));
  informers.of(pods).onChange((pod, previous) => takePod(cluster, listener, pod, previous));
  informers.of(namespaces).onChange((namespace, previous) => takeNamespace(cluster, namespace, previous));
}

function takeNode(
  cluster: ClusterColumns,
  listener: ClusterFeedListener,
  node: Node | undefined,
  previous: Node | undefined,
): void {
  if (node === undefined) {
    cluster.removeNode(previous!.metadata.name ?? '');
    return;
  }
  cluster.setNode(node);
  if (previous === undefined || canAdmitMore(node, previous)) listener.onRoom();
}

/** Heartbeats change a node every few minutes; only these parts can let a pod in. */
function canAdmitMore(node: Node, previous: Node): boolean {
  return !(
    isDeepEqual(node.spec, previous.spec) &&
    isDeepEqual(node.metadata.labels, previous.metadata.labels) &&
    isDeepEqual(node.status?.allocatable, previous.status?.allocatable)
  );
}

function takePod(
  cluster: ClusterColumns,
  listener: ClusterFeedListener,
  pod: Pod | undefined,
  previous: Pod | undefined,
): void {
  if (pod === undefined || isOver(pod)) {
    const gone = (pod ?? previous)!;
    const uid = gone.metadata.uid ?? '';
    const hadRoom = cluster.slotOfPod(uid) !== undefined;
    cluster.removePod(uid);
    listener.onSettled(gone);
    if (hadRoom) listener.onRoom();
    return;
  }
  const nodeName = pod.spec?.nodeName;
  if (nodeName === undefined || nodeName === '') {
    listener.onPending(pod);
    return;
  }
  listener.onSettled(pod);
  cluster.addPod(createPodEntry(pod), nodeName);
  // Affinity looks at labels: a change of theirs, and a pod that is new on its node, may make others fit.
  if (previous?.metadata.labels !== pod.metadata.labels || previous?.spec?.nodeName === undefined) listener.onRoom();
}

function takeNamespace(
  cluster: ClusterColumns,
  namespace: Namespace | undefined,
  previous: Namespace | undefined,
): void {
  const name = (namespace ?? previous)!.metadata.name ?? '';
  if (namespace === undefined) cluster.namespaceLabels.delete(name);
  else cluster.namespaceLabels.set(name, namespace.metadata.labels ?? {});
}

function isOver(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
}
