import {
  checkDns1123Label,
  type FieldError,
  fieldError,
  humanizeDuration,
  readLabelSelector,
  validateLabelSelector,
} from '../../machinery/index.ts';
import { type Job, type JobSpec, jobs } from '../generated/index.ts';
import { defineKind } from './define-kind.ts';
import { changeField, changeItems, fillDefaults } from './fill-defaults.ts';
import { validateJobSpec, validateJobSpecUpdate, warnOfJobSpec } from './job-rules.ts';
import { defaultPodTemplate } from './pod-spec-defaults.ts';
import type { Errors } from './pod-validation/index.ts';
import { warnOfName } from './pod-warnings.ts';
import { statusRules } from './status-rules.ts';
import { ageColumn, nameColumn, selectorColumn, templateColumns, textColumn } from './table-columns.ts';
import { checkSelectsTemplate } from './workload-rules.ts';

/** Kubernetes: `SetDefaults_Job`, also for the template of a CronJob where `isTemplate`. */
export function defaultJobSpec(spec: JobSpec): JobSpec {
  const isSingle = spec.completions === undefined && spec.parallelism === undefined;
  const complete = fillDefaults(spec, {
    ...(isSingle ? { completions: 1 } : {}),
    parallelism: 1,
    backoffLimit: spec.backoffLimitPerIndex === undefined ? 6 : 2147483647,
    completionMode: 'NonIndexed',
    suspend: false,
    podReplacementPolicy: spec.podFailurePolicy === undefined ? 'TerminatingOrFailed' : 'Failed',
    manualSelector: false,
  });
  return defaultFailurePolicy(changeField(complete, 'template', defaultPodTemplate));
}

export function defaultFailurePolicy(spec: JobSpec): JobSpec {
  return changeField(spec, 'podFailurePolicy', policy =>
    changeField(policy, 'rules', rules =>
      changeItems(rules, rule =>
        changeField(rule, 'onPodConditions', patterns =>
          changeItems(patterns, pattern => fillDefaults(pattern, { status: 'True' })),
        ),
      ),
    ),
  );
}

function setDefaults(job: Job): Job {
  const complete = changeField(job, 'spec', defaultJobSpec);
  const labels = complete.spec?.template?.metadata?.labels;
  if (labels === undefined || Object.keys(complete.metadata.labels ?? {}).length > 0) return complete;
  return { ...complete, metadata: { ...complete.metadata, labels } };
}

/** Kubernetes: a job that does not choose its selector gets one that only its own pods match. */
function generateSelector(job: Job): Job {
  const uid = job.metadata.uid ?? '';
  if (job.spec.manualSelector === true || uid === '') return job;
  const metadata = job.spec.template.metadata ?? {};
  const own = { 'batch.kubernetes.io/controller-uid': uid };
  const labels = {
    'controller-uid': uid,
    'batch.kubernetes.io/controller-uid': uid,
    'batch.kubernetes.io/job-name': job.metadata.name ?? '',
    'job-name': job.metadata.name ?? '',
    ...metadata.labels,
  };
  // Kubernetes: a job without labels has those of its template; upstream sees to it whenever it reads one.
  const hasLabels = Object.keys(job.metadata.labels ?? {}).length > 0;
  return {
    ...job,
    metadata: hasLabels ? job.metadata : { ...job.metadata, labels },
    spec: {
      ...job.spec,
      selector: { ...job.spec.selector, matchLabels: { ...own, ...job.spec.selector?.matchLabels } },
      template: { ...job.spec.template, metadata: { ...metadata, labels } },
    },
  };
}

/** Kubernetes: `ValidateJob`. */
function validateJob(job: Job, needsPrefixedLabels = true): readonly FieldError[] {
  const { spec } = job;
  const errors: Errors = [];
  checkGeneratedSelector(errors, job, needsPrefixedLabels);
  errors.push(...validateJobSpec(spec, 'spec'));
  if (spec.selector === undefined) errors.push(fieldError.required('spec.selector'));
  else errors.push(...validateLabelSelector(spec.selector, 'spec.selector'));
  checkSelectsTemplate(errors, spec.selector, spec.template, 'spec.template');
  if (spec.completionMode === 'Indexed' && (spec.completions ?? 0) > 0) {
    const hostname = `${job.metadata.name ?? ''}-${spec.completions! - 1}`;
    const detail = `will not able to create pod with invalid DNS label: ${hostname}`;
    if (checkDns1123Label(hostname).length > 0)
      errors.push(fieldError.invalid('metadata.name', job.metadata.name ?? '', detail));
  }
  return errors;
}

