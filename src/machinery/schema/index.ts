/**
 * Schemas and everything driven by them alone: reading the built-in kinds' tables, checking structure, defaulting,
 * pruning, a CRD's value constraints, and compiling a CRD's own schema.
 *
 * Owns no kind and no text of a kind's semantic validation. Start reading at `schema.ts`, then `schema-table.ts`.
 */
export { applyDefaults } from './apply-defaults.ts';
export { checkStructure, pruneUnknown, type StructureResult } from './check-structure.ts';
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
export { isDateTime, normalizeMicroTime, normalizeTime } from './time-text.ts';
