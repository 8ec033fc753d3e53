import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isDeepEqual } from '../json/index.ts';
import type { KubeObject, UnknownObject } from '../object.ts';
import type { FieldSchema, ListSchema, ObjectSchema, Schema } from '../schema/schema.ts';
import {
  applyConflictError,
  applyPatch,
  areSetsEqual,
  compareObjects,
  type FieldSet,
  fieldSetOf,
  intersectSets,
  listFields,
  listPaths,
  mergeObjects,
  subtractSet,
  trackUpdate,
  uniteSets,
} from './index.ts';

const field = (name: string, schema: Schema, value?: unknown): [string, FieldSchema] => [
  name,
  { name, schema, isRequired: false, protobufNumber: 0, presence: 'omit-empty', default: value },
];
const struct = (...fields: [string, FieldSchema][]): ObjectSchema => ({
  type: 'object',
  name: 'test',
  fields: new Map(fields),
});
const text: Schema = { type: 'string' };
const integer: Schema = { type: 'integer' };
const labels: Schema = { type: 'map', values: text };
const port = struct(field('port', integer), field('protocol', text, 'TCP'), field('name', text));
const ports: ListSchema = { type: 'list', items: port, listType: 'map', keys: ['port', 'protocol'] };
const container = struct(
  field('name', text),
  field('image', text),
  field('args', { type: 'list', items: text }),
  field('resources', struct(field('limits', labels)), {}),
);
const schema = struct(
  field('apiVersion', text),
  field('kind', text),
  field(
    'metadata',
    struct(
      field('name', text),
      field('uid', text),
      field('labels', labels),
      field('annotations', labels),
      field('finalizers', { type: 'list', items: text, listType: 'set' }),
    ),
    {},
  ),
  field(
    'spec',
    struct(
      field('replicas', integer),
      field('ports', ports),
      field('containers', { type: 'list', items: container, listType: 'map', keys: ['name'] }),
      field('selector', { type: 'object', name: 'selector', fields: new Map([field('a', text)]), mapType: 'atomic' }),
    ),
    {},
  ),
);

const now = '2026-01-01T00:00:00Z';
const later = '2026-01-01T00:00:10Z';
const object = (parts: object): UnknownObject => ({
  apiVersion: 'v1',
  kind: 'Test',
  metadata: { name: 'x' },
  ...parts,
});
const update = (live: KubeObject | undefined, updated: KubeObject, manager: string, time = now): UnknownObject =>
  trackUpdate({ schema, live, updated, manager, apiVersion: 'v1', now: time }) as UnknownObject;
const apply = (live: KubeObject | undefined, applied: KubeObject, manager: string, force = false, time = now) =>
  applyPatch({ schema, live, applied, manager, apiVersion: 'v1', force, now: time });
const fieldsBy = (owned: KubeObject, manager: string): FieldSet | undefined =>
  owned.metadata.managedFields?.find(entry => entry.manager === manager)?.fieldsV1;

test('a creator owns what it set, lists item by item', () => {
  const created = update(
    undefined,
    object({
      metadata: { name: 'x', uid: 'u', labels: { a: '1' }, finalizers: ['x/y'] },
      spec: { replicas: 1, ports: [{ port: 80 }], selector: { a: 'b' } },
    }),
    'me',
  );
  assert.deepEqual(created.metadata.managedFields, [
    {
      manager: 'me',
      operation: 'Update',
      apiVersion: 'v1',
      time: now,
      fieldsType: 'FieldsV1',
      fieldsV1: {
        'f:metadata': {
          'f:finalizers': { '.': {}, 'v:"x/y"': {} },
          'f:labels': { '.': {}, 'f:a': {} },
        },
        'f:spec': {
          'f:ports': { '.': {}, 'k:{"port":80,"protocol":"TCP"}': { '.': {}, 'f:port': {} } },
          'f:replicas': {},
          'f:selector': {},
        },
      },
    },
  ]);
});

test('a writer that changes only what it owns keeps its set by reference, and its time moves on', () => {
  const created = update(undefined, object({ metadata: { name: 'x', uid: 'u' }, spec: { replicas: 1 } }), 'me');
  const changed = update(created, { ...created, spec: { replicas: 2 } } as UnknownObject, 'me', later);
  assert.equal(fieldsBy(changed, 'me'), fieldsBy(created, 'me'));
  assert.equal(changed.metadata.managedFields![0]!.time, later);
});

