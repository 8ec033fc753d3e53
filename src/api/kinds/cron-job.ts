import {
  type FieldError,
  fieldError,
  humanizeAge,
  isTimeZone,
  parseCronSchedule,
  utf8Length,
} from '../../machinery/index.ts';
import { type CronJob, type CronJobSpec, cronJobs } from '../generated/index.ts';
import { defineKind } from './define-kind.ts';
import { changeField, fillDefaults } from './fill-defaults.ts';
import { defaultFailurePolicy } from './job.ts';
import { validateJobSpec, warnOfJobSpec } from './job-rules.ts';
import { defaultPodTemplate } from './pod-spec-defaults.ts';
import { checkChoice, checkNonnegative, type Errors } from './pod-validation/index.ts';
import { warnOfName } from './pod-warnings.ts';
import { statusRules } from './status-rules.ts';
import { ageColumn, integerColumn, nameColumn, selectorColumn, templateColumns, textColumn } from './table-columns.ts';

function setDefaults(cronJob: CronJob): CronJob {
  return changeField(cronJob, 'spec', spec => {
    const complete = fillDefaults(spec, {
      concurrencyPolicy: 'Allow',
      suspend: false,
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 1,
    });
    return changeField(complete, 'jobTemplate', template =>
      changeField(template, 'spec', job => defaultFailurePolicy(changeField(job, 'template', defaultPodTemplate))),
    );
  });
}

/** Kubernetes: `validateCronJobSpec`. */
function validateSpec(spec: CronJobSpec, old: CronJobSpec | undefined): readonly FieldError[] {
  const errors: Errors = [];
  checkSchedule(errors, spec, old?.schedule.includes('TZ') === true);
  checkNonnegative(errors, 'spec.startingDeadlineSeconds', spec.startingDeadlineSeconds);
  if (spec.timeZone !== old?.timeZone) checkTimeZone(errors, spec.timeZone);
  checkChoice(errors, 'spec.concurrencyPolicy', spec.concurrencyPolicy, ['Allow', 'Forbid', 'Replace']);
  checkJobTemplate(errors, spec);
  checkNonnegative(errors, 'spec.successfulJobsHistoryLimit', spec.successfulJobsHistoryLimit);
  checkNonnegative(errors, 'spec.failedJobsHistoryLimit', spec.failedJobsHistoryLimit);
  return errors;
}

function checkSchedule(errors: Errors, { schedule, timeZone }: CronJobSpec, hadZone: boolean): void {
  const field = 'spec.schedule';
  if (schedule === '') {
    errors.push(fieldError.required(field));
    return;
  }
  const { problem } = parseCronSchedule(schedule);
  if (problem !== undefined) errors.push(fieldError.invalid(field, schedule, problem));
  if (!schedule.includes('TZ')) return;
  if (!hadZone) {
    const detail = 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead';
    errors.push(fieldError.invalid(field, schedule, detail));
  } else if (timeZone !== undefined) {
    errors.push(fieldError.invalid(field, schedule, 'cannot use both timeZone field and TZ or CRON_TZ in schedule'));
  }
}

function checkTimeZone(errors: Errors, timeZone: string | undefined): void {
  if (timeZone === undefined) return;
  const invalid = (detail: string): number => errors.push(fieldError.invalid('spec.timeZone', timeZone, detail));
  if (timeZone === '') {
    invalid('timeZone must be nil or non-empty string');
  } else if (timeZone.toLowerCase() === 'local') {
    invalid('timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones');
    if (timeZone !== 'Local') invalid(`unknown time zone ${timeZone}`);
  } else if (!isTimeZone(timeZone)) {
    invalid(`unknown time zone ${timeZone}`);
  }
}

function checkJobTemplate(errors: Errors, { jobTemplate }: CronJobSpec): void {
  const { spec } = jobTemplate;
  const field = 'spec.jobTemplate.spec';
  if (spec === undefined) return;
  errors.push(...validateJobSpec(spec, field));
  if (spec.selector !== undefined) {
    errors.push(fieldError.invalid(`${field}.selector`, spec.selector, '`selector` will be auto-generated'));
  }
  if (spec.manualSelector === true)
    errors.push(fieldError.notSupported(`${field}.manualSelector`, true, ['nil', 'false']));
}

function validateCreate({ metadata, spec }: CronJob): readonly FieldError[] {
  const errors = validateSpec(spec, undefined);
  // Jobs are named after it, with eleven characters more.
  if (utf8Length(metadata.name ?? '') <= 52) return errors;
  return [...errors, fieldError.invalid('metadata.name', metadata.name, 'must be no more than 52 characters')];
}

function formatSuspend(suspend: boolean | undefined): string {
  return suspend === undefined ? '<unset>' : suspend ? 'True' : 'False';
}

export const cronJob = defineKind(cronJobs, {
  setDefaults,
  prepareForCreate: object => ({ ...object, status: {} }),
  skipsFullValidationOnUpdate: true,
  validateCreate,
  validateUpdate: (object, old) => validateSpec(object.spec, old.spec),
  warnings: (object, old) => [
    ...(old === undefined ? warnOfName(object.metadata.name, 'Pod names and hostnames') : []),
    ...(old?.spec === object.spec || object.spec.jobTemplate?.spec === undefined
      ? []
      : warnOfJobSpec(object.spec.jobTemplate.spec, 'spec.jobTemplate.spec')),
  ],
  status: statusRules<CronJob>(),
  columns: [
    nameColumn,
    textColumn<CronJob>('Schedule', 'When jobs start, in cron notation.', object => object.spec?.schedule ?? ''),
    textColumn<CronJob>('Timezone', 'The time zone of the schedule.', object => object.spec?.timeZone ?? '<none>'),
    {
      ...textColumn<CronJob>('Suspend', 'Whether it is held.', object => formatSuspend(object.spec?.suspend)),
      type: 'boolean',
    },
    integerColumn<CronJob>('Active', 'Jobs that run now.', object => object.status?.active?.length ?? 0),
    textColumn<CronJob>('Last Schedule', 'How long ago a job was last started.', (object, nowMs) =>
      object.status?.lastScheduleTime === undefined ? '<none>' : humanizeAge(object.status.lastScheduleTime, nowMs),
    ),
    ageColumn,
    ...templateColumns<CronJob>(object => object.spec?.jobTemplate?.spec?.template?.spec?.containers ?? []),
    selectorColumn<CronJob>(object => object.spec?.jobTemplate?.spec?.selector),
  ],
});
