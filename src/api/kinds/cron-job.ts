import { humanizeAge } from '../../machinery/index.ts';
import { type CronJob, cronJobs } from '../generated/index.ts';
import { defineKind } from './define-kind.ts';
import { changeField, fillDefaults } from './fill-defaults.ts';
import { defaultFailurePolicy } from './job.ts';
import { defaultPodTemplate } from './pod-spec-defaults.ts';
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

function formatSuspend(suspend: boolean | undefined): string {
  return suspend === undefined ? '<unset>' : suspend ? 'True' : 'False';
}

export const cronJob = defineKind(cronJobs, {
  setDefaults,
  prepareForCreate: object => ({ ...object, status: {} }),
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
