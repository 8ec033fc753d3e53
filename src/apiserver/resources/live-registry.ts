import type { KindDefinition } from '../../api/index.ts';
import type { ResourceRegistry, ServedResource } from '../core-contract.ts';

/** What is served now: the built-in kinds, and the CRDs that are established. */
export class LiveRegistry implements ResourceRegistry {
  readonly #builtIn: readonly ServedResource[];
  /** By CRD name, each with all its served versions. */
  readonly #custom = new Map<string, readonly ServedResource[]>();
  readonly #listeners = new Set<() => void>();
  #byPath = new Map<string, ServedResource>();
  #byKind = new Map<string, ServedResource>();
  #list: readonly ServedResource[] = [];
  #generation = 0;

  constructor(definitions: readonly KindDefinition[]) {
    this.#builtIn = definitions.flatMap(definition => definition.versions.map(version => ({ definition, version })));
    this.#rebuild();
  }

  get generation(): number {
    return this.#generation;
  }

  list(): readonly ServedResource[] {
    return this.#list;
  }

  lookup(group: string, version: string, resource: string): ServedResource | undefined {
    return this.#byPath.get(`${group}/${version}/${resource}`);
  }

  lookupKind(group: string, version: string, kind: string): ServedResource | undefined {
    return this.#byKind.get(`${group}/${version}/${kind}`);
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Serves a CRD, or serves it differently. */
  setCustom(name: string, resources: readonly ServedResource[]): void {
    if (resources.length === 0) {
      if (!this.#custom.delete(name)) return;
    } else this.#custom.set(name, resources);
    this.#rebuild();
    for (const listener of this.#listeners) listener();
  }

  custom(name: string): readonly ServedResource[] | undefined {
    return this.#custom.get(name);
  }

  /** Whether a built-in kind has the group to itself: no CRD may serve there. */
  isBuiltInPath(group: string, resource: string): boolean {
    return this.#builtIn.some(({ version }) => version.type.group === group && version.type.resource === resource);
  }

  #rebuild(): void {
    const names = [...this.#custom.keys()].sort();
    this.#list = [...this.#builtIn, ...names.flatMap(name => this.#custom.get(name)!)];
    this.#byPath = new Map();
    this.#byKind = new Map();
    for (const served of this.#list) {
      const { group, version, resource, kind } = served.version.type;
      this.#byPath.set(`${group}/${version}/${resource}`, served);
      this.#byKind.set(`${group}/${version}/${kind}`, served);
    }
    this.#generation++;
  }
}
