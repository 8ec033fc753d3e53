import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatMicroTime, formatTime, parseTime } from './time-text.ts';

const firstMs = Date.parse('0000-01-01T00:00:00Z');
const lastMs = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
const instants = fc.integer({ min: firstMs, max: lastMs });

test('formats seconds as the platform does, cut to whole ones', () => {
  fc.assert(
    fc.property(instants, ms => {
      assert.equal(formatTime(ms), `${new Date(ms).toISOString().slice(0, 19)}Z`);
    }),
    { numRuns: 2000 },
  );
});

test('formats microseconds as the platform does milliseconds', () => {
  fc.assert(
    fc.property(instants, ms => {
      assert.equal(formatMicroTime(ms), `${new Date(ms).toISOString().slice(0, 23)}000Z`);
    }),
    { numRuns: 2000 },
  );
});

test('knows leap days, turns of the century and fractions of a millisecond', () => {
  assert.equal(formatTime(Date.UTC(2024, 1, 29, 12)), '2024-02-29T12:00:00Z');
  assert.equal(formatTime(Date.UTC(1900, 2, 1) - 1), '1900-02-28T23:59:59Z');
  assert.equal(formatTime(Date.UTC(2000, 1, 29)), '2000-02-29T00:00:00Z');
  assert.equal(formatMicroTime(Date.UTC(2026, 0, 1) + 0.75), '2026-01-01T00:00:00.000000Z');
  assert.equal(formatMicroTime(-1), '1969-12-31T23:59:59.999000Z');
});

test('reads what it writes', () => {
  fc.assert(fc.property(instants, ms => assert.equal(parseTime(formatMicroTime(ms)), ms)));
  assert.ok(Number.isNaN(parseTime(undefined)));
  assert.ok(Number.isNaN(parseTime('yesterday')));
});

test('refuses what four digits of a year cannot say', () => {
  for (const ms of [Number.NaN, Number.POSITIVE_INFINITY, firstMs - 1, lastMs + 1]) {
    assert.throws(() => formatTime(ms), RangeError);
  }
});
