/**
 * OpenAPI, editions 2 and 3, made from what is served: resources with their verbs and schemas in, documents out.
 *
 * Owns no facts: schemas come from tables and CRDs, texts from a `Descriptions` port. Nothing is made before it is asked
 * for. Start reading at `open-api-documents.ts`.
 */
export { type Descriptions, noDescriptions } from './descriptions.ts';
export { hashText } from './hash-text.ts';
export { OpenApiDocuments, type OpenApiOptions } from './open-api-documents.ts';
export {
  type GroupVersionKind,
  nameCustomDefinition,
  type PublishedResource,
  type PublishedSubresource,
  pathOfGroupVersion,
} from './published-resource.ts';
export { leafDefinitionNames } from './schema-document.ts';
export { encodeOpenApiV2 } from './v2-protobuf.ts';
