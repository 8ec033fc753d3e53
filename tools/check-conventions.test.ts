import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findProblems, listMachinePaths, type SourceFile } from './check-conventions.ts';

const index: SourceFile = { path: 'src/world/index.ts', text: '/** What the world is. */\n' };

function problemsOf(...files: SourceFile[]): string[] {
  return findProblems([index, ...files], ['/somewhere/sampan']);
}

test('finds nothing in a folder that keeps the conventions', () => {
  assert.deepEqual(problemsOf({ path: 'src/world/clock.ts', text: 'export const a = 1;\n' }), []);
});

test('rejects names that say nothing, as a file, a folder or the end of a name', () => {
  for (const path of [
    'src/world/utils.ts',
    'src/world/pod-helpers.ts',
    'src/world/lease-manager.ts',
    'src/world/types.ts',
  ])
    assert.equal(problemsOf({ path, text: '' }).length, 1, path);
  assert.match(problemsOf({ path: 'src/common/index.ts', text: index.text })[0] ?? '', /"common" says nothing/);
});

test('allows a name in which such a word says something', () => {
  for (const path of ['src/world/resource-types.ts', 'src/world/managed-fields.ts', 'docs/types.md'])
    assert.deepEqual(problemsOf({ path, text: '' }), [], path);
});

test('rejects a path of this machine', () => {
  assert.deepEqual(problemsOf({ path: 'docs/a.md', text: 'see /somewhere/sampan/src' }), [
    "docs/a.md: holds this machine's /somewhere/sampan",
  ]);
});

test('takes as paths of this machine only what other machines do not have', () => {
  assert.deepEqual(listMachinePaths('/tmp/clone', '/root'), ['/tmp/clone']);
  assert.deepEqual(listMachinePaths('/home/ada/code/sampan', '/home/ada'), [
    '/home/ada/code/sampan',
    '/home/ada/code/',
    '/home/ada/',
  ]);
});

test('rejects a private key, but not code that writes one', () => {
  const begin = ['-----BEGIN', 'EC PRIVATE KEY-----'].join(' ');
  assert.equal(problemsOf({ path: 'a.pem', text: `${begin}\n${'A'.repeat(64)}\n` }).length, 1);
  assert.deepEqual(problemsOf({ path: 'a.ts', text: `const pem = \`${begin}\\n\${body}\`;` }), []);
});

test('rejects registry addresses in the lock', () => {
  const text = '{ "packages": { "a": { "resolved": "https://registry.example/a.tgz" } } }';
  assert.equal(problemsOf({ path: 'package-lock.json', text }).length, 1);
});

test('rejects a folder without an index.ts, and one whose index.ts has no package comment', () => {
  assert.deepEqual(problemsOf({ path: 'src/world/queue/heap.ts', text: '' }), ['src/world/queue: has no index.ts']);
  assert.deepEqual(problemsOf({ path: 'src/api/index.ts', text: 'export {};\n' }), [
    'src/api/index.ts: does not begin with a package comment',
  ]);
});
