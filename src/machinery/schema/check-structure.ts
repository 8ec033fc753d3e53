import type { FieldError } from '../field-error.ts';
import type { ObjectSchema, Schema } from './schema.ts';
import { decodeCompiler, nullKeepingCompiler, pruneCompiler, type StructureCompiler } from './structure-plan.ts';
import { bad } from './structure-problem.ts';

/** What decoding found. */
export interface StructureResult<T> {
  /** The value with what had to change; the same instance when nothing had. Unknown fields are gone. */
  readonly value: T;
  /** Wrong types and formats, each with its path; the value is not to be used if there are any. */
  readonly errors: readonly FieldError[];
  /** Paths of unknown fields, as strict decoding names them: `spec.containers[0].foo`. */
  readonly unknownFields: readonly string[];
}

const none: readonly never[] = Object.freeze([]);

/**
 * Checks that a decoded JSON value has the shape its schema says, and brings it to the form in which Go would write it
 * back: nulls and unknown fields dropped, empty optional values left out, quantities and times canonical.
 *
 * Built-in definitions (schemas with a name) are checked whole. In a CustomResource only metadata is; the rest is pruned,
 * and its types are `validateValue`'s to judge, after defaulting, as upstream does. `keepsNulls`: so are its nulls.
 */
export function checkStructure<T>(schema: ObjectSchema, value: T, keepsNulls = false): StructureResult<T> {
  if (schema.name !== undefined) return run(decodeCompiler, schema, value);
  return run(keepsNulls ? nullKeepingCompiler : pruneCompiler, schema, value);
}

/** Drops what a schema does not know, and nothing else is judged. The same instance when nothing is dropped. */
export function pruneUnknown<T>(schema: Schema, value: T): T {
  return run(pruneCompiler, schema, value).value;
}

/** The first pass stops at any problem and builds no paths; only then a second one collects them all. */
function run<T>(compiler: StructureCompiler, schema: Schema, value: T): StructureResult<T> {
  const check = compiler.compile(schema);
  const quick = check(value, '', undefined);
  if (quick !== bad) return { value: quick as T, errors: none, unknownFields: none };
  const sink = { errors: [], unknownFields: [] };
  const full = check(value, '', sink);
  return { value: full as T, errors: sink.errors, unknownFields: sink.unknownFields };
}
