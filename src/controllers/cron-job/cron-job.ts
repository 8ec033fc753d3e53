import {
  type CronJob,
  type CronJobStatus,
  cronJobs,
  type Job,
  jobs,
  type ObjectReference,
} from '../../api/generated/index.ts';
import type { Controller, ReconcileContext, Step } from '../../client/index.ts';
import { isDeepEqual, type KubeObject, offsetMs } from '../../machinery/index.ts';
import { formatTime, parseTime } from '../../world/index.ts';
import { findJobCondition, isJobFinished } from '../job/index.ts';
import { controllerOf, controllerReference } from '../ownership.ts';
import { findDueTime, readTimetable, type Timetable, untilNextMs } from './due-time.ts';

const scheduledAnnotation = 'batch.kubernetes.io/cronjob-scheduled-timestamp';

/** Makes a Job whenever a CronJob is due, and removes those that are over. */
export const cronJobController: Controller<CronJob> = {
  name: 'cronjob-controller',
  primary: cronJobs,
  secondaries: [{ type: jobs }],
  reconcile(cronJob, context) {
    return cronJob === undefined ? [] : new CronRound(cronJob, context).decide();
  },
};

/** One look at a CronJob and its Jobs. */
class CronRound {
  readonly #cronJob: CronJob;
  readonly #context: ReconcileContext;
  readonly #jobs: readonly Job[];
  readonly #steps: Step[] = [];
  #active: readonly ObjectReference[];
  #lastSuccessfulTime: string | undefined;

  constructor(cronJob: CronJob, context: ReconcileContext) {
    this.#cronJob = cronJob;
    this.#context = context;
    this.#jobs = context.view.listOwned(jobs, cronJob.metadata.uid ?? '');
    this.#active = cronJob.status?.active ?? [];
    this.#lastSuccessfulTime = cronJob.status?.lastSuccessfulTime;
  }

