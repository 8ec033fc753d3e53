/** Jobs from their first pod to their last, in virtual time. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Job, JobSpec } from '../../src/api/generated/index.ts';
import { createCluster, podAnnotations, resources, StatusError, type TestCluster } from '../../src/testing/index.ts';
import { eventsAbout, followObjects, timesOf, withoutTimes } from '../fixtures/timeline.ts';

const { events, jobs, pods } = resources;
const sum = { namespace: 'default', name: 'sum' };

interface Behaviour {
  readonly runSeconds?: number;
  readonly exitCode?: number;
}

function job(spec: Partial<JobSpec>, { runSeconds = 10, exitCode = 0 }: Behaviour = {}): Job {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { ...sum },
    spec: {
      template: {
        metadata: {
          annotations: {
            [podAnnotations.runSeconds]: String(runSeconds),
            [podAnnotations.exitCode]: String(exitCode),
          },
        },
        spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'sum:1' }] },
      },
      ...spec,
    },
  };
}

const describeJob = ({ status = {} }: Job): string => {
  const { active = 0, succeeded = 0, failed = 0, conditions = [], uncountedTerminatedPods = {} } = status;
  const waiting = (uncountedTerminatedPods.succeeded?.length ?? 0) + (uncountedTerminatedPods.failed?.length ?? 0);
  const holding = conditions.filter(each => each.status === 'True').map(each => each.type);
  return [
    `${active} active, ${succeeded} succeeded, ${failed} failed`,
    waiting === 0 ? '' : `, ${waiting} uncounted`,
    holding.length === 0 ? '' : `: ${holding.join(', ')}`,
  ].join('');
};

const conditions = async (cluster: TestCluster): Promise<string[]> => {
  const { status } = await cluster.client.get(jobs, sum);
  return (status?.conditions ?? []).map(
    ({ type, status: value, reason, message }) => `${type}=${value} ${reason}: ${message}`,
  );
};

const listPods = async (cluster: TestCluster) => (await cluster.client.list(pods, { namespace: 'default' })).items;
const jobEvents = async (cluster: TestCluster): Promise<string[]> =>
  (await eventsAbout(cluster, events, 'Job')).map(line => line.replace(/sum-(\d+-)?\w{5}$/, 'sum-$1…'));
const hasNoFinalizers = async (cluster: TestCluster): Promise<boolean> =>
  (await listPods(cluster)).every(pod => pod.metadata.finalizers === undefined);

test('counts each pod once on its way to completion', async () => {
  await using cluster = await createCluster({ seed: 7 });
  const timeline = await followObjects(cluster, jobs, describeJob, 10);
  await cluster.client.create(jobs, job({ completions: 3, parallelism: 1 }));
  await cluster.advance('1m');
  assert.deepEqual(timeline.take(), [
    '0s sum 0 active, 0 succeeded, 0 failed',
    '0s sum 1 active, 0 succeeded, 0 failed',
    '10s sum 0 active, 0 succeeded, 0 failed, 1 uncounted',
    '10s sum 1 active, 0 succeeded, 0 failed, 1 uncounted',
    '10s sum 1 active, 1 succeeded, 0 failed',
    '20s sum 0 active, 1 succeeded, 0 failed, 1 uncounted',
    '20s sum 1 active, 1 succeeded, 0 failed, 1 uncounted',
    '20s sum 1 active, 2 succeeded, 0 failed',
    '30s sum 0 active, 2 succeeded, 0 failed, 1 uncounted: SuccessCriteriaMet',
    '30s sum 0 active, 3 succeeded, 0 failed: SuccessCriteriaMet, Complete',
  ]);
  assert.deepEqual(await jobEvents(cluster), [
    'SuccessfulCreate: Created pod: sum-…',
    'SuccessfulCreate: Created pod: sum-…',
    'SuccessfulCreate: Created pod: sum-…',
    'Completed: Job completed',
  ]);
  assert.deepEqual(await conditions(cluster), [
    'SuccessCriteriaMet=True CompletionsReached: Reached expected number of succeeded pods',
    'Complete=True CompletionsReached: Reached expected number of succeeded pods',
  ]);
  assert.ok(await hasNoFinalizers(cluster));
});

test('tries again after a growing back-off, and gives up at the limit', async () => {
  await using cluster = await createCluster({ seed: 7 });
  const timeline = await followObjects(cluster, pods, pod => `${pod.status?.phase}`);
  await cluster.client.create(jobs, job({ backoffLimit: 2 }, { runSeconds: 5, exitCode: 1 }));
  await cluster.advance('10m');
  const lines = timeline.take();
  const phases = lines.map(line => line.split(' ')[2]);
  assert.deepEqual(phases, [
    'Pending',
    'Running',
    'Failed',
    'Pending',
    'Running',
    'Failed',
    'Pending',
    'Running',
    'Failed',
  ]);
  const times = timesOf(lines);
  const waits = [times[3]! - times[2]!, times[6]! - times[5]!];
  assert.ok(Math.abs(waits[0]! - 10) <= 1 && Math.abs(waits[1]! - 20) <= 1, `${waits}`);
  assert.equal((await jobEvents(cluster)).at(-1), 'BackoffLimitExceeded: Job has reached the specified backoff limit');
  assert.deepEqual(await conditions(cluster), [
    'FailureTarget=True BackoffLimitExceeded: Job has reached the specified backoff limit',
    'Failed=True BackoffLimitExceeded: Job has reached the specified backoff limit',
  ]);
  assert.ok(await hasNoFinalizers(cluster));
});

test('ends after activeDeadlineSeconds, pods included', async () => {
  await using cluster = await createCluster({ seed: 7 });
  await cluster.client.create(jobs, job({ activeDeadlineSeconds: 30 }, { runSeconds: 3600 }));
  await cluster.advance('25s');
  assert.equal((await listPods(cluster)).length, 1);
  await cluster.advance('20s');
  assert.deepEqual(await conditions(cluster), [
    'FailureTarget=True DeadlineExceeded: Job was active longer than specified deadline',
    'Failed=True DeadlineExceeded: Job was active longer than specified deadline',
  ]);
  assert.equal((await listPods(cluster)).length, 0);
});

test('stops its pods while suspended, without counting them as failed, and starts anew', async () => {
  await using cluster = await createCluster({ seed: 7 });
  await cluster.client.create(jobs, job({ completions: 2, parallelism: 2 }, { runSeconds: 60 }));
  await cluster.advance('30s');
  await cluster.client.patch(jobs, sum, 'merge', { spec: { suspend: true } });
  await cluster.settle();
  assert.equal((await listPods(cluster)).length, 0);
  assert.equal(describeJob(await cluster.client.get(jobs, sum)), '0 active, 0 succeeded, 0 failed: Suspended');
  await cluster.client.patch(jobs, sum, 'merge', { spec: { suspend: false } });
  await cluster.advance('2m');
  assert.deepEqual(await conditions(cluster), [
    'Suspended=False JobResumed: Job resumed',
    'SuccessCriteriaMet=True CompletionsReached: Reached expected number of succeeded pods',
    'Complete=True CompletionsReached: Reached expected number of succeeded pods',
  ]);
  assert.deepEqual(await jobEvents(cluster), [
    'SuccessfulCreate: Created pod: sum-…',
    'SuccessfulCreate: Created pod: sum-…',
    'Suspended: Job suspended',
    'SuccessfulDelete: Deleted pod: sum-…',
    'SuccessfulDelete: Deleted pod: sum-…',
    'Resumed: Job resumed',
    'SuccessfulCreate: Created pod: sum-…',
    'SuccessfulCreate: Created pod: sum-…',
    'Completed: Job completed',
  ]);
});

test('runs each index of an indexed Job once, under its own name', async () => {
  await using cluster = await createCluster({ seed: 7 });
  await cluster.client.create(jobs, job({ completions: 3, parallelism: 3, completionMode: 'Indexed' }));
  await cluster.advance('5s');
  const [first] = await listPods(cluster);
  assert.match(first?.metadata.name ?? '', /^sum-0-\w{5}$/);
  assert.equal(first?.spec?.hostname, 'sum-0');
  assert.equal(first?.metadata.labels?.['batch.kubernetes.io/job-completion-index'], '0');
  await cluster.advance('1m');
  const { status } = await cluster.client.get(jobs, sum);
  assert.deepEqual([status?.completedIndexes, status?.succeeded], ['0-2', 3]);
});

test('gives each index its own limit, and fails once all indexes are over', async () => {
  await using cluster = await createCluster({ seed: 7 });
  const spec: Partial<JobSpec> = { completions: 2, parallelism: 2, completionMode: 'Indexed', backoffLimitPerIndex: 1 };
  await cluster.client.create(jobs, job(spec, { runSeconds: 5, exitCode: 1 }));
  await cluster.advance('10m');
  const { status } = await cluster.client.get(jobs, sum);
  assert.deepEqual([status?.failedIndexes, status?.failed], ['0,1', 4]);
  assert.deepEqual(await conditions(cluster), [
    'FailureTarget=True FailedIndexes: Job has failed indexes',
    'Failed=True FailedIndexes: Job has failed indexes',
  ]);
  const counts = (await listPods(cluster)).map(
    pod => pod.metadata.annotations?.['batch.kubernetes.io/job-index-failure-count'],
  );
  assert.deepEqual(counts.sort(), ['0', '0', '1', '1']);
  assert.ok(await hasNoFinalizers(cluster));
});

test('fails once more than maxFailedIndexes have failed', async () => {
  await using cluster = await createCluster({ seed: 7 });
  const spec: Partial<JobSpec> = {
    completions: 10,
    parallelism: 2,
    completionMode: 'Indexed',
    backoffLimitPerIndex: 0,
    maxFailedIndexes: 3,
  };
  await cluster.client.create(jobs, job(spec, { runSeconds: 5, exitCode: 1 }));
  await cluster.advance('10m');
  assert.equal(
    (await conditions(cluster)).at(-1),
    'Failed=True MaxFailedIndexesExceeded: Job has exceeded the specified maximal number of failed indexes',
  );
  assert.ok(await hasNoFinalizers(cluster));
});

test('succeeds by its successPolicy and ends what still runs', async () => {
  await using cluster = await createCluster({ seed: 7 });
  const spec: Partial<JobSpec> = {
    completions: 4,
    parallelism: 2,
    completionMode: 'Indexed',
    successPolicy: { rules: [{ succeededIndexes: '0-1', succeededCount: 1 }] },
  };
  await cluster.client.create(jobs, job(spec));
  await cluster.advance('1m');
  const finished = await cluster.client.get(jobs, sum);
  assert.equal(finished.status?.failed, undefined);
  assert.deepEqual(await conditions(cluster), [
    'SuccessCriteriaMet=True SuccessPolicy: Matched rules at index 0',
    'Complete=True SuccessPolicy: Matched rules at index 0',
  ]);
  assert.equal((await listPods(cluster)).filter(pod => pod.status?.phase !== 'Succeeded').length, 0);
  assert.ok(await hasNoFinalizers(cluster));
});

test('fails at once where a podFailurePolicy says so', async () => {
  await using cluster = await createCluster({ seed: 7 });
  const rules = [{ action: 'FailJob', onExitCodes: { operator: 'In', values: [42] } }];
  await cluster.client.create(jobs, job({ podFailurePolicy: { rules } }, { exitCode: 42 }));
  await cluster.advance('1m');
  const [first, last] = await conditions(cluster);
  const message =
    /^Container main for pod default\/sum-\w{5} failed with exit code 42 matching FailJob rule at index 0$/;
  assert.match(first?.replace('FailureTarget=True PodFailurePolicy: ', '') ?? '', message);
  assert.match(last?.replace('Failed=True PodFailurePolicy: ', '') ?? '', message);
  assert.ok(await hasNoFinalizers(cluster));
});

test('does not count what a podFailurePolicy ignores', async () => {
  await using cluster = await createCluster({ seed: 7 });
  const rules = [{ action: 'Ignore', onExitCodes: { operator: 'In', values: [42] } }];
  await cluster.client.create(jobs, job({ backoffLimit: 0, podFailurePolicy: { rules } }, { exitCode: 42 }));
  await cluster.advance('5m');
  const { status } = await cluster.client.get(jobs, sum);
  assert.equal(status?.failed, undefined);
  assert.ok((await listPods(cluster)).length > 2);
});

test('leaves no finalizer behind, however Job and pods are deleted', async () => {
  for (const propagationPolicy of ['Background', 'Foreground', 'Orphan'] as const) {
    await using cluster = await createCluster({ seed: 7 });
    await cluster.client.create(jobs, job({ parallelism: 2, completions: 2 }, { runSeconds: 3600 }));
    await cluster.advance('10s');
    await cluster.client.delete(jobs, sum, { propagationPolicy });
    await cluster.settle();
    const left = await listPods(cluster);
    assert.equal(left.length, propagationPolicy === 'Orphan' ? 2 : 0, propagationPolicy);
    assert.ok(await hasNoFinalizers(cluster), propagationPolicy);
    await assert.rejects(cluster.client.get(jobs, sum), (error: unknown) => StatusError.is(error, 'NotFound'));
  }
});

test('replaces a pod that was deleted by force, and counts it as failed', async () => {
  await using cluster = await createCluster({ seed: 7 });
  await cluster.client.create(jobs, job({}, { runSeconds: 60 }));
  await cluster.advance('10s');
  const [pod] = await listPods(cluster);
  await cluster.client.delete(pods, { namespace: 'default', name: pod!.metadata.name! }, { gracePeriodSeconds: 0 });
  await cluster.advance('3m');
  assert.equal(
    describeJob(await cluster.client.get(jobs, sum)),
    '0 active, 1 succeeded, 1 failed: SuccessCriteriaMet, Complete',
  );
  assert.ok(await hasNoFinalizers(cluster));
});

test('deletes a finished Job after ttlSecondsAfterFinished', async () => {
  await using cluster = await createCluster({ seed: 7 });
  await cluster.client.create(jobs, job({ ttlSecondsAfterFinished: 60 }));
  const timeline = await followObjects(cluster, jobs, each =>
    each.status?.completionTime === undefined ? 'runs' : 'complete',
  );
  await cluster.advance('3m');
  const lines = timeline.take();
  assert.deepEqual(withoutTimes(lines), ['sum complete', 'sum gone']);
  const [completeAt, goneAt] = timesOf(lines);
  assert.ok(Math.abs(goneAt! - completeAt! - 60) <= 1, `${lines}`);
  assert.equal((await listPods(cluster)).length, 0);
});
