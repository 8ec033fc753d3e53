import {
  type Deployment,
  type DeploymentStatus,
  deployments,
  pods,
  type ReplicaSet,
  replicaSets,
} from '../../api/generated/index.ts';
import type { Controller, ReconcileContext, Step, View } from '../../client/index.ts';
import { compileLabelSelector, isDeepEqual, type KubeObject, type StatusError } from '../../machinery/index.ts';
import { hashText } from '../../world/index.ts';
import { encodeHash } from '../history/index.ts';
import { claim, controllerOf, controllerReference, orphanIndex } from '../ownership.ts';
import { isPodFinished } from '../pod-facts.ts';
import { selectorKeys } from '../selector-keys.ts';
import {
  countStatus,
  findCondition,
  hasProgressDeadline,
  isComplete,
  progressDeadline,
  rolloutStatus,
  setCondition,
} from './deployment-status.ts';
import {
  desiredOf,
  isRollingUpdate,
  nextNewReplicas,
  nextOldReplicas,
  resolveBounds,
  spreadProportionally,
} from './replica-math.ts';
import {
  annotateNewReplicaSet,
  annotateReplicas,
  compareAge,
  compareRevisions,
  desiredReplicasAnnotation,
  findNewReplicaSet,
  isSameTemplate,
  revisionAnnotation,
  revisionOf,
  templateHashLabel,
} from './revision.ts';

/** What a DNS subdomain leaves for a ReplicaSet's name before the dash and the hash. */
const maxNameLength = 253 - 1;

/** Moves a Deployment's pods from one template to the next, a ReplicaSet each. */
export const deploymentController: Controller<Deployment> = {
  name: 'deployment-controller',
  primary: deployments,
  secondaries: [
    { type: replicaSets, keysOf: selectorKeys(deployments, each => compileLabelSelector(each.spec.selector)) },
    { type: pods, keysOf: recreatedDeployment },
  ],
  indexes: [orphanIndex(replicaSets)],
  reconcile(deployment, context) {
    if (deployment === undefined) return [];
    const selector = compileLabelSelector(deployment.spec.selector);
    const { owned, steps } = claim(context.view, replicaSets, deployments, deployment, selector);
    return [...steps, ...new Rollout(deployment, owned, context).decide()];
  },
};

/** A Recreate rollout waits for old pods to be gone, so their deletion concerns it. */
function recreatedDeployment(pod: KubeObject, view: View): readonly string[] {
  const setReference = controllerOf(pod);
  if (setReference?.kind !== 'ReplicaSet') return [];
  const { namespace } = pod.metadata;
  const set = view.get(replicaSets, namespace, setReference.name);
  const name = set === undefined ? undefined : controllerOf(set)?.name;
  if (name === undefined) return [];
  const deployment = view.get(deployments, namespace, name);
  return deployment !== undefined && !isRollingUpdate(deployment) ? [`${namespace}/${name}`] : [];
}

/** One look at a deployment and its sets, and what follows from it. */
class Rollout {
  readonly #deployment: Deployment;
  readonly #sets: readonly ReplicaSet[];
  readonly #newSet: ReplicaSet | undefined;
  readonly #oldSets: readonly ReplicaSet[];
  readonly #context: ReconcileContext;

  constructor(deployment: Deployment, sets: readonly ReplicaSet[], context: ReconcileContext) {
    this.#deployment = deployment;
    this.#sets = sets;
    this.#newSet = findNewReplicaSet(deployment, sets);
    this.#oldSets = sets.filter(set => set !== this.#newSet);
    this.#context = context;
  }

  decide(): readonly Step[] {
    const deployment = this.#deployment;
    if (deployment.metadata.deletionTimestamp !== undefined) return this.#report(this.#count());
    if (deployment.spec.paused === true) return this.#scaleOnly();
    if (findCondition(deployment.status, 'Progressing')?.reason === 'DeploymentPaused') return this.#resume();
    if (this.#isScalingEvent()) return this.#scaleOnly();
    const preparing = this.#prepareNewSet();
    if (preparing.length > 0) return preparing;
    return isRollingUpdate(deployment) ? this.#roll() : this.#recreate();
  }

  #resume(): readonly Step[] {
    return this.#report(withPausedCondition(this.#deployment, this.#count(), this.#context.now));
  }

