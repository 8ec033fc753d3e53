import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLog, type LogRecord } from './log.ts';
import { TrackedTasks } from './tasks.ts';

function setUp() {
  const records: LogRecord[] = [];
  const failures: string[] = [];
  const log = createLog(
    record => records.push(record),
    () => 0,
  );
  return { records, failures, tasks: new TrackedTasks(log, name => failures.push(name)) };
}

test('is idle at once when nothing runs', async () => {
  await setUp().tasks.idle();
});

test('is idle when everything has ended, also what was spawned meanwhile', async () => {
  const { tasks } = setUp();
  const ended: string[] = [];
  tasks.spawn('first', async () => {
    await undefined;
    tasks.spawn('second', async () => {
      for (let i = 0; i < 10; i++) await undefined;
      ended.push('second');
    });
    ended.push('first');
  });
  await Promise.all([tasks.idle(), tasks.idle()]);
  assert.deepEqual(ended, ['first', 'second']);
});

test('logs a task that fails, tells of it, and goes on', async () => {
  const { tasks, records, failures } = setUp();
  const error = new Error('broken');
  tasks.spawn('clumsy', async () => {
    throw error;
  });
  await tasks.idle();
  assert.deepEqual(failures, ['clumsy']);
  assert.equal(records[0]?.level, 'error');
  assert.equal(records[0]?.message, 'task failed');
  assert.deepEqual(records[0]?.fields, { task: 'clumsy', error });
});
