import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Job, JobSpec, JobStatus, Pod } from '../../api/generated/index.ts';
import { formatIndexes, parseIndexes } from './completion-index.ts';
import { trackingFinalizer } from './job-pods.ts';
import { tallyJob } from './job-tally.ts';
import { judgeFailure } from './pod-failure-policy.ts';
import { matchSuccessPolicy } from './success-policy.ts';

function job(spec: Partial<JobSpec> = {}, status: JobStatus = {}): Job {
  return { metadata: { name: 'sum' }, spec: { template: { spec: { containers: [] } }, ...spec }, status };
}

interface PodShape {
  readonly isTracked?: boolean;
  readonly isMarked?: boolean;
  readonly index?: number;
  readonly failures?: number;
  readonly exitCode?: number;
}

function pod(name: string, phase: string, shape: PodShape = {}): Pod {
  const { isTracked = true, isMarked = false, index, failures, exitCode = 1 } = shape;
  const annotations: Record<string, string> = {};
  if (index !== undefined) annotations['batch.kubernetes.io/job-completion-index'] = String(index);
  if (failures !== undefined) annotations['batch.kubernetes.io/job-index-failure-count'] = String(failures);
  const terminated = { exitCode, finishedAt: '2026-01-01T00:00:00Z' };
  return {
    metadata: {
      name,
      namespace: 'default',
      uid: name,
      annotations,
      finalizers: isTracked ? [trackingFinalizer] : undefined,
      deletionTimestamp: isMarked ? '2026-01-01T00:00:00Z' : undefined,
    },
    spec: { containers: [] },
    status: {
      phase,
      containerStatuses:
        phase === 'Failed'
          ? [{ name: 'main', image: '', imageID: '', ready: false, restartCount: 0, state: { terminated } }]
          : undefined,
    },
  };
}

const names = (pods: readonly Pod[]): (string | undefined)[] => pods.map(each => each.metadata.name);

test('puts an end on record first, lets the pod go then, and counts it last', () => {
  const ended = pod('a', 'Succeeded');
  const first = tallyJob(job(), [ended], undefined);
  assert.deepEqual(first.counters.uncountedTerminatedPods, { succeeded: ['a'], failed: undefined });
  assert.deepEqual([names(first.settled), first.counters.succeeded, first.succeeded], [[], undefined, 1]);
  const recorded = job({}, first.counters);
  const second = tallyJob(recorded, [ended], undefined);
  assert.deepEqual([names(second.settled), second.counters.succeeded], [['a'], undefined]);
  const third = tallyJob(recorded, [pod('a', 'Succeeded', { isTracked: false })], undefined);
  assert.deepEqual([third.counters.succeeded, third.hasUncounted, third.succeeded], [1, false, 1]);
  const fourth = tallyJob(job({}, third.counters), [], undefined);
  assert.deepEqual([fourth.counters.succeeded, fourth.succeeded], [1, 1]);
});

test('takes a pod on its way out for failed, unless only ended ones are replaced', () => {
  const leaving = [pod('a', 'Running', { isMarked: true })];
  assert.equal(tallyJob(job(), leaving, undefined).failed, 1);
  const patient = tallyJob(job({ podReplacementPolicy: 'Failed' }), leaving, undefined);
  assert.deepEqual([patient.failed, patient.terminating.length], [0, 1]);
});

test('counts whatever still ran as failed when the Job fails, and not at all when it succeeds', () => {
  const running = [pod('a', 'Running')];
  assert.equal(tallyJob(job(), running, 'failing').failed, 1);
  const succeeded = tallyJob(job(), running, 'succeeding');
  assert.deepEqual([succeeded.failed, names(succeeded.settled)], [0, ['a']]);
});

test('puts no more than five hundred pods on record at a time', () => {
  const pods = Array.from({ length: 700 }, (_, index) => pod(`p${index}`, 'Succeeded'));
  assert.equal(tallyJob(job(), pods, undefined).counters.uncountedTerminatedPods?.succeeded?.length, 500);
});

test('counts an index once, and none beyond the number of completions', () => {
  const indexed = job({ completionMode: 'Indexed', completions: 3 }, { completedIndexes: '0' });
  const pods = [
    pod('again', 'Succeeded', { index: 0 }),
    pod('new', 'Succeeded', { index: 1 }),
    pod('beyond', 'Succeeded', { index: 7 }),
  ];
  const tally = tallyJob(indexed, pods, undefined);
  assert.deepEqual([tally.counters.completedIndexes, tally.succeeded], ['0,1', 2]);
  assert.deepEqual(names(tally.settled), ['again', 'beyond']);
});

test('fails an index after its own limit, and keeps its last pod until the replacement is there', () => {
  const indexed = job({ completionMode: 'Indexed', completions: 2, backoffLimitPerIndex: 1 });
  const first = pod('first', 'Failed', { index: 0, failures: 0 });
  const waiting = tallyJob(indexed, [first], undefined);
  assert.deepEqual([...waiting.predecessors.keys()], [0]);
  assert.deepEqual([waiting.counters.failedIndexes, waiting.hasUncounted], ['', false]);
  const replaced = tallyJob(indexed, [first, pod('second', 'Running', { index: 0, failures: 1 })], undefined);
  assert.deepEqual(replaced.counters.uncountedTerminatedPods?.failed, ['first']);
  const over = tallyJob(indexed, [pod('second', 'Failed', { index: 0, failures: 1 })], undefined);
  assert.equal(over.counters.failedIndexes, '0');
});

test('writes runs of three and more as ranges, and reads them back', () => {
  assert.equal(formatIndexes(new Set([7, 0, 1, 2, 4, 5])), '0-2,4,5,7');
  assert.deepEqual([...parseIndexes('0-2,4,5,7', 5)], [0, 1, 2, 4]);
});

test('lets the first rule of a podFailurePolicy decide', () => {
  const exit = (action: string, operator: string, values: number[]) => ({ action, onExitCodes: { operator, values } });
  const rules = [exit('Ignore', 'In', [3]), exit('FailIndex', 'In', [4]), exit('FailJob', 'NotIn', [1])];
  const judged = job({ podFailurePolicy: { rules } });
  assert.deepEqual(judgeFailure(judged, pod('a', 'Failed', { exitCode: 1 })), { counts: true });
  assert.deepEqual(judgeFailure(judged, pod('a', 'Failed', { exitCode: 3 })), { counts: false });
  assert.deepEqual(judgeFailure(judged, pod('a', 'Failed', { exitCode: 4 })), { counts: true, failsIndex: true });
  assert.equal(
    judgeFailure(judged, pod('a', 'Failed', { exitCode: 5 })).jobFailure,
    'Container main for pod default/a failed with exit code 5 matching FailJob rule at index 2',
  );
});

test('meets a successPolicy by the indexes that count, or by enough of them', () => {
  const rules = [{ succeededIndexes: '0-3', succeededCount: 3 }, { succeededIndexes: '9' }];
  const policy = job({ completions: 10, successPolicy: { rules } });
  assert.equal(matchSuccessPolicy(policy, new Set([0, 1, 5])), undefined);
  assert.equal(matchSuccessPolicy(policy, new Set([0, 1, 2])), 'Matched rules at index 0');
  assert.equal(matchSuccessPolicy(policy, new Set([9])), 'Matched rules at index 1');
});