/** Kubernetes: `validateGeneratedSelector`. */
function checkGeneratedSelector(errors: Errors, { metadata, spec }: Job, needsPrefixedLabels: boolean): void {
  if (spec.manualSelector === true || spec.selector === undefined) return;
  const uid = metadata.uid ?? '';
  const name = metadata.name ?? '';
  if (uid === '') errors.push(fieldError.required('metadata.uid'));
  const expected: Record<string, string> = {
    'controller-uid': uid,
    'job-name': name,
    ...(needsPrefixedLabels ? { 'batch.kubernetes.io/controller-uid': uid, 'batch.kubernetes.io/job-name': name } : {}),
  };
  const labels = spec.template.metadata?.labels ?? {};
  for (const [key, value] of Object.entries(expected)) {
    const actual = labels[key];
    if (actual === value) continue;
    const field = 'spec.template.metadata.labels';
    if (actual === undefined) errors.push(fieldError.required(`${field}[${key}]`, `must be '${value}'`));
    else errors.push(fieldError.invalid(`${field}[${key}]`, labels, `must be '${value}'`));
  }
  if (readLabelSelector(spec.selector).value?.matches(expected) === false) {
    errors.push(fieldError.invalid('spec.selector', spec.selector, '`selector` not auto-generated'));
  }
}

/** Kubernetes: `ValidateUpdate` of the job strategy. */
function validateUpdate(job: Job, old: Job): readonly FieldError[] {
  const labels = old.spec.template.metadata?.labels ?? {};
  const hadPrefixedLabels = 'batch.kubernetes.io/job-name' in labels && 'batch.kubernetes.io/controller-uid' in labels;
  const isHeld = old.spec.suspend === true && isTrue(old, 'Suspended') && (old.status?.active ?? 0) === 0;
  return [...validateJob(job, hadPrefixedLabels), ...validateJobSpecUpdate(job.spec, old.spec, isHeld)];
}

function isTrue(job: Job, type: string): boolean {
  return job.status?.conditions?.find(condition => condition.type === type)?.status === 'True';
}

function describeStatus(job: Job): string {
  if (isTrue(job, 'Complete')) return 'Complete';
  if (isTrue(job, 'Failed')) return 'Failed';
  if (job.metadata.deletionTimestamp !== undefined) return 'Terminating';
  for (const type of ['Suspended', 'FailureTarget', 'SuccessCriteriaMet']) if (isTrue(job, type)) return type;
  return 'Running';
}

function describeCompletions({ spec, status }: Job): string {
  const succeeded = status?.succeeded ?? 0;
  if (spec?.completions !== undefined) return `${succeeded}/${spec.completions}`;
  const parallelism = spec?.parallelism ?? 0;
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`;
}

function describeDuration({ status }: Job, nowMs: number): string {
  if (status?.startTime === undefined) return '';
  const endMs = status.completionTime === undefined ? nowMs : Date.parse(status.completionTime);
  return humanizeDuration(endMs - Date.parse(status.startTime));
}

export const job = defineKind(jobs, {
  setDefaults,
  prepareForCreate: object => ({ ...generateSelector(object), status: {} }),
  status: statusRules<Job>(),
  skipsFullValidationOnUpdate: true,
  validateCreate: object => validateJob(object),
  validateUpdate,
  warnings: (object, old) => [
    ...(old === undefined ? warnOfName(object.metadata.name, 'Pod names and hostnames') : []),
    ...(old?.spec === object.spec ? [] : warnOfJobSpec(object.spec, 'spec')),
  ],
  // Kubernetes: deleting a job leaves its pods, for the sake of old clients; kubectl asks for more.
  defaultPropagation: 'Orphan',
  selectableFields: { 'status.successful': object => String(object.status?.succeeded ?? 0) },
  columns: [
    nameColumn,
    textColumn<Job>('Status', 'Where the job stands.', describeStatus),
    textColumn<Job>('Completions', 'Pods that have succeeded of those wanted.', describeCompletions),
    textColumn<Job>('Duration', 'How long the job has run.', describeDuration),
    ageColumn,
    ...templateColumns<Job>(object => object.spec?.template?.spec?.containers ?? []),
    selectorColumn<Job>(object => object.spec?.selector),
  ],
});