test('an update that changes nothing returns the same object', () => {
  const created = update(undefined, object({ metadata: { name: 'x', uid: 'u' }, spec: { replicas: 1 } }), 'me');
  const copy = JSON.parse(JSON.stringify(created)) as UnknownObject;
  assert.equal(update(created, copy, 'you', later), copy);
  assert.deepEqual(copy.metadata.managedFields, created.metadata.managedFields);
});

test('who changes a field takes it over, and an entry without fields goes', () => {
  const created = update(undefined, object({ metadata: { name: 'x', uid: 'u' }, spec: { replicas: 1 } }), 'me');
  const taken = update(created, { ...created, spec: { replicas: 2 } } as UnknownObject, 'you', later);
  assert.deepEqual(
    taken.metadata.managedFields!.map(entry => entry.manager),
    ['you'],
  );
});

test('status writes are owned apart from writes to the object', () => {
  const created = update(undefined, object({ metadata: { name: 'x', uid: 'u' }, spec: { replicas: 1 } }), 'me');
  const written = trackUpdate({
    schema,
    live: created,
    updated: { ...created, spec: { replicas: 1, ports: [{ port: 1 }] } } as UnknownObject,
    manager: 'me',
    apiVersion: 'v1',
    subresource: 'status',
    now: later,
  });
  assert.deepEqual(
    written.metadata.managedFields!.map(entry => entry.subresource),
    [undefined, 'status'],
  );
});

test('an empty list of managed fields in a request resets them', () => {
  const created = update(undefined, object({ metadata: { name: 'x', uid: 'u' }, spec: { replicas: 1 } }), 'me');
  const reset = update(created, { ...created, metadata: { ...created.metadata, managedFields: [{}] } }, 'me');
  assert.equal(reset.metadata.managedFields, undefined);
  assert.equal(
    update(reset, { ...reset, spec: { replicas: 5 } } as UnknownObject, 'me').metadata.managedFields,
    undefined,
  );
});

test('managed fields that are no sets of paths count for nothing', () => {
  const created = update(undefined, object({ metadata: { name: 'x', uid: 'u' }, spec: { replicas: 1 } }), 'me');
  const [entry] = created.metadata.managedFields!;
  for (const broken of ['x', [], { 'f:spec': null }, { spec: {} }, { 'k:x': {} }, { 'f:spec': { 'i:x': {} } }]) {
    const managedFields = [{ ...entry, fieldsV1: broken }];
    const written = update(created, { ...created, metadata: { ...created.metadata, managedFields } } as never, 'me');
    assert.deepEqual(written.metadata.managedFields, [entry], JSON.stringify(broken));
  }
});

test('more than ten updaters are merged into ancient-changes', () => {
  let live: UnknownObject | undefined;
  for (let index = 0; index < 12; index++) {
    const known = (live?.metadata.labels ?? {}) as Record<string, string>;
    const metadata = { ...live?.metadata, name: 'x', uid: 'u', labels: { ...known, [`l${index}`]: '1' } };
    live = update(live, object({ ...live, metadata }), `m${index}`, `2026-01-01T00:00:${10 + index}Z`);
  }
  const managers = live!.metadata.managedFields!.map(entry => entry.manager);
  assert.equal(managers.length, 10);
  assert.ok(managers.includes('ancient-changes'));
  assert.deepEqual(listPaths(fieldsBy(live!, 'ancient-changes')!), [
    '.metadata.labels',
    '.metadata.labels.l0',
    '.metadata.labels.l1',
    '.metadata.labels.l2',
  ]);
});

