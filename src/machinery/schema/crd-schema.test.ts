import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatFieldError } from '../field-error.ts';
import { applyDefaults } from './apply-defaults.ts';
import { checkStructure } from './check-structure.ts';
import { compileCrdSchema } from './compile-crd-schema.ts';
import { validateCrdSchema } from './crd-schema-rules.ts';
import type { JsonSchema } from './json-schema.ts';
import { validateListUniqueness } from './list-uniqueness.ts';
import type { ObjectSchema } from './schema.ts';
import { SchemaTable } from './schema-table.ts';
import { validateValue } from './validate-value.ts';

const objectMeta = new SchemaTable({
  'meta-v1': { prefix: 'meta.v1', text: 'ObjectMeta\tname~=s;1\tlabels~={s;2\tcreationTimestamp~=t;3' },
}).find('meta.v1.ObjectMeta') as ObjectSchema;
const implicit = { objectMeta };

const cronTab: JsonSchema = {
  type: 'object',
  required: ['spec'],
  properties: {
    spec: {
      type: 'object',
      required: ['image'],
      properties: {
        image: { type: 'string', pattern: '^[a-z/]+$', maxLength: 8 },
        replicas: { type: 'integer', minimum: 1, maximum: 5, default: 2 },
        mode: { type: 'string', enum: ['slow', 'fast'] },
        note: { type: 'string', nullable: true },
        port: { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] },
        extra: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        labels: { type: 'object', additionalProperties: { type: 'string' }, maxProperties: 1 },
        steps: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['name'],
          items: {
            type: 'object',
            required: ['name'],
            properties: { name: { type: 'string' }, retries: { type: 'integer', default: 3 } },
          },
        },
        tags: { type: 'array', 'x-kubernetes-list-type': 'set', maxItems: 2, items: { type: 'string', minLength: 2 } },
        address: { type: 'string', format: 'ipv4' },
      },
      oneOf: [{ required: ['mode'] }, { required: ['address'] }],
    },
  },
};
const schema = compileCrdSchema(cronTab, implicit);

const problemsOf = (spec: unknown): string[] => validateValue(cronTab, { spec }).map(formatFieldError);

describe('compileCrdSchema', () => {
  it('prunes unknown fields, keeps preserved ones, and knows metadata though no schema says so', () => {
    const object = {
      apiVersion: 'a/v1',
      kind: 'CronTab',
      metadata: { name: 'x', labels: { a: null }, foo: 1 },
      spec: { image: 'a', bad: 1, extra: { any: { thing: 1 } }, labels: { k: 'v' } },
      alien: true,
    };
    const result = checkStructure(schema, object);
    assert.deepEqual(result.unknownFields, ['metadata.foo', 'spec.bad', 'alien']);
    assert.deepEqual(result.value, {
      apiVersion: 'a/v1',
      kind: 'CronTab',
      metadata: { name: 'x', labels: { a: '' } },
      spec: { image: 'a', extra: { any: { thing: 1 } }, labels: { k: 'v' } },
    });
  });

  it('leaves wrong types outside metadata to validation, but checks metadata', () => {
    const result = checkStructure(schema, { metadata: { name: 5 }, spec: 'text' });
    assert.deepEqual(
      result.errors.map(error => error.field),
      ['metadata.name'],
    );
  });

  it('defaults absent fields and nulls that may not be null', () => {
    assert.deepEqual(
      applyDefaults(schema, { metadata: {}, spec: { replicas: null, note: null, steps: [{ name: 'a' }] } }),
      {
        metadata: {},
        spec: { replicas: 2, note: null, steps: [{ name: 'a', retries: 3 }] },
      },
    );
  });

  it('keeps everything without a schema', () => {
    const object = { metadata: { name: 'a' }, anything: [{ goes: 1 }] };
    assert.equal(checkStructure(compileCrdSchema(undefined, implicit), object).value, object);
  });

  it('treats an embedded resource as an object of its own', () => {
    const embedding = compileCrdSchema(
      {
        type: 'object',
        properties: {
          template: {
            type: 'object',
            'x-kubernetes-embedded-resource': true,
            properties: { spec: { type: 'object' } },
          },
        },
      },
      implicit,
    );
    const result = checkStructure(embedding, {
      template: { kind: 'X', metadata: { name: 'a' }, spec: { b: 1 }, c: 1 },
    });
    assert.deepEqual(result.unknownFields, ['template.spec.b', 'template.c']);
  });
});

