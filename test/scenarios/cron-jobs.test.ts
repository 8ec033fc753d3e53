/** CronJobs through hours of virtual time. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CronJob, CronJobSpec } from '../../src/api/generated/index.ts';
import { createCluster, podAnnotations, resources, type TestCluster } from '../../src/testing/index.ts';
import { eventsAbout, followObjects } from '../fixtures/timeline.ts';

const { cronJobs, events, jobs } = resources;
const report = { namespace: 'default', name: 'report' };

function cronJob(spec: Partial<CronJobSpec>, runSeconds = 10, exitCode = 0): CronJob {
  const annotations = {
    [podAnnotations.runSeconds]: String(runSeconds),
    [podAnnotations.exitCode]: String(exitCode),
  };
  const container = { name: 'main', image: 'report:1' };
  return {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { ...report },
    spec: {
      schedule: '*/10 * * * *',
      jobTemplate: {
        spec: {
          backoffLimit: 0,
          template: { metadata: { annotations }, spec: { restartPolicy: 'Never', containers: [container] } },
        },
      },
      ...spec,
    },
  };
}

const listJobs = async (cluster: TestCluster) => (await cluster.client.list(jobs, { namespace: 'default' })).items;

/** When Jobs began, by the name that the schedule's minute gives them: `00:10`. */
const startOf = (name: string): string => new Date(Number(name.split('-')[1]) * 60_000).toISOString().slice(11, 16);
const startsOf = async (cluster: TestCluster): Promise<string[]> =>
  (await listJobs(cluster)).map(job => startOf(job.metadata.name!));
const cronEvents = async (cluster: TestCluster): Promise<string[]> =>
  (await eventsAbout(cluster, events, 'CronJob')).map(line => line.replace(/report-\d+/, startOf));

test('makes a Job at each time of its schedule, and keeps the last three', async () => {
  await using cluster = await createCluster({ seed: 7 });
  await cluster.client.create(cronJobs, cronJob({}));
  const timeline = await followObjects(
    cluster,
    cronJobs,
    ({ status = {} }) => {
      const { active = [], lastScheduleTime = '-', lastSuccessfulTime = '-' } = status;
      return `${active.length} active, last ${lastScheduleTime.slice(11, 16)}, succeeded ${lastSuccessfulTime.slice(11, 16)}`;
    },
    60,
  );
  await cluster.advance('25m');
  assert.deepEqual(timeline.take(), [
    '600s report 1 active, last 00:10, succeeded ',
    '600s report 0 active, last 00:10, succeeded 00:10',
    '1200s report 1 active, last 00:20, succeeded 00:10',
    '1200s report 0 active, last 00:20, succeeded 00:20',
  ]);
  await cluster.advance('30m');
  assert.deepEqual(await startsOf(cluster), ['00:30', '00:40', '00:50']);
  const said = await cronEvents(cluster);
  assert.deepEqual(said.slice(0, 2), [
    'SuccessfulCreate: Created job 00:10',
    'SawCompletedJob: Saw completed job: 00:10, condition: Complete',
  ]);
  assert.equal(said.at(-1), 'SuccessfulDelete: Deleted job 00:20');
  const [job] = await listJobs(cluster);
  assert.equal(job?.metadata.annotations?.['batch.kubernetes.io/cronjob-scheduled-timestamp'], '2026-01-01T00:30:00Z');
});

test('goes by the clocks of its time zone', async () => {
  await using cluster = await createCluster({ seed: 7 });
  await cluster.client.create(cronJobs, cronJob({ schedule: '30 6 * * *', timeZone: 'Asia/Kolkata' }));
  await cluster.advance('2h');
  const [job] = await listJobs(cluster);
  assert.equal(
    job?.metadata.annotations?.['batch.kubernetes.io/cronjob-scheduled-timestamp'],
    '2026-01-01T06:30:00+05:30',
  );
});

test('does not start another one beside one that runs, if that is forbidden', async () => {
  await using cluster = await createCluster({ seed: 7 });
  await cluster.client.create(cronJobs, cronJob({ concurrencyPolicy: 'Forbid' }, 15 * 60));
  await cluster.advance('24m');
  assert.deepEqual(await startsOf(cluster), ['00:10']);
  assert.ok(
    (await cronEvents(cluster)).some(line =>
      line.startsWith(
        'JobAlreadyActive: Not starting job because prior execution is running and concurrency policy is Forbid',
      ),
    ),
  );
  await cluster.advance('10m');
  // The time that was held back is made up for as soon as it may be.
  assert.deepEqual(await startsOf(cluster), ['00:10', '00:20']);
});

test('replaces one that still runs, if so told', async () => {
  await using cluster = await createCluster({ seed: 7 });
  await cluster.client.create(cronJobs, cronJob({ concurrencyPolicy: 'Replace' }, 15 * 60));
  await cluster.advance('25m');
  assert.deepEqual(await startsOf(cluster), ['00:20']);
  assert.deepEqual(await cronEvents(cluster), [
    'SuccessfulCreate: Created job 00:10',
    'SuccessfulDelete: Deleted job 00:10',
    'SuccessfulCreate: Created job 00:20',
  ]);
});

test('starts nothing while suspended, and does not catch up on more than the last time', async () => {
  await using cluster = await createCluster({ seed: 7 });
  await cluster.client.create(cronJobs, cronJob({ suspend: true }));
  await cluster.advance('65m');
  assert.deepEqual(await startsOf(cluster), []);
  await cluster.client.patch(cronJobs, report, 'merge', { spec: { suspend: false } });
  await cluster.advance('1m');
  assert.deepEqual(await startsOf(cluster), ['01:00']);
});

test('lets a time go that it has missed by more than its deadline', async () => {
  await using cluster = await createCluster({ seed: 7 });
  await cluster.client.create(cronJobs, cronJob({ suspend: true, startingDeadlineSeconds: 60 }));
  await cluster.advance('15m');
  await cluster.client.patch(cronJobs, report, 'merge', { spec: { suspend: false } });
  await cluster.advance('1m');
  assert.deepEqual(await startsOf(cluster), []);
  await cluster.advance('5m');
  assert.deepEqual(await startsOf(cluster), ['00:20']);
});

test('keeps one failed Job', async () => {
  await using cluster = await createCluster({ seed: 7 });
  await cluster.client.create(cronJobs, cronJob({}, 10, 1));
  await cluster.advance('45m');
  assert.deepEqual(await startsOf(cluster), ['00:40']);
});

test('takes its Jobs along when it is deleted', async () => {
  await using cluster = await createCluster({ seed: 7 });
  await cluster.client.create(cronJobs, cronJob({}));
  await cluster.advance('15m');
  await cluster.client.delete(cronJobs, report, { propagationPolicy: 'Background' });
  await cluster.advance('1m');
  assert.deepEqual(await startsOf(cluster), []);
});
