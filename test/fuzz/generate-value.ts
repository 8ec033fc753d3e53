import type { ApiModel } from './api-model.ts';
import type { Chance } from './chance.ts';
import { type Json, type JsonMap, setKey } from './json-value.ts';
import { propertiesOf, resolveSchema } from './schema-reader.ts';
import type { SeedObjects } from './seed-objects.ts';

const texts = [
  'a',
  'x',
  'web',
  'a-b',
  'a.b',
  'fuzz.example/a',
  'kubernetes.io/x',
  '',
  ' ',
  'A B',
  'Ä',
  '🦆',
  'a/b/c',
  '/',
  '/a',
  '../a',
  '*',
  '10Mi',
  '100m',
  '1',
  '-1',
  '0',
  '1e3',
  '1.5Gi',
  '0/5 * * * *',
  '@hourly',
  '10.0.0.1',
  '10.96.0.0/16',
  'fd00::1',
  'fd00::/108',
  '::ffff:1.2.3.4',
  '010.0.0.1',
  '80%',
  '101%',
  '-5%',
  '2026-01-01T00:00:00Z',
  'true',
  'null',
  '$(A)',
  'a=b',
  'a'.repeat(64),
  'a'.repeat(254),
  'self.a == 1',
  '.spec.replicas',
  'kubernetes.io/hostname',
  'node-role.kubernetes.io/x',
  'default',
  'None',
  'Always',
  'Never',
  'In',
  'Exists',
  'metadata.name',
  'v1',
  'http',
  'TCP',
];
const integers = [
  0, 1, 2, 3, 5, 10, 30, 80, 100, 443, 8080, 30_000, 32_768, 65_535, 65_536, -1, -5, 2_147_483_647, -2_147_483_648,
  4_294_967_296,
];
const quantities = [
  '0',
  '1',
  '2',
  '100m',
  '0.5',
  '1Gi',
  '128Mi',
  '1k',
  '1e3',
  '-1',
  '-100m',
  '0.0001',
  '1n',
  '12E',
  '9223372036854775808',
  '1.5',
  'x',
  '',
  '1 Gi',
  '1KI',
];
const resourceNames = [
  'cpu',
  'memory',
  'ephemeral-storage',
  'storage',
  'pods',
  'hugepages-2Mi',
  'fuzz.example/gpu',
  'requests.cpu',
  'count/pods',
  'services',
  'x',
  'limits.memory',
];
const times = [
  '2026-01-01T00:00:00Z',
  '2026-01-01T00:00:00.123456Z',
  '2026-01-01T02:00:00+02:00',
  '0001-01-01T00:00:00Z',
  '9999-12-31T23:59:59Z',
  'yesterday',
  '2026-13-01T00:00:00Z',
  '',
];

/** Makes values that a schema allows, with what a field of that name usually holds, and now and then with what it may not. */
export class ValueGenerator {
  readonly #model: ApiModel;
  readonly #seeds: SeedObjects;

  constructor(model: ApiModel, seeds: SeedObjects) {
    this.#model = model;
    this.#seeds = seeds;
  }

  /** `field` is the name of what is filled: it hints at what strings may be. */
  generate(schema: JsonMap, field: string, chance: Chance, depth = 0): Json {
    const resolved = resolveSchema(this.#model, schema);
    const enumeration = resolved['enum'];
    if (Array.isArray(enumeration) && chance.is(0.9)) return chance.pick(enumeration);
    switch (this.#typeOf(resolved)) {
      case 'object':
        return this.#object(resolved, field, chance, depth);
      case 'array':
        return this.#array(resolved, field, chance, depth);
      case 'integer':
        return this.#integer(field, chance);
      case 'number':
        return chance.pick([0, 1, 1.5, -1, 1e21, 0.1]);
      case 'boolean':
        return chance.is(0.5);
      case 'int-or-string':
        return chance.is(0.5) ? this.#integer(field, chance) : this.#text(field, resolved, chance);
      case 'quantity':
        return chance.is(0.1) ? chance.pick(integers) : chance.pick(quantities);
      case 'any':
        return chance.pick<Json>([{}, { a: 1 }, { apiVersion: 'v1', kind: 'ConfigMap' }, 'x', 5, null, [1], true]);
      default:
        return this.#text(field, resolved, chance);
    }
  }

  #typeOf(schema: JsonMap): string {
    if (schema['format'] === 'int-or-string') return 'int-or-string';
    if (Array.isArray(schema['oneOf'])) return 'quantity';
    const type = schema['type'];
    if (typeof type === 'string') return type;
    return schema['properties'] === undefined ? 'any' : 'object';
  }

  #object(schema: JsonMap, field: string, chance: Chance, depth: number): Json {
    const values = schema['additionalProperties'];
    if (typeof values === 'object' && values !== null) return this.#map(values as JsonMap, field, chance, depth);
    const properties = propertiesOf(schema);
    const names = Object.keys(properties);
    if (names.length === 0) return chance.is(0.7) ? {} : { [chance.pick(texts)]: chance.pick([1, 'x', null]) };
    const required = new Set((schema['required'] ?? []) as string[]);
    const share = Math.min(0.5, [2.5, 2, 1.2, 0.8, 0.5, 0.3][Math.min(depth, 5)]! / names.length);
    const object: JsonMap = {};
    for (const name of names) {
      const isWanted = required.has(name) ? chance.is(0.95) : depth < 9 && chance.is(share);
      if (isWanted) object[name] = this.generate(properties[name]!, name, chance, depth + 1);
    }
    return object;
  }

  #map(values: JsonMap, field: string, chance: Chance, depth: number): Json {
    const map: JsonMap = {};
    const keys = this.#typeOf(resolveSchema(this.#model, values)) === 'quantity' ? resourceNames : texts;
    for (let left = chance.below(3); left > 0; left--) {
      setKey(map, chance.pick(keys), this.generate(values, field, chance, depth + 1));
    }
    return map;
  }

  #array(schema: JsonMap, field: string, chance: Chance, depth: number): Json {
    const items = (schema['items'] ?? {}) as JsonMap;
    const length = chance.weigh([
      [1, 0],
      [6, 1],
      [2, 2],
      [1, 3],
    ]);
    return Array.from({ length }, () => this.generate(items, field, chance, depth + 1));
  }

  #integer(field: string, chance: Chance): Json {
    const known = this.#seeds.valuesOf(field).filter(value => typeof value === 'number');
    return known.length > 0 && chance.is(0.5) ? chance.pick(known) : chance.pick(integers);
  }

  #text(field: string, schema: JsonMap, chance: Chance): Json {
    if (schema['format'] === 'date-time' && chance.is(0.9)) return chance.pick(times);
    if (schema['format'] === 'byte' && chance.is(0.9)) return chance.pick(['YQ==', '', '!!', 'YQ', 'LS0tLS1CRUdJTg==']);
    const known = this.#seeds.valuesOf(field).filter(value => typeof value === 'string');
    return known.length > 0 && chance.is(0.7) ? chance.pick(known) : chance.pick(texts);
  }
}
