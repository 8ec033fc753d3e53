import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../machinery/index.ts';
import { EventCorrelator, type RecordedEvent } from './event-correlator.ts';
import type { EventStep } from './step.ts';

const minuteMs = 60_000;

function pod(name: string): KubeObject {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default', uid: `uid of ${name}` } };
}

function event(message: string, more: Partial<EventStep> = {}): EventStep {
  return { do: 'event', regarding: pod('a'), type: 'Warning', reason: 'BackOff', message, ...more };
}

function setUp() {
  const clock = { nowMs: 0 };
  const correlator = new EventCorrelator(() => clock.nowMs);
  /** Records an event, posted under `name` when it is new. */
  const record = (step: EventStep, name = `event-${clock.nowMs}`): RecordedEvent | undefined => {
    const recorded = correlator.correlate(step);
    if (recorded !== undefined && recorded.name === undefined) recorded.remember(name);
    return recorded;
  };
  return { clock, record };
}

test('counts a repeat up in the event that was posted first', () => {
  const { clock, record } = setUp();
  assert.deepEqual(pick(record(event('restarting'), 'first')), { name: undefined, count: 1, firstMs: 0 });
  clock.nowMs = 5000;
  assert.deepEqual(pick(record(event('restarting'))), { name: 'first', count: 2, firstMs: 0 });
  clock.nowMs = 9000;
  assert.deepEqual(pick(record(event('restarting'))), { name: 'first', count: 3, firstMs: 0 });
});

test('takes events for different if object, part, type, reason or message differ', () => {
  const { record } = setUp();
  const steps = [
    event('restarting'),
    event('restarting', { regarding: pod('b') }),
    event('restarting', { fieldPath: 'spec.containers{web}' }),
    event('restarting', { type: 'Normal' }),
    event('restarting', { reason: 'Failed' }),
    event('restarting again'),
  ];
  for (const step of steps) assert.equal(record(step)?.count, 1);
});

test('combines what is alike but for its message, from the tenth on', () => {
  const { record } = setUp();
  for (let i = 1; i <= 9; i++) assert.equal(record(event(`attempt ${i}`))?.message, `attempt ${i}`);
  const tenth = record(event('attempt 10'), 'combined');
  assert.equal(tenth?.message, '(combined from similar events): attempt 10');
  assert.equal(tenth?.count, 1);
  const next = record(event('attempt 11'));
  assert.equal(next?.name, 'combined');
  assert.equal(next?.count, 2);
});

test('stops combining when nothing alike has come for ten minutes', () => {
  const { clock, record } = setUp();
  for (let i = 1; i <= 12; i++) record(event(`attempt ${i}`));
  clock.nowMs = 10 * minuteMs + 1;
  assert.equal(record(event('attempt 13'))?.message, 'attempt 13');
});

test('drops events of an object that has used up its budget: 25 at once, then one in five minutes', () => {
  const { clock, record } = setUp();
  for (let i = 0; i < 25; i++) assert.notEqual(record(event('restarting')), undefined);
  assert.equal(record(event('restarting')), undefined);
  assert.notEqual(record(event('restarting', { regarding: pod('b') })), undefined);
  clock.nowMs = 5 * minuteMs - 1;
  assert.equal(record(event('restarting')), undefined);
  clock.nowMs = 5 * minuteMs + 1;
  assert.notEqual(record(event('restarting')), undefined);
  assert.equal(record(event('restarting')), undefined);
});

function pick(recorded: RecordedEvent | undefined) {
  if (recorded === undefined) return undefined;
  const { name, count, firstMs } = recorded;
  return { name, count, firstMs };
}
