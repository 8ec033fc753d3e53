import { checkQualifiedName, type FieldError, fieldError, invalidEach } from '../../machinery/index.ts';

const standardFinalizers: ReadonlySet<string> = new Set(['kubernetes', 'orphan', 'foregroundDeletion']);

/** Kubernetes: `ValidateFinalizerName` of the core group: names without a domain are Kubernetes' own. */
export function validateFinalizerName(name: string, field: string): readonly FieldError[] {
  const errors = invalidEach(field, name, checkQualifiedName(name));
  if (name.includes('/') || standardFinalizers.has(name)) return errors;
  return [
    ...errors,
    fieldError.invalid(field, name, 'name is neither a standard finalizer name nor is it fully qualified'),
  ];
}
