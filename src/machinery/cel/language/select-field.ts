import { CelFailure, fail } from './failure.ts';
import { CelOptional, isList, isMap } from './values.ts';

/** `has(target.field)`. */
export function testField(target: unknown, field: string): unknown {
  if (target instanceof CelFailure) return target;
  if (target instanceof CelOptional) return target.hasValue && testField(target.value, field);
  if (isList(target)) return unsupportedIndex();
  return isMap(target) && target.has(field);
}

/** `target.field`. Kubernetes: what has no fields has none of that name either. */
export function selectField(target: unknown, field: string): unknown {
  if (target instanceof CelFailure) return target;
  if (target instanceof CelOptional) {
    if (!target.hasValue) return target;
    const value = isMap(target.value) ? target.value.get(field) : undefined;
    return value === undefined ? CelOptional.none : CelOptional.of(value);
  }
  if (isList(target)) return unsupportedIndex();
  const value = isMap(target) ? target.get(field) : undefined;
  return value === undefined ? fail(`no such key: ${field}`) : value;
}

function unsupportedIndex(): CelFailure {
  return fail("unsupported index type 'string' in list");
}
