import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ClientResult, updatePage } from './clients-page.ts';

const order = ['helm', 'kubectl 1.27', 'kubectl 1.28'];

function result(title: string, commit: string, failed = 0): ClientResult {
  const failures = Array.from({ length: failed }, (_, index) => ({
    name: `fails ${index}`,
    outcome: 'failed' as const,
  }));
  return { title, version: '1', commit, seconds: 1.6, tests: [{ name: 'works', outcome: 'passed' }, ...failures] };
}

test('the page has a row and a section for each client, in their order', () => {
  const page = updatePage('', [result('kubectl 1.27', 'aaa'), result('helm', 'aaa', 1)], order);
  assert.match(
    page,
    /\| helm \| 1 \| 1 \| 1 \| 0 \| 2 \| aaa \|\n\| kubectl 1\.27 \| 1 \| 1 \| 0 \| 0 \| 2 \| aaa \|\n/,
  );
  assert.match(page, /## helm\n\n- passed: works\n- failed: fails 0\n\n## kubectl 1\.27\n\n- passed: works\n$/);
});

test('a client that runs again takes the place of its older result, and leaves those of others', () => {
  const first = updatePage('', [result('helm', 'aaa', 1), result('kubectl 1.28', 'aaa')], order);
  const second = updatePage(first, [result('helm', 'bbb')], order);
  assert.match(second, /\| helm \| 1 \| 1 \| 0 \| 0 \| 2 \| bbb \|\n\| kubectl 1\.28 .* aaa \|/);
  assert.doesNotMatch(second, /fails/);
  assert.equal(updatePage(second, [], order), second);
});
