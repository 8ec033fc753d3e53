import { isJsonObject, quoteGo } from '../json/index.ts';
import type { ObjectSchema, Schema } from '../schema/schema.ts';
import { formatPathElement, type PathElement } from './path-element.ts';
import { elementOf, isGranularList, isGranularObject, shapeOf } from './shape.ts';

/**
 * What makes an applied configuration unusable, in the words of structured-merge-diff's validation: fields without a
 * schema, items that cannot be told apart.
 */
export function checkApplied(schema: Schema, applied: unknown): readonly string[] {
  const problems: string[] = [];
  check(schema, applied, '', problems);
  return problems;
}

function check(schema: Schema, value: unknown, path: string, problems: string[]): void {
  const shape = shapeOf(schema, value);
  if (isJsonObject(value) && (shape.type === 'object' || shape.type === 'map')) {
    for (const key in value) {
      const field = shape.type === 'object' ? shape.fields.get(key)?.schema : shape.values;
      if (field !== undefined) check(field, value[key], `${path}.${key}`, problems);
      else if (shape.type === 'object' && isClosed(shape)) {
        if (value[key] !== undefined) problems.push(`${path}.${key}: field not declared in schema`);
      }
    }
  } else if (isGranularList(shape) && Array.isArray(value)) checkItems(shape, value, path, problems);
  else if (Array.isArray(value) && shape.type === 'list') {
    for (const [index, item] of value.entries()) check(shape.items, item, `${path}[${index}]`, problems);
  } else if (value !== undefined && value !== null && isGranularObject(shape) && !isJsonObject(value)) {
    problems.push(`${path}: expected map, got ${describe(value)}`);
  }
}

/** Kubernetes: a CRD's object that lists no fields is free in its form. */
function isClosed({ name, fields, preserveUnknown, additional }: ObjectSchema): boolean {
  return preserveUnknown !== true && additional === undefined && (name !== undefined || fields.size > 0);
}

function checkItems(
  schema: Parameters<typeof elementOf>[0],
  items: readonly unknown[],
  path: string,
  problems: string[],
): void {
  const seen = new Set<PathElement>();
  for (const [index, item] of items.entries()) {
    const element = elementOf(schema, item);
    if (element === undefined) {
      const keys = `[${(schema.keys ?? []).map(quoteGo).join(' ')}]`;
      problems.push(
        `${path}: element ${index}: associative list with keys has an element that omits all key fields ${keys} (and doesn't have default values for any key fields)`,
      );
      continue;
    }
    if (seen.has(element)) problems.push(`${path}: duplicate entries for key ${formatPathElement(element)}`);
    seen.add(element);
    check(schema.items, item, path + formatPathElement(element), problems);
  }
}

function describe(value: unknown): string {
  return Array.isArray(value) ? '&[]' : `&{${String(value)}}`;
}

/** Several problems as upstream joins them. */
export function joinProblems(problems: readonly string[]): string {
  return problems.length === 1 ? problems[0]! : ['errors:', ...problems.map(problem => `  ${problem}`)].join('\n');
}