test('an apply that changes what another owns conflicts, in the words of upstream', () => {
  const created = update(
    undefined,
    object({ spec: { replicas: 1 }, metadata: { name: 'x', labels: { a: '1' } } }),
    'kubectl-client-side-apply',
  );
  const one = apply(created, object({ spec: { replicas: 2 } }), 'me');
  assert.equal(
    applyConflictError(one.conflicts!).message,
    'Apply failed with 1 conflict: conflict with "kubectl-client-side-apply" using v1: .spec.replicas',
  );
  const two = apply(created, object({ spec: { replicas: 2 }, metadata: { name: 'x', labels: { a: '2' } } }), 'me');
  const error = applyConflictError(two.conflicts!);
  assert.equal(
    error.message,
    'Apply failed with 2 conflicts: conflicts with "kubectl-client-side-apply" using v1:\n- .metadata.labels.a\n- .spec.replicas',
  );
  assert.deepEqual(error.details!.causes![0], {
    reason: 'FieldManagerConflict',
    message: 'conflict with "kubectl-client-side-apply" using v1',
    field: '.metadata.labels.a',
  });
  const forced = apply(created, object({ spec: { replicas: 2 } }), 'me', true);
  assert.equal((forced.object as UnknownObject)['spec'] && fieldsBy(forced.object!, 'me') !== undefined, true);
  assert.deepEqual(listPaths(fieldsBy(forced.object!, 'kubectl-client-side-apply')!), [
    '.metadata.labels',
    '.metadata.labels.a',
  ]);
});

test('what an applier sets no longer goes, unless someone else owns it', () => {
  const both = {
    replicas: 3,
    containers: [
      { name: 'a', image: 'i' },
      { name: 'b', image: 'j' },
    ],
  };
  const first = apply(undefined, object({ spec: both }), 'me').object!;
  const shared = apply(first, object({ spec: { replicas: 3 } }), 'you').object!;
  const second = apply(shared, object({ spec: { containers: [{ name: 'b', image: 'j' }] } }), 'me', false, later);
  assert.deepEqual((second.object as UnknownObject)['spec'], {
    replicas: 3,
    containers: [{ name: 'b', image: 'j' }],
  });
});

test('applying the same again changes nothing', () => {
  const first = apply(undefined, object({ spec: { replicas: 3 } }), 'me').object!;
  const again = apply(first, object({ spec: { replicas: 3 } }), 'me', false, later).object!;
  assert.deepEqual(again, first);
});

test('kubectl takes over what client-side apply recorded', () => {
  const record = JSON.stringify(object({ spec: { replicas: 1 } }));
  const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': record };
  const created = update(
    undefined,
    object({ metadata: { name: 'x', annotations }, spec: { replicas: 1 } }),
    'kubectl-client-side-apply',
  );
  assert.ok(apply(created, object({ spec: { replicas: 2 } }), 'other').conflicts);
  const moved = apply(created, object({ spec: { replicas: 2 } }), 'kubectl').object!;
  assert.match(moved.metadata.annotations![Object.keys(annotations)[0]!]!, /"replicas":2/);
});

test('refuses configurations whose items cannot be told apart, and fields without a schema', () => {
  const problem = (spec: object): string | undefined => apply(undefined, object({ spec }), 'me').problem;
  assert.equal(
    problem({ ports: [{ port: 1 }, { port: 1, protocol: 'TCP' }] }),
    'failed to create typed patch object (/x; /v1, Kind=Test): .spec.ports: duplicate entries for key [port=1,protocol="TCP"]',
  );
  assert.equal(
    problem({ nope: 1 }),
    'failed to create typed patch object (/x; /v1, Kind=Test): .spec.nope: field not declared in schema',
  );
});

test('a CRD knows no other fields than it lists, unless it lists none', () => {
  const listed: ObjectSchema = { type: 'object', fields: new Map([field('a', text)]) };
  const free: ObjectSchema = { type: 'object', fields: new Map() };
  const check = (spec: Schema, value: object): string | undefined =>
    applyPatch({
      schema: { type: 'object', fields: new Map([...schema.fields, field('spec', spec)]) },
      live: undefined,
      applied: object({ spec: value }),
      force: false,
      manager: 'me',
      apiVersion: 'v1',
      now: '2026-01-01T00:00:00Z',
    }).problem;
  assert.match(check(listed, { a: 'x', b: 'y' })!, /: \.spec\.b: field not declared in schema$/);
  assert.equal(check(free, { a: 'x', b: 'y' }), undefined);
  assert.equal(check({ ...listed, preserveUnknown: true }, { a: 'x', b: 'y' }), undefined);
});

