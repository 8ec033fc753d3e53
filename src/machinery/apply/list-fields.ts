import { isJsonObject, type JsonObject } from '../json/index.ts';
import type { ListSchema, MapSchema, ObjectSchema, Schema } from '../schema/schema.ts';
import type { FieldSet } from './field-set.ts';
import { FieldSetBuilder } from './field-set-builder.ts';
import type { PathElement } from './path-element.ts';
import { childSchema, elementOf, isEmptyObject, isGranularList, isGranularObject, shapeOf } from './shape.ts';

/** The paths that an object sets. Kubernetes: structured-merge-diff's `ToFieldSet`. */
export function listFields(schema: Schema, value: unknown): FieldSet {
  const builder = new FieldSetBuilder();
  visit(schema, value, [], builder);
  return builder.build();
}

function visit(schema: Schema, value: unknown, path: PathElement[], into: FieldSetBuilder): void {
  const shape = shapeOf(schema, value);
  if (isGranularObject(shape)) {
    if (isJsonObject(value)) visitFields(shape, value, path, into);
  } else if (isGranularList(shape)) {
    if (Array.isArray(value)) visitItems(shape, value, path, into);
  } else into.insert(path);
}

function visitFields(
  schema: ObjectSchema | MapSchema,
  value: JsonObject,
  path: PathElement[],
  into: FieldSetBuilder,
): void {
  for (const key in value) {
    const child = value[key];
    if (child === undefined) continue;
    path.push(`f:${key}`);
    visit(childSchema(schema, key), child, path, into);
    const isNamed = schema.type === 'object' && schema.fields.has(key);
    if (!isNamed || child === null || (isJsonObject(child) && isEmptyObject(child))) into.insert(path);
    path.pop();
  }
}

function visitItems(schema: ListSchema, items: readonly unknown[], path: PathElement[], into: FieldSetBuilder): void {
  const counts = new Map<PathElement, number>();
  const elements = items.map(item => elementOf(schema, item));
  for (const element of elements) if (element !== undefined) counts.set(element, (counts.get(element) ?? 0) + 1);
  for (const [index, item] of items.entries()) {
    const element = elements[index];
    if (element === undefined) continue;
    path.push(element);
    if (counts.get(element) === 1) visit(schema.items, item, path, into);
    into.insert(path);
    path.pop();
  }
}
