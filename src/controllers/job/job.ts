import { type Job, type JobCondition, type JobStatus, jobs, type Pod, pods } from '../../api/generated/index.ts';
import type { Controller, IndexDeclaration, ReconcileContext, Step } from '../../client/index.ts';
import { compileLabelSelector, isDeepEqual, type LabelMatcher } from '../../machinery/index.ts';
import { formatTime } from '../../world/index.ts';
import { claim, controllerOf, orphanPods } from '../ownership.ts';
import { rankPodsForDeletion } from '../pod-deletion-order.ts';
import { buildPod, createPodStep, deletePodStep } from '../pod-template.ts';
import { selectorKeys } from '../selector-keys.ts';
import { completionIndexAnnotation, indexOf, isIndexed, isOpenIndex, missingIndexes } from './completion-index.ts';
import { countFailures, failuresOf, hasIndexLimit } from './index-failures.ts';
import {
  decideOutcome,
  findJobCondition,
  isJobFinished,
  type JobOutcome,
  untilDeadlineMs,
  withJobCondition,
} from './job-outcome.ts';
import { finishedMs, isTracked, replacesOnlyFailed, trackingFinalizer } from './job-pods.ts';
import { type JobEnding, type JobTally, tallyJob } from './job-tally.ts';

/** Kubernetes: MaxPodCreateDeletePerSync, and the back-off between a failure and its replacement. */
const burstPods = 500;
const backoffMinMs = 10_000;
const backoffMaxMs = 600_000;

const ownName = 'kubernetes.io/job-controller';
const jobNameLabel = 'batch.kubernetes.io/job-name';

/** Kubernetes: the longest generateName of a pod that knows its index. */
const generateNameMax = 63 - 5;

const trackedPods: IndexDeclaration<Pod> = {
  type: pods,
  name: 'tracked by job',
  valuesOf: pod => (isTracked(pod) ? [trackingKey(pod)] : []),
};

/** The Job that a tracked pod belongs, or belonged, to; one that nobody owns is looked after under a key of its own. */
function trackingKey(pod: Pod): string {
  const { namespace, name, labels } = pod.metadata;
  return `${namespace}/${controllerOf(pod)?.name ?? labels?.[jobNameLabel] ?? `orphan ${name}`}`;
}

const byOwnerOrSelector = selectorKeys(jobs, selectorOf);

function selectorOf(job: Job): LabelMatcher {
  return compileLabelSelector(job.spec?.selector);
}

/** Runs pods until enough of them have succeeded, or too many have failed. */
export const jobController: Controller<Job> = {
  name: 'job-controller',
  primary: jobs,
  secondaries: [
    {
      type: pods,
      keysOf: (object, view) => {
        const pod = object as Pod;
        const keys = byOwnerOrSelector(pod, view);
        return keys.length > 0 || !isTracked(pod) ? keys : [trackingKey(pod)];
      },
    },
  ],
  indexes: [orphanPods, trackedPods],
  reconcile(job, context) {
    if (job?.spec === undefined) return listTracked(context).map(untrackStep);
    const selector = selectorOf(job);
    const releases = listTracked(context)
      .filter(pod => isStray(pod, job, selector))
      .map(untrackStep);
    const { managedBy = ownName } = job.spec;
    if (managedBy !== ownName) return releases;
    const { owned, steps } = claim(context.view, pods, jobs, job, selector);
    if (isJobFinished(job) || job.metadata.deletionTimestamp !== undefined) {
      return [...releases, ...owned.filter(isTracked).map(untrackStep)];
    }
    return [...releases, ...steps, ...new JobRound(job, owned, context).decide()];
  },
};

function listTracked({ view, key }: ReconcileContext): readonly Pod[] {
  return view.listIndexed(pods, trackedPods.name, key);
}

/** Neither the Job's own nor about to be. */
function isStray(pod: Pod, job: Job, selector: LabelMatcher): boolean {
  const controller = controllerOf(pod);
  if (controller !== undefined) return controller.uid !== job.metadata.uid;
  return isJobFinished(job) || !selector.matches(pod.metadata.labels);
}

/** Lets a pod go whose end has been counted, or whose Job no longer counts. */
function untrackStep(pod: Pod): Step {
  const { name = '', namespace, uid, resourceVersion } = pod.metadata;
  const finalizers = pod.metadata.finalizers?.filter(each => each !== trackingFinalizer);
  return {
    do: 'patch',
    type: pods,
    ref: { name, namespace },
    patchType: 'merge',
    patch: { metadata: { uid, resourceVersion, finalizers } },
  };
}

/** One look at a Job that is not over, and what follows from it. */
class JobRound {
  readonly #job: Job;
  readonly #context: ReconcileContext;
  readonly #tally: JobTally;
  readonly #outcome: JobOutcome | undefined;

  constructor(job: Job, owned: readonly Pod[], context: ReconcileContext) {
    this.#job = job;
    this.#context = context;
    this.#tally = tallyJob(job, owned, knownEnding(job));
    this.#outcome = decideOutcome(job, this.#tally, context.now);
  }

