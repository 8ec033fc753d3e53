import { applyDefaults, type KubeObject, type ObjectSchema, pruneUnknown } from '../../../machinery/index.ts';

/**
 * The schemas of all versions of one CRD, served or not, and what they make of objects that come from storage or from a
 * conversion.
 */
export class CustomVersions {
  readonly storageApiVersion: string;
  readonly #schemas: ReadonlyMap<string, () => ObjectSchema>;

  /** `schemas` by apiVersion, compiled when they are first needed. */
  constructor(storageApiVersion: string, schemas: ReadonlyMap<string, () => ObjectSchema>) {
    this.storageApiVersion = storageApiVersion;
    this.#schemas = schemas;
  }

  schemaOf(apiVersion: string): ObjectSchema | undefined {
    return this.#schemas.get(apiVersion)?.();
  }

  /** Kubernetes: what a schema no longer knows is not shown, what it has learnt to default since is. */
  complete(stored: KubeObject): KubeObject {
    const schema = this.schemaOf(stored.apiVersion ?? '');
    return schema === undefined ? stored : applyDefaults(schema, pruneUnknown(schema, stored));
  }

  /** Kubernetes: what a conversion has made is pruned as its new version's schema says. */
  prune(converted: KubeObject): KubeObject {
    const schema = this.schemaOf(converted.apiVersion ?? '');
    return schema === undefined ? converted : pruneUnknown(schema, converted);
  }
}
