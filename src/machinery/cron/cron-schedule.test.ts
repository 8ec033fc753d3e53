import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isTimeZone, parseCronSchedule } from './index.ts';

function fieldsOf(text: string) {
  const schedule = parseCronSchedule(text).value;
  assert.ok(schedule !== undefined && 'minutes' in schedule, text);
  return schedule;
}

test('ranges, steps, lists and names become sets', () => {
  const schedule = fieldsOf('*/20 9-17/4 1,15 JAN,jul mon-Fri');
  assert.deepEqual([...schedule.minutes], [0, 20, 40]);
  assert.deepEqual([...schedule.hours], [9, 13, 17]);
  assert.deepEqual([...schedule.daysOfMonth], [1, 15]);
  assert.deepEqual([...schedule.months], [1, 7]);
  assert.deepEqual([...schedule.daysOfWeek], [1, 2, 3, 4, 5]);
  assert.deepEqual([...fieldsOf('50/5 * * * *').minutes], [50, 55]);
});

test('a plain star for days is told from a choice of days', () => {
  const schedule = fieldsOf('0 0 * * 1');
  assert.equal(schedule.isAnyDayOfMonth, true);
  assert.equal(schedule.isAnyDayOfWeek, false);
  assert.equal(fieldsOf('0 0 */2 * ?').isAnyDayOfMonth, false);
});

test('descriptors stand for schedules or for an interval', () => {
  assert.deepEqual(parseCronSchedule('@daily').value, parseCronSchedule('0 0 * * *').value);
  assert.deepEqual(parseCronSchedule('@every 1h30m').value, { everyMs: 5_400_000 });
  assert.deepEqual(parseCronSchedule('@every 1ms').value, { everyMs: 1000 });
});

test('problems are in upstream’s words', () => {
  const cases: Record<string, string> = {
    '': 'empty spec string',
    '* * * *': 'expected exactly 5 fields, found 4: [* * * *]',
    '60 * * * *': 'end of range (60) above maximum (59): 60',
    '* * 0 * *': 'beginning of range (0) below minimum (1): 0',
    '5-1 * * * *': 'beginning of range (5) beyond end of range (1): 5-1',
    '1-2-3 * * * *': 'too many hyphens: 1-2-3',
    '1/2/3 * * * *': 'too many slashes: 1/2/3',
    '*/0 * * * *': 'step of range should be a positive number: */0',
    'a * * * *': 'failed to parse int from a: strconv.Atoi: parsing "a": invalid syntax',
    '@often': 'unrecognized descriptor: @often',
  };
  for (const [text, problem] of Object.entries(cases)) assert.equal(parseCronSchedule(text).problem, problem, text);
});

test('time zones are names, not offsets', () => {
  assert.equal(isTimeZone('Europe/Zurich'), true);
  assert.equal(isTimeZone('UTC'), true);
  assert.equal(isTimeZone('Mars/Olympus'), false);
  assert.equal(isTimeZone('+05:00'), false);
});
