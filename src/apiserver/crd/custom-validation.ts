import type { ServedVersion } from '../../api/index.ts';
import {
  type FieldError,
  type JsonSchema,
  type KubeObject,
  validateListUniqueness,
  validateValue,
} from '../../machinery/index.ts';
import type { ExpressionRules } from './expression-rules.ts';

/** What a CRD's schema asks of its objects beyond their shape: constraints, unique items, rules. */
export class CustomValidation {
  readonly #schema: JsonSchema | undefined;
  readonly #served: ServedVersion;
  readonly #expressions: ExpressionRules | undefined;

  constructor(schema: JsonSchema | undefined, served: ServedVersion, expressions: ExpressionRules | undefined) {
    this.#schema = schema;
    this.#served = served;
    this.#expressions = expressions;
  }

  /** `old`, on an update, spares what the update does not touch. */
  validate(object: KubeObject, old?: KubeObject): readonly FieldError[] {
    if (this.#schema === undefined) return [];
    const schema = this.#served.schema();
    const errors = [...validateValue(this.#schema, object, old), ...validateListUniqueness(schema, object)];
    // Kubernetes: rules are only run on objects whose shape they can rely on.
    if (errors.length > 0 || this.#expressions === undefined) return errors;
    return this.#expressions.validate(schema, object, old);
  }
}
