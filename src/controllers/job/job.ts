import { type Job, type JobCondition, type JobStatus, jobs, type Pod, pods } from '../../api/generated/index.ts';
import type { Controller, IndexDeclaration, ReconcileContext, Step } from '../../client/index.ts';
import { compileLabelSelector, isDeepEqual } from '../../machinery/index.ts';
import { formatTime } from '../../world/index.ts';
import { claim, controllerOf, orphanPods } from '../ownership.ts';
import { rankPodsForDeletion } from '../pod-deletion-order.ts';
import { buildPod, createPodStep, deletePodStep } from '../pod-template.ts';
import { selectorKeys } from '../selector-keys.ts';
import { completionIndexAnnotation, isIndexed, missingIndexes } from './completion-index.ts';
import { decideOutcome, isJobFinished, type JobOutcome, untilDeadlineMs, withJobCondition } from './job-outcome.ts';
import { isTracked, type JobTally, tallyJob, trackingFinalizer } from './job-tally.ts';

/** Kubernetes: MaxPodCreateDeletePerSync, and the back-off between a failure and its replacement. */
const burstPods = 500;
const backoffMinMs = 10_000;
const backoffMaxMs = 600_000;

const trackedPods: IndexDeclaration<Pod> = {
  type: pods,
  name: 'tracked by job',
  valuesOf: pod => (isTracked(pod) ? [`${pod.metadata.namespace}/${controllerOf(pod)?.name}`] : []),
};

const selectorOf = (job: Job) => compileLabelSelector(job.spec?.selector);

/** Runs pods until enough of them have succeeded, or too many have failed. */
export const jobController: Controller<Job> = {
  name: 'job-controller',
  primary: jobs,
  secondaries: [{ type: pods, keysOf: selectorKeys(jobs, selectorOf) }],
  indexes: [orphanPods, trackedPods],
  reconcile(job, context) {
    const strays = context.view
      .listIndexed(pods, 'tracked by job', context.key)
      .filter(pod => controllerOf(pod)?.uid !== job?.metadata.uid);
    const releases = strays.map(untrackStep);
    if (job?.spec === undefined || job.spec.managedBy?.startsWith('kubernetes.io/') === false) return releases;
    const { owned, steps } = claim(context.view, pods, jobs, job, selectorOf(job));
    if (isJobFinished(job) || job.metadata.deletionTimestamp !== undefined) {
      return [...releases, ...owned.filter(isTracked).map(untrackStep)];
    }
    return [...releases, ...steps, ...new JobRound(job, owned, context).decide()];
  },
};

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
    const announced = job.status?.conditions?.some(each => each.type === 'FailureTarget' && each.status === 'True');
    this.#tally = tallyJob(job, owned, announced === true);
    this.#outcome = decideOutcome(job, this.#tally, context.now);
  }

  decide(): readonly Step[] {
    const { active, settled } = this.#tally;
    const isStopping = this.#outcome !== undefined || this.#job.spec?.suspend === true;
    const stopping = isStopping ? active.map(pod => deletePodStep(this.#job, pod)) : [];
    const working = isStopping ? [] : this.#work();
    // The status goes first: a pod may only be let go once its end is on record.
    return [...this.#report(), ...settled.map(untrackStep), ...stopping, ...working, ...this.#watchDeadline()];
  }

  #work(): readonly Step[] {
    const { active, terminating, succeeded } = this.#tally;
    const { parallelism = 1, completions, podReplacementPolicy } = this.#job.spec!;
    const wanted =
      completions === undefined
        ? succeeded > 0
          ? active.length
          : parallelism
        : Math.min(parallelism, Math.max(0, completions - succeeded));
    if (active.length > wanted) {
      return rankPodsForDeletion(active, this.#context)
        .slice(0, Math.min(burstPods, active.length - wanted))
        .map(pod => deletePodStep(this.#job, pod));
    }
    const held = podReplacementPolicy === 'Failed' ? terminating : 0;
    const missing = Math.min(burstPods, wanted - active.length - held);
    if (missing <= 0) return [];
    const backoffMs = this.#backoffLeftMs();
    if (backoffMs > 0) return [{ do: 'again', delayMs: backoffMs }];
    return this.#create(missing);
  }

  #backoffLeftMs(): number {
    const { recentFailures, lastFailureMs } = this.#tally;
    if (recentFailures === 0) return 0;
    const backoffMs = Math.min(backoffMaxMs, backoffMinMs * 2 ** Math.min(20, recentFailures - 1));
    return lastFailureMs + backoffMs - this.#context.now;
  }

  #create(count: number): readonly Step[] {
    const job = this.#job;
    const base = buildPod(jobs, job, job.spec!.template);
    const tracked: Pod = {
      ...base,
      metadata: { ...base.metadata, finalizers: [...(base.metadata.finalizers ?? []), trackingFinalizer] },
    };
    if (!isIndexed(job)) return Array.from({ length: count }, () => createPodStep(job, tracked));
    return missingIndexes(job, this.#tally.succeededIndexes, this.#tally.active, count).map(index =>
      createPodStep(job, withIndex(job, tracked, index)),
    );
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
      terminating: isOver ? 0 : terminating,
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
      this.#tally.terminating === 0 &&
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
function withIndex(job: Job, pod: Pod, index: number): Pod {
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
      generateName: `${`${job.metadata.name}-${text}`.slice(0, 57)}-`,
      labels: { ...pod.metadata.labels, [completionIndexAnnotation]: text },
      annotations: { ...pod.metadata.annotations, [completionIndexAnnotation]: text },
    },
    spec: {
      ...pod.spec!,
      hostname: pod.spec?.hostname ?? `${job.metadata.name}-${text}`.slice(0, 63),
      containers: pod.spec!.containers.map(addVariable),
      initContainers: pod.spec?.initContainers?.map(addVariable),
    },
  };
}