describe('validateValue', () => {
  const fine = { image: 'a/b', mode: 'slow' };

  it('accepts a valid object', () => {
    assert.deepEqual(problemsOf({ ...fine, replicas: 5, port: 'http', note: null, steps: [{ name: 'a' }] }), []);
  });

  it("uses upstream's texts", () => {
    assert.deepEqual(problemsOf({ mode: 'slow' }), ['spec.image: Required value']);
    assert.deepEqual(problemsOf({ ...fine, replicas: '3' }), [
      'spec.replicas: Invalid value: "string": spec.replicas in body must be of type integer: "string"',
    ]);
    assert.deepEqual(problemsOf({ ...fine, replicas: 9 }), [
      'spec.replicas: Invalid value: 9: spec.replicas in body should be less than or equal to 5',
    ]);
    assert.deepEqual(problemsOf({ ...fine, image: 'A' }), [
      `spec.image: Invalid value: "A": spec.image in body should match '^[a-z/]+$'`,
    ]);
    assert.deepEqual(problemsOf({ ...fine, image: 'abcdefghi' }), [
      'spec.image: Too long: may not be more than 8 bytes',
    ]);
    assert.deepEqual(problemsOf({ ...fine, mode: 'x' }), [
      'spec.mode: Unsupported value: "x": supported values: "slow", "fast"',
    ]);
    assert.deepEqual(problemsOf({ ...fine, tags: ['aa', 'bb', 'cc'] }), [
      'spec.tags: Too many: 3: must have at most 2 items',
    ]);
    assert.deepEqual(problemsOf({ ...fine, tags: ['a'] }), [
      'spec.tags[0]: Invalid value: "a": spec.tags[0] in body should be at least 2 chars long',
    ]);
    assert.deepEqual(problemsOf({ image: 'a', address: '::1' }), [
      'spec.address: Invalid value: "::1": spec.address in body must be of type ipv4: "::1"',
    ]);
    assert.deepEqual(problemsOf({ ...fine, labels: { a: 1 } }), [
      'spec.labels.a: Invalid value: "integer": spec.labels.a in body must be of type string: "integer"',
    ]);
  });

  it('tells which alternatives failed', () => {
    assert.deepEqual(problemsOf({ image: 'a' }), [
      '<nil>: Invalid value: "": "spec" must validate one and only one schema (oneOf). Found none valid',
      'spec.mode: Required value',
    ]);
    assert.deepEqual(problemsOf({ image: 'a', mode: 'slow', address: '1.2.3.4' }), [
      '<nil>: Invalid value: "": "spec" must validate one and only one schema (oneOf). Found 2 valid alternatives',
    ]);
  });

  it('refuses null where the schema does not allow it', () => {
    assert.deepEqual(problemsOf({ ...fine, replicas: null }), [
      'spec.replicas: Invalid value: "null": spec.replicas in body must be of type integer: "null"',
    ]);
  });

  it('does not judge again what an update leaves alone', () => {
    const old = { spec: { ...fine, replicas: 9, steps: [{ name: 'a', retries: 'x' }] } };
    const update = (spec: unknown): string[] => validateValue(cronTab, { spec }, old).map(error => error.field);
    assert.deepEqual(update(old.spec), []);
    assert.deepEqual(update({ ...old.spec, image: 'b' }), []);
    assert.deepEqual(update({ ...old.spec, replicas: 8 }), ['spec.replicas']);
    assert.deepEqual(update({ ...old.spec, steps: [{ name: 'b', retries: 'y' }, ...old.spec.steps] }), [
      'spec.steps[0].retries',
    ]);
  });

  it('counts code points, not UTF-16 units', () => {
    assert.deepEqual(validateValue({ type: 'string', maxLength: 2 }, '😀😀'), []);
    assert.equal(validateValue({ type: 'string', minLength: 3 }, '😀😀').length, 1);
  });
});

