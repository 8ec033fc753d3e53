import type { ResourceType } from '../resource-type.ts';
import type { JsonSchema } from '../schema/json-schema.ts';
import type { ObjectSchema } from '../schema/schema.ts';

/** A resource version as OpenAPI publishes it. */
export interface PublishedResource {
  readonly type: Pick<ResourceType, 'group' | 'version' | 'resource' | 'kind' | 'namespaced'>;
  readonly verbs: readonly string[];
  readonly subresources: readonly PublishedSubresource[];
  /** A built-in kind's schema. */
  schema?(): ObjectSchema;
  /** Whether the answer to a deletion is the object as it was last, instead of a Status. */
  readonly returnsDeleted?: boolean | undefined;
  /** A CRD version's schema as written; `{}` where it has none. */
  readonly customSchema?: JsonSchema | undefined;
  /** Paths of fields by which objects of a CRD version can be selected: `spec.color`. */
  readonly selectableFields?: readonly string[] | undefined;
}

export interface PublishedSubresource {
  readonly name: string;
  readonly kind: string;
  readonly group?: string | undefined;
  readonly version?: string | undefined;
  readonly verbs: readonly string[];
}

export interface GroupVersionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

/** A JSON document under construction. */
export type JsonNode = { [key: string]: unknown };

/** Kubernetes: the definition's name of a CRD's kind reverses its group: `com.example.stable.v1.CronTab`. */
export function nameCustomDefinition({ group, version, kind }: GroupVersionKind): string {
  return [...group.split('.').reverse(), version, kind].join('.');
}

/** `api/v1`, `apis/apps/v1`: how `/openapi/v3` names a group-version. */
export function pathOfGroupVersion({ group, version }: { readonly group: string; readonly version: string }): string {
  return group === '' ? `api/${version}` : `apis/${group}/${version}`;
}
