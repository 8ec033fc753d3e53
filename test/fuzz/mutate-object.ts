import type { ApiModel } from './api-model.ts';
import type { Chance } from './chance.ts';
import type { ValueGenerator } from './generate-value.ts';
import { containersOf, isMap, type Json, type JsonMap, setKey } from './json-value.ts';
import { propertiesOf, resolveSchema } from './schema-reader.ts';
import type { Seed } from './seed-objects.ts';

const keys = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'valueOf',
  '',
  'a.b',
  'a/b',
  '~',
  'metadata',
  'Spec',
  'ünï',
  'a'.repeat(300),
  '0',
  '-1',
  'x\u0000y',
  '\ud800',
];

interface Place {
  readonly value: JsonMap;
  readonly schema: JsonMap;
}

/** Changes objects: some changes keep them valid, most don't. All in place, on a copy that the caller has made. */
export class ObjectMutator {
  readonly #model: ApiModel;
  readonly #generator: ValueGenerator;

  constructor(model: ApiModel, generator: ValueGenerator) {
    this.#model = model;
    this.#generator = generator;
  }

  /** One field somewhere within gets a value of its schema: the change that finds missing validation. */
  setField(object: JsonMap, schema: JsonMap, chance: Chance): void {
    const places = [...this.#places(object, schema, 0)];
    const { value, schema: at } = chance.pick(places);
    const properties = propertiesOf(at);
    const names = Object.keys(properties).filter(name => !fixed.has(name));
    if (names.length === 0) return;
    const name = chance.pick(names);
    value[name] = this.#generator.generate(properties[name]!, name, chance, 2);
  }

  /** Breaks something without looking at the schema. */
  disturb(object: JsonMap, chance: Chance): void {
    const containers = [...containersOf(object)].filter(container => Object.keys(container).length > 0);
    if (containers.length === 0) return;
    const container = chance.pick(containers);
    const key = chance.pick(Object.keys(container));
    if (container === object && fixed.has(key) && chance.is(0.9)) return;
    chance.weigh(disturbances)(container, key, chance, object);
  }

  /** Objects within, with the schema that each follows. */
  *#places(value: Json, schema: JsonMap, depth: number): Generator<Place> {
    const resolved = resolveSchema(this.#model, schema);
    if (Array.isArray(value)) {
      for (const item of value) yield* this.#places(item, (resolved['items'] ?? {}) as JsonMap, depth + 1);
    } else if (isMap(value)) {
      const properties = propertiesOf(resolved);
      yield { value, schema: resolved };
      for (const [name, inner] of Object.entries(value)) {
        const property = Object.hasOwn(properties, name) ? properties[name] : undefined;
        if (property !== undefined && !(depth === 0 && name === 'status')) {
          yield* this.#places(inner, property, depth + 1);
        }
      }
    }
  }
}

/** What makes a request be about the object that it is about. */
const fixed = new Set(['apiVersion', 'kind', 'metadata', 'name', 'namespace']);

type Disturbance = (container: JsonMap | Json[], key: string, chance: Chance, root: JsonMap) => void;

const disturbances: readonly (readonly [number, Disturbance])[] = [
  [5, remove],
  [3, (container, key, chance) => replace(container, key, chance.pick<Json>([null, {}, [], '', 0, false, true]))],
  [2, (container, key, chance) => replace(container, key, scalarOf(chance))],
  [2, duplicate],
  [1, (container, key, chance) => replace(container, key, nest(chance.pick([5, 50, 300]), chance.is(0.5)))],
  [1, (container, key, chance) => replace(container, key, 'x'.repeat(chance.pick([64, 254, 5_000, 300_000])))],
  [2, (container, _key, chance) => isMap(container) && setKey(container, chance.pick(keys), scalarOf(chance))],
  [1, (container, key, chance, root) => replace(container, key, swapped(root, chance))],
  [1, (container, key) => replace(container, key, [at(container, key)])],
  [1, (container, key) => replace(container, key, { a: at(container, key) })],
];

function at(container: JsonMap | Json[], key: string): Json {
  return (container as JsonMap)[key]!;
}

function replace(container: JsonMap | Json[], key: string, value: Json): void {
  if (Array.isArray(container)) container[Number(key)] = value;
  else setKey(container, key, value);
}

function remove(container: JsonMap | Json[], key: string): void {
  if (Array.isArray(container)) container.splice(Number(key), 1);
  else delete container[key];
}

function duplicate(container: JsonMap | Json[], key: string): void {
  if (Array.isArray(container)) container.push(JSON.parse(JSON.stringify(at(container, key))) as Json);
  else container[`${key}2`] = at(container, key);
}

function swapped(root: JsonMap, chance: Chance): Json {
  return JSON.parse(JSON.stringify(chance.pick([...containersOf(root)]))) as Json;
}

function scalarOf(chance: Chance): Json {
  return chance.pick<Json>([
    0,
    -1,
    1.5,
    1e21,
    -1e300,
    5e-324,
    2 ** 31,
    2 ** 53,
    Number.MAX_SAFE_INTEGER,
    true,
    false,
    '',
    'x',
    '\u0000',
    '\u2028',
    'ünïcödé',
    '🦆',
    '1',
    'true',
    '2026-01-01T00:00:00Z',
    '1Gi',
    'NaN',
    'a b',
    '\ud800',
    '%s%n',
    '{{.}}',
    '$x',
    '../../x',
    '<script>',
    '\n',
  ]);
}

function nest(depth: number, isList: boolean): Json {
  let value: Json = 'x';
  for (let i = 0; i < depth; i++) value = isList ? [value] : { a: value };
  return value;
}

/** Applies what upstream's sample changes, where the object still has such a place. */
export function applySeedPatch(object: JsonMap, patch: Seed['patches'][number]): void {
  for (const { op, path, value } of patch) {
    const parts = path
      .split('/')
      .slice(1)
      .map(part => part.replaceAll('~1', '/').replaceAll('~0', '~'));
    const last = parts.pop();
    let target: Json | undefined = object;
    for (const part of parts) {
      target = typeof target === 'object' && target !== null ? (target as JsonMap)[part] : undefined;
    }
    if (last === undefined || typeof target !== 'object' || target === null) continue;
    if (op === 'remove') remove(target, last);
    else if (Array.isArray(target) && last === '-') target.push(value ?? null);
    else if (Array.isArray(target) && op === 'add') target.splice(Number(last), 0, value ?? null);
    else replace(target, last, value ?? null);
  }
}
