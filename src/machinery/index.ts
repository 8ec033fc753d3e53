/**
 * Rules that know no kind: objects and their metadata, schemas and everything driven by them, quantities, selectors,
 * patches, server-side apply, CEL, and the one error that crosses the API.
 *
 * Start reading at `object.ts`, `schema/schema.ts` and `status-error.ts`.
 */

export { formatGoDuration, humanizeAge, humanizeDuration, parseGoDuration } from './duration/index.ts';
export {
  type FieldError,
  type FieldErrorReason,
  fieldError,
  formatFieldError,
  formatFieldErrorBody,
} from './field-error.ts';
export { type IntOrString, intValueOf, parseIntOrString, percentOf, scaleIntOrPercent } from './intstr/index.ts';
export {
  asList,
  compareText,
  formatGoStrings,
  isDeepEqual,
  isJsonObject,
  isSemanticallyEqual,
  type JsonObject,
  quoteGo,
  utf8Length,
} from './json/index.ts';
export type {
  FieldsV1,
  KubeObject,
  ListMeta,
  ManagedFieldsEntry,
  ObjectMeta,
  OwnerReference,
  UnknownObject,
} from './object.ts';
export {
  addQuantities,
  canonicalizeQuantity,
  checkQuantity,
  compareQuantities,
  formatQuantity,
  parseQuantity,
  type Quantity,
  type QuantityFormat,
  quantityOf,
  quantityOfMilli,
  quantityProblems,
  quantityToBigInt,
  quantityToInteger,
  quantityToMilli,
  quantityToNumber,
  subtractQuantities,
} from './quantity/index.ts';
export { formatGroupResource, formatGroupVersion, parseGroupVersion, type ResourceType } from './resource-type.ts';
export {
  type AnySchema,
  type Constraints,
  type FieldSchema,
  type ListSchema,
  type MapSchema,
  type ObjectSchema,
  type ScalarSchema,
  type Schema,
  SchemaTable,
  type SchemaTableText,
  type ValidationRule,
} from './schema/index.ts';
export {
  type ErrorSubject,
  type Status,
  type StatusCause,
  type StatusDetails,
  StatusError,
  type StatusReason,
  staleResourceVersion,
  statusCodes,
  statusError,
} from './status-error.ts';