const name = fc.constantFrom('a', 'b', 'c');
const specs = fc.record(
  {
    replicas: fc.integer({ min: 0, max: 2 }),
    ports: fc.uniqueArray(fc.record({ port: fc.constantFrom(1, 2, 3) }), { selector: item => item.port }),
    containers: fc.uniqueArray(
      fc.record({ name, image: name, args: fc.array(name) }, { requiredKeys: ['name'], noNullPrototype: true }),
      {
        selector: item => item.name,
      },
    ),
    selector: fc.record({ a: name }, { noNullPrototype: true }),
  },
  { requiredKeys: [], noNullPrototype: true },
);

test('merging what was applied twice is merging it once, and the applied fields are then as applied', () => {
  fc.assert(
    fc.property(specs, specs, (live, applied) => {
      const merged = mergeObjects(schema, object({ spec: live }), object({ spec: applied }));
      assert.ok(isDeepEqual(mergeObjects(schema, merged, object({ spec: applied })), merged));
      const { written } = compareObjects(schema, merged, object({ spec: applied }));
      assert.deepEqual(listPaths(intersectSets(written, listFields(schema, object({ spec: applied })))), []);
    }),
  );
});

test('every field has an owner, and comparing finds every change', () => {
  fc.assert(
    fc.property(specs, specs, (before, after) => {
      const live = update(undefined, object({ metadata: { name: 'x', uid: 'u' }, spec: before }), 'one');
      // What says nothing is not tracked, and stays so.
      fc.pre(live.metadata.managedFields !== undefined);
      const next = update(live, { ...live, spec: after } as UnknownObject, 'two', later);
      const owned = (next.metadata.managedFields ?? []).reduce<FieldSet>(
        (set, entry) => uniteSets(set, entry.fieldsV1!),
        {},
      );
      const fresh = update(undefined, object({ metadata: { name: 'x', uid: 'u' }, spec: after }), 'one');
      const expected = fresh.metadata.managedFields?.[0]?.fieldsV1 ?? {};
      assert.deepEqual(listPaths(subtractSet(expected, owned)), []);
    }),
  );
});

// A CRD's field without a type: what it holds says what it is.
const free: ObjectSchema = {
  type: 'object',
  fields: new Map([field('any', { type: 'any' }), field('text', { ...text, nullable: true })]),
};

test('a value without a schema that changes its type is replaced, and owned as what it is now', () => {
  assert.deepEqual(mergeObjects(free, { any: { a: 1 } }, { any: [1, 2] }), { any: [1, 2] });
  assert.deepEqual(mergeObjects(free, { any: { a: 1 } }, { any: 1 }), { any: 1 });
  assert.deepEqual(mergeObjects(free, { any: 1 }, { any: { a: 1 } }), { any: { a: 1 } });
  assert.deepEqual(compareObjects(free, { any: 1 }, { any: { a: 1 } }).written, { 'f:any': { '.': {}, 'f:a': {} } });
  const { written, removed } = compareObjects(free, { any: { a: 1 } }, { any: 1 });
  assert.deepEqual([written, removed], [{ 'f:any': {} }, { 'f:any': { 'f:a': {} } }]);
});

test('a null is a value: it is written, owned and removed like any other', () => {
  const given = { 'f:text': {} };
  assert.deepEqual(compareObjects(free, {}, { text: null }).written, given);
  assert.deepEqual(compareObjects(free, { text: null }, {}).removed, given);
  assert.deepEqual(listFields(free, { text: null }), given);
});

test('set algebra', () => {
  const path = fc.array(fc.constantFrom('f:a', 'f:b', 'k:{"n":1}', 'v:"x"'), { minLength: 1, maxLength: 3 });
  const set = fc.array(path, { maxLength: 6 }).map(paths => fieldSetOf(...paths));
  fc.assert(
    fc.property(set, set, (left, right) => {
      assert.ok(areSetsEqual(uniteSets(left, right), uniteSets(right, left)));
      assert.ok(areSetsEqual(uniteSets(subtractSet(left, right), intersectSets(left, right)), left));
      assert.deepEqual(intersectSets(subtractSet(left, right), right), {});
    }),
  );
});
