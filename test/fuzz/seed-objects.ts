import { readdirSync, readFileSync } from 'node:fs';
import type { ApiModel } from './api-model.ts';
import { isMap, type Json, type JsonMap } from './json-value.ts';

/** An operation of a JSON patch that upstream's own samples apply to a base. */
export interface SeedPatch {
  readonly op: string;
  readonly path: string;
  readonly value?: Json;
}

export interface Seed {
  readonly base: JsonMap;
  /** Changes that upstream has an opinion on: most make the object invalid. */
  readonly patches: readonly (readonly SeedPatch[])[];
}

/** Valid objects to begin with, and the scalars that fields of each name have somewhere. */
export class SeedObjects {
  readonly #byKind = new Map<string, Seed[]>();
  readonly #valuesByField = new Map<string, Json[]>();

  constructor(seeds: readonly Seed[], model: ApiModel) {
    for (const seed of seeds) {
      const key = `${seed.base['apiVersion']} ${seed.base['kind']}`;
      this.#byKind.set(key, [...(this.#byKind.get(key) ?? []), seed]);
      this.#gather('', seed.base);
      for (const patch of seed.patches) for (const { path, value } of patch) this.#gatherPatch(path, value);
    }
    for (const schema of model.schemas.values()) this.#gatherEnums(schema);
  }

  ofKind(apiVersion: string, kind: string): readonly Seed[] {
    return this.#byKind.get(`${apiVersion} ${kind}`) ?? [];
  }

  /** Values that a field of this name has in some seed. */
  valuesOf(field: string): readonly Json[] {
    return this.#valuesByField.get(field) ?? [];
  }

  #gatherPatch(path: string, value: Json | undefined): void {
    if (value === undefined) return;
    const names = path.split('/').filter(part => !/^(\d+|-)$/.test(part));
    this.#gather(names.at(-1) ?? '', value);
  }

  #gather(field: string, value: Json): void {
    if (Array.isArray(value)) for (const item of value) this.#gather(field, item);
    else if (isMap(value)) for (const [key, inner] of Object.entries(value)) this.#gather(key, inner);
    else this.#note(field, value);
  }

  #gatherEnums(schema: JsonMap): void {
    for (const [name, property] of Object.entries((schema['properties'] ?? {}) as Record<string, JsonMap>)) {
      const items = (property['items'] ?? property) as JsonMap;
      for (const value of (items['enum'] ?? []) as Json[]) this.#note(name, value);
    }
  }

  #note(field: string, value: Json): void {
    const values = this.#valuesByField.get(field) ?? [];
    if (values.length >= 60 || values.includes(value)) return;
    values.push(value);
    this.#valuesByField.set(field, values);
  }
}

const samplesFolder = new URL('../../src/api/kinds/upstream-samples/', import.meta.url);

/** Upstream's samples of the kinds, and our own minimal ones (`seed-objects.json`). */
export function readSeeds(): readonly Seed[] {
  const samples = readdirSync(samplesFolder)
    .sort()
    .map(file => readSample(readFileSync(new URL(file, samplesFolder), 'utf8')));
  const own = JSON.parse(readFileSync(new URL('seed-objects.json', import.meta.url), 'utf8')) as JsonMap[];
  return [...samples, ...own.map(base => ({ base, patches: [] }))];
}

function readSample(text: string): Seed {
  const {
    base,
    refused = [],
    rows = [],
  } = JSON.parse(text) as {
    base: JsonMap;
    refused?: { patch: SeedPatch[] }[];
    rows?: { patch: SeedPatch[] }[];
  };
  return { base, patches: [...refused, ...rows].map(({ patch }) => patch) };
}
