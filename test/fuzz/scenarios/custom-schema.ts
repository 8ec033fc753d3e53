import type { Chance } from '../chance.ts';
import { isMap, type Json, type JsonMap } from '../json-value.ts';

const rules = [
  'self == self',
  'self.size() < 5',
  'self > 0',
  'self.all(x, x != "")',
  'has(self.a)',
  'self == oldSelf',
  '!has(self.b) || self.a == self.b',
  'self.matches("^[a-z]*$")',
  'self.',
  'size(self) >= 0',
  'self in ["a", "b"]',
  'self.a.b.c == 1',
  'true',
  'false',
  'self.exists(x, x == 1)',
  'oldSelf == null || self != ""',
];

/** A structural schema, most of the time. */
export function drawCustomSchema(chance: Chance, depth: number): JsonMap {
  const type =
    depth >= 3
      ? chance.pick(['string', 'integer', 'boolean'])
      : chance.weigh([
          [depth === 0 ? 20 : 3, 'object'],
          [2, 'array'],
          [4, 'string'],
          [3, 'integer'],
          [1, 'number'],
          [1, 'boolean'],
          [1, 'any'],
          [1, 'map'],
          [1, 'int-or-string'],
        ]);
  const schema = drawOfType(type, chance, depth);
  if (chance.is(0.15))
    schema['x-kubernetes-validations'] = [
      {
        rule: chance.pick(rules),
        ...(chance.is(0.5) ? { message: 'no' } : { messageExpression: '"no: " + string(self)' }),
        ...(chance.is(0.2) ? { optionalOldSelf: true } : {}),
      },
    ];
  if (chance.is(0.1)) schema['nullable'] = true;
  if (chance.is(0.03))
    schema[
      chance.pick([
        'default',
        'x-kubernetes-int-or-string',
        'x-kubernetes-list-type',
        'not',
        'anyOf',
        'maximum',
        'pattern',
        'format',
        'type',
        '$ref',
      ])
    ] = chance.pick<Json>([1, 'a', true, {}, [], 'map', null]);
  return schema;
}

function drawOfType(type: string, chance: Chance, depth: number): JsonMap {
  switch (type) {
    case 'object':
      return drawObject(chance, depth);
    case 'map':
      return {
        type: 'object',
        additionalProperties: drawCustomSchema(chance, depth + 1),
        ...(chance.is(0.3) ? { maxProperties: 3 } : {}),
      };
    case 'array':
      return drawArray(chance, depth);
    case 'any':
      return { 'x-kubernetes-preserve-unknown-fields': true, ...(chance.is(0.5) ? { type: 'object' } : {}) };
    case 'int-or-string':
      return { 'x-kubernetes-int-or-string': true };
    default:
      return drawScalar(type, chance);
  }
}

function drawObject(chance: Chance, depth: number): JsonMap {
  const properties: JsonMap = {};
  for (const name of ['a', 'b', 'c', 'replicas', '__proto__', 'max-size', 'if']) {
    if (chance.is(name.length === 1 ? 0.7 : 0.15))
      Object.defineProperty(properties, name, {
        value: drawCustomSchema(chance, depth + 1),
        enumerable: true,
        configurable: true,
        writable: true,
      });
  }
  const schema: JsonMap = { type: 'object', properties };
  if (chance.is(0.3)) schema['required'] = ['a'];
  if (chance.is(0.1)) schema['x-kubernetes-preserve-unknown-fields'] = true;
  if (chance.is(0.05))
    Object.assign(schema, { 'x-kubernetes-embedded-resource': true, 'x-kubernetes-preserve-unknown-fields': true });
  if (chance.is(0.1)) schema['x-kubernetes-map-type'] = chance.pick(['atomic', 'granular']);
  return schema;
}

function drawArray(chance: Chance, depth: number): JsonMap {
  const way = chance.pick(['atomic', 'set', 'map', 'plain']);
  if (way === 'map') {
    const items: JsonMap = {
      type: 'object',
      required: ['k'],
      properties: { k: { type: 'string' }, v: drawCustomSchema(chance, depth + 2) },
    };
    return { type: 'array', items, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['k'], maxItems: 20 };
  }
  const items = way === 'set' ? drawScalar('string', chance) : drawCustomSchema(chance, depth + 1);
  return {
    type: 'array',
    items,
    ...(way === 'plain' ? {} : { 'x-kubernetes-list-type': way }),
    ...(chance.is(0.5) ? { maxItems: 10 } : {}),
  };
}

function drawScalar(type: string, chance: Chance): JsonMap {
  const schema: JsonMap = { type };
  if (type === 'string') {
    if (chance.is(0.3)) schema['maxLength'] = chance.pick([0, 5, 100]);
    if (chance.is(0.2)) schema['pattern'] = chance.pick(['^a', '[', '(a+)+$', '\\d+', '^[a-z]([-a-z0-9]*[a-z0-9])?$']);
    if (chance.is(0.2)) schema['enum'] = ['a', 'b'];
    if (chance.is(0.2))
      schema['format'] = chance.pick(['date-time', 'byte', 'uuid', 'duration', 'ipv4', 'x', 'email', 'int32']);
    if (chance.is(0.2)) schema['default'] = chance.pick(['a', '', 'zzz']);
  }
  if (type === 'integer' || type === 'number') {
    if (chance.is(0.3)) schema['minimum'] = chance.pick([0, 1, -5]);
    if (chance.is(0.2)) schema['multipleOf'] = chance.pick([2, 0.5, 0]);
    if (chance.is(0.2)) schema['default'] = chance.pick([1, 0, -10]);
    if (type === 'integer' && chance.is(0.3)) schema['format'] = chance.pick(['int32', 'int64']);
  }
  return schema;
}

/** A value that the schema may or may not allow. */
export function drawCustomObject(chance: Chance, schema: Json): Json {
  if (!isMap(schema) || chance.is(0.04)) return chance.pick<Json>([null, 'x', 1, [], {}, true]);
  if (schema['x-kubernetes-int-or-string'] === true) return chance.pick<Json>([1, '1', '50%']);
  switch (schema['type']) {
    case 'object': {
      const object: JsonMap = {};
      const { properties, additionalProperties } = schema;
      for (const [name, inner] of Object.entries(isMap(properties) ? properties : {})) {
        if (chance.is(0.75))
          Object.defineProperty(object, name, {
            value: drawCustomObject(chance, inner),
            enumerable: true,
            configurable: true,
            writable: true,
          });
      }
      if (isMap(additionalProperties))
        for (const key of ['x', 'y/z']) object[key] = drawCustomObject(chance, additionalProperties);
      if (chance.is(0.1)) object['unknown'] = 1;
      return object;
    }
    case 'array':
      return Array.from({ length: chance.below(4) }, () => drawCustomObject(chance, schema['items'] ?? {}));
    case 'integer':
      return chance.pick([0, 1, 2, -1, 100]);
    case 'number':
      return chance.pick([0, 0.5, 2, -1e10]);
    case 'boolean':
      return chance.is(0.5);
    case 'string':
      return chance.pick(['a', 'b', '', 'abcdef', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaa!', '2026-01-01T00:00:00Z', 'ü']);
    default:
      return chance.pick<Json>([{ a: 1 }, 'x', 1, [1], { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x' } }]);
  }
}
