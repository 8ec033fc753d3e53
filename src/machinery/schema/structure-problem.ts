import { type FieldError, fieldError } from '../field-error.ts';

/** Says "this value has a problem" where nobody collects problems; the caller then runs again with a sink. */
export const bad: unique symbol = Symbol('bad');
/** What a field becomes that has to go. */
export const absent: unique symbol = Symbol('absent');

/** Collects what is wrong, with paths. Without one, a check stops at the first problem and builds no path. */
export interface StructureSink {
  readonly errors: FieldError[];
  /** Paths as strict decoding reports them: `spec.containers[0].foo`. */
  readonly unknownFields: string[];
}

/** A compiled check. Returns the value itself, one with what had to change, `bad`, or (`null` for a field) `absent`. */
export type StructureCheck = (value: unknown, path: string, sink: StructureSink | undefined) => unknown;

/** What a wrong type is called in messages. Kubernetes: the type names of OpenAPI validation. */
export function typeNameOf(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

/** Kubernetes: the text of OpenAPI validation, which CustomResources get; built-in kinds get it here too. */
export function wrongType(path: string, expected: string, value: unknown): FieldError {
  const actual = typeNameOf(value);
  return fieldError.typeInvalid(path, actual, `${path} in body must be of type ${expected}: ${JSON.stringify(actual)}`);
}

export function reject(error: () => FieldError, value: unknown, sink: StructureSink | undefined): unknown {
  if (sink === undefined) return bad;
  sink.errors.push(error());
  return value;
}
