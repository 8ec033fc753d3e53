import type { PublishedResource } from '../machinery/index.ts';
import type { ServedVersion } from './kind-definition.ts';

/** A served version as OpenAPI publishes it. */
export function publishVersion(version: ServedVersion): PublishedResource {
  const { type, verbs, subresources, customSchema } = version;
  return customSchema === undefined
    ? { type, verbs, subresources, schema: () => version.schema() }
    : { type, verbs, subresources, customSchema };
}
