import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextCronTime, parseCronSchedule } from './index.ts';

function nextTimes(schedule: string, after: string, count: number, timeZone?: string): string[] {
  const parsed = parseCronSchedule(schedule).value!;
  const times: string[] = [];
  let timeMs: number | undefined = Date.parse(after);
  for (let i = 0; i < count; i++) {
    timeMs = nextCronTime(parsed, timeMs, timeZone);
    if (timeMs === undefined) break;
    times.push(new Date(timeMs).toISOString().slice(0, 16));
  }
  return times;
}

test('fires on the minute, never at the time that it is asked about', () => {
  assert.deepEqual(nextTimes('*/20 * * * *', '2026-01-01T00:00:00Z', 3), [
    '2026-01-01T00:20',
    '2026-01-01T00:40',
    '2026-01-01T01:00',
  ]);
  assert.deepEqual(nextTimes('0 12 * * *', '2026-01-01T11:59:59.500Z', 1), ['2026-01-01T12:00']);
});

test('carries over into the next month and year', () => {
  assert.deepEqual(nextTimes('30 6 1 1,7 *', '2026-01-01T06:30:00Z', 2), ['2026-07-01T06:30', '2027-01-01T06:30']);
  assert.deepEqual(nextTimes('0 0 29 2 *', '2026-01-01T00:00:00Z', 1), ['2028-02-29T00:00']);
});

test('takes either kind of day where both are chosen', () => {
  assert.deepEqual(nextTimes('0 0 13 * 5', '2026-04-08T00:00:00Z', 3), [
    '2026-04-10T00:00',
    '2026-04-13T00:00',
    '2026-04-17T00:00',
  ]);
});

test('knows a date that never comes', () => {
  assert.deepEqual(nextTimes('59 23 31 2 *', '2026-01-01T00:00:00Z', 1), []);
});

test('goes by the clocks of a time zone', () => {
  assert.deepEqual(nextTimes('30 5 * * *', '2026-01-01T00:00:00Z', 1, 'Asia/Kolkata'), ['2026-01-02T00:00']);
  assert.deepEqual(nextTimes('0 9 * * *', '2026-03-28T00:00:00Z', 2, 'Europe/Berlin'), [
    '2026-03-28T08:00',
    '2026-03-29T07:00',
  ]);
});

test('does not fire at a time that a clock change leaves out', () => {
  assert.deepEqual(nextTimes('30 2 * * *', '2026-03-28T12:00:00Z', 1, 'Europe/Berlin'), ['2026-03-30T00:30']);
});

test('fires twice in an hour that a clock change repeats', () => {
  assert.deepEqual(nextTimes('30 2 * * *', '2026-10-24T12:00:00Z', 2, 'Europe/Berlin'), [
    '2026-10-25T00:30',
    '2026-10-25T01:30',
  ]);
});

test('begins a day at one where midnight is left out', () => {
  // Beirut goes from 00:00 to 01:00 on 2026-03-29.
  assert.deepEqual(nextTimes('15 * 29 3 *', '2026-03-28T00:00:00Z', 1, 'Asia/Beirut'), ['2026-03-28T22:15']);
});

test('repeats from where it is asked with @every', () => {
  assert.deepEqual(nextTimes('@every 1h30m', '2026-01-01T00:10:00Z', 2), ['2026-01-01T01:40', '2026-01-01T03:10']);
});
