import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { KubeObject } from '../machinery/index.ts';
import { keyOf } from './object-key.ts';
import { ObjectTable } from './object-table.ts';

interface Thing extends KubeObject {
  readonly tags: readonly string[];
}

interface Change {
  readonly namespace: string;
  readonly name: string;
  readonly owner: string;
  readonly tags: readonly string[];
  readonly isDeletion: boolean;
  /** Whether lists are asked for in between, so that there is something to invalidate. */
  readonly isListed: boolean;
}

const changes = fc.array(
  fc.record({
    namespace: fc.constantFrom('', 'a', 'b'),
    name: fc.constantFrom('x', 'y', 'z', 'x-1'),
    owner: fc.constantFrom('', 'one', 'two'),
    tags: fc.uniqueArray(fc.constantFrom('red', 'green', 'blue')),
    isDeletion: fc.boolean(),
    isListed: fc.boolean(),
  }) as fc.Arbitrary<Change>,
);

function thing({ namespace, name, owner, tags }: Change): Thing {
  const ownerReferences =
    owner === '' ? undefined : [{ apiVersion: 'v1', kind: 'Owner', name: owner, uid: owner, controller: true }];
  return {
    apiVersion: 'v1',
    kind: 'Thing',
    metadata: { name, namespace: namespace === '' ? undefined : namespace, ownerReferences },
    tags,
  } as Thing;
}

/** What a table must show, by looking at every object. */
function assertShows(table: ObjectTable<Thing>, all: ReadonlyMap<string, Thing>): void {
  const objects = [...all].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object);
  assert.deepEqual(table.list(), objects);
  for (const namespace of ['', 'a', 'b', 'none']) {
    const expected = objects.filter(object => (object.metadata.namespace ?? '') === namespace);
    assert.deepEqual(table.list(namespace), expected);
  }
  for (const owner of ['one', 'two', 'none']) {
    const expected = objects.filter(object => object.metadata.ownerReferences?.[0]?.uid === owner);
    assert.deepEqual(table.listOwned(owner), expected);
  }
  for (const tag of ['red', 'green', 'blue', 'none']) {
    assert.deepEqual(
      table.listIndexed('tag', tag),
      objects.filter(object => object.tags.includes(tag)),
    );
  }
}

test('lists the same as a look at every object, after any changes', () => {
  fc.assert(
    fc.property(changes, fc.nat({ max: 10 }), (all, indexedAfter) => {
      const table = new ObjectTable<Thing>();
      const expected = new Map<string, Thing>();
      for (const [count, change] of all.entries()) {
        if (count === indexedAfter) table.addIndex('tag', object => object.tags);
        const object = thing(change);
        const key = keyOf(object);
        const previous = change.isDeletion ? table.delete(change.namespace, change.name) : table.put(object);
        assert.equal(previous, expected.get(key));
        if (change.isDeletion) expected.delete(key);
        else expected.set(key, object);
        assert.equal(table.getByKey(key), expected.get(key));
        assert.equal(table.get(change.namespace, change.name), expected.get(key));
        if (change.isListed && count >= indexedAfter) assertShows(table, expected);
      }
      table.addIndex('tag', object => object.tags);
      assertShows(table, expected);
    }),
  );
});

test('keeps a list that it has handed out as it was', () => {
  const table = new ObjectTable<Thing>();
  const change = { namespace: 'a', name: 'x', owner: '', tags: [], isDeletion: false, isListed: false };
  const first = thing(change);
  table.put(first);
  const before = table.list();
  assert.equal(table.list(), before);
  table.put(thing({ ...change, name: 'y' }));
  table.put(thing({ ...change, tags: ['red'] }));
  assert.deepEqual(before, [first]);
  assert.equal(table.list().length, 2);
});

test('has no index that nobody has added', () => {
  assert.equal(new ObjectTable<Thing>().listIndexed('tag', 'red'), undefined);
});