  decide(): readonly Step[] {
    const { successfulJobsHistoryLimit, failedJobsHistoryLimit } = this.#cronJob.spec;
    this.#takeStock();
    this.#trim('Complete', successfulJobsHistoryLimit);
    this.#trim('Failed', failedJobsHistoryLimit);
    const starting = this.#start();
    // A start notes everything else along with itself: a second write would find the first in its way.
    const isNoted = starting.some(step => step.do === 'create' || step.do === 'update');
    return [...this.#steps, ...(isNoted ? [] : this.#reportSame()), ...starting];
  }

  /** Brings the list of active Jobs, and what the latest success was, up to date. */
  #takeStock(): void {
    const byUid = new Map(this.#jobs.map(job => [job.metadata.uid, job]));
    const listed = new Set(this.#active.map(reference => reference.uid));
    for (const job of this.#jobs) {
      const { uid, name } = job.metadata;
      const isFinished = isJobFinished(job);
      if (!isFinished && !listed.has(uid)) {
        this.#say('Warning', 'UnexpectedJob', `Saw a job that the controller did not create or forgot: ${name}`);
      } else if (isFinished && listed.has(uid)) {
        this.#forget(uid);
        const condition = findJobCondition(job, 'Complete') === undefined ? 'Failed' : 'Complete';
        this.#say('Normal', 'SawCompletedJob', `Saw completed job: ${name}, condition: ${condition}`);
      }
      if (findJobCondition(job, 'Complete') !== undefined) this.#noteSuccess(job.status?.completionTime);
    }
    for (const { uid, name } of this.#active) {
      if (byUid.has(uid)) continue;
      this.#forget(uid);
      this.#say('Normal', 'MissingJob', `Active job went missing: ${name}`);
    }
  }

  #noteSuccess(at: string | undefined): void {
    const before = this.#lastSuccessfulTime;
    if (at !== undefined && (before === undefined || parseTime(at) > parseTime(before))) this.#lastSuccessfulTime = at;
  }

  #trim(ending: 'Complete' | 'Failed', limit: number | undefined): void {
    if (limit === undefined) return;
    const finished = this.#jobs.filter(
      job => findJobCondition(job, ending) !== undefined && job.metadata.deletionTimestamp === undefined,
    );
    const excess = [...finished].sort(compareStart).slice(0, Math.max(0, finished.length - limit));
    for (const job of excess) this.#delete(job);
  }

  #delete(job: Job): void {
    const { namespace, name = '', uid } = job.metadata;
    this.#forget(uid);
    this.#steps.push({
      do: 'delete',
      type: jobs,
      ref: { namespace, name },
      options: { propagationPolicy: 'Background' },
      onSuccess: () => [this.#event('Normal', 'SuccessfulDelete', `Deleted job ${name}`)],
      onError: error => [this.#event('Warning', 'FailedDelete', `Deleted job: ${error.message}`)],
    });
  }

  #forget(uid: string | undefined): void {
    this.#active = this.#active.filter(reference => reference.uid !== uid);
  }

  /** What the schedule asks for now, and when to look again. */
  #start(): readonly Step[] {
    const cronJob = this.#cronJob;
    const { now } = this.#context;
    if (cronJob.metadata.deletionTimestamp !== undefined || cronJob.spec.suspend === true) return [];
    const timetable = readTimetable(cronJob);
    if ('problem' in timetable) return [this.#event('Warning', timetable.reason, timetable.problem)];
    const due = findDueTime(cronJob, timetable, now, true);
    if (due === undefined) {
      const why = 'time difference between two schedules is less than 1 second';
      return [this.#event('Warning', 'InvalidSchedule', `invalid schedule: ${cronJob.spec.schedule} : ${why}`)];
    }
    const again: Step = { do: 'again', delayMs: untilNextMs(cronJob, timetable, now) };
    if (due.dueMs === undefined) return [again];
    const warnings = due.missed === 'many' ? [this.#event('Warning', 'TooManyMissedTimes', tooManyMissed)] : [];
    return [...warnings, ...this.#startDue(timetable, due.dueMs), again];
  }

  #startDue(timetable: Timetable, dueMs: number): readonly Step[] {
    const { spec, status, metadata } = this.#cronJob;
    const { view, now } = this.#context;
    const { startingDeadlineSeconds, concurrencyPolicy } = spec;
    if (startingDeadlineSeconds !== undefined && dueMs + startingDeadlineSeconds * 1000 < now) {
      const message = `Missed scheduled time to start a job: ${formatRfc1123(dueMs)}`;
      return [this.#event('Warning', 'MissSchedule', message)];
    }
    const name = `${metadata.name}-${Math.floor(dueMs / 60_000)}`;
    const isDone = this.#active.some(reference => reference.name === name);
    if (isDone || parseTime(status?.lastScheduleTime) === dueMs) return [];
    if (concurrencyPolicy === 'Forbid' && this.#active.length > 0) {
      const message = 'Not starting job because prior execution is running and concurrency policy is Forbid';
      return [this.#event('Normal', 'JobAlreadyActive', message)];
    }
    if (concurrencyPolicy === 'Replace') {
      for (const job of this.#jobs) {
        if (this.#active.some(reference => reference.uid === job.metadata.uid)) this.#delete(job);
      }
    }
    const existing = view.get(jobs, metadata.namespace, name);
    if (existing !== undefined) {
      // Made before, but never noted; or somebody else's, who will see to it.
      return controllerOf(existing)?.uid === metadata.uid ? this.#noteStart(existing, dueMs) : [];
    }
    return [this.#createStep(name, timetable, dueMs)];
  }

  #createStep(name: string, timetable: Timetable, dueMs: number): Step {
    const { metadata, spec } = this.#cronJob;
    const template = spec.jobTemplate;
    const object: Job = {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: {
        name,
        namespace: metadata.namespace,
        labels: template.metadata?.labels,
        annotations: {
          ...template.metadata?.annotations,
          [scheduledAnnotation]: formatInZone(dueMs, spec.timeZone === undefined ? 'UTC' : timetable.timeZone),
        },
        ownerReferences: [controllerReference(cronJobs, this.#cronJob)],
      },
      spec: template.spec!,
    };
    return {
      do: 'create',
      type: jobs,
      object,
      onSuccess: created => [
        this.#event('Normal', 'SuccessfulCreate', `Created job ${name}`),
        ...this.#noteStart(created, dueMs),
      ],
      onError: error => [
        ...(error.reason === 'AlreadyExists'
          ? []
          : [this.#event('Warning', 'FailedCreate', `Error creating job: ${error.message}`)]),
        ...this.#reportSame(),
      ],
    };
  }

  #noteStart(job: KubeObject, dueMs: number): readonly Step[] {
    const { namespace, name, uid, resourceVersion } = job.metadata;
    const reference: ObjectReference = { apiVersion: 'batch/v1', kind: 'Job', namespace, name, uid, resourceVersion };
    this.#active = [...this.#active, reference];
    return this.#report(formatTime(dueMs));
  }

  #reportSame(): readonly Step[] {
    return this.#report(this.#cronJob.status?.lastScheduleTime);
  }

  #report(lastScheduleTime: string | undefined): readonly Step[] {
    const status: CronJobStatus = {
      ...this.#cronJob.status,
      active: this.#active.length === 0 ? undefined : this.#active,
      lastScheduleTime,
      lastSuccessfulTime: this.#lastSuccessfulTime,
    };
    if (isDeepEqual(status, this.#cronJob.status ?? {})) return [];
    const object: CronJob = { ...this.#cronJob, status };
    return [{ do: 'update', type: cronJobs, subresource: 'status', object }];
  }

  #say(type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.#steps.push(this.#event(type, reason, message));
  }

  #event(type: 'Normal' | 'Warning', reason: string, message: string): Step {
    return { do: 'event', regarding: this.#cronJob, type, reason, message };
  }
}

const tooManyMissed = 'too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew';

/** Those that never started go last, of others the older first. */
function compareStart(a: Job, b: Job): number {
  const [left, right] = [a, b].map(job => parseTime(job.status?.startTime) || Number.POSITIVE_INFINITY);
  if (left !== right) return left! < right! ? -1 : 1;
  return (a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1;
}

/** RFC 3339 with the zone's offset, as Go writes it: `Z` where that is zero. */
function formatInZone(timeMs: number, timeZone: string): string {
  const offset = offsetMs(timeMs, timeZone);
  if (offset === 0) return formatTime(timeMs);
  const minutes = Math.abs(offset) / 60_000;
  const digits = [Math.floor(minutes / 60), minutes % 60].map(part => String(part).padStart(2, '0')).join(':');
  return formatTime(timeMs + offset).replace('Z', `${offset < 0 ? '-' : '+'}${digits}`);
}

const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Go: time.RFC1123Z, in UTC. */
function formatRfc1123(timeMs: number): string {
  const at = new Date(timeMs);
  const day = String(at.getUTCDate()).padStart(2, '0');
  const time = formatTime(timeMs).slice(11, 19);
  return `${weekdays[at.getUTCDay()]}, ${day} ${months[at.getUTCMonth()]} ${at.getUTCFullYear()} ${time} +0000`;
}
