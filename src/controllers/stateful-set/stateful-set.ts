import {
  type ControllerRevision,
  controllerRevisions,
  type Pod,
  persistentVolumeClaims,
  pods,
  type StatefulSet,
  type StatefulSetStatus,
  statefulSets,
} from '../../api/generated/index.ts';
import type { Controller, ReconcileContext, Step } from '../../client/index.ts';
import { compileLabelSelector, isDeepEqual, type StatusError } from '../../machinery/index.ts';
import { type History, orphanRevisions, readHistory, templateOf } from '../history/index.ts';
import { claim, controllerOf, orphanPods } from '../ownership.ts';
import { isPodAvailable, isPodReady, untilAvailableMs } from '../pod-facts.ts';
import { selectorKeys } from '../selector-keys.ts';
import { applyRetention, hasStaleClaim, prepareClaims } from './claims.ts';
import {
  buildOrdinalPod,
  hasIdentity,
  identityLabels,
  isBelowPartition,
  isWithin,
  ordinalOf,
  replicasOf,
  revisionOf,
  startOf,
} from './ordinals.ts';

const hashLabel = 'controller.kubernetes.io/hash';

/** How soon to look again at a claim that is on its way out: nobody tells when it is gone. */
const claimRetryMs = 5000;

const selectorOf = (set: StatefulSet) => compileLabelSelector(set.spec?.selector);

/** Keeps the pods of a StatefulSet, each with its own name and claims, in order. */
export const statefulSetController: Controller<StatefulSet> = {
  name: 'statefulset-controller',
  primary: statefulSets,
  secondaries: [
    { type: pods, keysOf: selectorKeys(statefulSets, selectorOf) },
    { type: controllerRevisions, keysOf: selectorKeys(statefulSets, selectorOf) },
    { type: persistentVolumeClaims, keysOf: () => [] },
  ],
  indexes: [orphanPods, orphanRevisions],
  reconcile(set, context) {
    if (set?.spec === undefined) return [];
    const selector = selectorOf(set);
    const { owned, steps } = claim(
      context.view,
      pods,
      statefulSets,
      set,
      selector,
      pod => controllerOf(pod) !== undefined || ordinalOf(set, pod) !== undefined,
    );
    const history = readHistory(context.view, statefulSets, set, selector, hashLabel);
    if (history.steps.length > 0 || history.current === undefined) return [...steps, ...history.steps];
    const members = owned.filter(pod => ordinalOf(set, pod) !== undefined);
    return [...steps, ...new StatefulRound(set, members, history, context).decide()];
  },
};

/** One place of the set: its pod, or none yet. */
interface Slot {
  readonly ordinal: number;
  readonly pod: Pod | undefined;
}

/** What a look at one place comes to: steps, and whether an ordered set has to stop there. */
interface Move {
  readonly steps: readonly Step[];
  readonly isBlocking: boolean;
}

const wait: Move = { steps: [], isBlocking: true };

/** One look at a StatefulSet and its pods. */
class StatefulRound {
  readonly #set: StatefulSet;
  readonly #pods: readonly Pod[];
  readonly #history: History;
  readonly #update: ControllerRevision;
  readonly #current: ControllerRevision;
  readonly #context: ReconcileContext;
  readonly #slots: readonly Slot[];
  /** Pods beyond the set's size, the last one first. */
  readonly #condemned: readonly Pod[];