  decide(): readonly Step[] {
    const { active, settled } = this.#tally;
    const isEnding = this.#outcome !== undefined;
    const stopping = isEnding ? active.map(pod => deletePodStep(this.#job, pod)) : [];
    const working = isEnding ? [] : this.#work();
    // The status goes first: a pod may only be let go once its end is on record.
    return [...this.#report(), ...settled.map(untrackStep), ...stopping, ...working, ...this.#watchDeadline()];
  }

  #work(): readonly Step[] {
    const job = this.#job;
    const { active, terminating, succeeded } = this.#tally;
    if (job.spec?.suspend === true) return active.flatMap(pod => this.#dismiss(pod));
    const { parallelism = 1, completions } = job.spec!;
    const wanted =
      completions === undefined
        ? succeeded > 0
          ? active.length
          : parallelism
        : Math.min(parallelism, Math.max(0, completions - succeeded));
    const dismissed = this.#chooseExcess(active.length - wanted);
    if (dismissed.length > 0) return dismissed.slice(0, burstPods).flatMap(pod => this.#dismiss(pod));
    const held = replacesOnlyFailed(job) ? terminating.length : 0;
    const missing = Math.min(burstPods, wanted - active.length - held);
    if (missing <= 0) return [];
    const backoffMs = hasIndexLimit(job) ? 0 : this.#backoffLeftMs();
    if (backoffMs > 0) return [{ do: 'again', delayMs: backoffMs }];
    return this.#create(missing);
  }

  /** At least `count` pods to stop: those of an index that does not count, or of one twice, go in any case. */
  #chooseExcess(count: number): readonly Pod[] {
    const ranked = rankPodsForDeletion(this.#tally.active, this.#context, []);
    if (!isIndexed(this.#job)) return ranked.slice(0, Math.max(0, count));
    const keeping = new Map<number, Pod>();
    // Who would be deleted last is kept.
    for (const pod of ranked) {
      const index = indexOf(pod);
      if (isOpenIndex(this.#job, index)) keeping.set(index, pod);
    }
    const kept = new Set(keeping.values());
    const excess = ranked.filter(pod => !kept.has(pod));
    return [...excess, ...ranked.filter(pod => kept.has(pod)).slice(0, Math.max(0, count - excess.length))];
  }

  /** A pod that is stopped before its time is let go first, so that it does not count as failed. */
  #dismiss(pod: Pod): readonly Step[] {
    const deletion = deletePodStep(this.#job, pod);
    return isTracked(pod) ? [untrackStep(pod), deletion] : [deletion];
  }

  #backoffLeftMs(): number {
    const { recentFailures, lastFailureMs } = this.#tally;
    return backoffMs(recentFailures, lastFailureMs) - this.#context.now;
  }

  #create(count: number): readonly Step[] {
    const job = this.#job;
    const base = buildPod(jobs, job, job.spec!.template);
    const tracked: Pod = {
      ...base,
      metadata: { ...base.metadata, finalizers: [...(base.metadata.finalizers ?? []), trackingFinalizer] },
    };
    if (!isIndexed(job)) return Array.from({ length: count }, () => createPodStep(job, tracked));
    const { active, terminating, succeededIndexes, failedIndexes, predecessors } = this.#tally;
    const busy = replacesOnlyFailed(job) ? [...active, ...terminating] : active;
    const isOver = (index: number): boolean => succeededIndexes.has(index) || failedIndexes?.has(index) === true;
    const steps: Step[] = [];
    for (const index of missingIndexes(job, isOver, busy, count)) {
      const predecessor = predecessors.get(index);
      const delayMs = predecessor === undefined ? 0 : this.#indexBackoffLeftMs(predecessor);
      if (delayMs > 0) {
        steps.push({ do: 'again', delayMs });
        continue;
      }
      const failures = hasIndexLimit(job) ? countFailures(job, predecessor) : {};
      steps.push(createPodStep(job, withIndex(job, tracked, index, failures)));
    }
    return steps;
  }

  #indexBackoffLeftMs(predecessor: Pod): number {
    return backoffMs(failuresOf(predecessor) + 1, finishedMs(predecessor)) - this.#context.now;
  }

  #report(): readonly Step[] {
    const job = this.#job;
    const status = this.#buildStatus();
    if (isDeepEqual(job.status, status)) return [];
    const events = this.#events(status);
    return [
      {
        do: 'update',
        type: jobs,
        subresource: 'status',
        object: { ...job, status } as Job,
        onSuccess: () => events,
      },
    ];
  }

  #buildStatus(): JobStatus {
    const job = this.#job;
    const { active, ready, terminating, counters } = this.#tally;
    const isSuspended = job.spec?.suspend === true;
    const conditions = this.#conditions();
    const finished = conditions.find(each => each.type === 'Complete' && each.status === 'True');
    const isOver = finished !== undefined || conditions.some(each => each.type === 'Failed' && each.status === 'True');
    const startTime = isSuspended ? undefined : (job.status?.startTime ?? formatTime(this.#context.now));
    return {
      ...job.status,
      ...counters,
      active: isOver || active.length === 0 ? undefined : active.length,
      ready: isOver ? 0 : ready,
      terminating: isOver ? 0 : terminating.length,
      startTime,
      conditions: conditions.length === 0 ? undefined : conditions,
      completionTime: finished?.lastTransitionTime,
    };
  }

  /** An end is announced first, and becomes final when no pod is left to end or to count. */
  #conditions(): readonly JobCondition[] {
    const job = this.#job;
    const { now } = this.#context;
    const before = job.status?.conditions ?? [];
    const outcome = this.#outcome;
    if (outcome === undefined) return withSuspension(before, job, now);
    const { isSuccess, reason, message } = outcome;
    const announcement = { type: isSuccess ? 'SuccessCriteriaMet' : 'FailureTarget', status: 'True', reason, message };
    const announced = withJobCondition(before, announcement, now);
    const isFinal =
      announced === before &&
      this.#tally.active.length === 0 &&
      this.#tally.terminating.length === 0 &&
      !this.#tally.hasUncounted;
    if (!isFinal) return announced;
    return withJobCondition(
      announced,
      { type: isSuccess ? 'Complete' : 'Failed', status: 'True', reason, message },
      now,
    );
  }

  #events(status: JobStatus): readonly Step[] {
    const has = (type: string, of: JobStatus | undefined): boolean =>
      of?.conditions?.some(each => each.type === type && each.status === 'True') === true;
    const isNew = (type: string): boolean => has(type, status) && !has(type, this.#job.status);
    const say = (type: 'Normal' | 'Warning', reason: string, message: string): Step => ({
      do: 'event',
      regarding: this.#job,
      type,
      reason,
      message,
    });
    const events: Step[] = [];
    if (isNew('Complete') && (status.succeeded ?? 0) > (this.#job.spec?.completions ?? Number.POSITIVE_INFINITY)) {
      const message = 'Too many succeeded pods running after completion count reached';
      events.push(say('Warning', 'TooManySucceededPods', message));
    }
    if (isNew('Complete')) events.push(say('Normal', 'Completed', 'Job completed'));
    if (isNew('Failed')) events.push(say('Warning', this.#outcome?.reason ?? '', this.#outcome?.message ?? ''));
    if (isNew('Suspended')) events.push(say('Normal', 'Suspended', 'Job suspended'));
    if (has('Suspended', this.#job.status) && !has('Suspended', status)) {
      events.push(say('Normal', 'Resumed', 'Job resumed'));
    }
    return events;
  }

  #watchDeadline(): readonly Step[] {
    const delayMs = untilDeadlineMs(this.#job, this.#context.now);
    return delayMs === undefined || delayMs === 0 ? [] : [{ do: 'again', delayMs }];
  }
}

/** When so many failures in a row, the last one then, may be followed by another try. */
function backoffMs(failures: number, lastFailureMs: number): number {
  if (failures === 0) return 0;
  return lastFailureMs + Math.min(backoffMaxMs, backoffMinMs * 2 ** Math.min(20, failures - 1));
}

function knownEnding(job: Job): JobEnding {
  if (findJobCondition(job, 'SuccessCriteriaMet') !== undefined) return 'succeeding';
  return findJobCondition(job, 'FailureTarget') === undefined ? undefined : 'failing';
}

function withSuspension(conditions: readonly JobCondition[], job: Job, now: number): readonly JobCondition[] {
  if (job.spec?.suspend === true) {
    const message = 'Job suspended';
    return withJobCondition(conditions, { type: 'Suspended', status: 'True', reason: 'JobSuspended', message }, now);
  }
  if (!conditions.some(each => each.type === 'Suspended' && each.status === 'True')) return conditions;
  const message = 'Job resumed';
  return withJobCondition(conditions, { type: 'Suspended', status: 'False', reason: 'JobResumed', message }, now);
}

/** An indexed pod knows its index by annotation, label, environment and host name. */
function withIndex(job: Job, pod: Pod, index: number, failures: Readonly<Record<string, string>>): Pod {
  const text = String(index);
  const variable = {
    name: 'JOB_COMPLETION_INDEX',
    valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: `metadata.labels['${completionIndexAnnotation}']` } },
  };
  const addVariable = <C extends { readonly env?: readonly { readonly name: string }[] | undefined }>(
    container: C,
  ): C =>
    container.env?.some(each => each.name === variable.name)
      ? container
      : { ...container, env: [...(container.env ?? []), variable] };
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      generateName: `${job.metadata.name?.slice(0, generateNameMax - text.length - 2)}-${text}-`,
      labels: { ...pod.metadata.labels, [completionIndexAnnotation]: text },
      annotations: { ...pod.metadata.annotations, [completionIndexAnnotation]: text, ...failures },
    },
    spec: {
      ...pod.spec!,
      hostname: `${job.metadata.name}-${text}`,
      containers: pod.spec!.containers.map(addVariable),
      initContainers: pod.spec?.initContainers?.map(addVariable),
    },
  };
}
