import type { CustomResourceSubresourceScale, CustomResourceSubresources } from '../../api/generated/index.ts';
import type { ServedVersion } from '../../api/index.ts';
import { hasRules, type RuleFindings, runRules } from '../../machinery/cel/rules/index.ts';
import {
  type FieldError,
  fieldError,
  formatFieldError,
  type JsonSchema,
  type KubeObject,
  validateEmbeddedObjects,
  validateListUniqueness,
  validateValue,
} from '../../machinery/index.ts';
import { validateScaleSpec, validateScaleStatus } from './validate-scale.ts';

/** Kubernetes: after these a rule could not rely on the object's shape. */
const blocking: ReadonlySet<FieldError['reason']> = new Set([
  'FieldValueNotSupported',
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
]);

const unchecked: FieldError = fieldError.invalid(
  '<nil>',
  null,
  'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
);

/**
 * What a CRD's schema asks of its objects beyond their shape: constraints, unique items, embedded objects, rules. An
 * update is not refused for what it leaves as it was. Kubernetes: `customResourceStrategy`.
 */
export class CustomValidation {
  readonly #schema: JsonSchema | undefined;
  readonly #served: ServedVersion;
  readonly #scale: CustomResourceSubresourceScale | undefined;
  /** Rules that an update has not made worse, by the updated object: told as warnings. */
  readonly #ratcheted = new WeakMap<KubeObject, readonly string[]>();

  constructor(
    schema: JsonSchema | undefined,
    served: ServedVersion,
    subresources: CustomResourceSubresources | undefined,
  ) {
    this.#schema = schema;
    this.#served = served;
    this.#scale = subresources?.scale;
  }

  validate(object: KubeObject): readonly FieldError[] {
    const schema = this.#schema;
    const errors = [...(schema === undefined ? [] : validateValue(schema, object)), ...this.#scaleErrors(object)];
    if (schema === undefined) return errors;
    errors.push(...validateEmbeddedObjects(schema, object));
    errors.push(...validateListUniqueness(this.#served.schema(), object));
    return this.#withRules(schema, errors, () => runRules(schema, object, undefined));
  }

  validateUpdate(object: KubeObject, old: KubeObject): readonly FieldError[] {
    const schema = this.#schema;
    const errors = [...(schema === undefined ? [] : validateValue(schema, object, old)), ...this.#scaleErrors(object)];
    if (schema === undefined) return errors;
    errors.push(...validateEmbeddedObjects(schema, object), ...this.#listErrors(object, old));
    return this.#withRules(schema, errors, () => {
      const findings = runRules(schema, object, old, { ratchets: true });
      if (findings.ratcheted.length > 0) this.#ratcheted.set(object, findings.ratcheted.map(formatFieldError));
      return findings;
    });
  }

  /** Only the status is judged by its schema, but rules see the whole object. */
  validateStatusUpdate(object: KubeObject, old: KubeObject): readonly FieldError[] {
    const schema = this.#schema;
    const errors = [...this.#statusErrors(object, old), ...validateScaleStatus(object, this.#scale)];
    if (schema === undefined) return errors;
    errors.push(...this.#listErrors(object, old));
    return this.#withRules(schema, errors, () => runRules(schema, object, old));
  }

  warningsOf(object: KubeObject): readonly string[] {
    return this.#ratcheted.get(object) ?? [];
  }

  #scaleErrors(object: KubeObject): readonly FieldError[] {
    return [...validateScaleSpec(object, this.#scale), ...validateScaleStatus(object, this.#scale)];
  }

  #statusErrors(object: KubeObject, old: KubeObject): readonly FieldError[] {
    const schema = this.#schema?.properties?.['status'];
    const { status } = object as { readonly status?: unknown };
    const before = (old as { readonly status?: unknown }).status;
    if (schema === undefined || status === undefined) return [];
    const errors = validateValue({ type: 'object', properties: { status: schema } }, { status }, { status: before });
    // Kubernetes: the texts begin below the status.
    return errors.map(error => ({ ...error, detail: error.detail.replace(/^status\./, '') }));
  }

  #listErrors(object: KubeObject, old: KubeObject): readonly FieldError[] {
    const schema = this.#served.schema();
    const errors = validateListUniqueness(schema, object);
    return errors.length > 0 && validateListUniqueness(schema, old).length > 0 ? [] : errors;
  }

  #withRules(schema: JsonSchema, errors: readonly FieldError[], run: () => RuleFindings): readonly FieldError[] {
    if (!hasRules(schema)) return errors;
    if (errors.some(error => blocking.has(error.reason))) return [...errors, unchecked];
    return [...errors, ...run().errors];
  }
}
