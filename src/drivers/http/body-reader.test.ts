import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { mock, test } from 'node:test';
import { type BodyOutcome, readBody } from './body-reader.ts';

test('a body that does not come in time is given up', () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  const stream = new PassThrough();
  const outcomes: BodyOutcome[] = [];
  readBody(
    stream,
    undefined,
    () => false,
    outcome => void outcomes.push(outcome),
  );
  stream.write('half');
  mock.timers.tick(59_000);
  assert.deepEqual(outcomes, []);
  mock.timers.tick(1000);
  assert.deepEqual(outcomes, [{ kind: 'aborted' }]);
  mock.timers.reset();
});

test('a body is complete when its stream is', async () => {
  const stream = new PassThrough();
  const outcome = new Promise<BodyOutcome>(resolve => readBody(stream, undefined, () => false, resolve));
  stream.write('a');
  stream.end('b');
  assert.deepEqual(await outcome, { kind: 'complete', body: 'ab' });
});
