/**
 * Schemas and everything driven by them alone: reading the built-in kinds' tables, checking structure, defaulting,
 * pruning, a CRD's value constraints, and compiling a CRD's own schema.
 *
 * Owns no kind and no text of a kind's semantic validation. Start reading at `schema.ts`, then `schema-table.ts`.
 */
export { applyDefaults } from './apply-defaults.ts';
export { checkStructure, pruneUnknown, type StructureResult } from './check-structure.ts';
export { compileCrdSchema, type ImplicitSchemas } from './compile-crd-schema.ts';
export { validateCrdSchema } from './crd-schema-rules.ts';
export { validateEmbeddedObjects } from './embedded-objects.ts';
export { internalRule, internalSchema } from './internal-schema.ts';
export { itemsOf, type JsonSchema, type JsonSchemaRule } from './json-schema.ts';
export { validateListUniqueness } from './list-uniqueness.ts';
export { type RuleFieldPath, readRuleFieldPath } from './rule-field-path.ts';
export type {
  AnySchema,
  Constraints,
  FieldSchema,
  ListSchema,
  MapSchema,
  ObjectSchema,
  ScalarSchema,
  Schema,
  ValidationRule,
} from './schema.ts';
export { SchemaTable, type SchemaTableText } from './schema-table.ts';
export { validateStructuralSchema } from './structural-schema.ts';
export { isDateTime, normalizeMicroTime, normalizeTime } from './time-text.ts';
export { validateValue } from './validate-value.ts';
export { hasFormat, isKnownFormat } from './value-format.ts';