describe('validateListUniqueness', () => {
  it('refuses repeated keys and repeated set items, each repetition once', () => {
    const value = { spec: { steps: [{ name: 'a' }, { name: 'b' }, { name: 'a' }, { name: 'a' }], tags: ['x', 'x'] } };
    assert.deepEqual(validateListUniqueness(schema, value).map(formatFieldError), [
      'spec.steps[2]: Duplicate value: {"name":"a"}',
      'spec.tags[1]: Duplicate value: "x"',
    ]);
  });
});

describe('validateCrdSchema', () => {
  const check = (candidate: JsonSchema, hasStatusSubresource = false): string[] =>
    validateCrdSchema(candidate, 'schema', { hasStatusSubresource, implicit }).map(formatFieldError);

  it('accepts a structural schema', () => {
    assert.deepEqual(check(cronTab), []);
  });

  it('refuses what is not structural', () => {
    assert.deepEqual(check({ type: 'object', properties: { a: {} } }), [
      'schema.properties[a].type: Required value: must not be empty for specified object fields',
    ]);
    assert.deepEqual(check({ type: 'object', properties: { a: { type: 'object', anyOf: [{ type: 'object' }] } } }), [
      'schema.properties[a].anyOf[0].type: Forbidden: must be empty to be structural',
    ]);
    assert.deepEqual(check({ type: 'object', anyOf: [{ properties: { a: {} } }] }), [
      'schema.properties[a]: Required value: because it is defined in schema.anyOf[0].properties[a]',
    ]);
  });

  it('refuses unknown list types, keys that are no properties, and unsupported keywords', () => {
    const items: JsonSchema = { type: 'object', properties: { name: { type: 'string' } } };
    assert.deepEqual(
      check({
        type: 'object',
        properties: {
          a: { type: 'array', items, 'x-kubernetes-list-type': 'bag' },
          b: { type: 'array', items, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['id'] },
          c: { type: 'array', items, uniqueItems: true },
        },
      }),
      [
        'schema.properties[a].x-kubernetes-list-type: Unsupported value: "bag": supported values: "atomic", "set", "map"',
        'schema.properties[b].x-kubernetes-list-map-keys: Invalid value: ["id"]: entries must all be names of item properties',
        'schema.properties[c].uniqueItems: Forbidden: uniqueItems cannot be set to true since the runtime complexity becomes quadratic',
      ],
    );
  });

  it('refuses bad defaults and bad patterns', () => {
    assert.deepEqual(check({ type: 'object', properties: { a: { type: 'integer', default: 'x' } } }), [
      'schema.properties[a].default: Invalid value: "string":  in body must be of type integer: "string"',
    ]);
    assert.deepEqual(
      check({
        type: 'object',
        properties: { a: { type: 'object', default: { z: 1 }, properties: { y: { type: 'string' } } } },
      }),
      ['schema.properties[a].default: Invalid value: {"z":1}: must not have unknown fields'],
    );
    assert.match(
      check({ type: 'object', properties: { a: { type: 'string', pattern: '(' } } })[0]!,
      /must be a valid regular expression/,
    );
  });

  it('restricts the root', () => {
    assert.deepEqual(
      check({ type: 'array', items: { type: 'string' } })[0],
      'schema.type: Invalid value: "array": must be object at the root',
    );
    assert.match(
      check({ type: 'object', oneOf: [{ required: ['a'] }] }, true)[0]!,
      /only \[Description Type .*\] fields are allowed at the root/,
    );
    assert.deepEqual(
      check({
        type: 'object',
        properties: { metadata: { type: 'object', properties: { labels: { type: 'object' } } } },
      }),
      [
        'schema.properties[metadata]: Forbidden: must not specify anything other than name and generateName, but metadata is implicitly specified',
      ],
    );
  });
});
