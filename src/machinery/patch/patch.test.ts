import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isDeepEqual } from '../json/index.ts';
import type { FieldSchema, ObjectSchema, Schema } from '../schema/schema.ts';
import { applyJsonPatch, applyMergePatch, applyStrategicMergePatch, readJsonPatch } from './index.ts';

const field = (name: string, schema: Schema, extra: Partial<FieldSchema> = {}): [string, FieldSchema] => [
  name,
  { name, schema, isRequired: false, protobufNumber: 0, ...extra },
];
const struct = (...fields: [string, FieldSchema][]): ObjectSchema => ({ type: 'object', fields: new Map(fields) });
const text: Schema = { type: 'string' };
const env: Schema = { type: 'list', items: struct(field('name', text), field('value', text)) };
const container = struct(
  field('name', text),
  field('image', text),
  field('env', env, { patchStrategy: 'merge', patchMergeKey: 'name' }),
  field('args', { type: 'list', items: text }),
);
const schema = struct(
  field('containers', { type: 'list', items: container }, { patchStrategy: 'merge', patchMergeKey: 'name' }),
  field('finalizers', { type: 'list', items: text }, { patchStrategy: 'merge' }),
  field('strategy', struct(field('type', text), field('rollingUpdate', struct())), { patchStrategy: 'retainKeys' }),
  field('labels', { type: 'map', values: text }),
);
const strategic = (target: object, patch: object): unknown => {
  const outcome = applyStrategicMergePatch(schema, target, patch);
  assert.equal(outcome.problem, undefined);
  return outcome.value;
};
const problem = (target: object, patch: object): string | undefined =>
  applyStrategicMergePatch(schema, target, patch).problem;

test('strategic merge joins lists by their key and replaces the others', () => {
  const live = { containers: [{ name: 'a', image: '1', args: ['x'] }, { name: 'b' }] };
  assert.deepEqual(strategic(live, { containers: [{ name: 'a', args: ['y'] }, { name: 'c' }] }), {
    containers: [{ name: 'a', image: '1', args: ['y'] }, { name: 'c' }, { name: 'b' }],
  });
  assert.deepEqual(strategic({ finalizers: ['a'] }, { finalizers: ['b', 'a'] }), { finalizers: ['b', 'a'] });
  assert.deepEqual(strategic({ labels: { a: '1', b: '2' } }, { labels: { a: null } }), { labels: { b: '2' } });
});

test('strategic merge follows every directive', () => {
  const live = { containers: [{ name: 'a' }, { name: 'b' }], finalizers: ['x', 'y'], labels: { a: '1' } };
  assert.deepEqual(strategic(live, { containers: [{ name: 'a', $patch: 'delete' }] }), {
    ...live,
    containers: [{ name: 'b' }],
  });
  assert.deepEqual(strategic(live, { containers: [{ $patch: 'replace' }, { name: 'z' }] }), {
    ...live,
    containers: [{ name: 'z' }],
  });
  assert.deepEqual(strategic(live, { labels: { $patch: 'replace', b: '2' } }), { ...live, labels: { b: '2' } });
  assert.deepEqual(strategic(live, { labels: { $patch: 'delete' } }), { ...live, labels: {} });
  assert.deepEqual(strategic(live, { '$deleteFromPrimitiveList/finalizers': ['x'] }), { ...live, finalizers: ['y'] });
  assert.deepEqual(
    strategic(live, { containers: [{ name: 'c' }], '$setElementOrder/containers': [{ name: 'c' }, { name: 'b' }] }),
    { ...live, containers: [{ name: 'c' }, { name: 'a' }, { name: 'b' }] },
  );
  assert.deepEqual(
    strategic(
      { strategy: { type: 'RollingUpdate', rollingUpdate: {} } },
      { strategy: { $retainKeys: ['type'], type: 'Recreate' } },
    ),
    { strategy: { type: 'Recreate' } },
  );
});

test('explains bad strategic merge patches in upstream words', () => {
  const live = { containers: [{ name: 'a' }], labels: { a: '1' }, strategy: { type: 'x' } };
  assert.equal(
    problem(live, { containers: [{ image: 'x' }] }),
    'map: map[image:x] does not contain declared merge key: name',
  );
  assert.equal(problem(live, { labels: { $patch: 'x' } }), 'unknown patch type: x in map: map[$patch:x]');
  assert.equal(problem(live, { strategy: { $retainKeys: ['a'], type: 'x' } }), 'invalid patch format of retainKeys');
});

test('merge patch deletes with null and replaces lists', () => {
  assert.deepEqual(applyMergePatch({ a: { b: 1, c: 2 }, d: [1] }, { a: { b: null }, d: [2] }), { a: { c: 2 }, d: [2] });
});

test('JSON patch changes what it names, in order', () => {
  const run = (target: unknown, ...operations: object[]) => applyJsonPatch(target, readJsonPatch(operations).value!);
  assert.deepEqual(
    run(
      { a: { 'b/c': [1, 2, 3] } },
      { op: 'test', path: '/a/b~1c/1', value: 2 },
      { op: 'remove', path: '/a/b~1c/0' },
      { op: 'add', path: '/a/b~1c/-', value: 9 },
      { op: 'move', from: '/a/b~1c', path: '/list' },
      { op: 'copy', from: '/list/0', path: '/first' },
      { op: 'replace', path: '/a', value: null },
    ).value,
    { a: null, list: [2, 3, 9], first: 2 },
  );
  assert.equal(run({ a: 1 }, { op: 'test', path: '/a', value: 2 }).problem, 'testing value /a failed: test failed');
  assert.equal(
    run({ a: 1 }, { op: 'remove', path: '/b' }).problem,
    "error in remove for path: '/b': Unable to remove nonexistent key: b: missing value",
  );
  assert.equal(
    run({ a: 1 }, { op: 'add', path: '/b/c', value: 1 }).problem,
    'add operation does not apply: doc is missing path: "/b/c": missing value',
  );
  assert.equal(
    run({ a: [] }, { op: 'add', path: '/a/4', value: 1 }).problem,
    "error in add for path: '/a/4': Unable to access invalid index: 4: invalid index referenced",
  );
});

const json = fc.letrec(tie => ({
  value: fc.oneof({ depthSize: 'small' }, fc.integer(), fc.constant('x'), tie('object')),
  object: fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('value'), { noNullPrototype: true }),
}));

test('patching never touches the target, and patching twice is patching once', () => {
  fc.assert(
    fc.property(json.object, json.object, (target, patch) => {
      const before = JSON.stringify(target);
      for (const apply of [
        (value: unknown): unknown => applyMergePatch(value, patch),
        (value: unknown): unknown => applyStrategicMergePatch({ type: 'any' }, value, patch).value,
      ]) {
        const once = apply(target);
        assert.ok(isDeepEqual(apply(once), once));
        assert.ok(isDeepEqual(once, applyMergePatch(target, patch)));
      }
      assert.equal(JSON.stringify(target), before);
    }),
  );
});
