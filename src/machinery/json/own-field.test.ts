import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { applyJsonPatch, applyMergePatch } from '../patch/index.ts';
import { isDeepEqual, isSemanticallyEqual } from './deep-equal.ts';
import { ownField } from './own-field.ts';

const names = ['constructor', 'toString', 'valueOf', 'hasOwnProperty', '__proto__'];

/** As it comes from a client. */
function objectWith(name: string, value: unknown): Record<string, unknown> {
  return JSON.parse(`{${JSON.stringify(name)}:${JSON.stringify(value)}}`) as Record<string, unknown>;
}

describe('a key that every object inherits', () => {
  for (const name of names) {
    test(`${name} is there when somebody has set it, and only then`, () => {
      assert.equal(ownField({}, name), undefined);
      assert.equal(ownField(objectWith(name, 5), name), 5);
    });

    test(`${name} makes objects differ`, () => {
      for (const areEqual of [isDeepEqual, isSemanticallyEqual]) {
        assert.equal(areEqual({}, objectWith(name, 5)), false);
        assert.equal(areEqual(objectWith(name, 5), {}), false);
        assert.equal(areEqual(objectWith(name, 5), objectWith(name, 5)), true);
      }
    });

    test(`${name} can be patched`, () => {
      const patched = applyMergePatch({}, objectWith(name, { a: 1 })) as Record<string, unknown>;
      assert.equal(JSON.stringify(patched), `{"${name}":{"a":1}}`);
      assert.deepEqual(applyMergePatch(patched, objectWith(name, null)), {});
      const added = applyJsonPatch({}, [{ op: 'add', path: `/${name}`, value: 1 }]);
      assert.equal(JSON.stringify(added), `{"value":{"${name}":1}}`);
    });
  }
});
