import type { PublishedResource } from '../machinery/index.ts';
import type { ServedVersion } from './kind-definition.ts';
import { returnsDeleted } from './returns-deleted.ts';

/** A served version as OpenAPI publishes it. */
export function publishVersion(version: ServedVersion): PublishedResource {
  const { type, verbs, subresources, customSchema, customSelectableFields } = version;
  return customSchema === undefined
    ? { type, verbs, subresources, schema: () => version.schema(), returnsDeleted: returnsDeletedAsPublished(type) }
    : { type, verbs, subresources, customSchema, selectableFields: customSelectableFields };
}

/** Kubernetes: a namespace, too, answers its deletion with itself, but says that it will not. */
function returnsDeletedAsPublished(type: ServedVersion['type']): boolean {
  return returnsDeleted(type) && type.resource !== 'namespaces';
}
