import { schemaOfKind } from '../../api/generated/index.ts';
import { publishVersion } from '../../api/index.ts';
import { type Descriptions, OpenApiDocuments } from '../../machinery/index.ts';
import type { ResourceRegistry } from '../core-contract.ts';
import type { OpenApiSource } from './open-api-source.ts';

/** OpenAPI of what a registry serves; follows it as CRDs come and go. Nothing is made before it is asked for. */
export function createOpenApi(
  resources: Pick<ResourceRegistry, 'list' | 'generation'>,
  options: { readonly version: string; readonly descriptions?: Descriptions | undefined },
): OpenApiSource {
  return new OpenApiDocuments({
    ...options,
    resources: () => resources.list().map(({ version }) => publishVersion(version)),
    generation: () => resources.generation,
    schemaOfKind,
  });
}
