import {
  controllerRevisions,
  type DaemonSet,
  type DaemonSetStatus,
  daemonSets,
  type Node,
  nodes,
  type Pod,
  pods,
} from '../../api/generated/index.ts';
import { type Controller, keyOf, type ReconcileContext, type Step } from '../../client/index.ts';
import { compileLabelSelector, isDeepEqual, type KubeObject, scaleIntOrPercent } from '../../machinery/index.ts';
import { parseTime } from '../../world/index.ts';
import {
  type History,
  hashOf,
  orphanRevisions,
  readHistory,
  revisionHashLabel,
  trimHistory,
} from '../history/index.ts';
import { claim, orphanPods } from '../ownership.ts';
import { isPodAvailable, isPodFinished, isPodReady, untilAvailableMs } from '../pod-facts.ts';
import { buildPod, createPodStep, deletePodStep } from '../pod-template.ts';
import { selectorKeys } from '../selector-keys.ts';
import { type DaemonFit, fitDaemon, pinToNode, targetNodeOf, withTolerations } from './daemon-placement.ts';

const generationAnnotation = 'deprecated.daemonset.template.generation';
const generationLabel = 'pod-template-generation';
const burstPods = 250;
const rejectedMs = 60_000;

const selectorOf = (set: DaemonSet) => compileLabelSelector(set.spec?.selector);

/** Keeps one pod of a DaemonSet on each node that it is meant for. */
export const daemonSetController: Controller<DaemonSet> = {
  name: 'daemonset-controller',
  serviceAccount: 'daemon-set-controller',
  primary: daemonSets,
  concurrency: 2,
  secondaries: [
    { type: pods, keysOf: selectorKeys(daemonSets, selectorOf) },
    { type: controllerRevisions, keysOf: selectorKeys(daemonSets, selectorOf) },
    // Which sets a node is for depends on its labels and taints: all of them look again, heartbeats aside.
    { type: nodes, keysOf: (_node, view) => view.list(daemonSets).map(keyOf), isRelevant: hasMoved },
  ],
  indexes: [orphanPods, orphanRevisions],
  reconcile(set, context) {
    if (set?.spec === undefined) return [];
    const selector = selectorOf(set);
    const { owned, steps } = claim(context.view, pods, daemonSets, set, selector);
    if (set.metadata.deletionTimestamp !== undefined) return steps;
    const history = readHistory(context.view, daemonSets, set, selector);
    if (history.steps.length > 0 || history.current === undefined) return [...steps, ...history.steps];
    return [...steps, ...new DaemonRound(set, owned, history, context).decide()];
  },
};

/** Placement looks at a node's labels and taints, never at its conditions. */
function hasMoved(node: KubeObject, previous: KubeObject): boolean {
  const [after, before] = [node as Node, previous as Node];
  return (
    !isDeepEqual(after.metadata.labels, before.metadata.labels) || !isDeepEqual(after.spec?.taints, before.spec?.taints)
  );
}

/** One look at a DaemonSet, its pods and the nodes. */
class DaemonRound {
  readonly #set: DaemonSet;
  readonly #history: History;
  readonly #hash: string;
  readonly #context: ReconcileContext;
  readonly #podsByNode = new Map<string, Pod[]>();
  readonly #homeless: readonly Pod[];
  readonly #fits: readonly (readonly [node: Node, fit: DaemonFit])[];
  readonly #maxSurge: number;
  readonly #maxUnavailable: number;

  constructor(set: DaemonSet, owned: readonly Pod[], history: History, context: ReconcileContext) {
    this.#set = set;
    this.#history = history;
    this.#hash = hashOf(history.current!);
    this.#context = context;
    const homeless: Pod[] = [];
    for (const pod of [...owned].sort(compareAge)) {
      // Kubernetes: what has ended and is marked is as good as gone.
      if (isPodFinished(pod) && !isUnmarked(pod)) continue;
      const nodeName = targetNodeOf(pod);
      if (nodeName === undefined) continue;
      // One that is bound is left to the pod garbage collector.
      if (context.view.get(nodes, undefined, nodeName) === undefined) {
        if (pod.spec?.nodeName === undefined) homeless.push(pod);
      } else this.#podsByNode.set(nodeName, [...(this.#podsByNode.get(nodeName) ?? []), pod]);
    }
    this.#homeless = homeless;
    const fitOf = fitDaemon(set);
    this.#fits = context.view.list(nodes).map(node => [node, fitOf(node)] as const);
    const { maxSurge = 0, maxUnavailable = 1 } = set.spec!.updateStrategy?.rollingUpdate ?? {};
    const desired = this.#countDesired();
    this.#maxSurge = scaleIntOrPercent(maxSurge, desired, true) ?? 0;
    const spare = scaleIntOrPercent(maxUnavailable, desired, true) ?? 0;
    this.#maxUnavailable = spare === 0 && this.#maxSurge === 0 ? 1 : spare;
  }

