import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { applyDefaults } from './apply-defaults.ts';
import { checkStructure, pruneUnknown } from './check-structure.ts';
import { compileCrdSchema } from './compile-crd-schema.ts';
import type { JsonSchema } from './json-schema.ts';
import type { ObjectSchema } from './schema.ts';
import { SchemaTable } from './schema-table.ts';
import { validateValue } from './validate-value.ts';

const table = new SchemaTable({
  'test-v1': {
    prefix: 'test.v1',
    text: [
      'Thing\ttext~=s;1\tflag~=b;2\tcount~=i;3\tpointer*=i;4\tamount*=q;5\tat=t;6\tlist~=[Thing;7\tmap~={s;8\tinner=Thing2;9;z',
      'Thing2\tname!=s;1;z\tport=o;2',
      'Meta\tname~=s;1',
    ].join('\n'),
  },
});
const thing = table.find('test.v1.Thing') as ObjectSchema;
const objectMeta = table.find('test.v1.Meta') as ObjectSchema;

/** JSON that often, but not always, fits `Thing`. */
const json = fc.letrec(tie => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom(
      null,
      true,
      false,
      0,
      1,
      2.5,
      '',
      'a',
      '1024Mi',
      '2024-01-01T00:00:00Z',
      '2024-01-01T00:00:00.5+02:00',
    ),
    fc.array(tie('value'), { maxLength: 3 }),
    tie('object'),
  ),
  object: fc.dictionary(
    fc.constantFrom('text', 'flag', 'count', 'pointer', 'amount', 'at', 'list', 'map', 'inner', 'name', 'port', 'zzz'),
    tie('value'),
    { maxKeys: 5 },
  ),
}));

const leaf: fc.Arbitrary<JsonSchema> = fc.constantFrom<JsonSchema>(
  { type: 'string' },
  { type: 'integer', default: 3 },
  { type: 'boolean', nullable: true },
  { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
  { type: 'object', additionalProperties: { type: 'integer' } },
  { type: 'array', items: { type: 'string' } },
  { 'x-kubernetes-int-or-string': true },
);
const names = ['text', 'flag', 'count', 'list', 'map', 'inner', 'name'];
const crdSchema: fc.Arbitrary<JsonSchema> = fc
  .dictionary(
    fc.constantFrom(...names),
    fc.oneof(
      leaf,
      fc.dictionary(fc.constantFrom(...names), leaf).map(properties => ({ type: 'object', properties })),
    ),
  )
  .map(properties => ({ type: 'object', properties }));

const frozen = <T>(value: T): T => {
  if (typeof value === 'object' && value !== null) for (const inner of Object.values(value)) frozen(inner);
  return Object.freeze(value);
};

describe('checkStructure', () => {
  it('is done after one pass, and never touches its argument', () => {
    fc.assert(
      fc.property(json.object, value => {
        const once = checkStructure(thing, frozen(value));
        if (once.errors.length > 0) return;
        const twice = checkStructure(thing, once.value);
        assert.deepEqual(twice.errors, []);
        assert.deepEqual(twice.unknownFields, []);
        assert.deepEqual(twice.value, once.value);
      }),
    );
  });

  it('finds the same errors whether or not there are unknown fields', () => {
    fc.assert(
      fc.property(json.object, value => {
        const plain = checkStructure(thing, value);
        const more = checkStructure(thing, { ...value, unheard: 1 });
        assert.deepEqual(more.errors, plain.errors);
        assert.deepEqual(more.unknownFields, [...plain.unknownFields, 'unheard']);
      }),
    );
  });
});

describe('the schema of a CRD', () => {
  it('prunes and defaults once and for all, in either order', () => {
    fc.assert(
      fc.property(crdSchema, json.object, (schema, value) => {
        const compiled = compileCrdSchema(schema, { objectMeta });
        const object = frozen({ ...value });
        const pruned = pruneUnknown(compiled, object);
        assert.equal(pruneUnknown(compiled, pruned), pruned);
        const filled = applyDefaults(compiled, pruned);
        assert.equal(applyDefaults(compiled, filled), filled);
        assert.deepEqual(pruneUnknown(compiled, applyDefaults(compiled, object)), filled);
      }),
    );
  });

  it('never minds what an update does not touch', () => {
    fc.assert(
      fc.property(crdSchema, json.object, (schema, value) => {
        assert.deepEqual(
          validateValue(schema, { spec: value, ...value }, { spec: value, ...value }).filter(
            error => error.field !== '',
          ),
          [],
        );
      }),
    );
  });
});
