import type { ServedVersion } from '../../api/index.ts';
import {
  type FieldError,
  type JsonSchema,
  type KubeObject,
  validateListUniqueness,
  validateValue,
} from '../../machinery/index.ts';

export interface CustomValidation {
  validateCreate(object: KubeObject): readonly FieldError[];
  validateUpdate(object: KubeObject, old: KubeObject): readonly FieldError[];
  validateStatus(object: KubeObject, old: KubeObject): readonly FieldError[];
}

const nothing: readonly FieldError[] = [];

/** What a CRD's schema asks of its objects beyond their shape. */
export function createCustomValidation(schema: JsonSchema | undefined, served: ServedVersion): CustomValidation {
  const validate = (object: KubeObject): readonly FieldError[] =>
    schema === undefined
      ? nothing
      : [...validateValue(schema, object), ...validateListUniqueness(served.schema(), object)];
  return { validateCreate: validate, validateUpdate: () => nothing, validateStatus: validate };
}
