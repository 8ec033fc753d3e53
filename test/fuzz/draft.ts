import type { ApiModel, ModelResource } from './api-model.ts';
import type { Chance } from './chance.ts';
import type { EncodedBody } from './encode-body.ts';
import type { FuzzAnswer, FuzzRequest } from './fuzz-request.ts';
import type { ValueGenerator } from './generate-value.ts';
import { copyJson, isMap, type JsonMap } from './json-value.ts';
import { applySeedPatch, type ObjectMutator } from './mutate-object.ts';
import type { SeedObjects } from './seed-objects.ts';

/** What scenarios are made of: the same for all of a run. */
export interface FuzzGround {
  readonly model: ApiModel;
  readonly seeds: SeedObjects;
  readonly generator: ValueGenerator;
  readonly mutator: ObjectMutator;
  /** Names of nodes there are. */
  readonly nodes: readonly string[];
}

/**
 * A sequence of requests, each of which may look at the answers so far. Everything else comes from `Draft.chance`, so
 * the same seed and index ask the same.
 */
export type Scenario = (draft: Draft) => Generator<FuzzRequest, void, FuzzAnswer>;

export const namespaces = ['fz-0', 'fz-1', 'fz-2', 'fz-3', 'fz-4', 'fz-5'];
const names = ['a', 'b', 'c', 'd', 'e.f'];
const oddNames = [
  'A',
  'a_b',
  '-a',
  'a'.repeat(64),
  'a'.repeat(254),
  'a..b',
  'ü',
  'a%b',
  'a/b',
  '.',
  '..',
  ' ',
  '__proto__',
  'constructor',
];

/** How objects are varied: mostly in one way, so that most answers say something about one thing. */
type Variation = 'none' | 'patch' | 'field' | 'disturb' | 'generate';
const variations: readonly (readonly [number, Variation])[] = [
  [25, 'none'],
  [20, 'patch'],
  [30, 'field'],
  [17, 'disturb'],
  [8, 'generate'],
];

/** What one scenario draws from, and where it notes what is wrong. */
export class Draft {
  readonly ground: FuzzGround;
  readonly chance: Chance;
  readonly index: number;
  readonly problems: string[] = [];

  constructor(ground: FuzzGround, chance: Chance, index: number) {
    this.ground = ground;
    this.chance = chance;
    this.index = index;
  }

  expect(isTrue: boolean, problem: () => string): void {
    if (!isTrue) this.problems.push(problem());
  }

  pickNamespace(): string {
    const { chance } = this;
    return chance.weigh([
      [90, chance.pick(namespaces)],
      [6, 'default'],
      [2, 'no-such'],
      [1, 'kube-system'],
      [1, chance.pick(oddNames)],
    ]);
  }

  pickName(): string {
    return this.chance.is(0.96) ? this.chance.pick(names) : this.chance.pick(oddNames);
  }

  pickResource(): ModelResource {
    return this.chance.pick(this.ground.model.resources);
  }

  /** An object of the kind, perhaps valid. */
  object(resource: ModelResource, place: { readonly name: string; readonly namespace: string }): JsonMap {
    const variation = this.chance.weigh(variations);
    const object = this.seedOf(resource, variation);
    this.place(object, resource, place);
    if (variation === 'field') this.setFields(object, resource.schema);
    if (variation === 'disturb') this.disturb(object);
    return object;
  }

  /** An object to begin with, without a place. */
  seedOf(
    { apiVersion, kind, schema }: Pick<ModelResource, 'apiVersion' | 'kind' | 'schema'>,
    variation: Variation = 'none',
  ): JsonMap {
    const { seeds, generator } = this.ground;
    const known = seeds.ofKind(apiVersion, kind);
    if (known.length === 0 || variation === 'generate') {
      const generated = generator.generate(schema, '', this.chance);
      return { ...(isMap(generated) ? generated : {}), apiVersion, kind };
    }
    const seed = this.chance.pick(known);
    const object = copyJson(seed.base);
    if (variation === 'patch' && seed.patches.length > 0) applySeedPatch(object, this.chance.pick(seed.patches));
    return object;
  }

  setFields(object: JsonMap, schema: JsonMap): void {
    for (
      let left = this.chance.weigh([
        [6, 1],
        [2, 2],
        [1, 4],
      ]);
      left > 0;
      left--
    ) {
      this.ground.mutator.setField(object, schema, this.chance);
    }
  }

  disturb(object: JsonMap): void {
    for (
      let left = this.chance.weigh([
        [6, 1],
        [2, 2],
      ]);
      left > 0;
      left--
    )
      this.ground.mutator.disturb(object, this.chance);
  }

  /** Puts the object where the request goes, and what it names where the run has such things. */
  place(
    object: JsonMap,
    { isNamespaced, kind }: Pick<ModelResource, 'isNamespaced' | 'kind'>,
    at: { readonly name: string; readonly namespace: string },
  ): void {
    const metadata: JsonMap = isMap(object['metadata']) ? object['metadata'] : {};
    object['metadata'] = metadata;
    if (!nameTells.has(kind)) metadata['name'] = at.name;
    if (isNamespaced) metadata['namespace'] = at.namespace;
    else delete metadata['namespace'];
    for (const key of ['uid', 'resourceVersion', 'deletionTimestamp', 'generation']) {
      if (this.chance.is(0.97)) delete metadata[key];
    }
    labelForSelection(metadata, this.chance);
  }

  request(
    method: string,
    path: string,
    query: Readonly<Record<string, string>> = {},
    body?: EncodedBody,
    headers: Readonly<Record<string, string>> = {},
  ): FuzzRequest {
    const encoded = Object.entries(query).map(([key, value]) => `${encodeURIComponent(key)}=${encode(value)}`);
    return {
      method,
      path: encoded.length === 0 ? path : `${path}?${encoded.join('&')}`,
      headers: { accept: 'application/json', ...(body === undefined ? {} : { 'content-type': body.type }), ...headers },
      body: body?.bytes,
    };
  }
}

/** Kinds whose names follow from what they hold. */
const nameTells: ReadonlySet<string> = new Set(['CustomResourceDefinition', 'APIService', 'IPAddress', 'CSIDriver']);

function labelForSelection(metadata: JsonMap, chance: Chance): void {
  if (metadata['labels'] === undefined && chance.is(0.5)) metadata['labels'] = { fuzz: chance.pick(['one', 'two']) };
}

/** Lone surrogates have no encoding. */
function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}

export function fillPath(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(/\{(\w+)\}/g, (_whole, key: string) => encode(values[key] ?? 'x'));
}
