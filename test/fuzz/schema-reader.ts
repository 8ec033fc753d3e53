import type { ApiModel } from './api-model.ts';
import type { JsonMap } from './json-value.ts';

const prefix = '#/components/schemas/';

/** Follows `$ref` and the `allOf` of one that OpenAPI 3 wraps references in. */
export function resolveSchema(model: Pick<ApiModel, 'schemas'>, schema: JsonMap): JsonMap {
  let current = schema;
  for (let depth = 0; depth < 10; depth++) {
    const reference = current['$ref'];
    if (typeof reference === 'string') {
      current = model.schemas.get(decodeURIComponent(reference.slice(prefix.length)).replaceAll('~1', '/')) ?? {};
      continue;
    }
    const all = current['allOf'];
    if (!Array.isArray(all) || all.length !== 1) return current;
    current = all[0] as JsonMap;
  }
  return current;
}

export function propertiesOf(schema: JsonMap): Readonly<Record<string, JsonMap>> {
  return (schema['properties'] ?? {}) as Record<string, JsonMap>;
}
