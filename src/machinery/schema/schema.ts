/**
 * The one representation of an object's shape. Built-in kinds (generated from Kubernetes' OpenAPI and protos) and CRDs
 * (compiled from openAPIV3Schema) both become it; validation, defaulting, pruning, server-side apply, strategic merge,
 * protobuf and OpenAPI are all driven by it and by nothing else.
 *
 * Schemas are immutable and may be recursive (JSONSchemaProps): a `ref` is resolved on first use.
 */
export type Schema = ObjectSchema | MapSchema | ListSchema | ScalarSchema | AnySchema;

interface SchemaBase {
  /** JSON `null` is a value of its own (CRDs only; in built-in kinds null means absent). */
  readonly nullable?: boolean | undefined;
  /** Value constraints beyond the type; CRDs use all, built-in kinds only `enum`. */
  readonly constraints?: Constraints | undefined;
}

/** A struct: named fields. */
export interface ObjectSchema extends SchemaBase {
  readonly type: 'object';
  /** The OpenAPI definition's name (`io.k8s.api.core.v1.PodSpec`); absent for a CRD's inline objects. */
  readonly name?: string | undefined;
  readonly fields: ReadonlyMap<string, FieldSchema>;
  /** Unknown fields are kept (`x-kubernetes-preserve-unknown-fields`). */
  readonly preserveUnknown?: boolean | undefined;
  /** Values of unlisted keys (a CRD object with both properties and additionalProperties). */
  readonly additional?: Schema | undefined;
  /** A kind: its definition carries `x-kubernetes-group-version-kind`. */
  readonly isKind?: boolean | undefined;
  /** `x-kubernetes-unions` as published. */
  readonly publishedUnions?: readonly unknown[] | undefined;
  /** An object of its own inside (`x-kubernetes-embedded-resource`). */
  readonly isEmbeddedResource?: boolean | undefined;
  /** `atomic`: server-side apply owns the whole as one (`x-kubernetes-map-type`). */
  readonly mapType?: 'granular' | 'atomic' | undefined;
  /** The definition itself, where one field uses it with another `mapType` (`claimRef`). */
  readonly definition?: ObjectSchema | undefined;
  /** Field names at which a strategic merge patch keeps only the given keys (`patchStrategy: retainKeys`). */
  readonly unions?: readonly string[] | undefined;
  /** CEL rules (CRDs). */
  readonly rules?: readonly ValidationRule[] | undefined;
}

export interface FieldSchema {
  readonly name: string;
  readonly schema: Schema;
  readonly isRequired: boolean;
  /** The field's number in upstream's generated.proto; 0 when it has none. */
  readonly protobufNumber: number;
  /** Its name in the proto where that differs from the JSON name. */
  readonly protobufName?: string | undefined;
  /** Numbers of the messages around it, outermost first: JSON inlines an embedded Go struct, protobuf nests it. */
  readonly protobufParents?: readonly number[] | undefined;
  /**
   * Built-in kinds: how Go keeps and writes the field. `pointer`: zero differs from absent; `omit-empty`: a zero value,
   * an empty list or an empty map is never written; `always`: the zero value is written. Absent for CRDs.
   */
  readonly presence?: 'pointer' | 'omit-empty' | 'always' | undefined;
  /** What an absent field becomes; only defaults that OpenAPI states. The rest are the kind's own (`setDefaults`). */
  readonly default?: unknown;
  /** Strategic merge: `merge`, `replace`, `retainKeys`, or `merge,retainKeys`. */
  readonly patchStrategy?: string | undefined;
  readonly patchMergeKey?: string | undefined;
}

/** String keys to values of one shape. */
export interface MapSchema extends SchemaBase {
  readonly type: 'map';
  readonly values: Schema;
  readonly mapType?: 'granular' | 'atomic' | undefined;
  readonly rules?: readonly ValidationRule[] | undefined;
}

export interface ListSchema extends SchemaBase {
  readonly type: 'list';
  readonly items: Schema;
  /** `x-kubernetes-list-type`; absent means atomic. */
  readonly listType?: 'atomic' | 'set' | 'map' | undefined;
  /** `x-kubernetes-list-map-keys`, for `map`. */
  readonly keys?: readonly string[] | undefined;
  readonly rules?: readonly ValidationRule[] | undefined;
}

export interface ScalarSchema extends SchemaBase {
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'int-or-string';
  /**
   * OpenAPI's format (`int32`, `int64`, `byte`, `date-time`, `double`), or one of ours for the scalars that carry rules:
   * `quantity`, `micro-time`, `time`, `duration`.
   */
  readonly format?: string | undefined;
  readonly rules?: readonly ValidationRule[] | undefined;
}

/** Anything: RawExtension, a CRD's `x-kubernetes-preserve-unknown-fields` without a type, FieldsV1. */
export interface AnySchema extends SchemaBase {
  readonly type: 'any';
  /** The OpenAPI definition's name (`io.k8s.apimachinery.pkg.runtime.RawExtension`); absent in CRDs. */
  readonly name?: string | undefined;
  /** What it may be, one for each JSON type, where it is not anything after all (`JSONSchemaPropsOrBool`). */
  readonly alternatives?: readonly Schema[] | undefined;
}

export interface Constraints {
  readonly enum?: readonly unknown[] | undefined;
  readonly minimum?: number | undefined;
  readonly maximum?: number | undefined;
  readonly exclusiveMinimum?: boolean | undefined;
  readonly exclusiveMaximum?: boolean | undefined;
  readonly multipleOf?: number | undefined;
  readonly minLength?: number | undefined;
  readonly maxLength?: number | undefined;
  readonly pattern?: string | undefined;
  readonly minItems?: number | undefined;
  readonly maxItems?: number | undefined;
  readonly uniqueItems?: boolean | undefined;
  readonly minProperties?: number | undefined;
  readonly maxProperties?: number | undefined;
  /** Logical junctors hold JSON schemas as written; only CRDs have them. */
  readonly allOf?: readonly unknown[] | undefined;
  readonly anyOf?: readonly unknown[] | undefined;
  readonly oneOf?: readonly unknown[] | undefined;
  readonly not?: unknown;
}

/** `x-kubernetes-validations`. */
export interface ValidationRule {
  readonly rule: string;
  readonly message?: string | undefined;
  readonly messageExpression?: string | undefined;
  readonly reason?: string | undefined;
  readonly fieldPath?: string | undefined;
  readonly optionalOldSelf?: boolean | undefined;
}
