import { type FieldError, fieldError } from '../../../machinery/index.ts';

/** Kubernetes: each condition has a type, and no two the same. */
export function validateConditionTypes(
  conditions: readonly { readonly type?: string | undefined }[] | undefined,
): readonly FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  for (const [index, { type = '' }] of (conditions ?? []).entries()) {
    const field = `status.conditions[${index}].type`;
    if (seen.has(type)) errors.push(fieldError.duplicate(field, type));
    if (type === '') errors.push(fieldError.required(field));
    seen.add(type);
  }
  return errors;
}
