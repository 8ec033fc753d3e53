import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject, ManagedFieldsEntry } from '../object.ts';
import type { FieldSchema, ObjectSchema, Schema } from '../schema/schema.ts';
import { type ApplyOutcome, type AtVersion, applyPatch, listPaths, trackUpdate } from './index.ts';

const field = (name: string, schema: Schema): [string, FieldSchema] => [
  name,
  { name, schema, isRequired: false, protobufNumber: 0, presence: 'omit-empty', default: undefined },
];
const struct = (...fields: [string, FieldSchema][]): ObjectSchema => ({
  type: 'object',
  name: 'test',
  fields: new Map(fields),
});
const text: Schema = { type: 'string' };
const kindWith = (spec: ObjectSchema): ObjectSchema =>
  struct(
    field('apiVersion', text),
    field('kind', text),
    field('metadata', struct(field('name', text), field('uid', text))),
    field('spec', spec),
  );

/** v1 has `spec.host` and `spec.port`, v2 has both in `spec.address`; `spec.owner` is called alike. */
const schemas: Readonly<Record<string, ObjectSchema>> = {
  'test/v1': kindWith(struct(field('host', text), field('port', text), field('owner', text))),
  'test/v2': kindWith(struct(field('address', struct(field('host', text), field('port', text))), field('owner', text))),
};
type Spec = Readonly<Record<string, string | undefined>>;
const bare = (fields: Spec): Spec => Object.fromEntries(Object.entries(fields).filter(([, value]) => value));
const objectOf = (
  apiVersion: string,
  { owner, ...address }: Spec,
  metadata: KubeObject['metadata'] = {},
): KubeObject => {
  const place = bare(address);
  const nested = Object.keys(place).length === 0 ? {} : { address: place };
  const spec = { ...(apiVersion === 'test/v1' ? place : nested), ...bare({ owner }) };
  return { apiVersion, kind: 'Thing', metadata: { name: 'a', ...metadata }, spec } as KubeObject;
};
const specOf = (object: KubeObject): Spec => {
  const { address, ...rest } = (object as unknown as { spec?: Record<string, never> }).spec ?? {};
  return { ...rest, ...(address as Spec | undefined) };
};
const atVersion: AtVersion = (object, apiVersion) => {
  const schema = schemas[apiVersion];
  if (schema === undefined) return undefined;
  return { schema, object: objectOf(apiVersion, specOf(object), object.metadata) };
};

const now = '2026-01-01T00:00:00Z';
const apply = (
  manager: string,
  version: string,
  spec: Spec,
  live: KubeObject | undefined,
  force = false,
): ApplyOutcome => {
  const apiVersion = `test/${version}`;
  const applied = objectOf(apiVersion, spec);
  const served = live && atVersion(live, apiVersion)!.object;
  return applyPatch({
    schema: schemas[apiVersion]!,
    manager,
    apiVersion,
    applied,
    live: served,
    force,
    now,
    atVersion,
  });
};
const applied = (...args: Parameters<typeof apply>): KubeObject => {
  const { object } = apply(...args);
  assert.ok(object, 'applies without conflict');
  return object;
};
const update = (manager: string, version: string, spec: Spec, live: KubeObject): KubeObject => {
  const apiVersion = `test/${version}`;
  const served = atVersion(live, apiVersion)!.object;
  const updated = objectOf(apiVersion, spec, served.metadata);
  return trackUpdate({ schema: schemas[apiVersion]!, manager, apiVersion, live: served, updated, now, atVersion });
};
const ownership = (object: KubeObject): readonly string[] =>
  (object.metadata.managedFields ?? []).map(
    ({ manager, apiVersion, fieldsV1 }: ManagedFieldsEntry) => `${manager} ${apiVersion} ${listPaths(fieldsV1!)}`,
  );

test('a write in one version takes what it changes from who owns it in another', () => {
  const live = applied('a', 'v1', { host: 'one', port: '80', owner: 'x' }, undefined);
  const updated = update('b', 'v2', { host: 'two', port: '80', owner: 'x' }, live);
  assert.deepEqual(ownership(updated), ['a test/v1 .spec.owner,.spec.port', 'b test/v2 .spec.address.host']);
});

test('a conflict is found and told in the version of the owner', () => {
  const live = applied('a', 'v1', { host: 'one', port: '80' }, undefined);
  const { conflicts } = apply('b', 'v2', { host: 'two' }, live);
  assert.deepEqual(
    conflicts?.map(({ owner, path }) => [owner.manager, owner.apiVersion, path]),
    [['a', 'test/v1', '.spec.host']],
  );
  const forced = applied('b', 'v2', { host: 'two' }, live, true);
  assert.deepEqual(specOf(forced), { host: 'two', port: '80' });
  assert.deepEqual(ownership(forced), ['a test/v1 .spec.port', 'b test/v2 .spec.address.host']);
});

test('the same value in another version is shared, not fought over', () => {
  const live = applied('a', 'v1', { host: 'one' }, undefined);
  const shared = applied('b', 'v2', { host: 'one' }, live);
  assert.deepEqual(ownership(shared), ['b test/v2 .spec.address.host', 'a test/v1 .spec.host']);
});

test('who applies in another version than before loses what it no longer says', () => {
  const live = applied('a', 'v1', { host: 'one', port: '80', owner: 'x' }, undefined);
  const pruned = applied('a', 'v2', { host: 'one' }, live);
  assert.equal(pruned.apiVersion, 'test/v2');
  assert.deepEqual(specOf(pruned), { host: 'one' });
  assert.deepEqual(ownership(pruned), ['a test/v2 .spec.address.host']);
});

test('what somebody owns in another version is not pruned', () => {
  const live = applied(
    'b',
    'v2',
    { port: '80' },
    applied('a', 'v1', { host: 'one', port: '80', owner: 'x' }, undefined),
  );
  const pruned = applied('a', 'v1', { host: 'one' }, live);
  assert.deepEqual(specOf(pruned), { host: 'one', port: '80' });
  const alone = applied('b', 'v2', { owner: 'y' }, pruned);
  assert.deepEqual(specOf(alone), { host: 'one', owner: 'y' });
});

test('nobody owns anything in a version that the kind no longer has', () => {
  const [entry] = applied('a', 'v1', { host: 'one', owner: 'x' }, undefined).metadata.managedFields!;
  const live = objectOf('test/v1', { host: 'one' }, { managedFields: [{ ...entry!, apiVersion: 'test/v0' }] });
  assert.deepEqual(ownership(update('b', 'v1', { host: 'two' }, live)), ['b test/v1 .spec.host']);
  assert.deepEqual(ownership(applied('b', 'v1', { host: 'two' }, live)), ['b test/v1 .spec.host']);
});
