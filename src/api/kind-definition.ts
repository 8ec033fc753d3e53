import type { FieldError, JsonSchema, KubeObject, ObjectSchema, ResourceType } from '../machinery/index.ts';

/**
 * A kind as the API server serves it: generated facts (resource and schema) plus what OpenAPI does not say. A CRD
 * becomes one of these as well, so there is one path through the server for all kinds.
 *
 * Every hook is pure: it never touches its arguments, and returns the same instance when nothing has to change.
 */
export interface KindDefinition<T extends KubeObject = KubeObject> {
  /** The version in which objects are stored and in which the hooks below see them. */
  readonly storage: ResourceType<T>;
  /** Every served version, storage version included; discovery lists them in this order. */
  readonly versions: readonly ServedVersion[];
  readonly rules: KindRules<T>;
}

export interface ServedVersion {
  readonly type: ResourceType;
  /** Resolved on first use: building a schema costs time that a start should not pay. */
  schema(): ObjectSchema;
  /** A CRD version's schema as written (`{}` where it has none), for OpenAPI; absent for built-in kinds. */
  readonly customSchema?: JsonSchema | undefined;
  /** Paths of its selectable fields (`spec.color`), for OpenAPI as well. */
  readonly customSelectableFields?: readonly string[] | undefined;
  /** Verbs and subresources, as discovery shows them. */
  readonly verbs: readonly string[];
  readonly subresources: readonly SubresourceFacts[];
  readonly columns?: readonly Column[] | undefined;
  /** Field selectors of this version by the names that they have in the storage version; absent where those are the same. */
  readonly fieldLabels?: Readonly<Record<string, string>> | undefined;
  /** A warning for every request to a deprecated version. */
  readonly deprecationWarning?: string | undefined;
  /** To and from the storage version; absent where the shapes are equal (only apiVersion and kind differ). */
  readonly convert?:
    | { toStorage(object: KubeObject): KubeObject; fromStorage(object: KubeObject): KubeObject }
    | undefined;
}

/** A subresource as discovery shows it: `pods/eviction` is `{ name: 'eviction', kind: 'Eviction', group: 'policy', version: 'v1', … }`. */
export interface SubresourceFacts {
  readonly name: string;
  readonly kind: string;
  /** Of the kind, where it differs from the resource's own. */
  readonly group?: string | undefined;
  readonly version?: string | undefined;
  readonly verbs: readonly string[];
}

/** What every hook may know beyond the objects. */
export interface RuleContext {
  /** RFC 3339 in whole seconds. */
  readonly now: string;
  readonly nowMs: number;
  uuid(): string;
}

export interface KindRules<T extends KubeObject = KubeObject> {
  /** Defaults beyond those in the schema (upstream's SetDefaults_*); applied to each request's object and to old stored ones. */
  setDefaults?(object: T): T;
  /** Drops what clients may not set (status), sets what the server sets (generation is the server's own). */
  prepareForCreate?(object: T, context: RuleContext): T;
  /** Carries over from `old` what this request may not change. Without it, only metadata's rules apply. */
  prepareForUpdate?(object: T, old: T, context: RuleContext): T;
  validateCreate?(object: T): readonly FieldError[];
  /** Called after `validateCreate` has been called on `object` too, unless `skipsFullValidationOnUpdate`. */
  validateUpdate?(object: T, old: T): readonly FieldError[];
  readonly skipsFullValidationOnUpdate?: boolean | undefined;
  /** Texts for `Warning` headers. */
  warnings?(object: T, old: T | undefined): readonly string[];
  /** How `metadata.name` is checked; default DNS subdomain. Returns what is wrong. */
  validateName?(name: string, isPrefix: boolean): readonly string[];

  /** Present where the kind has a status subresource: then plain writes keep the old status. */
  readonly status?: SubresourceRules<T> | undefined;
  /** Other subresources that read and write the object itself (`resize`, `ephemeralcontainers`, `approval`, `finalize`). */
  readonly objectSubresources?: Readonly<Record<string, SubresourceRules<T>>> | undefined;
  readonly scale?: ScalePaths | undefined;

  /** Finalizers without a domain may be anybody's, as with objects of CRDs. */
  readonly takesPlainFinalizers?: boolean | undefined;

  /** `metadata.generation` starts at 1 and grows when anything but metadata and status changes. Default true. */
  readonly hasGeneration?: boolean | undefined;
  /** Annotations count as well. Kubernetes: those of Deployments, because rollouts read them. */
  readonly generationCountsAnnotations?: boolean | undefined;
  /** The first generation is 0, which is not written. */
  readonly startsWithoutGeneration?: boolean | undefined;
  /** Seconds of grace for a deletion, or undefined where objects of this kind go at once (all but pods). */
  gracePeriodSeconds?(object: T, requested: number | undefined): number | undefined;
  /** What deleting an owner does to its dependents when the request does not say. Default `Background`. */
  readonly defaultPropagation?: 'Background' | 'Orphan' | undefined;
  /** Update may create (Lease, Endpoints, Event …): upstream's AllowCreateOnUpdate. */
  readonly canCreateOnUpdate?: boolean | undefined;
  /** An update without resourceVersion is refused (upstream's AllowUnconditionalUpdate false). Default: allowed. */
  readonly requiresResourceVersion?: boolean | undefined;

  /** Field selectors beyond metadata.name and metadata.namespace: each label to its value. */
  readonly selectableFields?: Readonly<Record<string, (object: T) => string>> | undefined;
  /** Of those, the ones the reading side keeps an index for (`spec.nodeName` of pods). */
  readonly indexedFields?: readonly string[] | undefined;
  readonly columns?: readonly Column<T>[] | undefined;
}

export interface SubresourceRules<T extends KubeObject = KubeObject> {
  /** Takes from `object` only what the subresource may change and the rest from `old`. */
  prepareForUpdate(object: T, old: T, context: RuleContext): T;
  validateUpdate?(object: T, old: T): readonly FieldError[];
}

/** Where a kind keeps its scale, as dotted paths (CRDs configure the same). */
export interface ScalePaths {
  readonly specReplicas: string;
  readonly statusReplicas: string;
  /** Path of a label selector, as an object or as text. */
  readonly selector?: string | undefined;
}

/** One column of `kubectl get`. */
export interface Column<T extends KubeObject = KubeObject> {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'date';
  readonly format?: string | undefined;
  readonly description: string;
  /** 0: always shown; 1: with `-o wide`. */
  readonly priority: number;
  /** The cell. Ages and the like are relative to `nowMs`. */
  value(object: T, nowMs: number): string | number | boolean | null;
}
