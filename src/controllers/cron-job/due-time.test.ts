import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CronJob, CronJobSpec } from '../../api/generated/index.ts';
import { findDueTime, readTimetable, type Timetable, untilNextMs } from './due-time.ts';

function cronJob(spec: Partial<CronJobSpec> = {}, lastScheduleTime?: string): CronJob {
  return {
    metadata: { name: 'report', creationTimestamp: '2026-01-01T00:00:00Z' },
    spec: { schedule: '0 * * * *', jobTemplate: { spec: { template: { spec: { containers: [] } } } }, ...spec },
    status: { lastScheduleTime },
  };
}

function dueAt(now: string, object: CronJob = cronJob()): string {
  const due = findDueTime(object, readTimetable(object) as Timetable, Date.parse(now), true);
  if (due === undefined) return 'never';
  return due.dueMs === undefined ? 'not yet' : `${new Date(due.dueMs).toISOString().slice(11, 16)} ${due.missed}`;
}

test('is due from the first time of the schedule after its creation on', () => {
  assert.equal(dueAt('2026-01-01T00:59:59Z'), 'not yet');
  assert.equal(dueAt('2026-01-01T01:00:00Z'), '01:00 none');
});

test('goes on from the time for which it last made a Job', () => {
  const object = cronJob({}, '2026-01-01T01:00:00Z');
  assert.equal(dueAt('2026-01-01T01:30:00Z', object), 'not yet');
  assert.equal(dueAt('2026-01-01T02:00:10Z', object), '02:00 none');
});

test('makes up only for the latest of several missed times', () => {
  assert.equal(dueAt('2026-01-01T05:30:00Z'), '05:00 few');
  assert.equal(dueAt('2026-01-11T05:30:00Z'), '05:00 many');
});

test('does not look further back than its deadline', () => {
  const object = cronJob({ startingDeadlineSeconds: 600 });
  assert.equal(dueAt('2026-01-01T05:30:00Z', object), 'not yet');
  assert.equal(dueAt('2026-01-01T05:05:00Z', object), '05:00 none');
});

test('knows a schedule that never fires', () => {
  assert.equal(dueAt('2026-01-01T05:30:00Z', cronJob({ schedule: '0 0 31 2 *' })), 'never');
});

test('is to be looked at again just after the next time', () => {
  const timetable = readTimetable(cronJob()) as Timetable;
  const until = (now: string): number => untilNextMs(cronJob(), timetable, Date.parse(now));
  assert.equal(until('2026-01-01T00:59:00Z'), 60_100);
  assert.equal(until('2026-01-01T05:30:00Z'), 30 * 60_000 + 100);
});

test('says what is wrong with a timetable in upstream’s words', () => {
  assert.deepEqual(readTimetable(cronJob({ timeZone: 'Mars/Olympus' })), {
    reason: 'UnknownTimeZone',
    problem: 'invalid timeZone: "Mars/Olympus": unknown time zone Mars/Olympus',
  });
  assert.deepEqual(readTimetable(cronJob({ schedule: '61 * * * *' })), {
    reason: 'UnparseableSchedule',
    problem: 'unparseable schedule: "61 * * * *" : end of range (61) above maximum (59): 61',
  });
});
