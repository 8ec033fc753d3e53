/**
 * Rules that know no kind: objects and their metadata, schemas and everything driven by them, quantities, selectors,
 * patches, server-side apply, CEL, and the one error that crosses the API.
 *
 * Start reading at `object.ts`, `schema/schema.ts` and `status-error.ts`.
 */
export {
  type FieldError,
  type FieldErrorReason,
  fieldError,
  formatFieldError,
  formatFieldErrorBody,
} from './field-error.ts';
export type {
  FieldsV1,
  KubeObject,
  ListMeta,
  ManagedFieldsEntry,
  ObjectMeta,
  OwnerReference,
  UnknownObject,
} from './object.ts';
export { formatGroupResource, formatGroupVersion, parseGroupVersion, type ResourceType } from './resource-type.ts';
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
} from './schema/schema.ts';
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
