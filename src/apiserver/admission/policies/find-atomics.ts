import { isJsonObject, type Schema } from '../../../machinery/index.ts';

/**
 * Kubernetes: an applied configuration may not set lists, maps or structs that are replaced as a whole, because what it
 * leaves out would be lost. Their paths: `.spec.template.spec.containers[0].args`.
 */
export function findAtomics(schema: Schema, value: unknown, path = ''): readonly string[] {
  if (Array.isArray(value)) return findInList(schema, value, path);
  return isJsonObject(value) ? findInObject(schema, value, path) : [];
}

function findInList(schema: Schema, items: readonly unknown[], path: string): readonly string[] {
  if (schema.type !== 'list') return schema.type === 'any' ? [path] : [];
  const isGranular = schema.listType === 'map' || schema.listType === 'set';
  const below = items.flatMap((item, index) => findAtomics(schema.items, item, `${path}[${index}]`));
  return isGranular ? below : [path, ...below];
}

function findInObject(schema: Schema, value: Readonly<Record<string, unknown>>, path: string): readonly string[] {
  if (schema.type !== 'object' && schema.type !== 'map') return [];
  const own = schema.mapType === 'atomic' ? [path] : [];
  if (schema.type === 'map') return own;
  const below = Object.keys(value).flatMap(key => {
    const field = schema.fields.get(key);
    return field === undefined ? [] : findAtomics(field.schema, value[key], `${path}.${key}`);
  });
  return [...own, ...below];
}
