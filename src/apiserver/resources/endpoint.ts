import type { KindDefinition, KindRules, ServedVersion } from '../../api/index.ts';
import type {
  AtVersion,
  ErrorSubject,
  FieldSchema,
  KubeObject,
  ObjectSchema,
  ResourceType,
} from '../../machinery/index.ts';
import { formatGroupVersion } from '../../machinery/index.ts';
import { type ObjectCache, objectKey, type StoredObject } from '../../storage/index.ts';
import type { AdmissionOperation, AdmissionPlugin, ServedResource } from '../core-contract.ts';
import type { AdmissionMetrics } from '../metrics/index.ts';
import type { ObjectConversion } from '../object-conversion.ts';
import { createAtVersion } from '../served-version.ts';
import { AdmissionChain } from './admission-chain.ts';
import type { LeasePool } from './lease-pool.ts';
import { MeteredChain } from './metered-chain.ts';
import type { ResourceHooks } from './resource-hooks.ts';

const noHooks: ResourceHooks = {};
const maxElements = 1024;

/** One served resource in one version with all that serving it takes, worked out once. */
export class Endpoint {
  readonly resource: ServedResource;
  readonly definition: KindDefinition;
  readonly version: ServedVersion;
  readonly type: ResourceType;
  readonly rules: KindRules;
  /** Shared by all versions of the kind. */
  readonly cache: ObjectCache;
  readonly hooks: ResourceHooks;
  /** Present where objects expire (Events). */
  readonly leases: LeasePool | undefined;
  /** How errors name it. */
  readonly subject: ErrorSubject;
  readonly apiVersion: string;
  /** `group/resource`. */
  readonly path: string;
  readonly isStorageVersion: boolean;
  /** Present where a webhook converts between the version and what is stored. */
  readonly conversion: ObjectConversion | undefined;
  /** Present where a built-in kind's versions differ in shape. */
  readonly atVersion: AtVersion | undefined;
  readonly #plugins: readonly AdmissionPlugin[];
  readonly #metrics: AdmissionMetrics | undefined;
  readonly #chains = new Map<string, AdmissionChain>();
  #schema: ObjectSchema | undefined;
  #defaulted: readonly FieldSchema[] | undefined;
  readonly #elements = new Map<string, string>();

  constructor(
    resource: ServedResource,
    cache: ObjectCache,
    plugins: readonly AdmissionPlugin[],
    hooks: ResourceHooks = noHooks,
    leases?: LeasePool,
    metrics?: AdmissionMetrics,
  ) {
    this.resource = resource;
    this.definition = resource.definition;
    this.version = resource.version;
    this.type = resource.version.type;
    this.rules = resource.definition.rules;
    this.cache = cache;
    this.hooks = hooks;
    this.leases = leases;
    this.subject = { group: this.type.group, resource: this.type.resource, kind: this.type.kind };
    this.path = `${this.type.group}/${this.type.resource}`;
    this.apiVersion = formatGroupVersion(this.type);
    const { storage } = resource.definition;
    this.conversion = resource.crd?.conversion;
    this.atVersion = createAtVersion(resource.definition);
    this.isStorageVersion = storage.group === this.type.group && storage.version === this.type.version;
    this.#plugins = plugins;
    this.#metrics = metrics;
  }

  get schema(): ObjectSchema {
    this.#schema ??= this.version.schema();
    return this.#schema;
  }

  /** Of the version in which objects are stored, where that has a shape of its own. */
  get storageSchema(): ObjectSchema {
    if (this.isStorageVersion || this.version.convert === undefined) return this.schema;
    const { storage, versions } = this.definition;
    const stored = versions.find(({ type }) => type.group === storage.group && type.version === storage.version);
    return (stored ?? this.version).schema();
  }

  get hasStatus(): boolean {
    return this.rules.status !== undefined;
  }

  /** `f:NAME`, as managed fields name a field; the same string each time, so that looking it up is cheap. */
  pathElement(field: string): string {
    let element = this.#elements.get(field);
    if (element === undefined) {
      element = `f:${field}`;
      // Names of fields are few, keys of maps need not be.
      if (this.#elements.size < maxElements) this.#elements.set(field, element);
    }
    return element;
  }

  /** The top-level fields that are filled in when they are absent. */
  get defaultedFields(): readonly FieldSchema[] {
    this.#defaulted ??= [...this.schema.fields.values()].filter(field => field.default !== undefined);
    return this.#defaulted;
  }

  serves(verb: string): boolean {
    return this.version.verbs.includes(verb);
  }

  servesPart(subresource: string): boolean {
    return this.version.subresources.some(part => part.name === subresource);
  }

  key(namespace: string, name: string): string {
    return objectKey(this.cache.prefix, namespace, name);
  }

  find(namespace: string, name: string): StoredObject | undefined {
    return this.cache.get(namespace, name);
  }

  /** The namespace that objects of a request live in: `''` for cluster-scoped kinds, whatever the request says. */
  namespaceOf(requested: string | undefined): string {
    return this.type.namespaced ? (requested ?? '') : '';
  }

  chain(subresource: string, operation: AdmissionOperation): AdmissionChain {
    const id = subresource === '' ? operation : `${operation}/${subresource}`;
    let chain = this.#chains.get(id);
    if (chain === undefined) {
      const plugins = this.#plugins.filter(plugin => plugin.handles(this.resource, subresource, operation));
      chain = this.#metrics === undefined ? new AdmissionChain(plugins) : new MeteredChain(plugins, this.#metrics);
      this.#chains.set(id, chain);
    }
    return chain;
  }

  /** Narrows to the kind's own type, for the code of one kind. */
  static objectOf<T extends KubeObject>(stored: StoredObject): T {
    return stored.object as unknown as T;
  }
}