  /** The deployment's size was changed since its sets were last scaled. */
  #isScalingEvent(): boolean {
    const replicas = this.#deployment.spec.replicas ?? 1;
    return this.#sets.some(set => {
      const desired = set.metadata.annotations?.[desiredReplicasAnnotation];
      return desiredOf(set) > 0 && desired !== undefined && Number(desired) !== replicas;
    });
  }

  /** Kubernetes: one active set takes the whole size; a finished rollout empties old sets; otherwise all share. */
  #scaleOnly(): readonly Step[] {
    const preparing = this.#newSet === undefined ? [] : this.#prepareNewSet();
    if (preparing.length > 0) return preparing;
    const replicas = this.#deployment.spec.replicas ?? 1;
    const active = this.#sets.filter(set => desiredOf(set) > 0);
    const steps: Step[] = [];
    const only = active.length === 0 ? (this.#newSet ?? this.#latest()) : active.length === 1 ? active[0] : undefined;
    if (active.length <= 1) {
      if (only !== undefined) steps.push(...this.#scale(only, replicas));
    } else if (this.#isNewSetSaturated()) {
      for (const set of active) if (set !== this.#newSet) steps.push(...this.#scale(set, 0));
    } else if (isRollingUpdate(this.#deployment)) {
      for (const [set, count] of spreadProportionally(this.#deployment, active)) steps.push(...this.#scale(set, count));
    }
    const cleaning = this.#deployment.spec.paused === true ? this.#cleanUp() : [];
    const status = withPausedCondition(this.#deployment, this.#count(), this.#context.now);
    return [...steps, ...cleaning, ...this.#report(status)];
  }

  #latest(): ReplicaSet | undefined {
    return [...this.#sets].sort(compareAge).at(-1);
  }

  #isNewSetSaturated(): boolean {
    const set = this.#newSet;
    if (set === undefined) return false;
    const replicas = this.#deployment.spec.replicas ?? 1;
    const desired = Number(set.metadata.annotations?.[desiredReplicasAnnotation] ?? Number.NaN);
    return desiredOf(set) === replicas && desired === replicas && (set.status?.availableReplicas ?? 0) === replicas;
  }

  /** Makes the new set exist and carry its revision, and the deployment name that revision. */
  #prepareNewSet(): readonly Step[] {
    const revision = this.#oldSets.map(revisionOf).reduce((max, each) => (each > max ? each : max), 0n) + 1n;
    const set = this.#newSet;
    if (set === undefined) {
      // A Recreate rollout first lets the old pods go.
      if (!isRollingUpdate(this.#deployment) && (this.#hasOldReplicas() || this.#hasOldPods())) return [];
      return this.#createNewSet(revision);
    }
    const deployment = this.#deployment;
    const annotations = annotateNewReplicaSet(deployment, set.metadata.annotations, revision);
    const minReadySeconds = deployment.spec.minReadySeconds;
    if (
      !isDeepEqual(annotations, set.metadata.annotations ?? {}) ||
      (set.spec.minReadySeconds ?? 0) !== (minReadySeconds ?? 0)
    ) {
      const metadata = { ...set.metadata, annotations };
      return [
        {
          do: 'update',
          type: replicaSets,
          object: { ...set, metadata, spec: { ...set.spec, minReadySeconds } } as ReplicaSet,
        },
      ];
    }
    const isNamed = deployment.metadata.annotations?.[revisionAnnotation] === annotations[revisionAnnotation];
    const needsCondition =
      hasProgressDeadline(deployment) && findCondition(deployment.status, 'Progressing') === undefined;
    if (isNamed && !needsCondition) return [];
    return [this.#nameRevision(annotations[revisionAnnotation]!, needsCondition, set)];
  }

  #nameRevision(revision: string, needsCondition: boolean, set: ReplicaSet): Step {
    const { metadata, status } = this.#deployment;
    const conditions = status?.conditions ?? [];
    const found = {
      type: 'Progressing',
      status: 'True',
      reason: 'FoundNewReplicaSet',
      message: `Found new replica set ${JSON.stringify(set.metadata.name)}`,
    };
    const object: Deployment = {
      ...this.#deployment,
      metadata: { ...metadata, annotations: { ...metadata.annotations, [revisionAnnotation]: revision } },
      status: {
        ...status,
        conditions: needsCondition ? setCondition(conditions, found, this.#context.now) : conditions,
      },
    };
    return { do: 'update', type: deployments, subresource: 'status', object };
  }

  #createNewSet(revision: bigint): readonly Step[] {
    const deployment = this.#deployment;
    const { template, minReadySeconds } = deployment.spec;
    const hash = hashTemplate(deployment);
    const labels = { ...template.metadata?.labels, [templateHashLabel]: hash };
    const replicas = nextNewReplicas(deployment, this.#sets, 0);
    const { maxSurge } = resolveBounds(deployment);
    const desired = deployment.spec.replicas ?? 1;
    const set: ReplicaSet = {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: {
        name: `${deployment.metadata.name?.slice(0, maxNameLength - hash.length)}-${hash}`,
        namespace: deployment.metadata.namespace,
        labels,
        annotations: annotateReplicas(
          annotateNewReplicaSet(deployment, undefined, revision),
          desired,
          desired + maxSurge,
        ),
        ownerReferences: [controllerReference(deployments, deployment)],
      },
      spec: {
        replicas,
        minReadySeconds,
        selector: {
          ...deployment.spec.selector,
          matchLabels: { ...deployment.spec.selector.matchLabels, [templateHashLabel]: hash },
        },
        template: { ...template, metadata: { ...template.metadata, labels } },
      },
    };
    return [
      {
        do: 'create',
        type: replicaSets,
        object: set,
        onSuccess: () => [
          ...(replicas > 0 ? [this.#scalingEvent(set, 0, replicas)] : []),
          this.#progressStep(
            true,
            'NewReplicaSetCreated',
            `Created new replica set ${JSON.stringify(set.metadata.name)}`,
            String(revision),
          ),
        ],
        onError: error => this.#onCreateError(error, set),
      },
    ];
  }

  /** A namesake that is not ours means that the hash collided: the next one is salted differently. */
  #onCreateError(error: StatusError, set: ReplicaSet): readonly Step[] {
    if (error.reason !== 'AlreadyExists') {
      const message = `Failed to create new replica set ${JSON.stringify(set.metadata.name)}: ${error.message}`;
      return [
        this.#progressStep(false, 'ReplicaSetCreateError', message),
        { do: 'event', regarding: this.#deployment, type: 'Warning', reason: 'ReplicaSetCreateError', message },
      ];
    }
    const existing = this.#context.view.get(replicaSets, set.metadata.namespace, set.metadata.name ?? '');
    // Not seen yet, or ours after all: the next look will find it.
    if (existing === undefined) return [];
    const isOurs = controllerOf(existing)?.uid === this.#deployment.metadata.uid;
    if (isOurs && isSameTemplate(existing.spec.template, this.#deployment.spec.template)) return [];
    const collisionCount = (this.#deployment.status?.collisionCount ?? 0) + 1;
    const object: Deployment = { ...this.#deployment, status: { ...this.#deployment.status, collisionCount } };
    return [{ do: 'update', type: deployments, subresource: 'status', object }];
  }

  #progressStep(isTrue: boolean, reason: string, message: string, revision?: string): Step {
    const deployment = this.#deployment;
    const { annotations } = deployment.metadata;
    const metadata =
      revision === undefined
        ? deployment.metadata
        : { ...deployment.metadata, annotations: { ...annotations, [revisionAnnotation]: revision } };
    const condition = { type: 'Progressing', status: isTrue ? 'True' : 'False', reason, message };
    const conditions = hasProgressDeadline(deployment)
      ? setCondition(deployment.status?.conditions ?? [], condition, this.#context.now)
      : deployment.status?.conditions;
    return {
      do: 'update',
      type: deployments,
      subresource: 'status',
      object: { ...deployment, metadata, status: { ...deployment.status, conditions } } as Deployment,
    };
  }

  #roll(): readonly Step[] {
    const set = this.#newSet!;
    const replicas = this.#deployment.spec.replicas ?? 1;
    const next = desiredOf(set) > replicas ? replicas : nextNewReplicas(this.#deployment, this.#sets, desiredOf(set));
    const growing = this.#scale(set, next);
    if (growing.length > 0) return [...growing, ...this.#report(this.#rolloutStatus())];
    const shrinking: Step[] = [];
    for (const [old, count] of nextOldReplicas(this.#deployment, this.#oldSets, set)) {
      if (count !== desiredOf(old)) shrinking.push(...this.#scale(old, count));
    }
    return [...shrinking, ...this.#finish(shrinking.length === 0)];
  }

  #recreate(): readonly Step[] {
    const shrinking = this.#oldSets.flatMap(set => (desiredOf(set) > 0 ? this.#scale(set, 0) : []));
    if (shrinking.length > 0 || this.#newSet === undefined || this.#hasOldPods()) {
      return [...shrinking, ...this.#report(this.#rolloutStatus())];
    }
    const growing = this.#scale(this.#newSet, this.#deployment.spec.replicas ?? 1);
    return [...growing, ...this.#finish(growing.length === 0)];
  }

  #finish(isSettled: boolean): readonly Step[] {
    const status = this.#rolloutStatus();
    const cleaning = isSettled && isComplete(this.#deployment, status) ? this.#cleanUp() : [];
    return [...cleaning, ...this.#report(status), ...this.#watchDeadline(status)];
  }

  #hasOldReplicas(): boolean {
    return this.#oldSets.some(set => desiredOf(set) > 0);
  }

  #hasOldPods(): boolean {
    return this.#oldSets.some(
      set =>
        (set.status?.replicas ?? 0) > 0 ||
        this.#context.view.listOwned(pods, set.metadata.uid ?? '').some(pod => !isPodFinished(pod)),
    );
  }

  /** Scales a set, or only renews its notes about the deployment's size where the count stays. */
  #scale(set: ReplicaSet, replicas: number): Step[] {
    const deployment = this.#deployment;
    const desired = deployment.spec.replicas ?? 1;
    const annotations = annotateReplicas(
      set.metadata.annotations,
      desired,
      desired + resolveBounds(deployment).maxSurge,
    );
    const before = desiredOf(set);
    if (before === replicas && isDeepEqual(annotations, set.metadata.annotations)) return [];
    const object = {
      ...set,
      metadata: { ...set.metadata, annotations },
      spec: { ...set.spec, replicas },
    } as ReplicaSet;
    const event = this.#scalingEvent(set, before, replicas);
    return [{ do: 'update', type: replicaSets, object, onSuccess: () => (before === replicas ? [] : [event]) }];
  }

  #scalingEvent(set: ReplicaSet, from: number, to: number): Step {
    return {
      do: 'event',
      regarding: this.#deployment,
      type: 'Normal',
      reason: 'ScalingReplicaSet',
      message: `Scaled ${to > from ? 'up' : 'down'} replica set ${set.metadata.name} from ${from} to ${to}`,
    };
  }

  /** Deletes the oldest empty sets beyond the history limit. */
  #cleanUp(): Step[] {
    const limit = this.#deployment.spec.revisionHistoryLimit;
    if (limit === undefined) return [];
    const candidates = this.#oldSets.filter(set => set.metadata.deletionTimestamp === undefined);
    const excess = candidates.length - limit;
    if (excess <= 0) return [];
    return candidates
      .sort(compareRevisions)
      .slice(0, excess)
      .filter(set => (set.status?.replicas ?? 0) === 0 && desiredOf(set) === 0 && isObserved(set))
      .map(set => ({
        do: 'delete',
        type: replicaSets,
        ref: { namespace: set.metadata.namespace, name: set.metadata.name ?? '' },
      }));
  }

  #count(): DeploymentStatus {
    return countStatus(this.#deployment, this.#sets, this.#newSet, this.#context.now);
  }

  #rolloutStatus(): DeploymentStatus {
    return rolloutStatus(this.#deployment, this.#sets, this.#newSet, this.#context.now);
  }

  #report(status: DeploymentStatus): Step[] {
    if (isDeepEqual(this.#deployment.status, status)) return [];
    const object: Deployment = { ...this.#deployment, status };
    return [{ do: 'update', type: deployments, subresource: 'status', object }];
  }

  /** Looks again when the progress deadline passes, since nothing else would change then. */
  #watchDeadline(status: DeploymentStatus): Step[] {
    const condition = findCondition(status, 'Progressing');
    if (condition === undefined || !hasProgressDeadline(this.#deployment)) return [];
    const isOver = condition.reason === 'NewReplicaSetAvailable' || condition.reason === 'ProgressDeadlineExceeded';
    if (isOver || isComplete(this.#deployment, status)) return [];
    const delayMs = progressDeadline(this.#deployment, condition) - this.#context.now + 1000;
    return [{ do: 'again', delayMs: Math.max(1000, delayMs) }];
  }
}

function isObserved(set: ReplicaSet): boolean {
  return (set.metadata.generation ?? 0) <= (set.status?.observedGeneration ?? 0);
}

/** Kubernetes: pausing stops the progress clock, resuming starts it again. */
function withPausedCondition(deployment: Deployment, status: DeploymentStatus, now: number): DeploymentStatus {
  if (!hasProgressDeadline(deployment)) return status;
  const current = findCondition(deployment.status, 'Progressing');
  if (current?.reason === 'ProgressDeadlineExceeded') return status;
  const isPausedSaid = current?.reason === 'DeploymentPaused';
  const isPaused = deployment.spec.paused === true;
  if (isPaused === isPausedSaid) return status;
  const condition = isPaused
    ? { type: 'Progressing', status: 'Unknown', reason: 'DeploymentPaused', message: 'Deployment is paused' }
    : { type: 'Progressing', status: 'Unknown', reason: 'DeploymentResumed', message: 'Deployment is resumed' };
  return { ...status, conditions: setCondition(status.conditions ?? [], condition, now) };
}

/**
 * Differs from Kubernetes: there the hash runs over Go's dump of the template, here over its JSON. Both are opaque names
 * that only have to change with the template.
 */
function hashTemplate(deployment: Deployment): string {
  const salt = deployment.status?.collisionCount ?? 0;
  const hash = hashText(JSON.stringify(deployment.spec.template) + (salt === 0 ? '' : String(salt)));
  return encodeHash(hash);
}
