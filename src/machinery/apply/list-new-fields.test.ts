import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { FieldSchema, ObjectSchema, Schema } from '../schema/schema.ts';
import { compareObjects } from './compare-objects.ts';
import { listNewFields } from './list-new-fields.ts';
import { systemFields } from './managed-fields.ts';

const text: Schema = { type: 'string' };
const texts: Schema = { type: 'map', values: text };

function struct(fields: Readonly<Record<string, Schema | [Schema, unknown]>>): ObjectSchema {
  const entries = Object.entries(fields).map(([name, given]): [string, FieldSchema] => {
    const [schema, value] = Array.isArray(given) ? given : [given, undefined];
    return [name, { name, schema, isRequired: false, protobufNumber: 0, presence: 'omit-empty', default: value }];
  });
  return { type: 'object', name: 'test', fields: new Map(entries) };
}

const variable = struct({ name: text, value: text, optional: { type: 'boolean' } });
const port: Schema = struct({ port: { type: 'integer' }, protocol: [text, 'TCP'] });
const schema = struct({
  apiVersion: text,
  metadata: [struct({ name: text, labels: texts, finalizers: { type: 'list', items: text, listType: 'set' } }), {}],
  spec: [
    struct({
      b: text,
      a: text,
      raw: { type: 'any' },
      byValue: [struct({ limits: texts, inner: [struct({ a: text }), {}] }), {}],
      atomic: { type: 'map', values: text, mapType: 'atomic' },
      env: { type: 'list', items: variable, listType: 'map', keys: ['name'] },
      ports: { type: 'list', items: port, listType: 'map', keys: ['port', 'protocol'] },
      plainList: { type: 'list', items: text },
    }),
    {},
  ],
  other: struct({ byValue: [struct({ a: text }), {}], variable }),
});

const short = fc.constantFrom('a', 'b', 'c', '<');
const names = fc.dictionary(short, short, { maxKeys: 3 });
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null | undefined> =>
  fc.oneof({ weight: 4, arbitrary: value }, fc.constant(null), fc.constant(undefined));
const inAnyOrder = (fields: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<object> =>
  fc
    .tuple(fc.record(fields, { requiredKeys: [] }), fc.boolean())
    .map(([value, isReversed]) => (isReversed ? Object.fromEntries(Object.entries(value).reverse()) : value));
const variables = inAnyOrder({ name: short, value: maybe(short), optional: fc.boolean() });
const byValue = inAnyOrder({ limits: maybe(names), inner: maybe(inAnyOrder({ a: maybe(short) })), unknown: short });
const objects = inAnyOrder({
  apiVersion: short,
  metadata: inAnyOrder({ name: short, labels: maybe(names), finalizers: fc.array(short, { maxLength: 3 }) }),
  spec: maybe(
    inAnyOrder({
      b: maybe(short),
      a: maybe(short),
      raw: maybe(fc.oneof(short, names)),
      byValue: maybe(byValue),
      atomic: maybe(names),
      env: maybe(fc.array(variables, { maxLength: 3 })),
      ports: maybe(fc.array(inAnyOrder({ port: fc.integer({ min: 1, max: 3 }), protocol: short }), { maxLength: 3 })),
      plainList: maybe(fc.array(short, { maxLength: 2 })),
    }),
  ),
  other: maybe(inAnyOrder({ byValue: maybe(byValue), variable: maybe(variables) })),
  unknown: maybe(fc.oneof(short, names)),
});

test('a new object owns what a comparison with nothing finds, written in the same order', () => {
  fc.assert(
    fc.property(objects, object => {
      const { written } = compareObjects(schema, undefined, object, systemFields);
      assert.equal(JSON.stringify(listNewFields(schema, object, systemFields)), JSON.stringify(written));
    }),
    { numRuns: 2000 },
  );
});

test('objects that are alike share one set', () => {
  const make = (image: string): object => ({
    metadata: { name: image, labels: { a: image } },
    spec: { env: [{ name: 'a', value: image }], byValue: { limits: { b: '1' } } },
  });
  const set = listNewFields(schema, make('x'), systemFields);
  assert.equal(listNewFields(schema, make('y'), systemFields), set);
  assert.deepEqual(set['f:spec'], {
    'f:byValue': { 'f:limits': { '.': {}, 'f:b': {} } },
    'f:env': { '.': {}, 'k:{"name":"a"}': { '.': {}, 'f:name': {}, 'f:value': {} } },
  });
});

test('any number of different objects is remembered for a while only', () => {
  for (let i = 0; i < 2000; i++) {
    const set = listNewFields(schema, { metadata: { labels: { [`label-${i}`]: 'x' } } }, systemFields);
    assert.deepEqual(set, { 'f:metadata': { 'f:labels': { '.': {}, [`f:label-${i}`]: {} } } });
  }
});