  decide(): readonly Step[] {
    const work = this.#manage();
    // Replacing old pods waits until every node has what it should have.
    const update = work.every(step => step.do === 'again') ? this.#roll() : [];
    const live = new Set(
      [...this.#podsByNode.values()].flat().map(pod => pod.metadata.labels?.[revisionHashLabel] ?? ''),
    );
    return [...work, ...update, ...trimHistory(this.#set, this.#history, live), ...this.#report()];
  }

  /** Kubernetes: podsShouldBeOnNode, for every node. */
  #manage(): Step[] {
    const creations: Step[] = [];
    const deletions: Step[] = this.#homeless.filter(isUnmarked).map(pod => deletePodStep(this.#set, pod));
    for (const [node, { shouldRun, mayStay }] of this.#fits) {
      const name = node.metadata.name ?? '';
      const here = this.#podsByNode.get(name) ?? [];
      if (here.length === 0) {
        if (shouldRun) creations.push(createPodStep(this.#set, this.#buildPod(name)));
        continue;
      }
      const unmarked = here.filter(isUnmarked);
      if (!mayStay) {
        deletions.push(...unmarked.map(pod => deletePodStep(this.#set, pod)));
        continue;
      }
      const running: Pod[] = [];
      for (const pod of unmarked) {
        if (pod.status?.phase === 'Failed' || pod.status?.phase === 'Succeeded')
          deletions.push(...this.#replaceEnded(pod));
        else running.push(pod);
      }
      if (this.#maxSurge > 0) {
        deletions.push(...this.#pruneSurge(running));
        if (running.length === 0 && shouldRun) creations.push(createPodStep(this.#set, this.#buildPod(name)));
      } else deletions.push(...running.slice(1).map(pod => deletePodStep(this.#set, pod)));
    }
    return [...creations.slice(0, burstPods), ...deletions.slice(0, burstPods)];
  }

  /**
   * Differs from Kubernetes: there a back-off in the controller's memory grows with every failure on the node; here a pod
   * that never ran stays for a minute, so that a kubelet that rejects it is not flooded.
   */
  #replaceEnded(pod: Pod): Step[] {
    if (pod.status?.phase === 'Failed' && !hasRun(pod)) {
      const delayMs = (parseTime(pod.metadata.creationTimestamp) || 0) + rejectedMs - this.#context.now;
      if (delayMs > 0) return [{ do: 'again', delayMs }];
    }
    const { name, namespace } = pod.metadata;
    const hasFailed = pod.status?.phase === 'Failed';
    const message = hasFailed
      ? `Found failed daemon pod ${namespace}/${name} on node ${targetNodeOf(pod)}, will try to kill it`
      : `Found succeeded daemon pod ${namespace}/${name} on node ${targetNodeOf(pod)}, will try to delete it`;
    const reason = hasFailed ? 'FailedDaemonPod' : 'SucceededDaemonPod';
    return [
      { do: 'event', regarding: this.#set, type: hasFailed ? 'Warning' : 'Normal', reason, message },
      deletePodStep(this.#set, pod),
    ];
  }

  /** While surging a node may have an old and a new pod, until the new one is available or the old one fails. */
  #pruneSurge(running: readonly Pod[]): Step[] {
    if (running.length <= 1) return [];
    const current = running.find(pod => this.#isCurrent(pod));
    const old = running.find(pod => !this.#isCurrent(pod));
    const excess = running.filter(pod => pod !== current && pod !== old);
    const isOldDone = current !== undefined && old !== undefined && (!isPodReady(old) || this.#isAvailable(current));
    return [...excess, ...(isOldDone ? [old] : [])].map(pod => deletePodStep(this.#set, pod));
  }

  /** Kubernetes: rollingUpdate. Old pods go as far as maxUnavailable allows, or new ones come first with maxSurge. */
  #roll(): Step[] {
    if (this.#set.spec!.updateStrategy?.type === 'OnDelete') return [];
    return this.#maxSurge > 0 ? this.#rollBySurge() : this.#rollByDeletion();
  }

  #rollByDeletion(): Step[] {
    const allowed: Pod[] = [];
    const candidates: Pod[] = [];
    let unavailable = 0;
    for (const [current, old] of this.#pairs()) {
      if ((current === undefined) === (old === undefined)) unavailable++;
      else if (current !== undefined) unavailable += this.#isAvailable(current) ? 0 : 1;
      else if (!this.#isAvailable(old!)) {
        allowed.push(old!);
        unavailable++;
      } else candidates.push(old!);
    }
    const spare = Math.max(0, this.#maxUnavailable - unavailable);
    return [...allowed, ...candidates.slice(0, spare)].map(pod => deletePodStep(this.#set, pod));
  }

  #rollBySurge(): Step[] {
    const steps: Step[] = [];
    const candidates: string[] = [];
    const misplaced: Pod[] = [];
    const wanted = new Set(this.#fits.filter(([, fit]) => fit.shouldRun).map(([node]) => node.metadata.name));
    let surging = 0;
    let available = 0;
    for (const [current, old, nodeName] of this.#pairs()) {
      const shown = old ?? current;
      if (shown !== undefined && this.#isAvailable(shown)) available++;
      if (old === undefined) continue;
      if (current !== undefined) surging++;
      else if (!wanted.has(nodeName)) {
        if (this.#isAvailable(old)) misplaced.push(old);
        else steps.push(deletePodStep(this.#set, old));
      } else if (!this.#isAvailable(old)) steps.push(createPodStep(this.#set, this.#buildPod(nodeName)));
      else candidates.push(nodeName);
    }
    // Whoever surges expects full availability: a pod that has lost its place stays until another one has taken over.
    const surplus = Math.max(0, available - wanted.size);
    steps.push(...misplaced.slice(0, surplus).map(pod => deletePodStep(this.#set, pod)));
    const spare = Math.max(0, this.#maxSurge - surging);
    for (const nodeName of candidates.slice(0, spare)) steps.push(createPodStep(this.#set, this.#buildPod(nodeName)));
    return steps;
  }

  /** For each node with pods: the one of the current revision and the one of an old one. */
  #pairs(): (readonly [current: Pod | undefined, old: Pod | undefined, nodeName: string])[] {
    return [...this.#podsByNode].map(([nodeName, all]) => {
      const unmarked = all.filter(isUnmarked);
      const current = unmarked.find(pod => this.#isCurrent(pod));
      return [current, unmarked.find(pod => !this.#isCurrent(pod)), nodeName] as const;
    });
  }

  #isCurrent(pod: Pod): boolean {
    const { labels } = pod.metadata;
    if (labels?.[revisionHashLabel] === this.#hash) return true;
    const generation = this.#set.metadata.annotations?.[generationAnnotation];
    return generation !== undefined && labels?.[generationLabel] === generation;
  }

  #isAvailable(pod: Pod): boolean {
    return isPodAvailable(pod, this.#set.spec!.minReadySeconds ?? 0, this.#context.now);
  }

  #countDesired(): number {
    let desired = 0;
    for (const [, { shouldRun }] of this.#fits) if (shouldRun) desired++;
    return desired;
  }

  #buildPod(nodeName: string): Pod {
    const generation = this.#set.metadata.annotations?.[generationAnnotation];
    const labels = {
      [revisionHashLabel]: this.#hash,
      ...(generation === undefined ? {} : { [generationLabel]: generation }),
    };
    const pod = buildPod(daemonSets, this.#set, this.#set.spec!.template, { labels });
    return { ...pod, spec: pinToNode(withTolerations(pod.spec!), nodeName) };
  }

  #report(): Step[] {
    const counts = { desired: 0, current: 0, misscheduled: 0, ready: 0, updated: 0, available: 0 };
    let againMs = Number.POSITIVE_INFINITY;
    for (const [node, { shouldRun }] of this.#fits) {
      const here = this.#podsByNode.get(node.metadata.name ?? '') ?? [];
      if (!shouldRun) {
        if (here.length > 0) counts.misscheduled++;
        continue;
      }
      counts.desired++;
      const pod = here[0];
      if (pod === undefined) continue;
      counts.current++;
      if (this.#isCurrent(pod)) counts.updated++;
      if (isPodReady(pod)) counts.ready++;
      const untilMs = untilAvailableMs(pod, this.#set.spec!.minReadySeconds ?? 0, this.#context.now);
      if (untilMs === 0) counts.available++;
      else if (untilMs !== undefined) againMs = Math.min(againMs, untilMs);
    }
    const steps: Step[] = againMs === Number.POSITIVE_INFINITY ? [] : [{ do: 'again', delayMs: againMs }];
    const status = this.#buildStatus(counts);
    if (isDeepEqual(status, this.#set.status)) return steps;
    return [
      { do: 'update', type: daemonSets, subresource: 'status', object: { ...this.#set, status } as DaemonSet },
      ...steps,
    ];
  }

  #buildStatus(
    counts: Readonly<Record<'desired' | 'current' | 'misscheduled' | 'ready' | 'updated' | 'available', number>>,
  ): DaemonSetStatus {
    const unavailable = counts.desired - counts.available;
    return {
      ...this.#set.status,
      currentNumberScheduled: counts.current,
      numberMisscheduled: counts.misscheduled,
      desiredNumberScheduled: counts.desired,
      numberReady: counts.ready,
      observedGeneration: this.#set.metadata.generation,
      updatedNumberScheduled: counts.updated === 0 ? undefined : counts.updated,
      numberAvailable: counts.available === 0 ? undefined : counts.available,
      numberUnavailable: unavailable === 0 ? undefined : unavailable,
    };
  }
}

/** A pod that its kubelet rejected has failed without any of its containers having run. */
function hasRun(pod: Pod): boolean {
  const statuses = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
  return statuses.some(({ state, lastState }) => (state?.terminated ?? lastState?.terminated) !== undefined);
}

function isUnmarked(pod: Pod): boolean {
  return pod.metadata.deletionTimestamp === undefined;
}

/** Bound pods first, then the older ones. */
function compareAge(a: Pod, b: Pod): number {
  const bound = Number(a.spec?.nodeName === undefined) - Number(b.spec?.nodeName === undefined);
  if (bound !== 0) return bound;
  const age = (parseTime(a.metadata.creationTimestamp) || 0) - (parseTime(b.metadata.creationTimestamp) || 0);
  if (age !== 0) return age;
  return (a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1;
}