  constructor(set: StatefulSet, members: readonly Pod[], history: History, context: ReconcileContext) {
    this.#set = set;
    this.#pods = members;
    this.#history = history;
    this.#context = context;
    this.#update = history.current!;
    this.#current =
      history.all.find(revision => revision.metadata.name === set.status?.currentRevision) ?? this.#update;
    const byOrdinal = new Map(members.map(pod => [ordinalOf(set, pod)!, pod]));
    this.#slots = Array.from({ length: replicasOf(set) }, (_, index) => {
      const ordinal = startOf(set) + index;
      return { ordinal, pod: byOrdinal.get(ordinal) };
    });
    this.#condemned = [...byOrdinal]
      .filter(([ordinal]) => !isWithin(set, ordinal))
      .sort(([a], [b]) => b - a)
      .map(([, pod]) => pod);
  }

  get #isOrdered(): boolean {
    return this.#set.spec?.podManagementPolicy !== 'Parallel';
  }

  decide(): readonly Step[] {
    const isDeleting = this.#set.metadata.deletionTimestamp !== undefined;
    const moves = isDeleting ? [] : this.#move();
    return [...moves, ...this.#trimHistory(), ...this.#report()];
  }

  /** Makes and mends first, then removes, then updates; each only when there is nothing left to do before it. */
  #move(): readonly Step[] {
    const mended = this.#inOrder(this.#slots, slot => this.#mend(slot));
    if (mended.isBlocking) return mended.steps;
    const kept = this.#condemned.flatMap(pod => this.#retain(pod, true));
    const firstUnavailable = this.#findFirstUnavailable();
    const removed = this.#inOrder(this.#condemned, pod => this.#remove(pod, firstUnavailable));
    const steps = [...mended.steps, ...kept, ...removed.steps];
    return removed.isBlocking || steps.length > 0 ? steps : this.#roll();
  }

  /** Kubernetes: podManagementPolicy. An ordered set stops at the first place that is not as it should be. */
  #inOrder<T>(items: readonly T[], decide: (item: T) => Move): Move {
    const steps: Step[] = [];
    for (const item of items) {
      const move = decide(item);
      steps.push(...move.steps);
      if (this.#isOrdered && move.isBlocking) return { steps, isBlocking: true };
    }
    return { steps, isBlocking: false };
  }

  #mend(slot: Slot): Move {
    const { pod, ordinal } = slot;
    if (pod === undefined) return this.#create(ordinal);
    const { phase } = pod.status ?? {};
    const isMarked = pod.metadata.deletionTimestamp !== undefined;
    // Whatever its exit code says, a pod that has ended is replaced; its successor comes when it is gone.
    if (phase === 'Failed' || phase === 'Succeeded')
      return { steps: isMarked ? [] : [this.#delete(pod)], isBlocking: true };
    const steps: Step[] = [];
    if (phase === 'Pending') {
      const claims = prepareClaims(this.#set, pod.metadata.name ?? '', ordinal, this.#context.view);
      if (typeof claims !== 'string') steps.push(...claims);
    }
    const isBlocking = isMarked || !this.#isAvailable(pod);
    if (isBlocking && this.#isOrdered) return { steps, isBlocking };
    return { steps: [...steps, ...this.#identify(pod, ordinal), ...this.#retain(pod, false)], isBlocking };
  }

  #create(ordinal: number): Move {
    const set = this.#set;
    const revision = isBelowPartition(set, ordinal) ? this.#current : this.#update;
    const pod = buildOrdinalPod(set, templateOf(revision), revision, ordinal);
    if (hasStaleClaim(set, pod, ordinal, this.#context.view)) {
      return { steps: [{ do: 'again', delayMs: claimRetryMs }], isBlocking: true };
    }
    const { name = '' } = pod.metadata;
    const claims = prepareClaims(set, name, ordinal, this.#context.view);
    if (typeof claims === 'string') {
      return { steps: [this.#say('Create', name, claims), { do: 'again', delayMs: claimRetryMs }], isBlocking: true };
    }
    const creation: Step = {
      do: 'create',
      type: pods,
      object: pod,
      onSuccess: () => [this.#say('Create', name)],
      onError: (error: StatusError) =>
        error.reason === 'AlreadyExists' ? [] : [this.#say('Create', name, error.message)],
    };
    return { steps: [...claims, creation], isBlocking: true };
  }

  #delete(pod: Pod): Step {
    const { namespace, name = '', uid = '' } = pod.metadata;
    return {
      do: 'delete',
      type: pods,
      ref: { namespace, name },
      options: { preconditions: { uid } },
      onSuccess: () => [this.#say('Delete', name)],
      onError: (error: StatusError) => [this.#say('Delete', name, error.message)],
    };
  }

  #identify(pod: Pod, ordinal: number): Step[] {
    if (hasIdentity(pod)) return [];
    const { name = '', labels } = pod.metadata;
    const object: Pod = {
      ...pod,
      metadata: { ...pod.metadata, labels: { ...labels, ...identityLabels(name, ordinal) } },
    };
    return [{ do: 'update', type: pods, object, onSuccess: () => [this.#say('Update', name)] }];
  }

  #retain(pod: Pod, isScaledDown: boolean): readonly Step[] {
    const ordinal = ordinalOf(this.#set, pod)!;
    return applyRetention(this.#set, pod, ordinal, isScaledDown, this.#context.view);
  }

  /** Kubernetes: the unhealthy place with the lowest ordinal, the set's own before condemned ones. */
  #findFirstUnavailable(): Pod | undefined {
    const isUnavailable = (pod: Pod): boolean =>
      pod.metadata.deletionTimestamp !== undefined || !this.#isAvailable(pod);
    return (
      this.#slots.map(slot => slot.pod).find(pod => pod !== undefined && isUnavailable(pod)) ??
      this.#condemned.findLast(isUnavailable)
    );
  }

  #remove(pod: Pod, firstUnavailable: Pod | undefined): Move {
    if (pod.metadata.deletionTimestamp !== undefined) return wait;
    if (this.#isOrdered && !this.#isAvailable(pod) && pod !== firstUnavailable) return wait;
    return { steps: [this.#delete(pod)], isBlocking: true };
  }

  /** Replaces the pod with the highest ordinal that is not of the update's revision, one at a time. */
  #roll(): readonly Step[] {
    const { type, rollingUpdate } = this.#set.spec?.updateStrategy ?? {};
    if (type === 'OnDelete') return [];
    const name = this.#update.metadata.name;
    for (const { pod } of this.#slots.slice(rollingUpdate?.partition ?? 0).reverse()) {
      if (pod === undefined || pod.metadata.deletionTimestamp !== undefined) return [];
      if (revisionOf(pod) !== name) return [this.#delete(pod)];
      if (!this.#isAvailable(pod)) return [];
    }
    return [];
  }

  #isAvailable(pod: Pod): boolean {
    return isPodAvailable(pod, this.#set.spec?.minReadySeconds ?? 0, this.#context.now);
  }

  /** Revisions that a pod or the status still names stay in any case. */
  #trimHistory(): readonly Step[] {
    const live = new Set([this.#current.metadata.name, this.#update.metadata.name, ...this.#pods.map(revisionOf)]);
    const dead = this.#history.all.filter(revision => !live.has(revision.metadata.name));
    const excess = Math.max(0, dead.length - (this.#set.spec?.revisionHistoryLimit ?? 10));
    return dead.slice(0, excess).map(({ metadata: { namespace, name = '' } }) => ({
      do: 'delete',
      type: controllerRevisions,
      ref: { namespace, name },
    }));
  }

  #report(): readonly Step[] {
    const status = this.#buildStatus();
    const steps: Step[] = [];
    if (!isDeepEqual(status, this.#set.status)) {
      const object: StatefulSet = { ...this.#set, status };
      steps.push({ do: 'update', type: statefulSets, subresource: 'status', object });
    }
    const minReadySeconds = this.#set.spec?.minReadySeconds ?? 0;
    for (const pod of this.#pods) {
      const delayMs = untilAvailableMs(pod, minReadySeconds, this.#context.now) ?? 0;
      if (delayMs > 0) steps.push({ do: 'again', delayMs });
    }
    return steps;
  }

  #buildStatus(): StatefulSetStatus {
    const [current, update] = [this.#current.metadata.name ?? '', this.#update.metadata.name ?? ''];
    const replicas = replicasOf(this.#set);
    const living = this.#pods.filter(pod => pod.metadata.deletionTimestamp === undefined);
    const ready = this.#pods.filter(pod => pod.status?.phase === 'Running' && isPodReady(pod));
    const updated = living.filter(pod => revisionOf(pod) === update).length;
    const isDone =
      this.#set.spec?.updateStrategy?.type === 'RollingUpdate' &&
      updated === replicas &&
      ready.length === replicas &&
      this.#pods.length === replicas;
    const currentRevision = isDone ? update : current;
    const currentReplicas = living.filter(pod => revisionOf(pod) === currentRevision).length;
    return {
      ...this.#set.status,
      observedGeneration: this.#set.metadata.generation,
      replicas: this.#pods.length,
      readyReplicas: orAbsent(ready.length),
      availableReplicas: ready.filter(pod => this.#isAvailable(pod)).length,
      currentReplicas: orAbsent(currentReplicas),
      updatedReplicas: orAbsent(updated),
      currentRevision,
      updateRevision: update,
      collisionCount: this.#set.status?.collisionCount ?? 0,
    };
  }

  #say(verb: 'Create' | 'Update' | 'Delete', podName: string, error?: string): Step {
    const message = `${verb} Pod ${podName} in StatefulSet ${this.#set.metadata.name}`;
    return {
      do: 'event',
      regarding: this.#set,
      type: error === undefined ? 'Normal' : 'Warning',
      reason: `${error === undefined ? 'Successful' : 'Failed'}${verb}`,
      message: error === undefined ? `${message} successful` : `${message} failed error: ${error}`,
    };
  }
}

function orAbsent(count: number): number | undefined {
  return count === 0 ? undefined : count;
}
