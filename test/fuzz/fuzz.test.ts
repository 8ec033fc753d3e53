/** A short run of `npm run fuzz`; `SAMPAN_TEST_SEED` chooses another. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fuzzFreshServer } from './fuzz-server.ts';
import { formatFailures } from './report.ts';

const seed = process.env['SAMPAN_TEST_SEED'] ?? '2026';

test('two thousand generated requests find nothing wrong', async t => {
  const outcome = await fuzzFreshServer({ seed, requests: 2_000, connections: 8, nodes: 1 });
  const { tally, problems, elapsedMs } = outcome;
  t.diagnostic(`${tally.requests} requests in ${Math.round(elapsedMs)} ms`);
  assert.equal(formatFailures(tally, 10), '');
  assert.deepEqual(problems, []);
});
